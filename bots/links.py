"""Signed links to files of the bot folder and of operators: who has one may fetch that file, for a while. Nobody else outside the desk may."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from conversation.content import UPLOAD, Media
from conversation.ports import Clock

LIFETIME: Final = timedelta(days=3)
PATH: Final = "/files"
_MEDIA: Final = "media/"
_EXPIRY, _CHAT, _MAC = 5, 6, 16
"""Bytes of a token's parts: 36 characters together, since an SMS has room for few."""

Purpose: TypeAlias = Literal["file", "upload"]
Standing: TypeAlias = Literal["valid", "expired", "forged"]


class Links:
    """``/files/<token>/<path below media/>`` and ``/files/<token>/upload/<id>/<name>``, for a web chat's own page and, below the public URL, for channels that can't carry a file.

    A token signs the file, the chat it was sent to and its last second.

    ``secret`` is shared by all that make links and all that answer them. The chat stands in the link as a keyed hash: an
    address may be a phone number.
    """

    def __init__(self, secret: bytes, clock: Clock, public_url: str) -> None:
        self._secret = secret
        self._clock = clock
        self._base = public_url.rstrip("/")

    def make(self, media: Media, channel: str, address: str) -> str:
        """A whole address. Empty for a file that only its channel has, and where nobody said how the world reaches this service."""
        path = self.path(media, channel, address)
        return f"{self._base}{path}" if self._base and path else ""

    def path(self, media: Media, channel: str, address: str) -> str:
        """From the root of this service, for a page that knows where it is. Empty for a file that is neither the bot folder's
        nor an operator's."""
        if not media.ref.startswith((_MEDIA, UPLOAD)):
            return ""
        expiry = int((self._clock.now() + LIFETIME).timestamp()).to_bytes(_EXPIRY, "big")
        body = expiry + self._sign("chat", f"{channel}:{address}".encode())[:_CHAT]
        if media.ref.startswith(UPLOAD):
            token = urlsafe_b64encode(body + self._mac(body, media.ref, "upload")).decode()
            return f"{PATH}/{token}/{media.ref}/{quote(media.name or 'file', safe='')}"
        name = media.ref.removeprefix(_MEDIA)
        token = urlsafe_b64encode(body + self._mac(body, name)).decode()
        return f"{PATH}/{token}/{quote(name)}"

    def read(self, token: str, name: str, purpose: Purpose = "file") -> Standing:
        """Whether the token is one for ``media/<name>``, or for the upload of which ``name`` is the ``ref``, and still holds."""
        try:
            raw = urlsafe_b64decode(token.encode("ascii"))
        except ValueError:
            return "forged"
        body, mac = raw[:-_MAC], raw[-_MAC:]
        if len(body) != _EXPIRY + _CHAT or not hmac.compare_digest(mac, self._mac(body, name, purpose)):
            return "forged"
        return "valid" if self._clock.now().timestamp() <= int.from_bytes(body[:_EXPIRY], "big") else "expired"

    def _mac(self, body: bytes, name: str, purpose: Purpose = "file") -> bytes:
        return self._sign(purpose, body + name.encode("utf-8", "surrogatepass"))[:_MAC]

    def _sign(self, purpose: str, what: bytes) -> bytes:
        return hmac.new(self._secret, f"{purpose}\0".encode() + what, hashlib.sha256).digest()
