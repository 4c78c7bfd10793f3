"""Versions of a bot as they are kept: a bundle is all of its files under one name, pointers say which one runs."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.state import Conversation
from conversation.value import Value

VERSIONS_TOPIC = "versions"
"""On the bus: a pointer was moved."""

PointerName: TypeAlias = Literal["draft", "live", "canary"]
"""``draft`` follows a bot folder that a service runs from; ``live`` is what was published; ``canary`` is tried on some."""


class Bundle(Value, frozen=True, kw_only=True):
    """One version of a bot, whole and never changed. ``hash`` names its content.

    ``files``: path inside the bot folder to the SHA-256 of what is in it.
    """

    hash: str
    title: str
    files: dict[str, str]
    made_at: datetime


class Release(Value, frozen=True, kw_only=True):
    """That somebody moved a pointer to a bundle, and on what grounds. ``what``: publish, rollback, canary, promote.

    ``checks`` and ``coverage`` are what the checks and the transcripts said, in words. ``model``: the name of the trained
    language model that belongs to it; ``actions``: a hash of the Python code of the back-end actions that were beside it.
    """

    bundle: str
    what: str
    at: datetime
    author: str
    message: str = ""
    checks: str = ""
    coverage: str = ""
    model: str = ""
    actions: str = ""
    share: int = 0


class Pointer(Value, frozen=True, kw_only=True):
    """``share``: of a canary, how many of a hundred customers get it."""

    name: PointerName
    bundle: str
    at: datetime
    share: int = 0


class Kept(Value, frozen=True, kw_only=True):
    """A bundle in the store. ``left_at``: when the last pointer left it, None while one is on it or if none ever was.

    ``release``: the newest. ``running``: open conversations on it.
    """

    bundle: Bundle
    left_at: datetime | None = None
    release: Release | None = None
    running: int = 0


class OpenConversation(Value, frozen=True, kw_only=True):
    """One that is not closed; None if this version of Lotse can't read it."""

    id: str
    conversation: Conversation | None
