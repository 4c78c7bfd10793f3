"""The desk in a Telegram group: one process at a time hears what operators write there, and says there what happens in chats."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from bots.telegram_desk.answers import Answers
from bots.telegram_desk.api import BusyError, ForumApi, Standing
from bots.telegram_desk.attending import Attending
from bots.telegram_desk.commands import NAMES
from bots.telegram_desk.doing import Doing
from bots.telegram_desk.hearing import Hearing
from bots.telegram_desk.line_up import LineUp
from bots.telegram_desk.pending import Pending
from bots.telegram_desk.ports import Surroundings
from bots.telegram_desk.telling import LONGEST_PAUSE, PAUSE, Telling
from bots.telegram_desk.updates import read_update
from conversation.errors import AccountDownError, RetryLaterError, SendError, StoreError, UnreadableError
from conversation.news import DESK_TOPIC, DeliveryNews, News, TurnNews

if TYPE_CHECKING:
    from telegram import Update

_log = structlog.get_logger("telegram_desk")
LOOK_EVERY: Final = 15.0
"""Seconds between two looks for what the bus did not bring."""
CHECK_EVERY: Final = 60.0
"""Seconds until a group in which the bot can't work is asked again."""
_BEHIND: Final = 200
_decoder = msgspec.json.Decoder(News)


class TelegramDesk:
    """``run`` it for as long as this process has the duty."""

    def __init__(self, token: str, api: str, group: int, surroundings: Surroundings) -> None:
        self._lent = surroundings
        self._group = group
        self._token = token
        self._url = api

    async def run(self) -> None:
        """Until cancelled."""
        api = ForumApi(self._token, self._url, self._group)
        try:
            standing = await self._ready(api)
            await _Shift(api, self._lent, standing).run()
        finally:
            await api.close()

    async def _ready(self, api: ForumApi) -> Standing:
        """Returns when the bot can work in the group; until then says what is missing."""
        opened, pause = False, PAUSE
        while True:
            try:
                if not opened:
                    await api.open()
                    await api.drop_hook()
                    opened = True
                found = await api.standing()
                if not found.problem or found.problem == "no_pins":
                    self._log(found)
                    return found
                self._log(found)
                await self._lent.clock.sleep(CHECK_EVERY)
            except RetryLaterError as error:
                await self._lent.clock.sleep(error.seconds)
            except SendError as error:
                _log.error("telegram_desk_not_reached", error=str(error), again_in=pause, todo=_todo(error))
                await self._lent.clock.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    def _log(self, found: Standing) -> None:
        if not found.problem:
            _log.info("telegram_desk_open", bot=found.bot, group=found.title)
            return
        todo = self._lent.words.say("en", f"group.{found.problem}", bot=found.bot)
        _log.error("telegram_desk_lacks", group=self._group, what=found.problem, todo=todo)


def _todo(error: SendError) -> str:
    if isinstance(error, AccountDownError):
        return "set LOTSE_TELEGRAM_DESK__TOKEN to the token that @BotFather shows"
    return "look at the network; it is tried again"


class _Shift:
    """From here on until the duty is somebody else's."""

    def __init__(self, api: ForumApi, surroundings: Surroundings, standing: Standing) -> None:
        self._api = api
        self._lent = surroundings
        self._line = LineUp()
        self._pending = Pending()
        self._answers = Answers(api.group, surroundings, self._line)
        self._attending = Attending(surroundings)
        self._doing = Doing(api, surroundings, self._answers, self._pending)
        self._hearing = Hearing(
            api, surroundings, self._answers, self._doing, bot=standing.bot, seen=self._attending.seen
        )
        self._telling = Telling(api, surroundings, self._line, self._pending, self._answers)
        self._shown: dict[str, tuple[str, str]] = {}
        """Chat to the phase and operator that were heard last, while people have it."""

    async def run(self) -> None:
        await self._name_commands()
        async with asyncio.TaskGroup() as group:
            for part in (self._listen, self._fetch, self._telling.run, self._look, self._attending.run):
                group.create_task(part(), name=f"telegram desk {part.__name__}")

    async def _name_commands(self) -> None:
        words = self._lent.words
        told: Mapping[str, Mapping[str, str]] = {
            language: {name: words.say(language or self._lent.language, f"commands.{name}") for name in NAMES}
            for language in ("", "de", "en", "ru", "uk")
        }
        try:
            for language, commands in told.items():
                await self._api.name_commands(commands, language)
        except SendError as error:
            _log.warning("commands_not_named", error=str(error), follows="they work all the same")

    # ── what happens in chats ────────────────────────────────────────────────────────────────────────────────────────

    async def _listen(self) -> None:
        """A subscription that fell behind or broke is followed by the next; what was missed is found by the looks."""
        while True:
            try:
                subscription = await self._lent.bus.subscribe(DESK_TOPIC)
                try:
                    async for payload in subscription:
                        await self._news(_decoder.decode(payload))
                finally:
                    await subscription.close()
            except Exception:
                _log.exception("desk_news_not_heard", again_in=PAUSE)
                await self._lent.clock.sleep(PAUSE)

    async def _news(self, news: News) -> None:
        match news:
            case TurnNews(chat=chat, card=card, refusals=refusals):
                for refusal in refusals:
                    asked = self._pending.refused(refusal)
                    if asked:
                        self._answers.refused(asked, refusal)
                now = (card.phase, card.operator)
                self._line.chat(chat, changed=self._shown.get(chat) != now)
                self._shown[chat] = now
                if card.phase in ("with_bot", "closed"):
                    self._shown.pop(chat)
            case DeliveryNews(chat=chat, message=message, state="failed" | "ambiguous", error=error, decided=False):
                await self._answers.undelivered(chat, message, error)
            case _:
                pass

    async def _look(self) -> None:
        """What a lost news would have told: topics that are behind, and commands that nobody heard of again."""
        while True:
            try:
                self._line.chats(await self._lent.topics.behind(self._api.group, _BEHIND))
                for asked in self._pending.overdue(self._lent.clock.now()):
                    await self._doing.look(asked)
                    self._line.chat(asked.chat)
            except StoreError as error:
                _log.warning("topics_not_looked_up", error=str(error), again_in=LOOK_EVERY)
            await self._lent.clock.sleep(LOOK_EVERY)

    # ── what operators do ────────────────────────────────────────────────────────────────────────────────────────────

    async def _fetch(self) -> None:
        """Telegram forgets an update when a later one is asked for: after it was stored."""
        offset, pause = 0, PAUSE
        while True:
            try:
                for update in await self._api.updates(offset):
                    await self._take(update)
                    offset = update.update_id + 1
                pause = PAUSE
            except RetryLaterError as error:
                if isinstance(error, BusyError):
                    _log.error(
                        "token_used_twice",
                        todo="another program fetches this bot's messages: stop it, or give the desk a bot of its own",
                    )
                await self._lent.clock.sleep(error.seconds)
            except (SendError, StoreError) as error:
                _log.warning("group_not_heard", error=str(error), again_in=pause)
                await self._lent.clock.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def _take(self, update: "Update") -> None:
        """Raises SendError and StoreError: it is to be taken again. What breaks by itself keeps no other from being heard."""
        try:
            heard = read_update(update)
            if heard is not None:
                await self._hearing.take(heard)
        except UnreadableError as error:
            _log.error("update_passed_over", update=update.update_id, error=str(error))
        except (SendError, StoreError):
            raise
        except Exception:
            _log.exception("update_passed_over", update=update.update_id)
