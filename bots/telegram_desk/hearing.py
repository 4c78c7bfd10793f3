"""What operators write and press in the group becomes events, as at the web desk; whoever is not one changes nothing."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from bots.telegram_desk.answers import Answers, Move
from bots.telegram_desk.api import FETCHED, ForumApi
from bots.telegram_desk.codes import code_hash
from bots.telegram_desk.commands import NAMES, Command, mentioned, read_close, read_command, read_transfer
from bots.telegram_desk.heard import Heard, Person, Pressed, Wrote
from bots.telegram_desk.pending import FORGOTTEN, Asked, Pending, Verb, standing
from bots.telegram_desk.ports import Surroundings
from bots.telegram_desk.telling import ours
from conversation.content import Content, Text
from conversation.errors import RefusedError, SendError
from conversation.events import (
    OperatorClaimed,
    OperatorClosed,
    OperatorEvent,
    OperatorHandedBack,
    OperatorNoted,
    OperatorReplied,
    OperatorTransferred,
)
from conversation.records import Operator, Upload
from conversation.state import WithBot, WithOperator
from conversation.topics import Topic

_log = structlog.get_logger("telegram_desk")
MOST_TEXT: Final = 4_000
LARGEST_UPLOAD: Final = 10_000_000
"""Bytes, as at the web desk."""
SLOTS: Final = 8
"""Times that are offered to press."""
_LONGEST_KEY: Final = 64
"""Bytes of what a button carries."""
_BACK: Final = 200
"""Messages among which the one is looked for that a command made."""
_AGAIN: Final = 60.0
"""Seconds in which a stranger is answered once."""


class Hearing:
    """``bot``: its own name in Telegram, without the @. ``seen``: is told which operator does something in a topic."""

    def __init__(
        self,
        api: ForumApi,
        surroundings: Surroundings,
        answers: Answers,
        pending: Pending,
        *,
        bot: str,
        seen: Callable[[str], Awaitable[None]],
    ) -> None:
        self._seen = seen
        self._api = api
        self._group = api.group
        self._lent = surroundings
        self._answers = answers
        self._pending = pending
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
            await self._command(move, command)
        else:
            await self._reply(move, wrote)

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

    async def _reply(self, move: Move, wrote: Wrote) -> None:
        if wrote.strange:
            self._answers.answer(move, "strange")
            return
        phase = move.conversation.phase
        if not isinstance(phase, WithOperator) or phase.operator != move.by.id:
            # What is not the holder's is never stored: an upload would lie there for nothing.
            holder = phase.name if isinstance(phase, WithOperator) else ""
            self._answers.refused_at_once(
                move, "reply", "not_holder" if phase.__struct_config__.tag != "closed" else "closed", holder
            )
            return
        content = await self._content(move, wrote)
        if content is None:
            return
        await self._operate(
            move, "reply", OperatorReplied(content=content, client_id=self._said(move), **self._about(move))
        )

    async def _content(self, move: Move, wrote: Wrote) -> Content | None:
        """None, and said so, for what can't be given to the customer."""
        if wrote.place:
            return wrote.place
        if wrote.file is None:
            if len(wrote.text) > MOST_TEXT:
                self._answers.answer(move, "too_long")
                return None
            return Text(text=wrote.text)
        file = wrote.file
        if file.size > min(FETCHED, LARGEST_UPLOAD):
            self._answers.answer(move, "too_large")
            return None
        try:
            body = await self._api.fetch(file.id)
        except RefusedError as error:
            _log.warning("upload_not_fetched", error=str(error))
            self._answers.answer(move, "not_fetched")
            return None
        if len(body) > LARGEST_UPLOAD:
            self._answers.answer(move, "too_large")
            return None
        upload = Upload(
            id=move.event,
            name=file.name,
            mime=file.mime,
            size=len(body),
            operator=move.by.id,
            at=self._lent.clock.now(),
        )
        try:
            kept = await self._lent.files.keep(upload, body, file.type)
        except RefusedError as error:
            _log.warning("upload_refused", error=str(error))
            self._answers.answer(move, "wrong_type")
            return None
        return msgspec.structs.replace(kept, caption=wrote.text)

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _command(self, move: Move, command: Command) -> None:
        rest = command.rest
        match command.name:
            case "claim":
                await self._operate(move, "claim", OperatorClaimed(**self._about(move)))
            case "bot":
                await self._operate(move, "bot", OperatorHandedBack(**self._about(move)))
            case "note":
                await self._note(move, rest)
            case "close":
                await self._close(move, rest)
            case "transfer":
                await self._transfer(move, rest)
            case "callback":
                await self._callback(move, rest)
            case "help":
                self._answers.answer(move, "help")
            case _:
                self._answers.answer(move, "unknown", command=command.name)

    async def _note(self, move: Move, text: str) -> None:
        if not text or len(text) > MOST_TEXT:
            self._answers.answer(move, "too_long" if text else "note_empty")
            return
        mentions = mentioned(text, await self._lent.reads.operators()) if "@" in text else ()
        event = OperatorNoted(text=text, mentions=mentions, client_id=self._said(move), **self._about(move))
        await self._operate(move, "note", event, mentions)

    async def _close(self, move: Move, rest: str) -> None:
        outcomes, topics = self._lent.content.outcomes(), self._lent.content.topics()
        read = read_close(rest, outcomes, topics)
        if read is None:
            self._answers.answer(
                move, "close_how", outcomes=", ".join(outcomes) or "–", topics=", ".join(topics) or "–"
            )
            return
        outcome, topic = read
        over = self._lent.over(move.by)
        await self._operate(move, "close", OperatorClosed(outcome=outcome, topic=topic, over=over, **self._about(move)))

    async def _transfer(self, move: Move, rest: str) -> None:
        operators = [each for each in await self._lent.reads.operators() if self._lent.sees(each, WithBot())]
        teams = self._lent.content.teams()
        if not rest:
            here = getattr(move.conversation.phase, "team", "")
            keys = [(team, f"t:{team}") for team in teams if team != here]
            keys += [(f"@{each.name}", f"o:{each.id}") for each in operators if each.id != move.by.id]
            self._answers.choose(move, "transfer_where", keys)
            return
        aim = read_transfer(rest, teams, operators)
        if aim is None:
            names = [*teams, *(f"@{each.id}" for each in operators if each.id != move.by.id)]
            self._answers.answer(move, "transfer_how", names=", ".join(names))
            return
        event = OperatorTransferred(
            team=aim.team,
            to=aim.to,
            to_name=aim.to_name,
            reason=aim.reason,
            over=self._lent.over(move.by),
            **self._about(move),
        )
        await self._operate(move, "transfer", event, (aim.to,) if aim.to else ())

    async def _callback(self, move: Move, rest: str) -> None:
        """``off`` calls off; words are a time; without them the free times are offered."""
        calendar, conversation = self._lent.calendar, move.conversation
        if rest.lower() == "off":
            await self._plan(move, None)
        elif rest:
            begin = await calendar.heard(conversation, rest, move.language)
            if begin is None:
                self._answers.answer(move, "callback_how")
            else:
                await self._plan(move, begin)
        else:
            zone = await calendar.zone(conversation)
            found = await calendar.slots(conversation, SLOTS)
            keys = [(f"{at.astimezone(zone):%d.%m. %H:%M}", f"c:{int(at.timestamp())}") for at in found]
            if keys:
                self._answers.choose(move, "callback_when", keys)
            else:
                self._answers.answer(move, "callback_none")

    async def _plan(self, move: Move, begin: datetime | None) -> None:
        phase = move.conversation.phase
        if isinstance(phase, WithOperator) and phase.operator != move.by.id:
            self._answers.refused_at_once(move, "callback", "not_holder", phase.name)
            return
        planned = move.conversation.callback or getattr(phase, "callback", None)
        if begin is None and planned is None:
            self._answers.answer(move, "callback_not_planned")
            return
        event = await self._lent.calendar.plan(move.conversation, move.event, move.by, begin)
        if event is None:
            self._answers.answer(move, "slot_taken")
            return
        await self._operate(move, "callback" if begin else "callback_off", event)

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
                await self._command(move, Command(name=kind))
            case "close":
                self._answers.choose(move, "close_sure", [(self._lent.words.say(language, "keys.close_yes"), "yes")])
            case "yes":
                await self._close(move, "")
            case "t" if value in self._lent.content.teams():
                await self._transfer(move, value)
            case "o":
                await self._transfer(move, f"@{value}")
            case "c" if value.isdigit() and len(value) < 12:
                await self._plan(move, self._time(int(value)))
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

    # ── what comes of it ─────────────────────────────────────────────────────────────────────────────────────────────

    def _about(self, move: Move) -> dict[str, Any]:
        return {
            "id": move.event,
            "at": self._lent.clock.now(),
            "operator": move.by.id,
            "name": move.by.name,
            "conversation": move.conversation.id,
        }

    def _said(self, move: Move) -> str:
        return ours(self._group, move.message)

    async def _operate(self, move: Move, verb: Verb, event: OperatorEvent, calls: tuple[str, ...] = ()) -> None:
        """Stored; whether it may be done is decided in its turn."""
        asked = Asked(
            event=event.id,
            chat=move.topic.chat,
            verb=verb,
            operator=move.by.id,
            name=move.by.name,
            language=move.language,
            topic=move.topic.topic,
            message=move.message,
            said=self._said(move),
            at=self._lent.clock.now(),
            calls=calls,
        )
        self._pending.add(asked)
        if not await self._lent.takes.operate(move.topic.chat, event, f"{move.by.id}:{move.key}"):
            await self.look(asked)

    async def look(self, asked: Asked) -> None:
        """What came of a command whose news may be lost: the conversation says so. Raises StoreError.

        One that was done is answered by whoever tells of it; of one that nobody hears of again nothing is said.
        """
        snapshot = await self._lent.reads.load(asked.chat)
        recent = await self._lent.reads.recent(asked.chat, _BACK)
        made = any(message.client_id == asked.said for message in recent)
        refusal = standing(asked, snapshot.conversation, done=made) if snapshot.conversation else None
        if refusal:
            self._answers.refused(asked, refusal)
        if refusal or asked.at + FORGOTTEN < self._lent.clock.now():
            self._pending.drop(asked)
