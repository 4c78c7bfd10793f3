"""Several processes of the service on one PostgreSQL and one Redis, as on several machines."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.passwords import password_file
from tests.support.customers import AtTheDesk, at_work
from tests.support.process import ROOT, Running, lotse_serve
from tests.support.servers import Server, postgres, redis

COUNTING = ROOT / "tests" / "crash" / "bot"
BEAT = 0.4
"""Seconds: a worker that stands still is given up after five."""


@dataclass(slots=True, kw_only=True)
class Cluster:
    """``live`` is its Redis. Nodes are started and ended by the test; what is left ends with the cluster."""

    folder: Path
    database: Server
    live: Server
    settings: Mapping[str, str] = field(default_factory=dict)
    nodes: dict[str, Running] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self, name: str, command: str, *, port: int = 0) -> Running:
        """``lotse <command>``, answering."""
        var = self.folder / name
        var.mkdir()
        node = lotse_serve(var, {**self._common(), **self.settings}, port=port, command=(command,))
        self.nodes[name] = await self._stack.enter_async_context(node)
        return self.nodes[name]

    async def start_all(self, **commands: str) -> list[Running]:
        """Name to command; all at once, as one does on several machines."""
        return list(await asyncio.gather(*(self.start(name, command) for name, command in commands.items())))

    async def stop(self) -> None:
        await self._stack.aclose()

    def password(self) -> str:
        """Of the first operator, made by whichever process was first."""
        files = [password_file(self.folder / name) for name in self.nodes]
        found = [file.read_text(encoding="utf-8").strip() for file in files if file.is_file()]
        assert len(found) == 1, f"{len(found)} processes made a first operator"
        return found[0]

    def logs(self) -> str:
        return "\n".join(f"── {name}\n{node.log.read_text(encoding='utf-8')}" for name, node in self.nodes.items())

    def _common(self) -> dict[str, str]:
        return {
            "LOTSE_BOT": str(COUNTING),
            "LOTSE_LOG_LEVEL": "warning",
            "LOTSE_DATABASE__URL": self.database.url,
            "LOTSE_REDIS__URL": self.live.url,
            "LOTSE_WEB__PROXIES": '["127.0.0.1"]',
            "LOTSE_WORKER__BEAT": str(BEAT),
        }


@contextmanager
def servers() -> Iterator[tuple[Server, Server]]:
    """PostgreSQL and Redis."""
    with postgres() as database, redis() as live:
        yield database, live


@asynccontextmanager
async def cluster(folder: Path, **settings: str) -> AsyncIterator[Cluster]:
    """Nothing runs yet but PostgreSQL and Redis. ``settings`` beside those that every node has."""
    with servers() as (database, live):
        running = Cluster(folder=folder, database=database, live=live, settings=settings)
        try:
            yield running
        finally:
            await running.stop()


@asynccontextmanager
async def at_the_desk(running: Cluster, *doors: str) -> AsyncIterator[AtTheDesk]:
    """The first operator, at work; ``doors`` are tried in turn."""
    desk = AtTheDesk(url=doors[0], others=doors[1:], operator="operator", password=running.password())
    async with at_work(desk):
        yield desk
