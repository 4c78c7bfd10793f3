"""docker-compose.yml read as Docker Compose reads it, and its services run as processes where there is no Docker.

What containers give is replaced and nothing else: names of hosts by ports of this machine, the network's addresses, the volume.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.process import ROOT, Running, free_port, lotse_command, lotse_serve
from tests.support.proxy import proxy
from tests.support.servers import Server

IMAGE = "lotse:local"
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<kind>:-|:\?)(?P<word>[^}]*))?\}")
_CHECKED = re.compile(r"http://127\.0\.0\.1:8080(?P<path>/\w+)")


class UnsetError(Exception):
    """A variable that the file asks for is not set."""


def compose_file() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
    return loaded


def filled(text: str, shell: Mapping[str, str]) -> str:
    """With the shell's variables in the place of ``${…}``. Raises UnsetError with what the file says of a missing one."""

    def value(found: re.Match[str]) -> str:
        given = shell.get(found["name"], "")
        if not given and found["kind"] == ":?":
            raise UnsetError(found["word"])
        return given or (found["word"] or "" if found["kind"] == ":-" else "")

    return _VARIABLE.sub(value, text)


def environment_of(service: Mapping[str, Any], shell: Mapping[str, str]) -> dict[str, str]:
    """A name without a value is handed on where the shell has it."""
    pairs = [filled(line, shell).partition("=") for line in service.get("environment", ())]
    return {name: value if sign else shell[name] for name, sign, value in pairs if sign or name in shell}


@dataclass(slots=True, kw_only=True)
class Composed:
    """``docker compose up`` without Docker. ``door``: the proxy's address."""

    database: Server
    live: Server
    folder: Path
    shell: Mapping[str, str]
    door: str = ""
    nodes: dict[str, Running] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    """In the order in which they were started."""
    _services: dict[str, Any] = field(default_factory=lambda: compose_file()["services"])
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def up(self, name: str) -> None:
        """A service, after those that it depends on are as it wants them."""
        if name in self.done:
            return
        service = self._services[name]
        for other in service.get("depends_on", {}):
            await self.up(other)
        if name in self.done:
            return
        self.done.append(name)
        if service.get("image") == IMAGE:
            await self._own(name, service)
        elif service["image"].startswith("haproxy:"):
            ports = [int(node.url.rpartition(":")[2]) for other, node in self.nodes.items() if other.startswith("web")]
            self.door = await self._stack.enter_async_context(proxy(self.folder, ports))

    async def _own(self, name: str, service: Mapping[str, Any]) -> None:
        program, *words = service["command"]
        assert program == "lotse"
        settings = {key: self._here(value) for key, value in environment_of(service, self.shell).items()}
        if service["healthcheck"].get("disable"):
            assert await lotse_command(words, self.folder, settings) == 0, f"{name} failed"
            return
        asked = _CHECKED.search(service["healthcheck"]["test"][-1])
        assert asked, f"{name} is asked for its health in a way that the test does not know"
        node = lotse_serve(
            self.folder, settings, port=free_port(), command=words, asked=asked["path"], log=f"{name}.log"
        )
        self.nodes[name] = await self._stack.enter_async_context(node)

    def _here(self, value: str) -> str:
        value = re.sub(r"@postgres/", f"@127.0.0.1:{self.database.port}/", value)
        value = value.replace("redis://redis:6379", self.live.url)
        return re.sub(r"172\.30\.77\.0/24", "127.0.0.1/32", value)

    async def down(self) -> None:
        await self._stack.aclose()


@asynccontextmanager
async def composed(database: Server, live: Server, folder: Path, shell: Mapping[str, str]) -> AsyncIterator[Composed]:
    """All services of the file are up."""
    made = Composed(database=database, live=live, folder=folder, shell=shell)
    try:
        for name in compose_file()["services"]:
            await made.up(name)
        yield made
    finally:
        await made.down()


async def database_named(url: str, name: str) -> None:
    """As the image of PostgreSQL makes it."""
    import asyncpg

    connection = await asyncio.wait_for(asyncpg.connect(url), 10)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
