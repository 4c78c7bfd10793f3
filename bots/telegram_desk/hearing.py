"""What comes in from the group: who says it, in which chat's topic, and what it asks for. Whoever is no operator changes nothing."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import structlog

from bots.telegram_desk.answers import Answers, Move
from bots.telegram_desk.api import ForumApi
from bots.telegram_desk.codes import code_hash
from bots.telegram_desk.commands import NAMES, Command, read_command
from bots.telegram_desk.doing import Doing
from bots.telegram_desk.heard import Heard, Person, Pressed, Wrote
from bots.telegram_desk.ports import Surroundings
from conversation.errors import SendError
from conversation.records import Operator
from conversation.topics import Topic

_log = structlog.get_logger("telegram_desk")
_AGAIN: Final = 60.0
"""Seconds in which a stranger is answered once."""


class Hearing:
    """``bot``: its own name in Telegram, without the @. ``seen``: is told which operator does something in a topic."""

    def __init__(
        self,
        api: ForumApi,
        surroundings: Surroundings,
        answers: Answers,
        doing: Doing,
        *,
        bot: str,
        seen: Callable[[str], Awaitable[None]],
    ) -> None:
        self._seen = seen
        self._api = api
        self._group = api.group
        self._lent = surroundings
        self._answers = answers
        self._doing = doing
        self._bot = bot
        self._strangers: dict[int, datetime] = {}

    async def take(self, heard: Heard) -> None:
        """Raises StoreError if it could not be stored: then it is to be taken again."""
        match heard:
            case Wrote(private=True):
                await self._private(heard)
            case Wrote() if heard.chat == self._group:
                await self._written(heard)
            case Pressed() if heard.chat == self._group:
                await self._press(heard)
            case _:
                _log.info("foreign_group", chat=heard.chat, follows="only the group of the settings is heard")

    # ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _operator(self, person: Person) -> Operator | None:
        name = await self._lent.topics.operator_of(person.user) if person.user else ""
        return await self._lent.reads.find_operator(name) if name else None

    async def _private(self, wrote: Wrote) -> None:
        """A chat with the bot alone: to say who one is. Whoever tries very often is not answered."""
        if await self._lent.rates.take(f"desk_private:{wrote.by.user}", rate=0.2, burst=10) is None:
            return
        command = read_command(wrote.text)
        if command and command.name == "link":
            await self._link(wrote, command.rest)
            return
        operator = await self._operator(wrote.by)
        key = "private_known" if operator else "private_unknown"
        self._answers.say(wrote, key, name=operator.name if operator else "")

    async def _link(self, wrote: Wrote, code: str) -> None:
        if not wrote.by.user:
            self._answers.say(wrote, "anonymous")
            return
        name = await self._lent.topics.redeem(code_hash(code), wrote.by.user, self._lent.clock.now()) if code else ""
        operator = await self._lent.reads.find_operator(name) if name else None
        if operator:
            _log.info("operator_linked", operator=operator.id)
            self._answers.say(wrote, "linked", name=operator.name)
        else:
            self._answers.say(wrote, "wrong_code")

    # ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _written(self, wrote: Wrote) -> None:
        command = read_command(wrote.text)
        if command and command.bot and command.bot.lower() != self._bot.lower():
            return
        if command and command.name == "link":
            await self._link(wrote, command.rest)
            return
        if not wrote.topic:
            if command and command.name in (*NAMES, "start"):
                self._answers.say(wrote, "help")
            return
        topic = await self._lent.topics.at(self._group, wrote.topic)
        if topic is None:
            return  # a topic that people made for themselves
        operator = await self._operator(wrote.by)
        if operator is None:
            self._stranger(wrote)
            return
        move = await self._move(topic, operator, wrote.by, wrote.message, f"tg:{self._group}:{wrote.message}")
        if move is None:
            return
        if wrote.edited:
            if not command:
                self._answers.answer(move, "edited_too_late")
        elif command:
            await self._doing.command(move, command)
        else:
            await self._doing.reply(move, wrote)

    async def _move(self, topic: Topic, operator: Operator, by: Person, message: int, key: str) -> Move | None:
        """None, and said so, for a chat that is not the operator's business."""
        await self._seen(operator.id)
        snapshot = await self._lent.reads.load(topic.chat)
        if snapshot.conversation is None:
            return None
        move = Move(
            topic=topic,
            conversation=snapshot.conversation,
            by=operator,
            language=self._answers.language(by),
            message=message,
            key=key,
        )
        if not self._lent.sees(operator, snapshot.conversation.phase):
            self._answers.answer(move, "not_allowed")
            return None
        return move

    def _stranger(self, wrote: Wrote) -> None:
        """Nothing they write goes anywhere; they are told why, now and then."""
        now = self._lent.clock.now()
        last = self._strangers.get(wrote.by.user)
        if last and (now - last).total_seconds() < _AGAIN:
            return
        self._strangers[wrote.by.user] = now
        while len(self._strangers) > 1_000:
            del self._strangers[next(iter(self._strangers))]
        self._answers.say(wrote, "stranger" if wrote.by.user else "anonymous")

    # ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _press(self, pressed: Pressed) -> None:
        operator = await self._operator(pressed.by)
        language = self._answers.language(pressed.by)
        if operator is None:
            await self._stop(pressed, self._lent.words.say(language, "stranger_short"))
            return
        await self._stop(pressed)
        topic = await self._lent.topics.at(self._group, pressed.topic)
        move = topic and await self._move(
            topic, operator, pressed.by, pressed.message, f"tgq:{self._group}:{pressed.query}"
        )
        if not move:
            return
        kind, _, value = pressed.payload.partition(":")
        match kind:
            case "claim" | "bot" | "transfer" | "callback":
                await self._doing.command(move, Command(name=kind))
            case "close":
                self._answers.choose(move, "close_sure", [(self._lent.words.say(language, "keys.close_yes"), "yes")])
            case "yes":
                await self._doing.command(move, Command(name="close"))
            case "t" if value in self._lent.content.teams():
                await self._doing.command(move, Command(name="transfer", rest=value))
            case "o":
                await self._doing.command(move, Command(name="transfer", rest=f"@{value}"))
            case "c" if value.isdigit() and len(value) < 12:
                await self._doing.plan(move, self._time(int(value)))
            case _:
                self._answers.answer(move, "old_button")

    def _time(self, seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, self._lent.clock.now().tzinfo)

    async def _stop(self, pressed: Pressed, text: str = "") -> None:
        """The button stops turning; that this failed is nobody's trouble."""
        try:
            await self._api.pressed(pressed.query, text)
        except SendError as error:
            _log.debug("press_not_answered", error=str(error))
