"""The load generator of peers that answer inside the response to a POST: ``python -m bench.load_http --help``."""

import argparse
import asyncio
import itertools
from collections.abc import Callable, Mapping
from typing import Final

import uvloop

from bench import crowd, wire
from bench.scripts import SCRIPTS, Course

_numbers = itertools.count(1)


def _botkit(customer: int, text: str) -> bytes:
    return b'{"type":"message","user":"customer-%d","text":"%b"}' % (customer, text.encode())


def _bot_framework(customer: int, text: str) -> bytes:
    """An activity whose answers are expected in the response."""
    return (
        b'{"type":"message","id":"%d","channelId":"emulator","serviceUrl":"http://127.0.0.1:1","conversation":{"id":"chat-%d"},'
        b'"from":{"id":"customer-%d"},"recipient":{"id":"bot"},"deliveryMode":"expectReplies","text":"%b"}'
    ) % (next(_numbers), customer, customer, text.encode())


PEERS: Final[Mapping[str, Callable[[int, str], bytes]]] = {"botkit": _botkit, "botframework": _bot_framework}


class Crowd:
    """The customers, over any free connection."""

    def __init__(self, port: int, message: Callable[[int, str], bytes]) -> None:
        self._port = port
        self._message = message
        self._head = (
            f"POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: "
        ).encode()
        self._free: list[wire.Posting] = []

    async def open(self, connections: int) -> None:
        self._free = [await wire.connect("127.0.0.1", self._port) for _ in range(connections)]

    async def turn(self, customer: tuple[int, Course]) -> None:
        number, course = customer
        text, answers = course.line()
        connection = self._free.pop()
        async with asyncio.timeout(30.0):
            status = await connection.post(self._head, self._message(number, text))
        self._free.append(connection)
        if status != 200 or connection.body.count(b'"text":') != answers:
            raise RuntimeError(f"answered {status} {connection.body[:200]!r} to {text!r}")


async def main(port: int, peer: str, customers: int, parallel: int, seconds: float) -> None:
    people = Crowd(port, PEERS[peer])
    crowd.say("idle")
    await people.open(parallel)
    courses = [(number, Course(*SCRIPTS["form"])) for number in range(customers)]
    await crowd.run(courses, people.turn, parallel=parallel, seconds=seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--peer", choices=sorted(PEERS), required=True)
    parser.add_argument("--customers", type=int, default=1_000)
    parser.add_argument("--parallel", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(given.port, given.peer, given.customers, given.parallel, given.seconds))
