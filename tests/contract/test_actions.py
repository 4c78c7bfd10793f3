"""What holds for a bot's actions wherever they run: in the worker itself, or on a rasa-sdk action server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from structlog.testing import capture_logs

from actions.catalogue import catalogue_of
from actions.remote import RemoteActions, disagreements
from actions.runner import RasaActions
from conversation.errors import ActionError, LotseError
from conversation.records import ActionCall
from tests.support.action_server import ActionServer, action_server
from tests.support.connector_surroundings import TurnedClock
from tests.support.repository import ROOT

ACTING = Path(__file__).parent / "acting"
NORDNETZ = ROOT / "examples/nordnetz"
Adapter: TypeAlias = RasaActions | RemoteActions


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActionServer]:
    with action_server(ACTING / "actions", tmp_path_factory.mktemp("acting")) as running:
        yield running


@pytest.fixture
async def remote(server: ActionServer) -> AsyncIterator[RemoteActions]:
    made = RemoteActions(catalogue_of(ACTING), server.url, clock=TurnedClock())
    yield made
    await made.close()


@pytest.fixture(params=["here", "server"])
def actions(request: pytest.FixtureRequest) -> Adapter:
    made: Adapter = request.getfixturevalue("remote") if request.param == "server" else RasaActions(ACTING)
    return made


def call(name: str, *, key: str = "k", limit: float = 10.0, language: str = "de", **arguments: Any) -> ActionCall:
    return ActionCall(name=name, arguments=arguments, key=key, limit=limit, chat="chat-1", language=language)


async def failure(actions: Adapter, asked: ActionCall) -> tuple[str, str]:
    with pytest.raises(ActionError) as caught:
        await actions.run(asked)
    return caught.value.reason, str(caught.value)


@pytest.mark.parametrize("value", ["ä'\"\n\x00🙂", 5, 2.5, None, True, [1, [2]], {"x": {"y": []}}])
async def test_arguments_arrive_as_slots_and_slots_are_the_result(actions: Adapter, value: Any) -> None:
    given = await actions.run(call("echo", key="e1.a1", language="uk", a=value))
    assert given == {"a": value, "chat": "chat-1", "key": "e1.a1", "language": "uk"}


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("little", {"a": None, "b": [1, {"x": "ä"}]}),
        ("nothing", {"a": None}),
        ("plain", {"a": 1}),
        ("junk", {"a": 1}),
    ],
)
async def test_result_has_the_promised_fields_and_no_others(actions: Adapter, name: str, result: Any) -> None:
    assert await actions.run(call(name)) == result


async def test_field_that_is_not_promised_is_dropped_and_named(actions: Adapter) -> None:
    with capture_logs() as logs:
        assert await actions.run(call("unknown")) == {"a": 1}
    assert [(line["event"], line["fields"]) for line in logs] == [("action_gave_unknown_fields", ["z"])]


async def test_utterances_and_other_events_are_dropped_and_named(actions: Adapter) -> None:
    with capture_logs() as logs:
        assert await actions.run(call("talks")) == {"a": 1}
    assert [(line["event"], line["action"], line["events"]) for line in logs] == [
        ("action_gave_other_events", "talks", ["restart", "utterance"])
    ]


@pytest.mark.parametrize(
    ("name", "reason", "text"),
    [
        ("breaks", "broken", "gone"),
        ("rejects", "rejected", "not today"),
        ("typed", "broken", "`a` must be True or False, not 'yes'"),
        ("no_such", "broken", "it is not in actions/catalogue.yaml"),
    ],
)
async def test_action_that_gives_nothing_says_why(actions: Adapter, name: str, reason: str, text: str) -> None:
    got, message = await failure(actions, call(name))
    assert got == reason
    assert text in message


async def test_action_that_takes_too_long_ends_at_its_limit(actions: Adapter) -> None:
    reason, message = await failure(actions, call("hangs", limit=0.02))
    assert reason == "limit"
    assert "0.02 s" in message


async def test_many_calls_at_once_get_their_own_answers(actions: Adapter) -> None:
    answers = await asyncio.gather(*(actions.run(call("echo", key=f"k{n}", a=n)) for n in range(120)))
    assert [(answer["a"], answer["key"]) for answer in answers] == [(n, f"k{n}") for n in range(120)]


async def test_cancelled_caller_is_cancelled_not_answered(actions: Adapter) -> None:
    running = asyncio.create_task(actions.run(call("hangs", limit=60)))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_what_rejected_or_broke_does_not_stop_the_others(actions: Adapter) -> None:
    for _ in range(6):
        await failure(actions, call("rejects"))
        await failure(actions, call("breaks"))
    assert await actions.run(call("plain")) == {"a": 1}
    assert (await failure(actions, call("rejects")))[0] == "rejected"


# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_server_names_what_it_has(remote: RemoteActions) -> None:
    there = await remote.names()
    assert disagreements(remote.catalogue, there) == []
    assert disagreements(catalogue_of(NORDNETZ), there)[:2] == ["change_address", "check_outage"]


async def test_action_that_the_server_does_not_have_is_broken(server: ActionServer) -> None:
    remote = RemoteActions(catalogue_of(NORDNETZ), server.url, clock=TurnedClock())
    reason, message = await failure(remote, call("create_ticket", text="x"))
    await remote.close()
    assert reason == "broken"
    assert "404" in message
    assert "create_ticket" in message


async def test_server_that_is_killed_and_comes_back_is_used_again(tmp_path: Path) -> None:
    clock = TurnedClock()
    with action_server(NORDNETZ / "actions", tmp_path) as server:
        remote = RemoteActions(catalogue_of(NORDNETZ), server.url, clock=clock)
        eva = {"name": "Eva", "line": "L-77", "contract": "10000001", "phone": "+49 30 1234567"}
        asked = call("find_customer", contract="10000001", postcode="10115")
        assert await remote.run(asked) == eva
        ticket = await remote.run(call("create_ticket", key="t1", text="help"))

        server.kill()
        reason, message = await failure(remote, call("create_ticket", key="t2", text="help"))
        assert (reason, "it did not run" in message) == ("unreachable", True)
        with pytest.raises(LotseError, match="does not answer"):
            await remote.names()

        clock.on_sleep = lambda _: server.start()
        assert await remote.run(asked) == eva, "a look-up is tried again"
        clock.on_sleep = lambda _: None
        assert await remote.run(call("create_ticket", key="t1", text="help")) == ticket, "the key is known there"
        await remote.close()
    assert (tmp_path / "requests.jsonl").read_text(encoding="utf-8").count("\n") == 1


async def test_server_that_stays_away_is_left_alone_for_a_while(tmp_path: Path) -> None:
    clock = TurnedClock()
    with action_server(NORDNETZ / "actions", tmp_path) as server:
        remote = RemoteActions(catalogue_of(NORDNETZ), server.url, clock=clock)
        server.kill()
        reasons = [(await failure(remote, call("create_ticket", text="x")))[0] for _ in range(6)]
        assert reasons == ["unreachable"] * 5 + ["paused"]
        server.start()
        reason, message = await failure(remote, call("find_order", number="A-12345"))
        assert reason == "paused"
        assert "failed 5 times in a row and is asked again in 15 s" in message
        await clock.sleep(15)
        assert (await remote.run(call("find_order", number="A-12345")))["exists"] is True
        assert (await remote.run(call("create_ticket", text="x")))["number"] == "T-00001"
        await remote.close()
