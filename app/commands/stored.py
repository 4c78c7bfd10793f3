"""What commands do with the store."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from app.settings import Settings

if TYPE_CHECKING:
    from store.sql import SqlStore

T = TypeVar("T")


def with_store(do: Callable[["SqlStore"], Awaitable[T]]) -> T:
    """Done on the store of the settings, which is opened for it."""
    import uvloop

    async def work() -> T:
        from store.sql import SqlStore

        settings = Settings()
        settings.var.mkdir(parents=True, exist_ok=True)
        store = await SqlStore.open(settings.database_url)
        try:
            return await do(store)
        finally:
            await store.close()

    return uvloop.run(work())
