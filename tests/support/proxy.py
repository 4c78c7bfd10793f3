"""Debian's HAProxy with the configuration that is shipped, before processes of a test."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.process import ROOT, free_port, healthy

PROGRAM = "/usr/sbin/haproxy"
CONFIGURATION = ROOT / "deploy" / "haproxy.cfg"
_SERVER = re.compile(r"^ {4}server \S+ \S+:8080\n", re.MULTILINE)
_BIND = re.compile(r"^ {4}bind :8080$", re.MULTILINE)


def configured(port: int, nodes: Sequence[int]) -> str:
    """The shipped file with other ports on this machine, and nothing else changed."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    lines = "".join(f"    server web-{number} 127.0.0.1:{node}\n" for number, node in enumerate(nodes, 1))
    first = _SERVER.search(text)
    assert first, "deploy/haproxy.cfg names no web node"
    text = text[: first.start()] + lines + _SERVER.sub("", text[first.start() :])
    text, bound = _BIND.subn(f"    bind 127.0.0.1:{port}", text)
    assert bound == 1, "deploy/haproxy.cfg listens where the test does not know"
    return text


@asynccontextmanager
async def proxy(folder: Path, nodes: Sequence[int]) -> AsyncIterator[str]:
    """Its address, once a node behind it is ready. ``nodes``: the ports of web nodes, which may come and go."""
    port = free_port()
    file = folder / "haproxy.cfg"
    file.write_text(configured(port, nodes), encoding="utf-8")
    with (folder / "haproxy.log").open("ab") as output:
        words = ("--pdeathsig", "KILL", PROGRAM, "-db", "-f", str(file))
        process = await asyncio.create_subprocess_exec("setpriv", *words, stdout=output, stderr=output)
        try:
            url = f"http://127.0.0.1:{port}"
            await healthy(url, seconds=20)
            yield url
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
