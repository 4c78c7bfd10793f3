"""Everything that can happen to a conversation. Operators, timers and back-ends are events like a customer's message.

Each event carries its own ``id`` and time (``at``, aware, UTC): the core reads no clock and rolls no dice.
"""

from datetime import datetime
from typing import TypeAlias

from conversation.callback import Callback, Plan
from conversation.content import Content
from conversation.message import Message
from conversation.understanding import Understanding
from conversation.value import Data, Tagged, Value


class QueuePlace(Value, frozen=True, kw_only=True):
    """Where a parked conversation stands: ``position`` from 1; ``wait`` is an estimate in seconds, if there is one."""

    position: int
    wait: int | None = None


class _Event(Tagged, frozen=True, kw_only=True):
    id: str
    at: datetime


class CustomerSaid(_Event, frozen=True, kw_only=True):
    """``language`` and ``name`` are the channel's hints; empty where it gives none."""

    content: Content
    client_id: str = ""
    language: str = ""
    name: str = ""


class CustomerPressed(_Event, frozen=True, kw_only=True):
    """A button: ``payload`` as it was sent, ``label`` for the history, ``menu`` the id of the message that carried it."""

    payload: str
    label: str = ""
    menu: str = ""
    client_id: str = ""
    language: str = ""
    name: str = ""


class CustomerEdited(_Event, frozen=True, kw_only=True):
    """The customer changed the words of an earlier message (``of``: its ``client_id``). It stays answered."""

    of: str
    content: Content


class CustomerChoseLanguage(_Event, frozen=True, kw_only=True):
    """The customer picked a language on the channel's own control: texts change, the step stays."""

    language: str


class CustomerUnreachable(_Event, frozen=True, kw_only=True):
    """The channel says that nothing can reach the customer any more (blocked, deactivated)."""

    reason: str


class _OperatorEvent(_Event, frozen=True, kw_only=True):
    """``conversation`` is the one on the operator's screen; empty = whichever the chat has now."""

    operator: str
    name: str
    conversation: str = ""


class OperatorClaimed(_OperatorEvent, frozen=True, kw_only=True):
    """The operator takes the chat out of the queue."""


class OperatorAssigned(_OperatorEvent, frozen=True, kw_only=True):
    """Routing gives a waiting chat to the operator, because of ``why``. It does nothing where the chat does not wait any more, or not
    in the queue of ``team`` (empty: whichever) for ``prefer``: a colleague passed it on after that was decided."""

    why: str
    team: str = ""
    prefer: str = ""


class OperatorReplied(_OperatorEvent, frozen=True, kw_only=True):
    """``client_id`` makes a double click one message."""

    content: Content
    client_id: str


class OperatorHandedBack(_OperatorEvent, frozen=True, kw_only=True):
    """Back to the bot, which says that it is one. ``dialog`` and ``step``: where it goes on; empty: where it was."""

    dialog: str = ""
    step: str = ""


class OperatorClosed(_OperatorEvent, frozen=True, kw_only=True):
    """The person is done; the dialog goes on where its ``handover`` says. ``outcome`` and ``topic`` are kept for reports."""

    outcome: str = ""
    topic: str = ""
    over: bool = False
    """The operator may decide over others' chats."""


class OperatorNoted(_OperatorEvent, frozen=True, kw_only=True):
    """An internal note, never shown to the customer; anybody at the desk may write one. ``mentions``: ids of colleagues."""

    text: str
    mentions: tuple[str, ...] = ()
    client_id: str


class OperatorTransferred(_OperatorEvent, frozen=True, kw_only=True):
    """To another team's queue, or to the person ``to`` (an operator's id). Who waits goes to another queue the same way."""

    team: str = ""
    to: str = ""
    to_name: str = ""
    reason: str
    over: bool = False
    """The operator may decide over others' chats."""


class OperatorConsulted(_OperatorEvent, frozen=True, kw_only=True):
    """A colleague is asked in, unseen by the customer."""

    colleague: str
    colleague_name: str
    question: str = ""
    over: bool = False
    """The operator may decide over others' chats."""


class OperatorPlanned(_OperatorEvent, frozen=True, kw_only=True):
    """A call-back was booked for the customer, in place of an earlier one; None: it was called off."""

    callback: Callback | None


class OperatorRan(_OperatorEvent, frozen=True, kw_only=True):
    """The operator runs an action of the back-end, such as one that makes a ticket; what comes of it is noted in the chat."""

    action: str
    arguments: dict[str, Data] = {}


class OperatorJoined(_OperatorEvent, frozen=True, kw_only=True):
    """The chat's customer was said to be the one at ``place`` (channel and address) too, or (``joined`` false) not to be, after all.

    Only a note of who did that: whose chat it is, the store knows.
    """

    place: str
    joined: bool = True


class OperatorLabelled(_OperatorEvent, frozen=True, kw_only=True):
    """The operator says what the customer wanted with ``message`` (its id; ``text``: its words): ``intent``, or empty for nothing
    that the bot does. None: what was said of it is taken back."""

    message: str
    text: str
    intent: str | None


class TimerFired(_Event, frozen=True, kw_only=True):
    """``due`` says which setting of the timer this is: a timer that was moved or stopped meanwhile is ignored.

    ``place`` is filled in for a parked conversation.
    """

    name: str
    due: datetime
    place: QueuePlace | None = None


class Understood(_Event, frozen=True, kw_only=True):
    """The NLU's answer to the ``Understand`` effect named by ``request``."""

    request: str
    understanding: Understanding
    message: Message | None = None
    """In which the customer said so; it gets to know what it was taken for."""


class ActionDone(_Event, frozen=True, kw_only=True):
    """``result`` holds the fields that the catalogue says the action gives. ``plan``: what it changed in the team's calendar."""

    request: str
    result: dict[str, Data]
    plan: Plan | None = None


class ActionFailed(_Event, frozen=True, kw_only=True):
    """Broken, rejected or over its time limit; ``reason`` is for people who operate the service."""

    request: str
    reason: str


class Happened(_Event, frozen=True, kw_only=True):
    """Something outside took place that a dialog may wait for by its ``name``: a payment came in, a ticket was solved."""

    name: str
    data: dict[str, Data] = {}


CustomerEvent: TypeAlias = CustomerSaid | CustomerPressed | CustomerEdited | CustomerChoseLanguage | CustomerUnreachable
OperatorEvent: TypeAlias = (
    OperatorClaimed
    | OperatorAssigned
    | OperatorReplied
    | OperatorHandedBack
    | OperatorClosed
    | OperatorNoted
    | OperatorTransferred
    | OperatorConsulted
    | OperatorPlanned
    | OperatorRan
    | OperatorJoined
    | OperatorLabelled
)
EngineEvent: TypeAlias = TimerFired | Understood | ActionDone | ActionFailed | Happened
Event: TypeAlias = CustomerEvent | OperatorEvent | EngineEvent
