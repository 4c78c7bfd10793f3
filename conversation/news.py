"""What goes over the bus to the sockets that show a chat: a hint to look, never the only copy of anything."""

from typing import Literal, TypeAlias

from conversation.effects import Refuse
from conversation.events import QueuePlace
from conversation.message import Message
from conversation.records import Card, SendState
from conversation.value import Tagged

DESK_TOPIC = "desk"
"""Cards, refusals and deliveries of all chats."""

ATTENDANCE_TOPIC = "attendance"
"""That somebody came to the desk, left it, or chose another status."""

QUEUE_TOPIC = "queue"
"""That somebody left a queue: those behind moved up."""

LOST_TOPIC = "lost"
"""That a worker ended who may not have told all that it had saved."""


CONTEXT_TOPIC = "context"
"""That a desk wants the back-end asked anew about a customer: a ``ContextNews``, for the worker that has the chat."""


def chat_topic(chat: str) -> str:
    return f"chat:{chat}"


class TurnNews(Tagged, frozen=True, kw_only=True):
    """A saved turn. On the desk's topic without ``messages``. ``working``: the bot waits for a back-end.

    ``seq``: the number of the chat's newest message, where the news were read from the store: it has the messages.
    """

    chat: str
    card: Card
    messages: tuple[Message, ...] = ()
    place: QueuePlace | None = None
    working: bool = False
    refusals: tuple[Refuse, ...] = ()
    seq: int = 0


class TypingNews(Tagged, frozen=True, kw_only=True):
    chat: str
    who: Literal["customer", "operator"]
    on: bool
    name: str = ""


class DeliveryNews(Tagged, frozen=True, kw_only=True):
    """How far an outgoing message came. ``decided``: an operator said what is to follow."""

    chat: str
    message: str
    state: SendState
    error: str = ""
    decided: bool = False


class ReadNews(Tagged, frozen=True, kw_only=True):
    """The customer has seen the messages up to ``seq``."""

    chat: str
    seq: int


class QueueNews(Tagged, frozen=True, kw_only=True):
    """Somebody left the queue of ``team``."""

    team: str


class ContextNews(Tagged, frozen=True, kw_only=True):
    """What a back-end knows about the customer came in: the store has it, and only the desk may read it."""

    chat: str
    conversation: str


News: TypeAlias = TurnNews | TypingNews | DeliveryNews | QueueNews | ReadNews | ContextNews
