"""Says in the group what is to be said there: one call at a time, at the group's pace, each written down when it is done."""

import mimetypes
from html import escape
from typing import Final

import msgspec
import structlog

from bots.limits import Bucket, limits_of
from bots.telegram_desk.answers import Answers
from bots.telegram_desk.api import LARGEST, ForumApi, TopicGoneError
from bots.telegram_desk.card import ICONS
from bots.telegram_desk.line_up import Answer, LineUp
from bots.telegram_desk.lines import named
from bots.telegram_desk.pending import Pending
from bots.telegram_desk.plan import (
    ChangeCard,
    Know,
    Make,
    Pin,
    PutCard,
    Reopen,
    Retitle,
    Shut,
    Skip,
    Step,
    Tell,
    TellFile,
    TellPlace,
    next_step,
)
from bots.telegram_desk.ports import Surroundings
from bots.telegram_desk.reader import Reader
from conversation.errors import (
    AccountDownError,
    MigratedError,
    RecipientGoneError,
    RefusedError,
    RetryLaterError,
    SendError,
    StoreError,
)
from conversation.message import Message
from conversation.state import Conversation
from conversation.topics import Topic

_log = structlog.get_logger("telegram_desk")
PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds between two tries when nothing works; each is twice as long as the one before."""
_BATCH: Final = 100
_MESSAGES: Final = (PutCard, ChangeCard, Tell, TellFile, TellPlace)
"""What counts towards Telegram's 20 messages a minute."""


def ours(group: int, message: int) -> str:
    """The ``client_id`` of what an operator wrote in the group: it stands there already."""
    return f"tg:{group}:{message}"


class Telling:
    def __init__(
        self,
        api: ForumApi,
        surroundings: Surroundings,
        line: LineUp,
        pending: Pending,
        answers: Answers,
    ) -> None:
        self._api = api
        self._group = api.group
        self._lent = surroundings
        self._line = line
        self._pending = pending
        self._answers = answers
        self._bucket = limits_of("telegram").pace.group or Bucket(rate=0.3, burst=2)
        self._failures = 0
        self._answered: dict[str, None] = {}
        """Messages that were told as the answer to a command."""

    async def run(self) -> None:
        """Until cancelled. What can't be said now stays in the line."""
        while True:
            item = await self._line.next()
            try:
                more = await (self.answer(item) if isinstance(item, Answer) else self.step(item))
                self._failures = 0
            except TopicGoneError:
                more = True
            except RefusedError as error:
                _log.error("not_said", error=str(error), follows="it is at the web desk, and tried again in a while")
                more = False
            except (SendError, StoreError) as error:
                self._again(item)
                await self._rest(error)
                continue
            except Exception:
                _log.exception("not_said", follows="the others go on; this one is tried again in a while")
                more = False
            if more and isinstance(item, str):
                self._line.chat(item, changed=True)

    def _again(self, item: Answer | str) -> None:
        if isinstance(item, Answer):
            self._line.again(item)
        else:
            self._line.chat(item, changed=True)

    async def _rest(self, error: SendError | StoreError) -> None:
        if isinstance(error, RetryLaterError):
            _log.info("group_waits", seconds=error.seconds)
            await self._lent.clock.sleep(error.seconds)
            return
        pause = min(LONGEST_PAUSE, PAUSE * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        if isinstance(error, AccountDownError | RecipientGoneError | MigratedError):
            pause = LONGEST_PAUSE
        _log.warning("group_not_reached", error=str(error), again_in=pause)
        await self._lent.clock.sleep(pause)

    async def pace(self) -> None:
        """Until the group may hear one more message: never more than 20 in a minute."""
        key = f"telegram_desk:{self._group}"
        rate, burst = self._bucket.rate, self._bucket.burst
        while (wait := await self._lent.rates.take(key, rate=rate, burst=burst, queue=1)) is None:
            await self._lent.clock.sleep(1 / rate)
        if wait:
            await self._lent.clock.sleep(wait)

    async def answer(self, answer: Answer) -> bool:
        if not answer.chat:
            await self.pace()
        if answer.change:
            await self._api.change(answer.change, answer.text, answer.keys)
        else:
            await self._api.say(
                answer.topic, answer.text, answer.keys, reply_to=answer.reply_to, chat=answer.chat, quiet=True
            )
        return False

    # ── a chat ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def step(self, chat: str) -> bool:
        """The next thing in the chat's topic; False if there is nothing more. Raises SendError and StoreError."""
        topic, step = await self._plan(chat)
        if step is None:
            return False
        if isinstance(step, _MESSAGES):
            await self.pace()
            topic, step = await self._plan(chat)  # as it is now: the wait may have been long
            if step is None:
                return False
        try:
            after = await self._do(chat, topic, step)
        except TopicGoneError:
            _log.warning("topic_was_deleted", chat=chat, topic=topic.topic, follows="a new one is made")
            await self._lent.topics.put(Topic(chat=chat, forum=self._group))
            raise
        except RefusedError as error:
            after = self._passed_over(topic, step)
            if after == topic:
                raise
            _log.error("step_passed_over", chat=chat, step=type(step).__name__, error=str(error))
        await self._lent.topics.put(after)
        return True

    async def _plan(self, chat: str) -> tuple[Topic, Step | None]:
        lent = self._lent
        topic = await lent.topics.of_chat(chat, self._group) or Topic(chat=chat, forum=self._group)
        try:
            snapshot = await lent.reads.load(chat)
        except KeyError:
            return topic, None
        conversation = snapshot.conversation
        if conversation is None:
            return topic, None
        if not topic.topic or not topic.open:
            topic = _begun(topic, conversation, snapshot.chat.seq)
        messages = await lent.reads.history(chat, topic.seq, _BATCH)
        told = {message.id for message in messages if await self._is_told(chat, message)}
        names = {name for message in messages for name in named(message)}
        people = {name: number for name in sorted(names) if (number := await lent.topics.user_of(name))}
        reader = Reader(words=lent.words, language=lent.language, zone=lent.content.zone(), people=people)
        about = await lent.knows.about(snapshot.chat, conversation, lent.language)
        return topic, next_step(topic, conversation, messages, about, reader, told=told)

    async def _is_told(self, chat: str, message: Message) -> bool:
        """Whether it was written in the group itself, or is told as the answer to a command."""
        asked = self._pending.shown_by(chat, message)
        if asked is not None:
            self._answered[message.id] = None
            while len(self._answered) > _BATCH * 10:
                del self._answered[next(iter(self._answered))]
            await self._answers.done(asked)
        return message.id in self._answered or message.client_id.startswith(ours(self._group, 0)[:-1])

    async def _do(self, chat: str, topic: Topic, step: Step) -> Topic:
        """The topic as it is afterwards."""
        api, number = self._api, topic.topic
        match step:
            case Make(title=title, icon=icon):
                number = await api.make(title, ICONS[icon])
                return _with(topic, topic=number, title=title, icon=icon, open=True, card=0, pinned=0, shown="")
            case Reopen():
                await api.reopen(number)
                return _with(topic, open=True, card=0)
            case Retitle(title=title, icon=icon):
                await api.retitle(number, title, ICONS[icon])
                return _with(topic, title=title, icon=icon)
            case Shut():
                await api.shut(number)
                return _with(topic, open=False)
            case PutCard(html=html, keys=keys, shown=shown, conversation=conversation):
                card = await api.say(number, html, keys)
                return _with(topic, card=card, shown=shown, conversation=conversation, version=0)
            case ChangeCard(html=html, keys=keys, shown=shown):
                await api.change(topic.card, html, keys)
                return _with(topic, shown=shown)
            case Pin():
                await api.pin(topic.card)
                return _with(topic, pinned=topic.card)
            case Tell(html=html, seq=seq, part=part):
                await api.say(number, html, quiet=part > 0)
                return _with(topic, seq=seq, part=part)
            case TellFile() | TellPlace():
                await self._file(chat, number, step)
                return _with(topic, seq=step.seq, part=0)
            case Skip(seq=seq):
                return _with(topic, seq=seq, part=0)
            case Know(version=version):
                return _with(topic, version=version)

    async def _file(self, chat: str, topic: int, step: TellFile | TellPlace) -> None:
        if isinstance(step, TellPlace):
            await self._api.place(topic, step.place, step.title)
            return
        try:
            place = (await self._lent.reads.load(chat)).chat
            mime, body = await self._lent.files.fetch(place, step.media)
        except SendError as error:
            _log.warning("file_not_fetched", chat=chat, error=str(error))
            body, mime = b"", ""
        if not body or len(body) > LARGEST:
            await self._instead(topic, step)
            return
        name = step.media.name or f"{step.media.type}{mimetypes.guess_extension(mime) or ''}"
        try:
            await self._api.file(topic, step.media.type, body, name, step.caption)
        except TopicGoneError:
            raise
        except RefusedError as error:
            _log.warning("file_refused", chat=chat, error=str(error), follows="it is sent as a plain file")
            await self._api.file(topic, "file", body, name, step.caption)

    async def _instead(self, topic: int, step: TellFile) -> None:
        missing = self._lent.words.say(self._lent.language, "file_missing")
        await self._api.say(topic, escape(f"{step.instead}\n{missing}"))

    def _passed_over(self, topic: Topic, step: Step) -> Topic:
        """What Telegram will never take must not hold up all that follows."""
        match step:
            case Tell(seq=seq, part=part):
                return _with(topic, seq=seq, part=part)
            case TellFile(seq=seq) | TellPlace(seq=seq):
                return _with(topic, seq=seq, part=0)
            case ChangeCard():
                return _with(topic, card=0)
            case Pin():
                return _with(topic, pinned=topic.card)
            case Retitle(title=title, icon=icon):
                return _with(topic, title=title, icon=icon)
            case Shut():
                return _with(topic, open=False)
            case Reopen():
                return _with(topic, open=True)
            case _:
                return topic


def _begun(topic: Topic, conversation: Conversation, newest: int) -> Topic:
    """A topic that begins, or begins again, tells of this conversation, and of a very long one the end."""
    before = max(topic.seq, conversation.begins, newest - _BATCH)
    return topic if before == topic.seq else _with(topic, seq=before, part=0)


def _with(topic: Topic, /, **changed: object) -> Topic:
    return msgspec.structs.replace(topic, **changed)
