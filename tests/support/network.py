"""Keeps tests on this machine: a connection that would leave it is refused and fails the test that tried."""

import ipaddress
import os
import socket
from collections.abc import Callable
from typing import Any

import pytest


class OutsideConnectionError(AssertionError):
    """A test tried to reach beyond loopback. Not an OSError: retry loops must not take it for a bad line."""


class Loopback:
    """Watches the ways in which Python code (asyncio's loop among it) opens a connection or asks for a name."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stay in place until `patch` is undone."""
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, self._for_address(getattr(socket.socket, name), position=0))
        patch.setattr(socket.socket, "sendto", self._for_address(socket.socket.sendto, position=-1))
        patch.setattr(socket, "getaddrinfo", self._for_name(socket.getaddrinfo))

    def _for_address(self, original: Callable[..., Any], *, position: int) -> Callable[..., Any]:
        def guarded(sock: socket.socket, *arguments: Any) -> Any:
            if sock.family in {socket.AF_INET, socket.AF_INET6} and arguments:
                self._require_local(str(arguments[position][0]))
            return original(sock, *arguments)

        return guarded

    def _for_name(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(host: str | bytes | None, *arguments: Any, **named: Any) -> Any:
            self._require_local(host.decode() if isinstance(host, bytes) else host or "localhost")
            return original(host, *arguments, **named)

        return guarded

    def _require_local(self, host: str) -> None:
        if is_local(host):
            return
        test = os.environ.get("PYTEST_CURRENT_TEST", "code outside of a test")
        self.refused.append(host)
        raise OutsideConnectionError(f"{test} tried to reach {host}: tests talk to this machine only; use a local fake")


def is_local(host: str) -> bool:
    """Whether `host`, a name or an address, means this machine; the wildcard addresses do (they are bound to)."""
    if host in {"localhost", ""}:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
