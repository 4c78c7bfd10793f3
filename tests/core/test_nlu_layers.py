"""Who says what a text means: the best layers that are there and answer in time, else the next ones. On virtual time."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from structlog.testing import capture_logs

from conversation.understanding import Passed, Understanding
from nlu.encoding import Floats
from nlu.layers.breaker import FAILURES, REST, WELL, Open
from nlu.layers.chain import LayeredNlu, Layers
from tests.support.layers import DIMS, HeadsModel, PlayedEncoder, broken, layer, unit
from tests.support.virtual_time import now, others, virtually

LIMIT = 0.1
TEXT = "wo ist mein Paket"


class Chain:
    """A model with heads for one encoder, ``wide``, and for ``wide`` with ``narrow``."""

    def __init__(self) -> None:
        self.wide = PlayedEncoder(name="wide")
        self.narrow = PlayedEncoder(name="narrow")
        self.layers = Layers(encoders=(layer(self.narrow, LIMIT), layer(self.wide, LIMIT)))
        self.nlu = LayeredNlu(HeadsModel(("wide",), ("narrow", "wide")), self.layers, name="nlu-abc.npz")

    async def asked(self, text: str = TEXT, language: str = "de") -> tuple[Understanding, float]:
        """What was understood, and how many seconds it took."""
        began = now()
        return await self.nlu.understand(text, language), now() - began


@pytest.fixture
def chain() -> Chain:
    return Chain()


@virtually
async def test_all_that_answer_in_time_have_a_say(chain: Chain) -> None:
    found, _ = await chain.asked()
    assert found.by.layer == "local+narrow+wide"
    assert found.by.passed == ()
    assert found.by.model == "abc"
    assert [(intent.name, intent.score) for intent in found.intents] == [("bill", 0.7)]


@virtually
async def test_layers_are_asked_at_the_same_time(chain: Chain) -> None:
    chain.wide.seconds = chain.narrow.seconds = 0.08
    found, took = await chain.asked()
    assert found.by.layer == "local+narrow+wide"
    assert took == pytest.approx(0.08, abs=0.01)


@virtually
async def test_a_slow_layer_costs_its_limit_and_the_next_ones_answer(chain: Chain) -> None:
    chain.narrow.seconds = 5
    found, took = await chain.asked()
    assert (found.by.layer, found.by.passed) == ("local+wide", (Passed(layer="narrow", why="slow"),))
    assert took == pytest.approx(LIMIT, abs=0.01)
    assert chain.narrow.cancelled == 1


@virtually
async def test_without_any_layer_the_words_answer(chain: Chain) -> None:
    chain.narrow.answer = chain.wide.answer = broken
    found, _ = await chain.asked()
    assert found.by.layer == "local"
    assert found.by.passed == (Passed(layer="narrow", why="down"), Passed(layer="wide", why="down"))
    assert found.intents[0].name == "order"


@virtually
async def test_a_slow_layer_costs_its_limit_a_few_times_then_nothing(chain: Chain) -> None:
    chain.narrow.seconds = 5
    spent = [(await chain.asked())[1] for _ in range(20)]
    assert sum(spent) == pytest.approx(FAILURES * LIMIT, abs=0.05)
    assert chain.narrow.asked == FAILURES
    found, _ = await chain.asked()
    assert (found.by.layer, found.by.passed) == ("local+wide", (Passed(layer="narrow", why="resting"),))


@virtually
async def test_after_its_rest_one_text_tries_it_and_it_is_back(chain: Chain) -> None:
    chain.narrow.seconds = 5
    for _ in range(FAILURES):
        await chain.asked()
    chain.narrow.seconds = 0.05
    await asyncio.sleep(REST)
    found = await asyncio.gather(*(chain.nlu.understand(TEXT, "de") for _ in range(10)))
    assert [each.by.layer for each in found].count("local+narrow+wide") == 1, "the others wait for what comes of it"
    assert (await chain.asked())[0].by.layer == "local+narrow+wide"


@virtually
async def test_a_try_that_fails_begins_another_rest(chain: Chain) -> None:
    chain.narrow.answer = broken
    for _ in range(FAILURES):
        await chain.asked()
    await asyncio.sleep(REST)
    await chain.asked()
    await chain.asked()
    assert chain.narrow.asked == FAILURES + 1


@virtually
async def test_an_outage_is_told_once_and_its_end(chain: Chain) -> None:
    chain.narrow.answer = broken
    with capture_logs() as logs:
        for _ in range(50):
            await chain.asked()
            await asyncio.sleep(REST / 10)
        chain.narrow.answer = unit
        await asyncio.sleep(REST)
        for _ in range(5):
            await chain.asked()
    assert [line["event"] for line in logs if line["log_level"] != "debug"] == ["nlu_layer_rests", "nlu_layer_is_back"]
    assert "no weights" in str(logs[0]["error"])


@pytest.mark.parametrize(
    "lie",
    [
        lambda: np.full((1, DIMS), np.nan, np.float32),
        lambda: np.full((1, DIMS), np.inf, np.float32),
        lambda: unit(rows=2),
        lambda: unit(rows=0),
        lambda: unit()[0],
        lambda: unit(dims=DIMS + 1),
        lambda: next(iter(())),
        lambda: 1 // 0,
    ],
    ids=["not a number", "endless", "two rows", "no row", "no matrix", "other dimensions", "a slip", "another slip"],
)
@virtually
async def test_what_is_no_vector_of_this_text_counts_as_down(chain: Chain, lie: Callable[[], Floats]) -> None:
    chain.narrow.answer = lie
    for _ in range(FAILURES):
        found, _ = await chain.asked()
        assert found.by.layer in ("local", "local+wide")
        assert found.intents
    assert isinstance(chain.layers.encoders[0].watched.state, Open)


@virtually
async def test_a_text_in_which_there_is_nothing_to_encode_is_no_failure(chain: Chain) -> None:
    chain.narrow.answer = lambda: np.zeros((1, DIMS), np.float32)
    found, _ = await chain.asked()
    assert (found.by.layer, found.by.passed) == ("local+wide", (Passed(layer="narrow", why="unsuited"),))
    assert chain.layers.encoders[0].watched.state == WELL


@virtually
async def test_a_layer_that_does_not_know_the_language_is_not_asked(chain: Chain) -> None:
    chain.narrow.languages = frozenset({"de"})
    found, _ = await chain.asked("де моя посилка", "uk")
    assert (found.by.layer, found.by.passed) == ("local+wide", (Passed(layer="narrow", why="unsuited"),))
    assert chain.narrow.asked == 0


@virtually
async def test_a_layer_that_the_model_was_not_trained_with_is_not_asked(chain: Chain) -> None:
    nlu = LayeredNlu(HeadsModel(("wide",)), chain.layers)
    found = await nlu.understand(TEXT, "de")
    assert (found.by.layer, found.by.passed) == ("local+wide", (Passed(layer="narrow", why="untrained"),))
    assert chain.narrow.asked == 0
    assert nlu.untrained == ("narrow",)


@virtually
async def test_a_model_that_was_trained_with_more_than_is_here_answers_with_what_is_here(chain: Chain) -> None:
    nlu = LayeredNlu(HeadsModel(("wide",), ("narrow", "wide"), ("rare",)), Layers(encoders=chain.layers.encoders[1:]))
    found = await nlu.understand(TEXT, "de")
    assert (found.by.layer, found.by.passed) == ("local+wide", ())


@virtually
async def test_a_layer_whose_vectors_could_change_nothing_is_not_asked(chain: Chain) -> None:
    """``narrow`` alone has no head: without ``wide`` it is of no use."""
    chain.wide.languages = frozenset({"uk"})
    found, _ = await chain.asked()
    assert found.by.layer == "local"
    assert chain.narrow.asked == 0


@pytest.mark.parametrize("seconds", [0.0, 0.05])
@virtually
async def test_whoever_stops_waiting_leaves_nothing_behind(chain: Chain, seconds: float) -> None:
    chain.narrow.seconds = chain.wide.seconds = 5
    asking = asyncio.create_task(chain.nlu.understand(TEXT, "de"))
    await asyncio.sleep(seconds)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert others() == {}
    assert chain.narrow.cancelled == chain.narrow.asked
    assert [each.watched.state for each in chain.layers.encoders] == [WELL, WELL]


@virtually
async def test_a_late_answer_leaves_nothing_behind(chain: Chain) -> None:
    chain.narrow.seconds = chain.wide.seconds = 5
    await chain.asked()
    assert others() == {}


@virtually
async def test_an_abandoned_try_does_not_keep_others_from_trying(chain: Chain) -> None:
    chain.narrow.answer = broken
    for _ in range(FAILURES):
        await chain.asked()
    await asyncio.sleep(REST)
    chain.narrow.seconds = 5
    trying = asyncio.create_task(chain.nlu.understand(TEXT, "de"))
    await asyncio.sleep(0.01)
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    chain.narrow.seconds, chain.narrow.answer = 0, unit
    assert (await chain.asked())[0].by.layer == "local+narrow+wide"


@virtually
async def test_versions_of_the_bot_share_what_is_known_of_a_layer(chain: Chain) -> None:
    chain.narrow.answer = broken
    for _ in range(FAILURES):
        await chain.asked()
    other = LayeredNlu(HeadsModel(("narrow", "wide"), ("wide",)), chain.layers)
    assert Passed(layer="narrow", why="resting") in (await other.understand(TEXT, "de")).by.passed
