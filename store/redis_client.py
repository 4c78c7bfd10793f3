"""How this service asks Redis something: at once or not at all, and nothing twice."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from conversation.errors import LotseError


def open_client(url: str, *, patience: float) -> Redis:
    """Connects when it is first needed, for ``patience`` seconds at most. Raises LotseError for a URL that names no Redis."""
    try:
        return Redis.from_url(
            url, protocol=2, retry=Retry(NoBackoff(), 0), socket_timeout=None, socket_connect_timeout=patience
        )
    except ValueError as error:
        # The URL may hold a password: it is not repeated.
        raise LotseError(f"the address of Redis can't be read ({error}): see LOTSE_REDIS__URL") from error
