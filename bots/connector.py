"""What every connector offers to the rest of the service, and what it needs from it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec

from conversation.content import Content, Media, Prompt
from conversation.errors import LotseError
from conversation.ports import Channel, Clock, Ids, Receive
from conversation.value import Data, Value


class SettingsError(LotseError):
    """A channel is configured in a way that can't work. The message names the setting and what to do."""


class Reply(Value, frozen=True, kw_only=True):
    """The HTTP answer to a channel's web hook: plain text."""

    status: int
    text: str = ""
    headers: dict[str, str] = {}


Hook: TypeAlias = Callable[[bytes, Mapping[str, str]], Awaitable[Reply]]
"""Body and headers of a POST to the channel's address -> the answer, given after the durable accept."""

MediaSource: TypeAlias = Callable[[str], Path | bytes]
"""``media/…`` of the bot folder -> where it lies, or its bytes. Raises OSError or KeyError when it is not there."""


def sized(content: Content, media: MediaSource) -> Content:
    """With how many bytes its file of the bot folder has, where the message does not say: a channel takes no larger ones."""
    match content:
        case Prompt(attach=Media() as file):
            return msgspec.structs.replace(content, attach=_measured(file, media))
        case Media():
            return _measured(content, media)
    return content


def _measured(file: Media, media: MediaSource) -> Media:
    if file.size or not file.ref.startswith("media/"):
        return file
    try:
        source = media(file.ref)
        size = source.stat().st_size if isinstance(source, Path) else len(source)
    except (OSError, KeyError):
        return file
    return msgspec.structs.replace(file, size=size)


MediaLink: TypeAlias = Callable[[Media, str, str], str]
"""(file, channel, address) → a link to it that its receiver can open for a while; empty where there is none."""


def no_link(media: Media, channel: str, address: str) -> str:
    """Where nothing answers links."""
    del media, channel, address
    return ""


UploadSource: TypeAlias = Callable[[str], Awaitable[bytes | None]]
"""The id of an operator's file -> its bytes; None when it is not there. Raises StoreError."""


async def no_upload(upload: str) -> bytes | None:
    """Where no operator sends files."""
    del upload
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the service lends to a connector."""

    receive: Receive
    ids: Ids
    clock: Clock
    media: MediaSource
    link: MediaLink = no_link
    upload: UploadSource = no_upload


class Connector(Protocol):
    """A configured channel. ``hook`` is None where the connector fetches its messages itself."""

    @property
    def channel(self) -> Channel: ...

    @property
    def hook(self) -> Hook | None: ...

    async def run(self) -> None:
        """Make messages come in: announce the hook and return, or fetch until cancelled. Retries by itself."""
        ...

    async def close(self) -> None:
        """End connections. Nothing may be sent afterwards."""
        ...


Factory: TypeAlias = Callable[[Mapping[str, Data], Surroundings], Connector]
"""Settings of one channel -> its connector. Raises SettingsError."""
