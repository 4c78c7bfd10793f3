"""What operators are told in the group, each in their own language."""

from hashlib import blake2s
from html import escape
from typing import Final

from bots.telegram_desk.heard import Person, Wrote
from bots.telegram_desk.line_up import Answer, LineUp
from bots.telegram_desk.pending import Asked, Verb
from bots.telegram_desk.ports import Surroundings
from bots.telegram_desk.reader import calls
from conversation.effects import Refuse
from conversation.records import Operator
from conversation.state import Conversation
from conversation.topics import Topic
from conversation.value import Value

_LONGEST_KEY: Final = 64
"""Bytes of what a button carries."""
_KEYS: Final = 30
"""Buttons that are offered at once."""


class Move(Value, frozen=True, kw_only=True):
    """One thing that an operator did in a chat's topic. ``key`` names it: the same update makes the same event."""

    topic: Topic
    conversation: Conversation
    by: Operator
    language: str
    message: int
    key: str

    @property
    def event(self) -> str:
        return blake2s(f"{self.by.id}\0{self.key}".encode(), digest_size=16).hexdigest()


class Answers:
    def __init__(self, group: int, surroundings: Surroundings, line: LineUp) -> None:
        self._group = group
        self._lent = surroundings
        self._line = line

    def language(self, person: Person) -> str:
        return self._lent.words.language(person.language or self._lent.language)

    def refused(self, asked: Asked, refusal: Refuse) -> None:
        text = self._why_not(asked.language, asked.verb, refusal.reason, refusal.holder)
        self._line.answer(Answer(topic=asked.topic, reply_to=asked.message, text=text))

    def refused_at_once(self, move: Move, verb: Verb, reason: str, holder: str) -> None:
        """What needs no turn to be known."""
        text = self._why_not(move.language, verb, reason, holder)
        self._line.answer(Answer(topic=move.topic.topic, reply_to=move.message, text=text))

    def _why_not(self, language: str, verb: Verb, reason: str, holder: str) -> str:
        """Who has it, and what to do instead."""
        words = self._lent.words
        known = {"not_holder": "refused.held" if holder else "refused.unclaimed"}
        key = known.get(reason, f"refused.{reason}")
        text = words.say(language, key if words.find(language, key) else "refused.other", holder=holder)
        if verb == "reply":
            text = f"{words.say(language, 'not_sent')} {text}"
        return escape(f"✗ {text}")

    async def done(self, asked: Asked) -> None:
        """Answers to customers are seen to be sent by nothing being said: only commands are confirmed."""
        if asked.verb != "reply":
            text = self._lent.words.say(asked.language, f"done.{asked.verb}")
            found = {name: await self._lent.topics.user_of(name) for name in asked.calls}
            people = calls({name: number for name, number in found.items() if number})
            html = f"{escape(f'✓ {text}')} {people}".rstrip()
            self._line.answer(Answer(topic=asked.topic, reply_to=asked.message, text=html))

    async def undelivered(self, chat: str, message: str, error: str) -> None:
        """A message did not reach the customer, or nobody knows whether."""
        topic = await self._lent.topics.of_chat(chat, self._group)
        if topic and topic.topic and topic.open:
            text = self._lent.words.say(self._lent.language, "undelivered", error=error or "–")
            self._line.answer(
                Answer(
                    topic=topic.topic,
                    reply_to=self._number(await self._client(chat, message)),
                    text=escape(f"⚠ {text}"),
                )
            )

    async def _client(self, chat: str, message: str) -> str:
        found = [each for each in await self._lent.reads.recent(chat, 100) if each.id == message]
        return found[0].client_id if found else ""

    def _number(self, client: str) -> int:
        """Of the message in the group that made it; 0: it was not written there."""
        number = client.removeprefix(f"tg:{self._group}:")
        return int(number) if number != client and number.isdigit() else 0

    def say(self, wrote: Wrote, key: str, **values: str) -> None:
        text = escape(self._lent.words.say(self.language(wrote.by), key, **values))
        private = wrote.chat if wrote.private else 0
        self._line.answer(Answer(topic=wrote.topic, reply_to=wrote.message, text=text, chat=private))

    def answer(self, move: Move, key: str, **values: str) -> None:
        text = escape(self._lent.words.say(move.language, key, **values))
        self._line.answer(Answer(topic=move.topic.topic, reply_to=move.message, text=text))

    def choose(self, move: Move, key: str, keys: list[tuple[str, str]]) -> None:
        fitting = tuple((label[:60], payload) for label, payload in keys if len(payload.encode()) <= _LONGEST_KEY)
        text = escape(self._lent.words.say(move.language, key))
        self._line.answer(Answer(topic=move.topic.topic, reply_to=move.message, text=text, keys=fitting[:_KEYS]))
