"""What operators write and press in a chat's topic becomes events, as at the web desk."""

from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from bots.telegram_desk.answers import Answers, Move
from bots.telegram_desk.api import FETCHED, ForumApi
from bots.telegram_desk.commands import Command, mentioned, read_close, read_transfer
from bots.telegram_desk.heard import Wrote
from bots.telegram_desk.pending import FORGOTTEN, Asked, Pending, Verb, standing
from bots.telegram_desk.ports import Surroundings
from bots.telegram_desk.telling import ours
from conversation.callback import Callback
from conversation.content import LARGEST_UPLOAD, MAX_TEXT, Content, Text
from conversation.errors import RefusedError
from conversation.events import (
    OperatorClaimed,
    OperatorClosed,
    OperatorEvent,
    OperatorHandedBack,
    OperatorNoted,
    OperatorPlanned,
    OperatorReplied,
    OperatorTransferred,
)
from conversation.records import Upload
from conversation.state import WithBot, WithOperator

_log = structlog.get_logger("telegram_desk")
SLOTS: Final = 8
"""Times that are offered to press."""
_BACK: Final = 200
"""Messages among which the one is looked for that a command made."""


class Doing:
    def __init__(self, api: ForumApi, surroundings: Surroundings, answers: Answers, pending: Pending) -> None:
        self._api = api
        self._group = api.group
        self._lent = surroundings
        self._answers = answers
        self._pending = pending

    async def reply(self, move: Move, wrote: Wrote) -> None:
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
            if len(wrote.text) > MAX_TEXT:
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

    async def command(self, move: Move, command: Command) -> None:
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
        if not text or len(text) > MAX_TEXT:
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
            await self.plan(move, None)
        elif rest:
            begin = await calendar.heard(conversation, rest, move.language)
            if begin is None:
                self._answers.answer(move, "callback_how")
            else:
                await self.plan(move, begin)
        else:
            zone = await calendar.zone(conversation)
            found = await calendar.slots(conversation, SLOTS)
            keys = [(f"{at.astimezone(zone):%d.%m. %H:%M}", f"c:{int(at.timestamp())}") for at in found]
            if keys:
                self._answers.choose(move, "callback_when", keys)
            else:
                self._answers.answer(move, "callback_none")

    async def plan(self, move: Move, begin: datetime | None) -> None:
        phase = move.conversation.phase
        if isinstance(phase, WithOperator) and phase.operator != move.by.id and not self._lent.over(move.by):
            self._answers.refused_at_once(move, "callback", "not_holder", phase.name)
            return
        planned = move.conversation.callback or getattr(phase, "callback", None)
        if begin is None and planned is None:
            self._answers.answer(move, "callback_not_planned")
            return
        wanted = Callback(id=move.event, team="", begin=begin, operator=move.by.id) if begin else None
        note = OperatorPlanned(callback=wanted, **self._about(move))
        asked = self._asked(move, "callback" if begin else "callback_off")
        taken = await self._lent.calendar.plan(move.conversation, note, _key(move))
        if taken is None:
            self._pending.drop(asked)
            self._answers.answer(move, "slot_taken")
        elif not taken:
            await self.look(asked)

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
        asked = self._asked(move, verb, calls)
        if not await self._lent.takes.operate(move.topic.chat, event, _key(move)):
            await self.look(asked)

    def _asked(self, move: Move, verb: Verb, calls: tuple[str, ...] = ()) -> Asked:
        """Waits for its answer from now on: news of it may be faster than whoever stored it."""
        asked = Asked(
            event=move.event,
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
        return asked

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


def _key(move: Move) -> str:
    """Of what is stored: a repeated update changes nothing."""
    return f"{move.by.id}:{move.key}"
