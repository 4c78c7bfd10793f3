"""Commands that were stored and have no answer yet: what came of them is seen in the conversation, or heard as a refusal."""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from conversation.effects import Refuse
from conversation.message import Message
from conversation.state import Conversation, WithOperator
from conversation.value import Value

Verb: TypeAlias = Literal["claim", "reply", "note", "transfer", "bot", "close", "callback", "callback_off"]
MARKS: Final[dict[Verb, frozenset[str]]] = {
    "claim": frozenset({"claimed"}),
    "bot": frozenset({"handed_back"}),
    "close": frozenset({"closed"}),
    "transfer": frozenset({"transferred"}),
    "callback": frozenset({"callback_planned"}),
    "callback_off": frozenset({"callback_off"}),
    "reply": frozenset(),
    "note": frozenset(),
}
"""The system notes that show that it was done."""
OVERDUE: Final = timedelta(seconds=5)
"""After that news of it may have been lost: the conversation itself is looked at."""
FORGOTTEN: Final = timedelta(minutes=1)
"""After that nobody waits for an answer any more."""
_MOST: Final = 1_000


class Asked(Value, frozen=True, kw_only=True):
    """``event``: its id. ``said``: the ``client_id`` of the message that it makes. ``message``: what to reply to."""

    event: str
    chat: str
    verb: Verb
    operator: str
    name: str
    language: str
    topic: int
    message: int
    said: str
    at: datetime
    calls: tuple[str, ...] = ()
    """Colleagues whom it is for."""


class Pending:
    """Lost at a restart: then nobody is told of a refusal, and what was done shows in the topic as for all."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, Asked] = OrderedDict()

    def add(self, asked: Asked) -> None:
        self._asked[asked.event] = asked
        while len(self._asked) > _MOST:
            self._asked.popitem(last=False)

    def refused(self, refusal: Refuse) -> Asked | None:
        return self._asked.pop(refusal.event, None)

    def drop(self, asked: Asked) -> None:
        self._asked.pop(asked.event, None)

    def shown_by(self, chat: str, message: Message) -> Asked | None:
        """The command that this message shows to be done."""
        for asked in self._of(chat):
            if _shows(asked, message):
                return self._asked.pop(asked.event)
        return None

    def overdue(self, now: datetime) -> list[Asked]:
        return [asked for asked in self._asked.values() if asked.at + OVERDUE < now]

    def _of(self, chat: str) -> Iterator[Asked]:
        return (asked for asked in list(self._asked.values()) if asked.chat == chat)


def _shows(asked: Asked, message: Message) -> bool:
    if asked.verb in ("reply", "note"):
        return message.client_id == asked.said
    if message.author != "system" or message.origin not in MARKS[asked.verb]:
        return False
    return asked.verb.startswith("callback") or message.name == asked.name  # a call-back's note has its time there


def standing(asked: Asked, conversation: Conversation, done: bool) -> Refuse | None:
    """What must have come of a command whose news were lost, as the chat stands now; None: it was done, or nobody can tell.

    ``done``: the message that it makes is in the history.
    """
    phase = conversation.phase
    holder = phase.name if isinstance(phase, WithOperator) and phase.operator != asked.operator else ""
    if done or asked.verb == "note":
        return None
    if asked.verb == "claim" and holder:
        return Refuse(operator=asked.operator, event=asked.event, reason="held_by_other", holder=holder)
    if asked.verb == "reply" and (holder or not isinstance(phase, WithOperator)):
        return Refuse(operator=asked.operator, event=asked.event, reason="not_holder", holder=holder)
    return None
