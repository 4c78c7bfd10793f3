"""What a desk's page may say (docs/protocols.md). Pure."""

from typing import Annotated, TypeAlias

import msgspec

from bots.webchat.frames import MAX_SEQ, MAX_TEXT, FrameId
from conversation.errors import BadInputError

_Id: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class Open(_Frame, frozen=True, kw_only=True, tag="open"):
    conversation: _Id


class Older(_Frame, frozen=True, kw_only=True, tag="older"):
    conversation: _Id
    before: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]


class Claim(_Frame, frozen=True, kw_only=True, tag="claim"):
    id: FrameId
    conversation: _Id


class HandBack(_Frame, frozen=True, kw_only=True, tag="hand_back"):
    id: FrameId
    conversation: _Id


class Close(_Frame, frozen=True, kw_only=True, tag="close"):
    id: FrameId
    conversation: _Id


class Reply(_Frame, frozen=True, kw_only=True, tag="reply"):
    id: FrameId
    conversation: _Id
    text: str


class Typing(_Frame, frozen=True, kw_only=True, tag="typing"):
    conversation: _Id
    on: bool


class Resend(_Frame, frozen=True, kw_only=True, tag="resend"):
    """Try again what did not arrive."""

    id: FrameId
    conversation: _Id
    message_id: _Id


class Settle(_Frame, frozen=True, kw_only=True, tag="settle"):
    """What was unsure arrived; what failed is left so."""

    id: FrameId
    conversation: _Id
    message_id: _Id


class AskUndelivered(_Frame, frozen=True, kw_only=True, tag="undelivered"):
    pass


DeskFrame: TypeAlias = Open | Older | Claim | HandBack | Close | Reply | Typing | Resend | Settle | AskUndelivered
_decoder: msgspec.json.Decoder[DeskFrame] = msgspec.json.Decoder(DeskFrame)


def read_frame(raw: str) -> DeskFrame:
    """Raises BadInputError for anything that docs/protocols.md does not describe."""
    try:
        frame = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInputError("bad_frame", f"this frame is not of the protocol: {error}") from None
    if isinstance(frame, Reply) and not 0 < len(frame.text.strip()) <= len(frame.text) <= MAX_TEXT:
        raise BadInputError("too_long", f"an answer has 1 to {MAX_TEXT:,} characters")
    return frame
