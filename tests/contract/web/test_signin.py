"""Who may sit at the desk: passwords, sessions, limits."""

import asyncio
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import WSServerHandshakeError

from app import operators
from conversation.errors import StoreError
from conversation.records import Operator
from store.sql import SqlStore
from tests.support.customers import until
from tests.support.desks import parked
from tests.support.played_parts import BreakableStore
from tests.support.service import PASSWORD, Running, running
from web.signin import COOKIE, LIFETIME, UNUSED

ME = {
    "operator": "ada",
    "name": "Ada",
    "role": "operator",
    "teams": [],
    "skills": [],
    "languages": [],
    "capacity": 4,
    "status": "available",
}


async def test_the_right_password_opens_a_session_that_no_script_can_read(lotse: Running) -> None:
    await lotse.add_operator("ada")
    browser = lotse.browser()
    assert (await browser.get("/desk/me")).status == 401
    answer = await browser.post("/desk/login", {"operator": "ada", "password": PASSWORD})
    assert (answer.status, answer.data) == (200, ME)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/desk" in cookie
    assert "Secure" not in cookie, "the service is reached by http here"
    assert (await browser.get("/desk/me")).data == ME


async def test_a_public_address_by_https_makes_the_cookie_secure(tmp_path: Path) -> None:
    async with running(tmp_path, public_url="https://chat.example.net") as lotse:
        await lotse.add_operator("ada")
        answer = await lotse.browser().post("/desk/login", {"operator": "ada", "password": PASSWORD})
        assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("operator", ["ada", "nobody", "", "ada\0", "x" * 10_000])
async def test_a_wrong_password_or_name_says_the_same(lotse: Running, operator: str) -> None:
    await lotse.add_operator("ada")
    answer = await lotse.browser().post("/desk/login", {"operator": operator, "password": "wrong"})
    assert (answer.status, answer.data["code"]) == (401, "wrong_credentials")
    assert "Set-Cookie" not in answer.headers


async def test_a_name_that_no_database_can_look_for_is_wrong_like_any_other(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody outside can make the service say that its database is broken."""

    async def looking(_: object, operator: str) -> None:
        if not operator.isprintable():
            raise StoreError("PostgreSQL takes no such text")

    monkeypatch.setattr(SqlStore, "find_operator", looking)
    answer = await lotse.browser().post("/desk/login", {"operator": "ada\0", "password": "x"})
    assert (answer.status, answer.data["code"]) == (401, "wrong_credentials")


async def test_after_ten_wrong_tries_a_minute_must_pass(lotse: Running) -> None:
    await lotse.add_operator("ada")
    browser = lotse.browser()
    for _ in range(10):
        assert (await browser.post("/desk/login", {"operator": "ada", "password": "wrong"})).status == 401
    answer = await browser.post("/desk/login", {"operator": "ada", "password": PASSWORD})
    assert (answer.status, answer.data["code"]) == (429, "too_fast")
    lotse.clock.turn(60)
    assert (await browser.post("/desk/login", {"operator": "ada", "password": PASSWORD})).status == 200


async def test_tries_from_many_addresses_slow_each_other_down_and_lock_nobody_out(tmp_path: Path) -> None:
    async with running(tmp_path, proxies=("127.0.0.1",)) as lotse:
        await lotse.add_operator("ada")

        async def attempt(number: int, *, right: bool = False, name: str = "ada") -> int:
            headers = {"X-Forwarded-For": f"198.51.100.{number}"}
            body = {"operator": name, "password": PASSWORD if right else "wrong"}
            return (await lotse.browser().post("/desk/login", body, **headers)).status

        assert [await attempt(number) for number in range(10)] == [401] * 10
        resting = lotse.clock.sleeping
        late = [asyncio.create_task(attempt(number)) for number in range(10, 15)]
        await until(lambda: lotse.clock.sleeping == resting + 5, what="five wait")
        late.append(asyncio.create_task(attempt(99, right=True)))
        await until(lambda: lotse.clock.sleeping == resting + 6, what="six wait")
        assert await attempt(50, name="bea") == 401, "another name has a pace of its own"
        assert not any(task.done() for task in late)
        lotse.clock.turn(6)
        assert await asyncio.gather(*late) == [401] * 5 + [200]


async def test_passwords_are_checked_while_every_thread_of_the_loop_hangs(lotse: Running) -> None:
    await lotse.add_operator("ada")
    free = threading.Event()
    stuck = [asyncio.create_task(asyncio.to_thread(free.wait)) for _ in range(64)]
    try:
        answer = await lotse.browser().post("/desk/login", {"operator": "ada", "password": PASSWORD})
        assert answer.status == 200
    finally:
        free.set()
        await asyncio.gather(*stuck)


@pytest.mark.parametrize("path", ["/desk/login", "/desk/logout"])
async def test_foreign_pages_can_not_sign_anybody_in_or_out(lotse: Running, path: str) -> None:
    await lotse.add_operator("ada")
    foreign = lotse.browser("https://evil.example")
    answer = await foreign.post(path, {"operator": "ada", "password": PASSWORD})
    assert (answer.status, answer.data["code"]) == (403, "wrong_origin")


async def test_the_socket_needs_a_session_and_our_own_page(lotse: Running) -> None:
    with pytest.raises(WSServerHandshakeError) as error:
        await lotse.browser().link("/desk/socket")
    assert error.value.status == 401
    ada = await lotse.operator("ada")
    for origin in ("https://evil.example", "null"):
        with pytest.raises(WSServerHandshakeError) as error:
            await ada.link("/desk/socket", Origin=origin)
        assert error.value.status == 403


async def test_signing_out_closes_every_socket_of_the_session_and_only_those(lotse: Running) -> None:
    ada, bea = await lotse.operator("ada"), await lotse.operator("bea")
    desks = [await ada.desk(), await ada.desk()]
    other = await bea.desk()
    assert (await ada.post("/desk/logout")).status == 204
    assert (await ada.get("/desk/me")).status == 401
    for desk in desks:
        assert (await desk.until("error"))["code"] == "signed_out"
        assert await desk.ended() == 1008
    await parked(lotse)
    await other.until("card")
    assert not [frame for desk in desks for frame in desk.frames if frame["type"] == "card"]


async def test_an_open_socket_can_do_nothing_after_its_session_ended(lotse: Running) -> None:
    desk = await (await lotse.operator("ada")).desk()
    _, conversation = await parked(lotse)
    lotse.clock.turn(LIFETIME.total_seconds() + 1)
    await desk.send("claim", id="late", conversation=conversation)
    assert (await desk.until("error"))["code"] == "signed_out"
    assert await desk.ended() == 1008
    assert "with_operator" not in [card.phase for card in await lotse.store.cards()]


@pytest.mark.parametrize("how", ["password", "remove"])
async def test_an_administrator_ends_what_an_operator_has_open(lotse: Running, tmp_path: Path, how: str) -> None:
    ada, bea = await lotse.operator("ada"), await lotse.operator("bea")
    desk, other = await ada.desk(), await bea.desk()
    if how == "password":
        await operators.put(lotse.store, tmp_path, "ada", "anker-boje-neu")
    else:
        await operators.remove(lotse.store, tmp_path, "ada")
    assert (await ada.get("/desk/me")).status == 401
    assert (await bea.get("/desk/me")).status == 200
    lotse.clock.turn(60)
    assert (await desk.until("error"))["code"] == "signed_out"
    assert await desk.ended() == 1008
    await parked(lotse)
    await other.until("card")
    assert not [frame for frame in desk.frames if frame["type"] == "card"]


async def test_a_look_at_the_session_that_fails_ends_nothing_and_is_repeated(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await lotse.operator("ada")
    desk = await ada.desk()
    looks: list[str] = []

    async def look(_: BreakableStore, token: str, now: datetime, unused: timedelta) -> Operator | None:
        looks.append(token)
        if len(looks) == 1:
            raise StoreError("the database restarts")
        return None

    monkeypatch.setattr(BreakableStore, "find_session", look)
    for count in (1, 2):
        lotse.clock.turn(60)
        await until(lambda count=count: len(looks) == count, what="a look")  # type: ignore[misc]
    assert (await desk.until("error"))["code"] == "signed_out"


async def test_a_session_ends_after_its_time(lotse: Running) -> None:
    ada = await lotse.operator("ada")
    left = LIFETIME - timedelta(seconds=1)
    while left:
        step = min(left, UNUSED - timedelta(seconds=1))
        lotse.clock.turn(step.total_seconds())
        left -= step
        assert (await ada.get("/desk/me")).status == 200
    lotse.clock.turn(2)
    assert (await ada.get("/desk/me")).status == 401


async def test_a_session_that_nobody_used_for_half_a_day_has_ended_and_an_open_desk_uses_its_own(
    lotse: Running,
) -> None:
    ada, bea = await lotse.operator("ada"), await lotse.operator("bea")
    desk = await bea.desk()
    for _ in range(13):
        lotse.clock.turn(3600)
        await desk.send("undelivered")
        await desk.until("undelivered", lambda frame: "items" in frame)
    assert (await ada.get("/desk/me")).status == 401
    assert (await bea.get("/desk/me")).status == 200


async def test_signing_in_again_begins_a_new_session_and_ends_the_old_one_in_this_browser(lotse: Running) -> None:
    ada = await lotse.operator("ada")
    desk = await ada.desk()
    old = next(cookie.value for cookie in ada.http.cookie_jar if cookie.key == COOKIE)
    assert (await ada.post("/desk/login", {"operator": "ada", "password": "wrong"})).status == 401
    assert (await ada.get("/desk/me")).status == 200, "a wrong password ends nothing"
    assert (await ada.post("/desk/login", {"operator": "ada", "password": PASSWORD})).status == 200
    assert (await desk.until("error"))["code"] == "signed_out"
    assert (await ada.get("/desk/me")).status == 200
    assert (await lotse.browser().get("/desk/me", Cookie=f"{COOKIE}={old}")).status == 401


async def test_a_session_that_was_planted_is_not_taken_over_by_a_sign_in(lotse: Running) -> None:
    await lotse.add_operator("ada")
    browser = lotse.browser()
    body = {"operator": "ada", "password": PASSWORD}
    assert (await browser.post("/desk/login", body, Cookie=f"{COOKIE}=planted")).status == 200
    assert (await lotse.browser().get("/desk/me", Cookie=f"{COOKIE}=planted")).status == 401


async def test_another_role_holds_from_the_next_request_on(lotse: Running) -> None:
    ada = await lotse.operator("ada")
    await operators.change(lotse.store, "ada", operators.Wanted(role="editor", teams=("support",)))
    answer = await ada.get("/desk/me")
    assert (answer.data["role"], answer.data["teams"]) == ("editor", ["support"])
