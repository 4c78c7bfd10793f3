"""The errors of Lotse.

LotseError
 ├─ ContentError          an editor's file is wrong: nothing of it is taken over
 ├─ StaleError            somebody else saved this conversation first: load it again, step again
 ├─ StoreError            the database can't take the write now: do not acknowledge
 │   └─ UnreadableError       a stored row is not of a form this version knows: a retry would fail the same way
 ├─ BadInputError         what a channel or a browser sent is not what it should be
 ├─ ActionError           a back-end call broke, was rejected, or took too long
 ├─ ContextError          a provider of the bot folder could not say what the back-end knows
 └─ SendError             a channel did not take a message
     ├─ RetryLaterError       it said when to try again
     ├─ TransientError        it surely did not get it; try again with back-off
     ├─ AmbiguousError        it may have got it
     ├─ RecipientGoneError    nothing reaches this customer any more
     ├─ MigratedError         the customer's address changed
     ├─ WindowClosedError     it takes no free words now: only after the customer's next message, or as a template
     ├─ RefusedError          our message is wrong: a retry would fail the same way
     └─ AccountDownError      our account is shut or its token wrong: stop sending, keep everything
"""

from typing import Literal


class LotseError(Exception):
    """Base of all errors that Lotse raises on purpose."""

    @property
    def told(self) -> str:
        """Its words as a log may show them: ids and numbers, nothing that a customer said."""
        return str(self)


class ContentError(LotseError):
    """A bot folder, or a file in it, can't be used. The message names file, line and what to do."""


class StaleError(LotseError):
    """The conversation was saved by somebody else since it was loaded."""

    def __init__(self, conversation: str) -> None:
        super().__init__(f"conversation {conversation} was changed by another worker")
        self.conversation = conversation


class StoreError(LotseError):
    """The database can't take a write now (full, read-only, gone); what was to be written is not acknowledged."""


class UnreadableError(StoreError):
    """What a row holds can't be read by this version; the database itself is well."""


class BadInputError(LotseError):
    """Input from outside that is not of its documented form. ``code`` is stable and for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ActionError(LotseError):
    """A back-end action gave no result.

    ``reason``: broken, rejected, limit (took too long), unreachable (no connection to the action server), or paused (not called,
    because it failed again and again).
    """

    def __init__(
        self, action: str, reason: Literal["broken", "rejected", "limit", "unreachable", "paused"], detail: str
    ) -> None:
        super().__init__(f"action {action}: {reason}: {detail}")
        self.action = action
        self.reason = reason

    @property
    def told(self) -> str:
        """Without the detail: that is what a back-end said, and it may have been about a customer."""
        return f"action {self.action}: {self.reason}"


class ContextError(LotseError):
    """A context provider gave nothing. ``late``: it took too long; else it broke. The text is for its developer."""

    def __init__(self, provider: str, detail: str, *, late: bool = False) -> None:
        super().__init__(f"context provider {provider}: {detail}")
        self.provider = provider
        self.late = late

    @property
    def told(self) -> str:
        return f"context provider {self.provider}: {'late' if self.late else 'broken'}"


class SendError(LotseError):
    """A channel did not take a message. Subclasses say what follows from it."""


class RetryLaterError(SendError):
    """The channel limits our rate: nothing more to this chat (``account_wide``: to any chat) for ``seconds``."""

    def __init__(self, seconds: float, *, account_wide: bool = False) -> None:
        super().__init__(f"the channel asks to wait {seconds:g} s")
        self.seconds = seconds
        self.account_wide = account_wide


class TransientError(SendError):
    """The channel surely did not take it (refused connection, 5xx, time-out before the request was sent)."""


class AmbiguousError(SendError):
    """The connection broke after the request was sent: it may have arrived."""


class RecipientGoneError(SendError):
    """Blocked, deactivated, kicked."""


class MigratedError(SendError):
    """The chat has a new address; send there."""

    def __init__(self, address: str) -> None:
        super().__init__(f"the chat moved to {address}")
        self.address = address


class WindowClosedError(SendError):
    """The customer's last message is too long ago for free words; the channel takes templates only."""


class RefusedError(SendError):
    """The channel calls the request wrong; trying again can't help."""


class AccountDownError(SendError):
    """Our token is wrong or the account is suspended."""
