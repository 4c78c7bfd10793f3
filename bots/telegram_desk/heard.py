"""What came in from the group, in our own words."""

from typing import TypeAlias

from conversation.content import Location, MediaType
from conversation.value import Tagged, Value


class Person(Value, frozen=True, kw_only=True):
    """``user`` 0: nobody in particular, such as an administrator who writes as the group. ``language``: of their app, may be empty."""

    user: int
    name: str = ""
    language: str = ""


class Attached(Value, frozen=True, kw_only=True):
    """A file in Telegram's hands. ``size`` 0: not told."""

    id: str
    type: MediaType
    name: str = ""
    mime: str = ""
    size: int = 0


class Wrote(Tagged, frozen=True, kw_only=True):
    """``private``: to the bot alone. ``topic`` 0: the group's general one. ``text``: also what stands below a file."""

    chat: int
    private: bool
    topic: int
    message: int
    by: Person
    text: str = ""
    file: Attached | None = None
    place: Location | None = None
    edited: bool = False
    strange: bool = False
    """Of a kind that nobody at a channel can be given: a poll, a dice."""


class Pressed(Tagged, frozen=True, kw_only=True):
    """A button below one of our messages."""

    query: str
    chat: int
    topic: int
    message: int
    by: Person
    payload: str


Heard: TypeAlias = Wrote | Pressed
