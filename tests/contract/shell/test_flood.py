"""A customer of a messenger who writes two hundred messages a second, beside others who do not."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from engine.rush import BURST, QUIET
from store.sql import SqlStore
from tests.support.connector_surroundings import TurnedClock
from tests.support.engines import Process, Sends

FLOOD, OTHERS = 600, 5
TOLD = "That was a lot at once"


@pytest.mark.timeout(120)
async def test_a_flooder_is_told_once_and_answered_once_and_nobody_else_notices(tmp_path: Path) -> None:
    store = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    clock, channel = TurnedClock(), Sends()
    process = Process(store, clock, channel)
    for number in range(FLOOD):
        assert await process.receive(f"anna-{number}", "anna", f"a{number}")
        if number % 100 == 0:
            others = [process.receive(f"o{other}-{number}", f"o{other}", f"o{number}") for other in range(OTHERS)]
            assert await asyncio.gather(*others) == [True] * OTHERS
        clock.moment += timedelta(seconds=1 / 200)
    await process.settled()
    during = [text for address, text in channel.sent if address == "anna"]
    clock.moment += QUIET
    await process.engine.timers.fire_due()
    await process.settled()
    answers = [text for address, text in channel.sent if address == "anna"]

    assert [text for author, text in await process.history("anna") if author == "customer"] == [
        f"a{number}" for number in range(FLOOD)
    ]
    assert sum(TOLD in text for text in answers) == 1
    assert len(during) <= BURST + 5
    assert len(answers) == len(during) + 1
    assert f"after a{FLOOD - 1}" in answers[-1]
    for other in range(OTHERS):
        said = [f"o{number}" for number in range(0, FLOOD, 100)]
        history = await process.history(f"o{other}")
        assert [text for author, text in history if author == "customer"] == said
        sent = [text for address, text in channel.sent if address == f"o{other}"]
        assert sent == [text for author, text in history if author == "bot"]
        assert len(sent) >= len(said)
    assert await store.unhandled(10) == []
    await process.engine.stop()
    await store.close()
