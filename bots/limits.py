"""What each channel can carry, as data."""

from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec

from bots.connector import SettingsError
from conversation.content import MediaType
from conversation.value import Value

Receivable: TypeAlias = Literal["location", "photo", "file"]
Unit: TypeAlias = Literal["utf16", "code_points", "bytes"]


class Bucket(Value, frozen=True, kw_only=True):
    """``burst`` at once, then ``rate`` a second."""

    rate: float
    burst: float

    def within(self) -> "Bucket":
        """So much slower that no second sees more than ``rate``, its burst included."""
        burst = max(1.0, min(self.burst, self.rate / 2))
        return Bucket(rate=self.rate - burst + 1.0, burst=burst)


class Pace(Value, frozen=True, kw_only=True):
    """How fast messages may go out; None: as fast as they come."""

    account: Bucket | None = None
    chat: Bucket | None = None
    group: Bucket | None = None
    group_mark: str = ""

    def of(self, address: str) -> Bucket | None:
        """Of one chat."""
        return self.group if self.group_mark and address.startswith(self.group_mark) else self.chat


class Limits(Value, frozen=True, kw_only=True):
    """One channel's table of ``limits.toml``; the words of the fields are explained there."""

    unit: Unit
    text: int
    prompt_text: int
    caption: int
    captioned: tuple[MediaType, ...]
    buttons: int
    label: int
    rows: int
    row_label: int
    payload: int
    media: tuple[MediaType, ...]
    media_buttons: bool
    upload: int
    location: bool
    contact: bool
    receives: tuple[Receivable, ...] = ()
    reply_window: int | None = None
    pace: Pace = Pace()

    def size(self, text: str) -> int:
        """How long the channel says that ``text`` is."""
        return size_in(self.unit, text)


def size_in(unit: Unit, text: str) -> int:
    """How long the channel says that ``text`` is. A lone surrogate counts like any other character."""
    match unit:
        case "utf16":
            return len(text) + sum(character > "\uffff" for character in text)
        case "code_points":
            return len(text)
        case "bytes":
            return len(text.encode("utf-8", "surrogatepass"))


@cache
def all_limits() -> dict[str, Limits]:
    """Channel name to its limits."""
    raw = files("bots").joinpath("limits.toml").read_bytes()
    return msgspec.toml.decode(raw, type=dict[str, Limits], strict=True)


def limits_of(channel: str) -> Limits:
    """What ``channel`` can carry. Raises SettingsError for a channel without a table."""
    known = all_limits()
    if channel not in known:
        raise SettingsError(f"bots/limits.toml has no [{channel}]; it knows {', '.join(sorted(known))}: add a table")
    return known[channel]
