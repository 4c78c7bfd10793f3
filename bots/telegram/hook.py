"""Telegram's web hook, without a web framework: what to answer to a POST."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bots.connector import Reply
from bots.telegram.translate import read_update
from conversation.errors import BadInputError, StoreError
from conversation.ports import Clock, Ids, Receive

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
MAX_BODY = 1_000_000
"""Bytes; an update is a few kilobytes."""
RETRY_AFTER = 5
"""Seconds that Telegram shall wait when we can't store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Called with a POST's body and headers, it takes one delivery and says what to answer.

    ``pressed`` gets the id of a button press after the accept; it must return at once and not raise.
    """

    account: str
    secret: str = field(repr=False)
    receive: Receive
    ids: Ids
    clock: Clock
    pressed: Callable[[str], None]

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """200 only after ``receive`` returned, so that Telegram repeats what was not stored.

        Telegram holds back all later messages of a customer until a delivery gets 2xx: contents that mean nothing to us
        are answered with 200 too.
        """
        if not _is_secret(headers, self.secret):
            return Reply(status=401, text="wrong or missing secret token")
        if len(body) > MAX_BODY:
            return Reply(status=413, text=f"more than {MAX_BODY} bytes")
        try:
            arrival = read_update(body, account=self.account, id_=self.ids.new(), at=self.clock.now())
            if arrival.inbound is not None:
                await self.receive(arrival.inbound)
        except BadInputError as error:
            return Reply(status=400, text=str(error))
        except StoreError:
            return Reply(status=503, text="can't store now", headers={"Retry-After": str(RETRY_AFTER)})
        if arrival.callback:
            self.pressed(arrival.callback)
        return Reply(status=200, text="ok")


def _is_secret(headers: Mapping[str, str], secret: str) -> bool:
    """Header names know no case. Without a secret of ours nothing is let in."""
    given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER.lower()), "")
    return bool(secret) and hmac.compare_digest(given.encode(errors="surrogatepass"), secret.encode())
