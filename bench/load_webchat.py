"""The load generator of the web chat, of a bare echo and of Botkit: ``python -m bench.load_webchat --help``."""

import argparse
import asyncio
from typing import Any

import msgspec
import uvloop
from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector

from bench import crowd
from bench.scripts import SCRIPTS, Course

VISITORS_PER_ADDRESS = 50
"""The service lets 60 new visitors in from one address, then one a second. All of 127/8 is this machine."""


class Visitor:
    """An open socket and what is next to say."""

    def __init__(self, socket: ClientWebSocketResponse, course: Course) -> None:
        self.socket = socket
        self.course = course
        self.said = 0

    async def turn(self) -> None:
        """Say the next line; return when the bot has answered."""
        text, answers = self.course.line()
        self.said += 1
        await self.socket.send_str(f'{{"type":"say","id":"{self.said}","text":"{text}"}}')
        while answers:
            data = await self.socket.receive_str(timeout=30.0)
            answers -= '"author":"bot"' in data
            if '"type":"error"' in data:
                raise RuntimeError(f"the service refused a line: {data}")


class Echo(Visitor):
    """The same line; whatever comes back is the answer."""

    async def turn(self) -> None:
        text, _ = self.course.line()
        self.said += 1
        await self.socket.send_str(f'{{"type":"say","id":"{self.said}","text":"{text}"}}')
        await self.socket.receive_str(timeout=30.0)


class BotkitVisitor(Visitor):
    """Of Botkit's web adapter; ``name`` tells its customers apart."""

    name = ""

    async def turn(self) -> None:
        text, answers = self.course.line()
        await self.socket.send_str(f'{{"type":"message","user":"{self.name}","text":"{text}"}}')
        for _ in range(answers):
            data = await self.socket.receive_str(timeout=30.0)
            if '"text":' not in data:
                raise RuntimeError(f"Botkit answered {data!r} to {text!r}")


def session_from(number: int) -> ClientSession:
    """A client at 127.0.<n>: visitors of one address share it."""
    place = number // VISITORS_PER_ADDRESS
    return ClientSession(connector=TCPConnector(local_addr=(f"127.0.{1 + place // 250}.{1 + place % 250}", 0), limit=0))


async def visit(session: ClientSession, url: str, course: Course) -> Visitor:
    async with session.post(f"{url}/webchat/session", json={"language": "de"}) as response:
        made: dict[str, Any] = await response.json()
    # As a browser does, it offers to compress.
    socket = await session.ws_connect(f"{url}/webchat/socket", max_msg_size=0, compress=15)
    hello = {"type": "hello", "token": made["token"], "last_seq": 0, "language": made["language"]}
    await socket.send_str(msgspec.json.encode(hello).decode())
    await socket.receive_str(timeout=30.0)
    return Visitor(socket, course)


async def arrive(session: ClientSession, url: str, server: str, number: int, course: Course) -> Visitor:
    match server:
        case "echo":
            return Echo(await session.ws_connect(f"{url}/socket"), course)
        case "botkit":
            visitor = BotkitVisitor(await session.ws_connect(f"{url}/"), course)
            visitor.name = f"customer-{number}"
            return visitor
        case _:
            return await visit(session, url, course)


async def main(url: str, server: str, script: str, *, visitors: int, parallel: int, seconds: float) -> None:
    sessions = [session_from(number) for number in range(0, visitors, VISITORS_PER_ADDRESS)]
    crowd.say("idle")
    people: list[Visitor] = []
    for number in range(visitors):
        session, course = sessions[number // VISITORS_PER_ADDRESS], Course(*SCRIPTS[script])
        people.append(await arrive(session, url, server, number, course))
    crowd.say("open")
    await crowd.run(people, lambda visitor: visitor.turn(), parallel=parallel, seconds=seconds)
    for session in sessions:
        await session.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--server", choices=("lotse", "echo", "botkit"), default="lotse")
    parser.add_argument("--script", choices=sorted(SCRIPTS), required=True)
    parser.add_argument("--visitors", type=int, default=1_000)
    parser.add_argument("--parallel", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            main(
                given.url,
                given.server,
                given.script,
                visitors=given.visitors,
                parallel=given.parallel,
                seconds=given.seconds,
            )
        )
