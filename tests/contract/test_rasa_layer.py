"""A Rasa server as the first language layer: its answer in our words, and no answer of it that hurts. On virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from conversation.understanding import Passed, Understanding
from nlu.layers.breaker import FAILURES, REST
from nlu.layers.chain import LayeredNlu, Layers, RasaLayer
from nlu.layers.rasa import MAX_ANSWER, RasaNlu
from nlu.layers.watched import Watched
from tests.support.layers import HeadsModel, PlayedEncoder, layer
from tests.support.process import free_port
from tests.support.rasa_server import Play, RasaServer, endless, entity, hangs_up, parsed, rasa_server, raw, slow
from tests.support.virtual_time import now, virtually

LIMIT = 0.4
TEXT = "wo ist mein Paket aus Berlin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A Rasa before an encoder before the words."""

    server: RasaServer
    encoder: PlayedEncoder
    nlu: LayeredNlu

    async def __call__(self, text: str = TEXT, language: str = "de") -> Understanding:
        return await self.nlu.understand(text, language)


@asynccontextmanager
async def asking(
    play: Play, *, token: str = "", languages: tuple[str, ...] = (), connections: int = 20
) -> AsyncIterator[Asked]:
    async with rasa_server(play) as server:
        rasa = RasaNlu(server.url, token=token, languages=languages, connections=connections)
        encoder = PlayedEncoder(name="wide")
        layers = Layers(encoders=(layer(encoder),), rasa=RasaLayer(nlu=rasa, watched=Watched("rasa", LIMIT)))
        try:
            yield Asked(
                server=server, encoder=encoder, nlu=LayeredNlu(HeadsModel(("wide",)), layers, name="nlu-abc.npz")
            )
        finally:
            await rasa.close()


def names(found: Understanding) -> list[tuple[str, float]]:
    return [(intent.name, intent.score) for intent in found.intents]


@virtually
async def test_its_intents_count_when_it_answers_in_time() -> None:
    async with asking(parsed(("bill", 0.91), ("order", 0.07))) as asked:
        found = await asked()
        assert names(found) == [("bill", 0.91), ("order", 0.07)]
        assert (found.by.layer, found.by.passed, found.by.model) == ("rasa", (), "")
        assert found.language == "de"
        assert asked.server.texts == [TEXT]
        assert asked.encoder.asked == 0, "nobody else is needed"


@virtually
async def test_an_intent_that_the_bot_does_not_know_is_left_out_and_told_of_once() -> None:
    async with asking(parsed(("out_of_office", 0.6), ("order", 0.3))) as asked:
        with capture_logs() as logs:
            for _ in range(5):
                assert names(await asked()) == [("order", 0.3)]
        told = [(line["event"], line["what"], line["name"]) for line in logs]
        assert told == [("nlu_name_unknown", "intent", "out_of_office")]


@virtually
async def test_thousands_of_invented_names_are_not_all_told_of() -> None:
    async with asking(parsed(*((f"x{number}", 0.0005) for number in range(1_500)))) as asked:
        with capture_logs() as logs:
            assert (await asked()).intents == ()
        assert len(logs) == 100


@virtually
async def test_its_fallback_means_that_nothing_was_understood() -> None:
    async with asking(parsed(("nlu_fallback", 0.7), ("order", 0.29))) as asked:
        with capture_logs() as logs:
            found = await asked()
        assert (found.intents, found.by.layer) == ((), "rasa")
        assert logs == []


@virtually
async def test_what_the_bot_is_not_for_is_never_reported() -> None:
    async with asking(parsed(("other", 0.8), ("order", 0.15), ("nlu_fallback", 0.05))) as asked:
        with capture_logs() as logs:
            assert names(await asked()) == [("order", 0.15)]
        assert logs == []


@virtually
async def test_a_text_without_any_intent_is_understood_as_nothing() -> None:
    async with asking(parsed()) as asked:
        found = await asked()
        assert (found.intents, found.by.layer) == ((), "rasa")


@virtually
async def test_without_a_ranking_the_intent_alone_counts() -> None:
    async with asking(raw(b'{"intent": {"name": "order", "confidence": 1.0}, "entities": []}')) as asked:
        assert names(await asked()) == [("order", 1.0)]


@virtually
async def test_values_with_our_names_are_kept_beside_our_own() -> None:
    start = TEXT.index("Paket")
    theirs = [
        entity("order_number", "A-1234", start, start + 5),
        entity("order_number", "B-1234", start + 1, start + 4),  # within the one before
        entity("city", "Bern", TEXT.index("Berlin"), len(TEXT)),  # our own rules found that already
        entity("mood", "bad", 0, 2),
        entity("city", "Bonn", 5, 500),
        entity("city", "Bonn", 5, 5),
        entity("city", "x" * 500, 3, 6),
    ]
    async with asking(parsed(("order", 0.9), entities=theirs)) as asked:
        with capture_logs() as logs:
            found = await asked()
        values = [(each.name, each.value, TEXT[each.start : each.end]) for each in found.entities]
        assert values == [("order_number", "A-1234", "Paket"), ("city", "Berlin", "Berlin")]
        assert [line["name"] for line in logs] == ["mood"]


@virtually
async def test_it_gets_the_text_as_it_was_typed_with_its_slips() -> None:
    async with asking(parsed(("order", 0.9))) as asked:
        await asked("wo ist mein Pakket??  \ud83d")
        assert asked.server.texts == ["wo ist mein Pakket??  ?"]


@virtually
async def test_of_a_text_in_the_wrong_letters_it_gets_the_right_ones_and_its_places_are_left_out() -> None:
    typed, meant = "lt vjz gjcbkrf", "де моя посилка"  # a keyboard that was set to English
    async with asking(parsed(("order", 0.9), entities=[entity("order_number", "A-1234", 0, 2)])) as asked:
        found = await asked(typed, "uk")
        assert asked.server.texts == [meant]
        assert (found.by.read_as, found.entities) == (meant, ())


@virtually
async def test_it_is_shown_the_token() -> None:
    async with asking(parsed(("order", 0.9)), token="se cret&x") as asked:
        await asked()
        assert asked.server.tokens == ["se cret&x"]


@virtually
async def test_it_is_asked_in_its_own_languages_only() -> None:
    async with asking(parsed(("order", 0.9)), languages=("de",)) as asked:
        found = await asked("де моя посилка", "uk")
        assert (found.by.layer, found.by.passed) == ("local+wide", (Passed(layer="rasa", why="unsuited"),))
        assert asked.server.texts == []


@virtually
async def test_when_it_is_slow_the_next_layers_answer_within_its_limit() -> None:
    async with asking(slow) as asked:
        began = now()
        found = await asked()
        assert now() - began == pytest.approx(LIMIT, abs=0.02)
        assert (found.by.layer, found.by.passed) == ("local+wide", (Passed(layer="rasa", why="slow"),))
        await asyncio.sleep(0.01)
        assert asked.server.open == 0, "the connection is shut: the server knows that nobody waits"


@virtually
async def test_a_body_that_drips_is_slow_too() -> None:
    async with asking(endless) as asked:
        assert (await asked()).by.passed == (Passed(layer="rasa", why="slow"),)


@pytest.mark.parametrize(
    "play",
    [
        raw(b"", 500),
        raw(b'{"status":"failure"}', 401),
        raw(b'{"intent": {"name": "order", "confidence": 0.9}}', 409),
        raw(b"{" + b" " * 10_000_000 + b"}"),
        raw(b"not json"),
        raw(b""),
        raw(b"[]"),
        raw(b'{"status": "ok"}'),
        raw(b'{"intent": "order"}'),
        raw(b'{"intent": {"name": ["order"], "confidence": 0.9}}'),
        raw(b'{"intent": {"name": "order", "confidence": NaN}}'),
        raw(b'{"intent": {"name": "order", "confidence": 1e999}}'),
        raw(b'{"intent": {"name": "order", "confidence": 17}}'),
        raw(b'{"intent": {"name": "order", "confidence": -0.1}}'),
        raw(b'{"intent": {"name": "order", "confidence": 0.9}, "entities": [{"entity": "city", "start": "x", "end": 2}]}'),
        raw(b"[" * 100_000),
        raw("{\"intent\": {\"name\": \"order\ud800\"}}".encode("utf-8", "surrogatepass")),
        hangs_up,
    ],
    ids=range(18),
)  # fmt: skip
@virtually
async def test_whatever_is_no_answer_leaves_it_to_the_next_layers(play: Play) -> None:
    async with asking(play) as asked:
        for _ in range(FAILURES):
            found = await asked()
            assert (found.by.layer, found.by.passed) == ("local+wide", (Passed(layer="rasa", why="down"),))
        assert (await asked()).by.passed == (Passed(layer="rasa", why="resting"),)
        assert len(asked.server.texts) == FAILURES


@virtually
async def test_an_answer_just_below_the_limit_of_its_size_is_taken() -> None:
    body = b'{"intent": {"name": "order", "confidence": 0.9}}'
    async with asking(raw(body + b" " * (MAX_ANSWER - len(body)))) as asked:
        assert names(await asked()) == [("order", 0.9)]


@virtually
async def test_a_server_that_is_not_there_costs_nothing_and_comes_back_by_itself() -> None:
    dead = RasaNlu(f"http://127.0.0.1:{free_port()}")
    layers = Layers(rasa=RasaLayer(nlu=dead, watched=Watched("rasa", LIMIT)))
    nlu = LayeredNlu(HeadsModel(), layers)
    for _ in range(FAILURES):
        assert (await nlu.understand(TEXT, "de")).by.passed == (Passed(layer="rasa", why="down"),)
    async with rasa_server(parsed(("order", 0.9))) as server:
        dead._client.base_url = server.url  # it was started, there
        assert (await nlu.understand(TEXT, "de")).by.passed == (Passed(layer="rasa", why="resting"),)
        await asyncio.sleep(REST)
        assert (await nlu.understand(TEXT, "de")).by.layer == "rasa"
        await dead.close()


@virtually
async def test_many_texts_at_once_share_few_connections_and_leave_none_in_use() -> None:
    async with asking(slow, connections=2) as asked:
        found = await asyncio.gather(*(asked() for _ in range(50)))
        assert {each.by.layer for each in found} == {"local+wide"}
        assert len(asked.server.texts) <= 2
        await asyncio.sleep(REST)
        asked.server.play = parsed(("order", 0.9))
        assert (await asked()).by.layer == "rasa"


@virtually
async def test_a_text_of_ten_thousand_characters_is_cut_before_it_is_sent() -> None:
    async with asking(parsed(("order", 0.9))) as asked:
        await asked("mein Paket " * 1_000)
        assert len(asked.server.texts[0]) == 1_000


@virtually
async def test_the_address_may_be_that_of_the_door_itself() -> None:
    async with asking(parsed(("order", 0.9))) as asked:
        rasa = RasaNlu(f"{asked.server.url}/model/parse/")
        assert (await rasa.parse(TEXT, {"order"}, ())).intents[0].name == "order"
        await rasa.close()
