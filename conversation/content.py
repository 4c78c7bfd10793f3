"""What a message can hold, the same for every channel."""

from typing import Final, Literal, TypeAlias

from conversation.value import Tagged, Value

MAX_TEXT: Final = 4_000
"""Characters that somebody may write in one message."""
LARGEST_UPLOAD: Final = 10 * 1024 * 1024
"""Bytes of a file that an operator may send."""
UPLOAD: Final = "upload/"
PRESSED: Final = "~"
"""What the payloads of answers begin with that an operator offered: whoever presses one says its words."""
MediaType: TypeAlias = Literal["photo", "file", "audio", "video", "voice", "sticker"]


class Text(Tagged, frozen=True, kw_only=True):
    """Words, as plain text: never markup."""

    text: str


class Media(Tagged, frozen=True, kw_only=True):
    """A file. ``ref`` names it: ``media/…`` in the bot folder, ``upload/…`` of an operator, or the channel's own file id."""

    type: MediaType
    ref: str
    name: str = ""
    mime: str = ""
    size: int = 0
    """Bytes; 0 where the channel does not tell."""
    caption: str = ""


class Location(Tagged, frozen=True, kw_only=True):
    """A point in degrees, WGS 84."""

    latitude: float
    longitude: float


class Contact(Tagged, frozen=True, kw_only=True):
    """A phone number that the customer shared; ``own`` only where the channel proves that it is theirs."""

    phone: str
    name: str = ""
    own: bool = False


class Unsupported(Tagged, frozen=True, kw_only=True):
    """Something that this channel can send and Lotse can't show; ``what`` is the channel's word for it."""

    what: str


class Example(Tagged, frozen=True, kw_only=True):
    """A note for whoever teaches the bot: the customer said that ``text`` means ``intent``, or none of those in ``scores``.

    ``of``: the message that it is about, where an operator said so.
    """

    text: str
    language: str
    intent: str
    scores: dict[str, float]
    of: str = ""


class Note(Tagged, frozen=True, kw_only=True):
    """Words among colleagues: a system message, which no customer sees. ``mentions``: the ids of those it is for."""

    text: str
    mentions: tuple[str, ...] = ()
    to: str = ""
    """The colleague, team or action that it is about, as people call it."""


class Button(Value, frozen=True, kw_only=True):
    """An answer the customer can press. ``payload`` is an id (at most 64 bytes), never the label."""

    payload: str
    label: str


class Prompt(Tagged, frozen=True, kw_only=True):
    """What the bot says: text, buttons in order, and at most one file."""

    text: str
    buttons: tuple[Button, ...] = ()
    attach: Media | None = None


Content: TypeAlias = Text | Media | Location | Contact | Unsupported | Example | Note | Prompt


def media_of(content: Content) -> Media | None:
    """The file that a message is or brings along; there is at most one."""
    match content:
        case Media():
            return content
        case Prompt(attach=attach):
            return attach
        case _:
            return None


def plain_text(content: Content) -> str:
    """The words of a message: what the bot listens to and a one-line preview shows."""
    match content:
        case Text(text=text) | Prompt(text=text):
            return text
        case Media(caption=caption):
            return caption
        case Contact(phone=phone):
            return phone
        case Location(latitude=latitude, longitude=longitude):
            return f"{latitude:.5f}, {longitude:.5f}"
        case Unsupported() | Example() | Note():
            return ""
