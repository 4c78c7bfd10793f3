"""Who a request comes from, also behind a proxy."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

from aiohttp import web

Network: TypeAlias = IPv4Network | IPv6Network


def client_of(request: web.Request, proxies: Sequence[Network]) -> str:
    """The client's address, for limits: the last hop that is none of ``proxies``.

    ``X-Forwarded-For`` is believed only as far as our own proxies wrote it: anybody can send one.
    """
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    client = request.remote or ""
    while hops and _trusted(client, proxies):
        before = _address(hops.pop())
        if before is None:
            break
        client = str(before)
    return client


def _trusted(client: str, proxies: Sequence[Network]) -> bool:
    address = _address(client)
    return address is not None and any(address in network for network in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address in IPv6 clothes counts as what it is. None for anything else than an address."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
