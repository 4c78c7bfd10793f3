"""The load generator of a flood over Telegram: 50 customers converse at a person's pace, made quick; one sends without end.

``python -m bench.load_flood --help``. In turn without and with the flood, on the same server.
"""

import argparse
import asyncio
import random
import time

import msgspec
import uvloop

from bench import crowd, wire
from bench.figures import Load, summed_up
from bench.load_telegram import BotApi, Crowd
from bench.scripts import SCRIPTS, Course

SEED = 7
"""Of the pauses between an answer and the next line."""
OTHERS = 50
PAUSE = (0.25, 0.4)
"""Seconds, evenly spread: who writes more than five messages a second for long is in a rush too."""
FLOODER = 999
FLOOD = 200.0
"""Messages a second."""
IN_HAND = 100
"""Deliveries that may wait for their answer at a time; past that the flood is held back."""
CALM = 0.5
"""Seconds without a message to the flooder: its backlog is done."""


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """``flood``: messages a second that the flooder got rid of."""

    load: Load
    flood: float = 0.0


class Result(msgspec.Struct, frozen=True, kw_only=True):
    quiet: tuple[Phase, ...]
    flooded: tuple[Phase, ...]


class Others:
    """They converse all the time; ``latencies`` of answers since it was emptied."""

    def __init__(self, people: Crowd, seed: int) -> None:
        self._people = people
        self._chance = random.Random(seed)
        self.latencies: list[float] = []

    async def converse(self, number: int) -> None:
        course = Course(*SCRIPTS["form"])
        while True:
            await asyncio.sleep(self._chance.uniform(*PAUSE))
            began = time.perf_counter()
            await self._people.turn((number, course))
            self.latencies.append(time.perf_counter() - began)

    async def watch(self, seconds: float) -> Load:
        self.latencies = []
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        return summed_up(self.latencies, time.perf_counter() - began, time.process_time() - cpu)


class Flood:
    """Does not wait for answers, only for a free connection."""

    def __init__(self, api: BotApi, people: Crowd) -> None:
        self._people = people
        self._course = Course(*SCRIPTS["form"])
        self._api = api
        self.sent = 0

    async def run(self, seconds: float) -> None:
        """Returns when the last delivery was answered."""
        began = time.perf_counter()
        room = asyncio.Semaphore(IN_HAND)
        async with asyncio.TaskGroup() as group:
            for number in range(int(FLOOD * seconds)):
                await asyncio.sleep(max(0.0, began + number / FLOOD - time.perf_counter()))
                await room.acquire()
                group.create_task(self._post(room))

    async def _post(self, room: asyncio.Semaphore) -> None:
        await self._people.post(FLOODER, self._course.line()[0])
        self.sent += 1
        room.release()

    async def calm(self) -> None:
        while time.perf_counter() - self._api.heard.get(FLOODER, 0.0) < CALM:
            await asyncio.sleep(CALM / 5)


async def main(port: int, seconds: float, rounds: int) -> None:
    api = BotApi()
    server = await asyncio.get_running_loop().create_server(lambda: wire.Answering(api.answer), "127.0.0.1", port)
    print("listening", flush=True)
    people = Crowd(api, *await api.hook)
    crowd.say("idle")
    await people.open(OTHERS + IN_HAND)
    others, flood = Others(people, SEED), Flood(api, people)
    talks = [asyncio.create_task(others.converse(1_000 + number)) for number in range(OTHERS)]
    await asyncio.sleep(crowd.WARM_UP)
    quiet: list[Phase] = []
    flooded: list[Phase] = []
    for _ in range(rounds):
        quiet.append(Phase(load=await others.watch(seconds)))
        before, flooding = flood.sent, asyncio.create_task(flood.run(seconds))
        flooded.append(Phase(load=await others.watch(seconds), flood=(flood.sent - before) / seconds))
        await flooding
        await flood.calm()
    for talk in talks:
        if talk.done():
            talk.result()
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
    print(msgspec.json.encode(Result(quiet=tuple(quiet), flooded=tuple(flooded))).decode(), flush=True)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(given.port, given.seconds, given.rounds))
