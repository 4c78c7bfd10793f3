"""What a desk's page may say (docs/protocols.md). Pure."""

from datetime import datetime
from typing import Annotated, Final, TypeAlias

import msgspec

from bots.webchat.frames import MAX_SEQ, FrameId
from conversation.content import MAX_TEXT
from conversation.errors import BadInputError
from conversation.records import Status
from conversation.value import Data

MAX_BUTTONS: Final = 10
"""Answers that an operator may offer with a message."""
MAX_LABEL: Final = 60
"""Characters of one of them."""
MAX_REASON: Final = 1_000
"""Characters of what is said with a transfer or a consultation."""
MAX_MENTIONS: Final = 20

_STORABLE: Final = r"^[^\x00]*$"
"""No database looks for anything else."""

_Id: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=_STORABLE)]
_Word: TypeAlias = Annotated[str, msgspec.Meta(max_length=64, pattern=_STORABLE)]
_Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=200, pattern=_STORABLE)]
_Label: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_LABEL)]
_Language: TypeAlias = Annotated[str, msgspec.Meta(max_length=8)]
_Reason: TypeAlias = Annotated[str, msgspec.Meta(max_length=MAX_REASON)]


class _Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class _Command(_Frame, frozen=True, kw_only=True):
    id: FrameId
    conversation: _Id


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


class Open(_Frame, frozen=True, kw_only=True, tag="open"):
    """``language``: of the summary."""

    conversation: _Id
    language: _Language = ""


class Older(_Frame, frozen=True, kw_only=True, tag="older"):
    conversation: _Id
    before: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]


class Typing(_Frame, frozen=True, kw_only=True, tag="typing"):
    conversation: _Id
    on: bool


class Refresh(_Frame, frozen=True, kw_only=True, tag="refresh"):
    """Ask the back-end again."""

    conversation: _Id


class AskSlots(_Frame, frozen=True, kw_only=True, tag="slots"):
    """Free times for a call-back; empty ``team``: the conversation's, or the first that calls back."""

    conversation: _Id
    team: _Name = ""


class AskCanned(_Frame, frozen=True, kw_only=True, tag="canned"):
    conversation: _Id
    language: _Language = ""


class Find(_Frame, frozen=True, kw_only=True, tag="find"):
    text: _Name


class AskUndelivered(_Frame, frozen=True, kw_only=True, tag="undelivered"):
    pass


# ── what is done ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Claim(_Command, frozen=True, kw_only=True, tag="claim"):
    pass


class Place(msgspec.Struct, frozen=True, kw_only=True):
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Reply(_Command, frozen=True, kw_only=True, tag="reply"):
    """Words, a file with words, words with answers to press, or a place alone."""

    text: str = ""
    upload: _Word = ""
    location: Place | None = None
    buttons: Annotated[tuple[_Label, ...], msgspec.Meta(max_length=MAX_BUTTONS)] = ()


class Note(_Command, frozen=True, kw_only=True, tag="note"):
    text: str
    mentions: Annotated[tuple[_Name, ...], msgspec.Meta(max_length=MAX_MENTIONS)] = ()


class Transfer(_Command, frozen=True, kw_only=True, tag="transfer"):
    """To a team, to a person, or to a person of a team."""

    team: _Name = ""
    to: _Name = ""
    reason: _Reason = ""


class Consult(_Command, frozen=True, kw_only=True, tag="consult"):
    colleague: _Name
    question: _Reason = ""


class HandBack(_Command, frozen=True, kw_only=True, tag="hand_back"):
    dialog: _Name = ""
    step: _Name = ""


class Close(_Command, frozen=True, kw_only=True, tag="close"):
    outcome: _Word = ""
    topic: _Name = ""


class Plan(_Command, frozen=True, kw_only=True, tag="plan"):
    """``begin`` None: what was planned is called off."""

    begin: datetime | None = None
    phone: _Word = ""
    topic: _Name = ""
    team: _Name = ""


class Run(_Command, frozen=True, kw_only=True, tag="run"):
    action: _Name
    arguments: dict[str, Data] = {}


class Label(_Command, frozen=True, kw_only=True, tag="label"):
    """What the customer wanted with a message: an intent, or empty for nothing that the bot does. None: what was said of it is taken
    back."""

    message_id: _Id
    intent: _Name | None


class Join(_Command, frozen=True, kw_only=True, tag="join"):
    chat: _Id


class Part(_Command, frozen=True, kw_only=True, tag="part"):
    chat: _Id


class SetStatus(_Frame, frozen=True, kw_only=True, tag="status"):
    id: FrameId
    status: Status


class Resend(_Command, frozen=True, kw_only=True, tag="resend"):
    """Try again what did not arrive."""

    message_id: _Id


class Settle(_Command, frozen=True, kw_only=True, tag="settle"):
    """What was unsure arrived; what failed is left so."""

    message_id: _Id


Turning: TypeAlias = Claim | Reply | Note | Transfer | Consult | HandBack | Close | Run | Label
"""What becomes an event of the conversation."""
Looking: TypeAlias = Open | Older | Typing | Refresh | AskSlots | AskCanned | Find | AskUndelivered
DeskFrame: TypeAlias = Turning | Plan | Join | Part | SetStatus | Resend | Settle | Looking
_decoder: msgspec.json.Decoder[DeskFrame] = msgspec.json.Decoder(DeskFrame)


def read_frame(raw: str) -> DeskFrame:
    """Raises BadInputError for anything that docs/protocols.md does not describe."""
    try:
        frame = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInputError("bad_frame", f"this frame is not of the protocol: {error}") from None
    match frame:
        case Reply():
            _check_reply(frame)
        case Note(text=text) if not 0 < len(text.strip()) <= len(text) <= MAX_TEXT:
            raise BadInputError("too_long", f"a note has 1 to {MAX_TEXT:,} characters")
        case Transfer(team="", to=""):
            raise BadInputError("bad_frame", "a transfer needs a team or a person")
        case HandBack(dialog=dialog, step=step) if bool(dialog) != bool(step):
            raise BadInputError("bad_frame", "a step is named by its dialog and its name")
        case Plan(begin=datetime(tzinfo=None)):
            raise BadInputError("bad_frame", "a time needs its offset: 2026-03-02T15:00:00Z")
        case _:
            pass
    return frame


def _check_reply(frame: Reply) -> None:
    words = bool(frame.text.strip())
    if len(frame.text) > MAX_TEXT or not (words or frame.upload or frame.location):
        raise BadInputError("too_long", f"an answer has 1 to {MAX_TEXT:,} characters")
    if frame.location and (words or frame.upload or frame.buttons):
        raise BadInputError("bad_frame", "a place is sent alone")
    if frame.buttons and not words:
        raise BadInputError("bad_frame", "answers to press need a question")
    if frame.buttons and frame.upload:
        raise BadInputError("bad_frame", "a file and answers to press are two messages")
    if any(not label.strip() for label in frame.buttons):
        raise BadInputError("bad_frame", "an answer to press needs words")
