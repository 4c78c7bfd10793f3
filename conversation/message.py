"""One line of a conversation's history."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.content import Content
from conversation.understanding import Meaning
from conversation.value import Value

Author: TypeAlias = Literal["customer", "bot", "operator", "system"]


class Message(Value, frozen=True, kw_only=True):
    """What somebody said.

    ``seq`` counts the messages of a chat from 1, without gaps: a live client asks for all after the last it has.
    Messages of ``bot`` and ``operator`` go to the customer; ``system`` notes are for the desk only.
    """

    id: str
    seq: int
    author: Author
    at: datetime
    content: Content
    name: str = ""
    """The operator's display name."""
    client_id: str = ""
    """The id that the sender's own program gave the message; unique per sender."""
    origin: str = ""
    """Bot messages: dialog and text key, ``support/menu.error``. System notes: what happened, ``claimed``."""
    edits: str = ""
    """This message replaces the words of the one with this ``client_id``."""
    meaning: Meaning | None = None
    """A customer's words: what the bot took them for. For the desk, never for the customer."""
