"""A visitor at one web node, an operator at the other: live both ways, and neither notices when the node changes."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from tests.support.cluster import at_the_desk, cluster
from tests.support.crowd import account, crowd
from tests.support.customers import browsers

pytestmark = pytest.mark.timeout(180)
PATIENCE = 10.0


async def frame(socket: ClientWebSocketResponse, **wanted: Any) -> dict[str, Any]:
    """The next frame with these fields."""
    async with asyncio.timeout(PATIENCE):
        while True:
            got: dict[str, Any] = json.loads((await socket.receive()).data)
            if all(got.get(name) == value for name, value in wanted.items()):
                return got


async def arrive(session: ClientSession, url: str) -> ClientWebSocketResponse:
    async with session.post(f"{url}/webchat/session", json={"language": "en"}) as response:
        token = (await response.json())["token"]
    socket = await session.ws_connect(f"{url}/webchat/socket")
    await socket.send_json({"type": "hello", "token": token, "last_seq": 0})
    return socket


async def test_visitor_and_operator_on_different_nodes_see_each_other_live(tmp_path: Path) -> None:
    async with cluster(tmp_path) as running, browsers() as session:
        west, east, *_ = await running.start_all(west="web", east="web", one="worker", two="worker")
        who = {"operator": "operator", "password": running.password()}
        async with session.post(f"{east.url}/desk/login", json=who, headers={"Origin": east.url}) as response:
            assert response.status == 200
        desk = await session.ws_connect(f"{east.url}/desk/socket")
        await frame(desk, type="snapshot")

        page = await arrive(session, west.url)
        await page.send_json({"type": "say", "id": "1", "text": "hello"})
        await page.send_json({"type": "say", "id": "2", "text": "human"})
        parked = (await frame(desk, type="card"))["card"]
        assert parked["phase"] == "parked"
        conversation = parked["conversation"]
        await frame(page, type="phase", phase="parked")

        await desk.send_json({"type": "open", "conversation": conversation})
        await frame(desk, type="conversation")
        await desk.send_json({"type": "claim", "id": "c", "conversation": conversation})
        assert (await frame(page, type="phase", phase="with_operator"))["operator"] == "Operator"

        await page.send_json({"type": "typing", "on": True})
        await frame(desk, type="typing", on=True)
        await desk.send_json({"type": "typing", "conversation": conversation, "on": True})
        await frame(page, type="typing", on=True)

        await page.send_json({"type": "say", "id": "3", "text": "to you"})
        said = await frame(desk, type="message")
        while said["message"]["author"] != "customer":
            said = await frame(desk, type="message")
        assert said["message"]["content"]["text"] == "to you"
        await desk.send_json({"type": "reply", "id": "r", "conversation": conversation, "text": "and to you"})
        assert (await frame(page, type="message", author="operator"))["content"]["text"] == "and to you"

        await desk.send_json({"type": "close", "id": "x", "conversation": conversation})
        await frame(page, type="phase", phase="with_bot")
        for socket in (page, desk):
            await socket.close()


async def test_pages_that_go_to_the_other_node_when_theirs_dies_lose_nothing(tmp_path: Path) -> None:
    async with cluster(tmp_path) as running:
        west, east, *_ = await running.start_all(west="web", east="web", one="worker", two="worker")
        doors = [west.url, east.url]
        async with crowd(doors, rate=30, talkers=20, nappers=3, held=4) as people, at_the_desk(running, *doors) as desk:
            await people.parked_and_claimed(desk)
            await west.stop(signal.SIGKILL)
            await asyncio.sleep(1)
            await people.keep_up(seconds=20)
            await people.farewell(desk)
            await people.finish(seconds=20)
            found = await account(running.database.url, people)
        assert (found.faults, found.examples) == ({}, []), running.logs()
