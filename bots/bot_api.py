"""What the answers of Telegram's Bot API mean, whichever library asked. Pure."""

import msgspec

from conversation.errors import (
    AccountDownError,
    AmbiguousError,
    MigratedError,
    RecipientGoneError,
    RefusedError,
    RetryLaterError,
    SendError,
    TransientError,
)
from conversation.value import Value

_GONE = ("chat not found", "user is deactivated", "bot was blocked", "user not found")
"""Words of 400 answers that are about the customer and not about our request."""


class ConflictError(RefusedError):
    """Somebody else fetches this bot's updates, or a web hook is set: both exclude fetching."""


class Answer(Value, frozen=True, kw_only=True):
    """An HTTP answer, whole."""

    status: int
    body: bytes


class _Parameters(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    retry_after: float = 0.0
    migrate_to_chat_id: int = 0


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    ok: bool
    result: msgspec.Raw = msgspec.Raw()
    description: str = ""
    error_code: int = 0
    parameters: _Parameters = _Parameters()


_envelopes = msgspec.json.Decoder(_Envelope)


def result_in(answer: Answer, method: str) -> msgspec.Raw:
    """The ``result``, as it came. Raises SendError.

    An unreadable answer with 2xx leaves open what happened; any other came from a machine in between.
    """
    try:
        envelope = _envelopes.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _not_telegram(answer, method) from None
    if not (envelope.ok and answer.status < 300):
        raise _failure(answer.status, envelope, method)
    return envelope.result


def _failure(status: int, envelope: _Envelope, method: str) -> SendError:
    code = envelope.error_code or status
    words = f"{method}: {code} {envelope.description}"
    if envelope.parameters.migrate_to_chat_id:
        return MigratedError(str(envelope.parameters.migrate_to_chat_id))
    if code == 429 or envelope.parameters.retry_after:
        return RetryLaterError(max(1.0, envelope.parameters.retry_after))
    if code == 403:
        return RecipientGoneError(words)
    if code == 400 and any(gone in envelope.description.lower() for gone in _GONE):
        return RecipientGoneError(words)
    if code in (401, 404):  # an unknown token is answered with 404 by some servers; our methods exist
        return AccountDownError(f"Telegram refuses the token: {words}")
    if code == 409:
        return ConflictError(words)
    return _unavailable(code, words) if code >= 500 else RefusedError(words)


def _not_telegram(answer: Answer, method: str) -> SendError:
    words = f"{method}: HTTP {answer.status} with {answer.body[:60]!r}, which is not of the Bot API"
    if answer.status < 300:
        return AmbiguousError(words)
    if answer.status == 413:
        return RefusedError(words)
    return _unavailable(answer.status, words)


def _unavailable(status: int, words: str) -> SendError:
    """504: a gateway gave up waiting for a server that has our request."""
    return AmbiguousError(words) if status == 504 else TransientError(words)
