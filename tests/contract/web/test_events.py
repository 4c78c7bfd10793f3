"""The back-ends' door: what it takes and refuses, and that a delivery has one effect."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conversation.content import Text
from conversation.state import Conversation
from tests.support.browsing import Answer
from tests.support.service import Running, running

TOKEN = "a-long-secret"
PAID = {"id": "pay-1", "name": "paid", "data": {"amount": 12.5}}


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True, events_token=TOKEN) as made:
        yield made


@pytest.fixture
def stored(lotse: Running, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The chats for which an event of ours went to the store."""
    chats: list[str] = []
    accept = lotse.store.accept_own

    async def note(chat: str, *rest: Any) -> Any:
        chats.append(chat)
        return await accept(chat, *rest)

    monkeypatch.setattr(lotse.store, "accept_own", note)
    return chats


async def tell(lotse: Running, body: Any, token: str = TOKEN, **headers: str) -> Answer:
    return await lotse.browser().post("/hooks/events", body, Authorization=f"Bearer {token}", **headers)


async def greeted(lotse: Running) -> str:
    """A customer of the web chat who was answered; the chat's id."""
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    await lotse.settle()
    return visitor.chat


async def conversation(lotse: Running, chat: str) -> Conversation:
    """As it is when all that was accepted is done."""
    await lotse.settle()
    found = (await lotse.store.load(chat)).conversation
    assert found is not None
    return found


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_event_for_a_chat_by_its_id_is_stored_before_it_is_acknowledged(
    lotse: Running, stored: list[str]
) -> None:
    chat = await greeted(lotse)
    answer = await tell(lotse, {**PAID, "chat": chat})
    assert (answer.status, answer.data) == (200, {"id": "pay-1", "chat": chat})
    assert stored == [chat]
    assert (await conversation(lotse, chat)).run.happened == {"paid": {"amount": 12.5}}


async def test_event_for_a_customer_of_a_messenger_goes_to_their_chat(lotse: Running) -> None:
    assert lotse.messenger
    await lotse.messenger.says(Text(text="Hallo"), "1", address="77")
    answer = await tell(lotse, {**PAID, "channel": "telegram", "address": "77"})
    assert answer.status == 200, answer
    assert (await conversation(lotse, answer.data["chat"])).run.happened == {"paid": {"amount": 12.5}}


async def test_event_for_a_customer_of_the_web_chat_may_name_the_channel_too(lotse: Running) -> None:
    chat = await greeted(lotse)
    answer = await tell(lotse, {"id": "1", "name": "shipped", "channel": "webchat", "address": chat})
    assert (answer.status, answer.data["chat"]) == (200, chat)
    assert (await conversation(lotse, chat)).run.happened == {"shipped": {}}


@pytest.mark.parametrize(
    "whose", [{"chat": "nobody"}, {"channel": "telegram", "address": "404"}, {"channel": "webchat", "address": "77"}]
)
async def test_event_for_a_chat_that_nobody_opened_is_404_and_opens_none(
    lotse: Running, stored: list[str], whose: dict[str, str]
) -> None:
    assert lotse.messenger
    await lotse.messenger.says(Text(text="Hallo"), "1", address="77")
    await lotse.settle()
    answer = await tell(lotse, {**PAID, **whose})
    assert (answer.status, answer.data["code"]) == (404, "unknown_chat")
    assert answer.data["message"].partition(":")[0] in whose
    assert stored == []
    with pytest.raises(KeyError):
        await lotse.store.load("nobody")


# ── once ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_second_delivery_is_answered_as_the_first_and_has_no_effect(lotse: Running) -> None:
    chat = await greeted(lotse)
    first = await tell(lotse, {**PAID, "chat": chat})
    before = await conversation(lotse, chat)
    second = await tell(lotse, {**PAID, "chat": chat, "data": {"amount": 99}})
    assert (second.status, second.data) == (200, first.data)
    assert await conversation(lotse, chat) == before


async def test_event_delivered_five_times_at_once_has_one_effect(lotse: Running) -> None:
    chat = await greeted(lotse)
    before = (await conversation(lotse, chat)).version
    answers = await asyncio.gather(*(tell(lotse, {**PAID, "chat": chat}) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    assert len({answer.body for answer in answers}) == 1
    assert (await conversation(lotse, chat)).version == before + 1


async def test_event_with_the_id_of_an_operators_command_is_another_one(lotse: Running) -> None:
    chat = await greeted(lotse)
    visitor = await lotse.visitor()
    await visitor.wants_a_person()
    desk = await (await lotse.operator("olga")).desk()
    (card,) = await lotse.store.cards()
    await desk.send("claim", id="1", conversation=card.conversation)
    await desk.until("done", id="1")
    assert (await tell(lotse, {**PAID, "id": "olga:1", "chat": chat})).status == 200
    assert (await conversation(lotse, chat)).run.happened == {"paid": {"amount": 12.5}}


async def test_full_store_is_503_with_a_time_to_come_back_and_the_repetition_counts(lotse: Running) -> None:
    chat = await greeted(lotse)
    lotse.store.broken = True
    answer = await tell(lotse, {**PAID, "chat": chat})
    assert (answer.status, answer.data["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    lotse.store.broken = False
    assert (await tell(lotse, {**PAID, "chat": chat})).status == 200
    assert (await conversation(lotse, chat)).run.happened == {"paid": {"amount": 12.5}}


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shown", ["", "Bearer", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}ÿ"])
@pytest.mark.parametrize("body", [b"{", b"x" * 2_000_000, msgspec.json.encode({**PAID, "chat": "x"})])
async def test_wrong_token_is_401_whatever_the_body(lotse: Running, shown: str, body: bytes) -> None:
    answer = await lotse.browser().post("/hooks/events", body, Authorization=shown)
    assert (answer.status, answer.data["code"]) == (401, "wrong_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert TOKEN not in answer.body.decode()


@pytest.mark.parametrize("shown", ["Bearer ", "Bearer x", ""])
async def test_door_without_a_token_in_the_settings_is_not_there(tmp_path: Path, shown: str) -> None:
    async with running(tmp_path) as lotse:
        answer = await lotse.browser().post("/hooks/events", PAID, Authorization=shown)
        assert (answer.status, answer.data["code"]) == (404, "not_found")
        other = await lotse.browser().post("/hooks/nothing", PAID)
        assert answer.data == other.data


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


def nested(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": None}, "$.id"),
        ({"id": 5}, "$.id"),
        ({"id": ""}, "$.id"),
        ({"id": "x" * 129}, "$.id"),
        ({"id": "pay 1"}, "id: "),
        ({"id": "pay\n"}, "id: "),
        ({"id": "pay\0"}, "id: "),
        ({"id": "платёж"}, "id: "),
        ({"name": ""}, "name: "),
        ({"name": "Paid!"}, "name: "),
        ({"name": "paid\n"}, "name: "),
        ({"name": "x" * 41}, "name: "),
        ({"name": ["paid"]}, "$.name"),
        ({"chat": ""}, "chat: it is missing"),
        ({"chat": "x" * 201}, "$.chat"),
        ({"chat": "a\0b"}, "chat: "),
        ({"chat": 77}, "$.chat"),
        ({"channel": "telegram"}, "chat: send either"),
        ({"address": "77"}, "chat: send either"),
        ({"chat": "", "channel": "telegram"}, "address: it is missing"),
        ({"chat": "", "address": "77"}, "channel: it is missing"),
        ({"chat": "", "channel": "telegram", "address": 77}, "$.address"),
        ({"chat": "", "channel": "telegram", "address": "7\0"}, "address: "),
        ({"chat": "", "channel": "pigeon", "address": "77"}, "channel: there is no such channel here, only telegram"),
        ({"data": None}, "$.data"),
        ({"data": [1]}, "$.data"),
        ({"data": nested(9)}, "data.a.a.a"),
        ({"data": {"list": [{"n": 2**63}]}}, "data.list[0].n: "),
        ({"data": {"n": -1e300}}, "data.n: "),
        ({"date": {}}, "`date`"),
    ],
)
async def test_field_that_is_wrong_is_named_and_nothing_is_stored(
    lotse: Running, stored: list[str], change: Mapping[str, Any], words: str
) -> None:
    answer = await tell(lotse, {**PAID, "chat": "x", **change})
    assert (answer.status, answer.data["code"]) == (400, "bad_request")
    assert words in answer.data["message"]
    assert stored == []


@pytest.mark.parametrize("missing", ["id", "name", "chat"])
async def test_field_that_is_missing_is_named(lotse: Running, missing: str) -> None:
    body = {key: value for key, value in {**PAID, "chat": "x"}.items() if key != missing}
    answer = await tell(lotse, body)
    assert answer.status == 400
    assert missing in answer.data["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"id":"\\ud800"}', b"[" * 60_000])
async def test_body_that_is_no_object_is_400(lotse: Running, body: bytes) -> None:
    answer = await tell(lotse, body)
    assert (answer.status, answer.data["code"]) == (400, "bad_request")


async def test_body_that_is_not_said_to_be_json_is_400(lotse: Running) -> None:
    answer = await tell(lotse, {**PAID, "chat": "x"}, **{"Content-Type": "text/plain"})
    assert answer.status == 400
    assert "Content-Type" in answer.data["message"]


@pytest.mark.parametrize("size", [64 * 1024, 2_000_000])
async def test_body_that_is_too_large_is_413(lotse: Running, size: int) -> None:
    assert (await tell(lotse, {**PAID, "chat": "x", "data": {"text": "x" * size}})).status == 413


async def test_data_as_deep_and_numbers_as_large_as_they_may_be_are_kept(lotse: Running) -> None:
    chat = await greeted(lotse)
    data = {"deep": nested(7), "n": 2**63 - 1, "yes": True, "text": "ü\0", "none": None, "list": [1.5]}
    answer = await tell(lotse, {**PAID, "chat": chat, "data": data})
    assert answer.status == 200, answer
    assert (await conversation(lotse, chat)).run.happened == {"paid": data}
