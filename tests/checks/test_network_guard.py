import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.network import Loopback, OutsideConnectionError, is_local

DOCUMENTATION_ADDRESS = "192.0.2.1"  # RFC 5737: never anyone's
ROOT = Path(__file__).parents[2]
SWALLOWS = f"""
import contextlib, socket

def test_quiet():
    with socket.socket() as sock, contextlib.suppress(AssertionError):
        sock.connect(("{DOCUMENTATION_ADDRESS}", 80))
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "::", ""])
def test_own_address_is_local(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host", [DOCUMENTATION_ADDRESS, "10.0.0.1", "2001:db8::1", "example.org", "localhost.example.org"]
)
def test_foreign_address_is_not_local(host: str) -> None:
    assert not is_local(host)


def test_connection_to_foreign_address_names_the_test(loopback: Loopback) -> None:
    with socket.socket() as sock, pytest.raises(OutsideConnectionError, match=r"names_the_test.*192"):
        sock.connect((DOCUMENTATION_ADDRESS, 80))
    loopback.refused.clear()


def test_datagram_to_foreign_address_is_refused(loopback: Loopback) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(OutsideConnectionError):
        sock.sendto(b"x", (DOCUMENTATION_ADDRESS, 53))
    loopback.refused.clear()


async def test_connection_through_the_event_loop_is_refused(loopback: Loopback) -> None:
    with pytest.raises(OutsideConnectionError):
        await asyncio.open_connection(DOCUMENTATION_ADDRESS, 80)
    with pytest.raises(OutsideConnectionError):
        await asyncio.open_connection("example.org", 80)
    assert loopback.refused == [DOCUMENTATION_ADDRESS, "example.org"]
    loopback.refused.clear()


async def test_connection_to_this_machine_goes_through() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    async with await asyncio.start_server(greet, "localhost", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"ahoy\n")
        assert await reader.read() == b"ahoy\n"
        writer.close()


def test_swallowed_refusal_still_fails_its_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import *\nfrom tests.conftest import _nothing_leaves_this_machine"
    )
    (tmp_path / "test_it.py").write_text(SWALLOWS)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--rootdir", tmp_path, "-p", "no:cacheprovider", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "1 passed, 1 error" in run.stdout
    assert f"tried to reach {DOCUMENTATION_ADDRESS}" in run.stdout
