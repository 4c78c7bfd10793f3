"""Limits count clients, not the proxy that they all come through."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from app.settings import Settings
from tests.support.service import PASSWORD, Running, running
from web.proxies import client_of

OURS = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6,198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1", "10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        ("127.0.0.1", ["198.51.100.1, nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, "], "127.0.0.1"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_the_client_is_the_last_hop_that_is_not_ours(remote: str, forwarded: list[str], client: str) -> None:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=remote)
    assert client_of(request, OURS) == client


async def tries(lotse: Running, forwarded: str, count: int) -> list[int]:
    browser = lotse.browser()
    wrong = {"operator": "nobody", "password": "wrong"}
    return [(await browser.post("/desk/login", wrong, **{"X-Forwarded-For": forwarded})).status for _ in range(count)]


async def test_people_behind_our_proxy_have_limits_of_their_own(tmp_path: Path) -> None:
    async with running(tmp_path, proxies=("127.0.0.1",)) as lotse:
        await lotse.add_operator("ada")
        assert await tries(lotse, "198.51.100.1", 11) == [401] * 10 + [429]
        answer = await lotse.browser().post(
            "/desk/login", {"operator": "ada", "password": PASSWORD}, **{"X-Forwarded-For": "198.51.100.2"}
        )
        assert answer.status == 200
        first, second = ({"X-Forwarded-For": f"198.51.100.{number}"} for number in (1, 2))
        codes = [(await lotse.browser().post("/webchat/session", {}, **first)).status for _ in range(61)]
        assert codes == [200] * 60 + [429]
        assert (await lotse.browser().post("/webchat/session", {}, **second)).status == 200


async def test_without_a_proxy_nobody_chooses_an_address(lotse: Running) -> None:
    statuses = [(await tries(lotse, f"198.51.100.{number}", 1))[0] for number in range(11)]
    assert statuses == [401] * 10 + [429]


def test_proxies_are_addresses_or_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_WEB__PROXIES", '["127.0.0.1", "10.0.0.0/8"]')
    assert Settings(_env_file=None).web.proxies == [ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8")]
    monkeypatch.setenv("LOTSE_WEB__PROXIES", '["proxy.example"]')
    with pytest.raises(ValueError, match="proxies"):
        Settings(_env_file=None)
