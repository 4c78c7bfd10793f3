"""What goes over the wire to an action server, and what each kind of answer, and of silence, becomes."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from structlog.testing import capture_logs

from actions.breaker import FAILURES, PAUSE
from actions.catalogue import read_catalogue
from actions.remote import AGAIN, MAX_ANSWER, RemoteActions
from app.agreement import missing_actions
from app.doctor import look
from app.settings import ActionsSettings, Settings
from conversation.errors import ActionError, LotseError
from conversation.records import ActionCall
from tests.support.connector_surroundings import TurnedClock

URL = "http://actions.test:5055"
CATALOGUE = b"look: {takes: {a: any}, gives: {b: any}, repeat: safe}\nact: {takes: {a: any}, gives: {b: any}}\n"


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def remote(clock: TurnedClock) -> AsyncIterator[RemoteActions]:
    made = RemoteActions(read_catalogue(CATALOGUE), URL, clock=clock)
    yield made
    await made.close()


def call(name: str = "act", *, key: str = "k", limit: float = 5.0, **arguments: Any) -> ActionCall:
    return ActionCall(name=name, arguments=arguments, key=key, limit=limit, chat="chat-1", language="de")


def gives(value: Any) -> httpx.Response:
    return httpx.Response(200, json={"events": [{"event": "slot", "name": "b", "value": value}], "responses": []})


async def failure(remote: RemoteActions, asked: ActionCall) -> tuple[str, str]:
    with pytest.raises(ActionError) as caught:
        await remote.run(asked)
    return caught.value.reason, str(caught.value)


@respx.mock
async def test_call_is_what_a_rasa_server_would_post(remote: RemoteActions) -> None:
    route = respx.post(f"{URL}/webhook").mock(return_value=gives(1))
    assert await remote.run(call(key="01J-e.a1", a=[1])) == {"b": 1}
    request = route.calls.last.request
    body = json.loads(request.content)
    assert body.pop("version").startswith("3.")
    assert body == {
        "next_action": "act",
        "sender_id": "chat-1",
        "domain": {},
        "tracker": {
            "sender_id": "chat-1",
            "slots": {"a": [1]},
            "latest_message": {
                "text": "",
                "intent": {},
                "entities": [],
                "metadata": {"key": "01J-e.a1", "language": "de"},
            },
            "events": [],
            "active_loop": {},
        },
    }
    assert request.headers["Idempotency-Key"] == "01J-e.a1"
    assert request.headers["Content-Type"] == "application/json"
    assert "Authorization" not in request.headers


@respx.mock
async def test_key_of_any_characters_is_one_header(remote: RemoteActions) -> None:
    route = respx.post(f"{URL}/webhook").mock(return_value=gives(1))
    await remote.run(call(key="ü\r\nX-Evil: 1"))
    assert route.calls.last.request.headers["Idempotency-Key"] == "%C3%BC%0D%0AX-Evil:%201"
    assert json.loads(route.calls.last.request.content)["tracker"]["latest_message"]["metadata"]["key"].startswith("ü")


@respx.mock
@pytest.mark.parametrize("url", [URL, f"{URL}/", f"{URL}/webhook", f"{URL}/webhook/"])
async def test_server_may_be_named_with_its_webhook_or_without(clock: TurnedClock, url: str) -> None:
    respx.post(f"{URL}/webhook").mock(return_value=gives(1))
    remote = RemoteActions(read_catalogue(CATALOGUE), url, clock=clock, token="s3cret", headers={"X-Api-Key": "k9"})
    assert await remote.run(call()) == {"b": 1}
    sent = respx.calls.last.request.headers
    assert (sent["Authorization"], sent["X-Api-Key"]) == ("Bearer s3cret", "k9")
    await remote.close()


@respx.mock
async def test_server_below_a_path_is_reached(clock: TurnedClock) -> None:
    respx.post(f"{URL}/bots/one/webhook").mock(return_value=gives(1))
    remote = RemoteActions(read_catalogue(CATALOGUE), f"{URL}/bots/one", clock=clock)
    assert await remote.run(call()) == {"b": 1}
    await remote.close()


ANSWERS = [
    (httpx.Response(400, json={"error": "no", "action_name": "act"}), "rejected", "no"),
    (httpx.Response(400, json={"error": "Invalid body request"}), "broken", "400: Invalid body request"),
    (httpx.Response(404, json={"error": "No registered action", "action_name": "act"}), "broken", "404: No registered"),
    (httpx.Response(449, json={"error": "Missing domain", "action_name": "act"}), "broken", "449: Missing domain"),
    (httpx.Response(500, json={"error": "'x'", "request_body": {}}), "broken", "500: 'x'"),
    (httpx.Response(500, text="<html>oops"), "broken", "500: <html>oops"),
    (httpx.Response(502, text=""), "broken", "502: no reason given"),
    (httpx.Response(401, text="who?"), "broken", "401: who?"),
    (httpx.Response(307, headers={"Location": "http://elsewhere.test/"}), "broken", "307"),
    (httpx.Response(204), "broken", "204"),
    (httpx.Response(200, text="<html>"), "broken", "not rasa-sdk's"),
    (httpx.Response(200, json=[1]), "broken", "not rasa-sdk's"),
    (httpx.Response(200, json={"events": "x"}), "broken", "not rasa-sdk's"),
    (httpx.Response(200, content=b"[" * 100_000), "broken", "not rasa-sdk's"),
    (httpx.Response(200, content=b"\xff\xfe"), "broken", "not rasa-sdk's"),
    (httpx.Response(200, content=b" " * (MAX_ANSWER + 1)), "broken", "larger than 1,000,000 bytes"),
    (httpx.Response(400, json={"error": {"deep": ["x"]}, "action_name": "act"}), "rejected", "deep"),
]


@respx.mock
@pytest.mark.parametrize(("answer", "reason", "text"), ANSWERS, ids=range(len(ANSWERS)))
async def test_answer_that_is_no_result_is_a_failure_with_its_reason(
    remote: RemoteActions, answer: httpx.Response, reason: str, text: str
) -> None:
    route = respx.post(f"{URL}/webhook").mock(return_value=answer)
    got, message = await failure(remote, call())
    assert got == reason
    assert text in message
    assert route.call_count == 1, "whoever answered is not asked again"


@respx.mock
async def test_answer_without_events_is_an_empty_result(remote: RemoteActions) -> None:
    respx.post(f"{URL}/webhook").mock(side_effect=[httpx.Response(200, text="null"), httpx.Response(200, json={})])
    assert await remote.run(call()) == {"b": None}
    assert await remote.run(call()) == {"b": None}


BROKEN_LINES = [
    (httpx.ConnectError("refused"), "it did not run"),
    (httpx.ConnectTimeout("slow"), "it did not run"),
    (httpx.ReadError("reset"), "nobody knows whether it ran"),
    (httpx.WriteError("reset"), "nobody knows whether it ran"),
    (httpx.RemoteProtocolError("Server disconnected"), "nobody knows whether it ran"),
    (OSError("no route"), "nobody knows whether it ran"),
]


@respx.mock
@pytest.mark.parametrize(("error", "known"), BROKEN_LINES, ids=range(len(BROKEN_LINES)))
async def test_broken_connection_is_tried_again_for_look_ups_only(
    remote: RemoteActions, clock: TurnedClock, error: Exception, known: str
) -> None:
    route = respx.post(f"{URL}/webhook").mock(side_effect=[error, error, gives(7)])
    assert await remote.run(call("look", key="l1")) == {"b": 7}
    assert clock.slept == list(AGAIN)
    assert {each.request.headers["Idempotency-Key"] for each in route.calls} == {"l1"}, "the same key on every try"

    route.mock(side_effect=error)
    before = route.call_count
    reason, message = await failure(remote, call("act"))
    assert (reason, route.call_count - before) == ("unreachable", 1)
    assert known in message
    reason, _ = await failure(remote, call("look"))
    assert (reason, route.call_count - before) == ("unreachable", 2 + len(AGAIN))


@respx.mock
async def test_limit_ends_a_call_and_its_tries(remote: RemoteActions, clock: TurnedClock) -> None:
    asked = []

    async def never(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        await asyncio.Event().wait()
        raise AssertionError

    respx.post(f"{URL}/webhook").mock(side_effect=never)
    reason, message = await failure(remote, call("look", limit=0.01))
    assert (reason, len(asked)) == ("limit", 1)
    assert "no answer within 0.01 s" in message
    assert clock.slept == []


async def test_server_that_takes_the_call_and_says_nothing_costs_the_limit_only(clock: TurnedClock) -> None:
    """No mock: a socket that accepts, reads, and dribbles an answer that never ends."""
    heard = []
    gone = asyncio.Event()

    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.002)
        except OSError:
            writer.close()
            gone.set()

    server = await asyncio.start_server(dribble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    remote = RemoteActions(read_catalogue(CATALOGUE), f"http://127.0.0.1:{port}", clock=clock)
    assert (await failure(remote, call(limit=0.05)))[0] == "limit"
    assert len(heard) == 1
    await asyncio.wait_for(gone.wait(), 10)
    await remote.close()
    server.close()


# ── breakers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@respx.mock
async def test_action_that_breaks_again_and_again_is_paused_and_the_others_are_not(
    remote: RemoteActions, clock: TurnedClock
) -> None:
    def one_is_broken(request: httpx.Request) -> httpx.Response:
        broken = json.loads(request.content)["next_action"] == "act"
        return httpx.Response(500, json={"error": "crm is down"}) if broken else gives(1)

    route = respx.post(f"{URL}/webhook").mock(side_effect=one_is_broken)
    with capture_logs() as logs:
        reasons = [(await failure(remote, call("act")))[0] for _ in range(FAILURES + 2)]
    assert reasons == ["broken"] * FAILURES + ["paused"] * 2
    assert route.call_count == FAILURES
    assert [(line["event"], line["action"]) for line in logs] == [("actions_paused", "act")]
    assert await remote.run(call("look")) == {"b": 1}

    await clock.sleep(PAUSE)
    probe, other = await asyncio.gather(failure(remote, call("act")), failure(remote, call("act")))
    assert {probe[0], other[0]} == {"broken", "paused"}, "one call tries, the others wait"
    route.mock(return_value=gives(2))
    await clock.sleep(PAUSE)
    with capture_logs() as logs:
        assert await remote.run(call("act")) == {"b": 2}
        assert await remote.run(call("act")) == {"b": 2}
    assert [(line["event"], line["action"]) for line in logs] == [("actions_go_on", "act")]


@respx.mock
@pytest.mark.parametrize("fault", [httpx.ConnectError("refused"), httpx.Response(503, text="starting")])
async def test_server_that_is_down_is_paused_for_every_action(
    remote: RemoteActions, clock: TurnedClock, fault: Exception | httpx.Response
) -> None:
    route = respx.post(f"{URL}/webhook")
    route.mock(**({"return_value": fault} if isinstance(fault, httpx.Response) else {"side_effect": fault}))
    for _ in range(FAILURES):
        assert (await failure(remote, call("act")))[0] in {"unreachable", "broken"}
    reason, message = await failure(remote, call("look"))
    assert reason == "paused"
    assert f"the action server {URL} failed {FAILURES} times in a row" in message
    assert route.call_count == FAILURES
    route.mock(return_value=gives(1))
    await clock.sleep(PAUSE)
    assert await remote.run(call("look")) == {"b": 1}
    assert await remote.run(call("act")) == {"b": 1}


@respx.mock
async def test_failures_that_are_not_in_a_row_pause_nothing(remote: RemoteActions) -> None:
    answers = [httpx.Response(500, text="x")] * (FAILURES - 1) + [gives(1)]
    respx.post(f"{URL}/webhook").mock(side_effect=answers * 3)
    for answer in answers * 3:
        if answer.status_code == 200:
            assert await remote.run(call()) == {"b": 1}
        else:
            assert (await failure(remote, call()))[0] == "broken"


# ── does the server agree with the catalogue? ────────────────────────────────────────────────────────────────────────


def settings(tmp_path: Path) -> Settings:
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions/catalogue.yaml").write_bytes(CATALOGUE)
    return Settings(_env_file=None, bot=tmp_path, var=tmp_path, actions=ActionsSettings(url=URL))


@respx.mock
async def test_action_that_the_server_does_not_have_is_a_problem_with_its_line(tmp_path: Path) -> None:
    respx.get(f"{URL}/health").mock(return_value=httpx.Response(200, json={"status": "ok"}))
    respx.get(f"{URL}/actions").mock(return_value=httpx.Response(200, json=[{"name": "look"}, {"name": "more"}]))
    (problem,) = await missing_actions(settings(tmp_path), tmp_path)
    assert (problem.file, problem.line) == ("actions/catalogue.yaml", 2)
    assert "has no action “act”" in problem.message
    assert problem.todo


@respx.mock
@pytest.mark.parametrize(
    ("health", "listed"),
    [
        (httpx.Response(404), httpx.Response(200, json=[])),
        (httpx.Response(200), httpx.Response(500)),
        (httpx.Response(200), httpx.Response(200, text="<html>")),
        (httpx.Response(200), httpx.Response(200, json=[{"title": "x"}])),
        (httpx.ConnectError("refused"), httpx.Response(200)),
    ],
)
async def test_what_is_no_action_server_is_told(
    remote: RemoteActions, health: httpx.Response | Exception, listed: httpx.Response
) -> None:
    respx.get(f"{URL}/health").mock(side_effect=[health])
    respx.get(f"{URL}/actions").mock(side_effect=[listed])
    with pytest.raises(LotseError, match=r"action server"):
        await remote.names()


@respx.mock
async def test_doctor_asks_the_action_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOTSE_VAR", str(tmp_path))
    monkeypatch.setenv("LOTSE_ACTIONS__URL", URL)
    monkeypatch.setenv("LOTSE_ACTIONS__HEADERS", '{"X-Api-Key": "k9"}')
    respx.get(f"{URL}/health").mock(return_value=httpx.Response(200))
    respx.get(f"{URL}/actions").mock(return_value=httpx.Response(200, json=[{"name": "create_ticket"}]))
    (line,) = [line for line in await look() if line.part == "actions"]
    assert line.level == "FAIL"
    assert "find_customer" in line.says
    assert "create_ticket" not in line.says
    assert respx.calls.last.request.headers["X-Api-Key"] == "k9"
