"""Reading the examples, training on demand, and the cache."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from conversation.errors import ContentError
from nlu.cache import cache_path
from nlu.read import EntityRule, read_examples
from nlu.service import open_nlu, train_report

SMALL = {
    "de": b"""
intents:
  order: [wo ist meine Bestellung, Bestellung verfolgen, wann kommt das Paket]
  bill: [Frage zur Rechnung, Rechnung zu hoch, Geld abgebucht]
  other: [hallo, danke, wie geht es]
entities:
  device: {values: {router: [Fritzbox, Modem], phone: [Telefon]}}
""",
    "en": b"intents: {order: [where is my order, track the parcel], bill: [the bill is wrong, money taken], other: [hi, thanks]}",
}


def problems(text: str) -> str:
    with pytest.raises(ContentError) as caught:
        read_examples({"de": text.encode()})
    return str(caught.value)


def test_good_file_is_read_whole() -> None:
    read = read_examples(SMALL)
    assert [each.language for each in read] == ["de", "en"]
    assert read[0].intents["bill"] == ("Frage zur Rechnung", "Rechnung zu hoch", "Geld abgebucht")
    assert read[0].entities == (
        EntityRule(name="device", values={"router": ("Fritzbox", "Modem"), "phone": ("Telefon",)}),
    )


def test_yaml_1_2_words_stay_texts() -> None:
    assert read_examples({"en": b"intents: {a: [yes, no, on, 22:30]}"})[0].intents == {
        "a": ("yes", "no", "on", "22:30")
    }


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("intents:\n  a: [x]\n  a: [y]\n", "nlu/de.yaml:3:", "twice"),
        ("intents:\n  a:\n    - x\n    - x\n", "nlu/de.yaml:4:", "twice"),
        ("intents:\n  a: [x]\n  b: [X]\n", "nlu/de.yaml:2:", "keep one"),
        ("intents:\n  a:\n    - 12\n", "nlu/de.yaml:3:", "quotes"),
        ("intents:\n  a:\n    - Frage: wo\n", "nlu/de.yaml:3:", "quotes"),
        ("intents:\n  a: x\n", "nlu/de.yaml:2:", "list"),
        ("intents:\n  - x\n", "nlu/de.yaml:2:", "mapping"),
        (
            "intents: {a: [x]}\nsynonyms: {router: [meine box]}\n",
            "nlu/de.yaml:2:",
            "`meine box` among `synonyms` must be one word",
        ),
        (
            "intents: {a: [x]}\nsynonyms: {my router: [box]}\n",
            "nlu/de.yaml:2:",
            "`my router` among `synonyms` must be one word",
        ),
        ("intents: {a: [x]}\nsynonyms: {router: box}\n", "nlu/de.yaml:2:", "list"),
        ("intents: {a: [x]}\nsynonyms: [box]\n", "nlu/de.yaml:2:", "mapping"),
        ("intnets: {a: [x]}\n", "nlu/de.yaml:1:", "unknown key `intnets`"),
        ("intents: {a: [x]}\nentities:\n  e: {pattern: '(['}\n", "nlu/de.yaml:3:", "pattern"),
        ("intents: {a: [x]}\nentities:\n  e: {pattern: '(?=x)y'}\n", "nlu/de.yaml:3:", "look-around"),
        ("intents: {a: [x]}\nentities:\n  e: {letters: upper}\n", "nlu/de.yaml:3:", "either"),
        ("intents: {a: [x]}\nentities:\n  e: {pattern: x, letters: big}\n", "nlu/de.yaml:3:", "`upper` or `lower`"),
        ("intents: {a: [x\n", "nlu/de.yaml:2:", "not YAML"),
        ("", "nlu/de.yaml:", "empty"),
        ("entities: {}\n", "nlu/de.yaml:1:", "no `intents`"),
        ("intents: {a: [" + "x" * 600 + "]}", "nlu/de.yaml:1:", "500"),
        ("x: &a [q]\nintents: {a: *a}\n", "nlu/de.yaml:1:", "unknown key"),
        ("intents: {a: &a [q], b: *a}\n", "nlu/de.yaml:1:", "list"),
    ],
)
def test_wrong_file_names_line_and_remedy(text: str, where: str, what: str) -> None:
    message = problems(text)
    assert where in message
    assert what in message


def test_every_problem_is_told_at_once() -> None:
    message = problems("intents:\n  a: x\n  b: [1]\nfoo: 1\n")
    assert len(message.splitlines()) == 3


def test_file_that_is_not_utf8_or_too_large_is_refused() -> None:
    with pytest.raises(ContentError, match="UTF-8"):
        read_examples({"de": b"intents: {a: [\xff]}"})
    with pytest.raises(ContentError, match="larger"):
        read_examples({"de": b"#" * 1_000_001})


@pytest.mark.parametrize("content", [b"intents: {a: [x, y]}", b"intents: {a: [x, y], b: [z]}"])
async def test_too_few_examples_are_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="at least two"):
        await open_nlu({"de": content}, tmp_path)


async def test_no_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no <language>"):
        await open_nlu({}, tmp_path)


async def test_second_start_uses_the_cache_and_answers_alike(tmp_path: Path) -> None:
    with capture_logs() as first:
        before = await (await open_nlu(SMALL, tmp_path)).understand("wo ist mein Paket, Fritzbox", "de")
    with capture_logs() as second:
        after = await (await open_nlu(SMALL, tmp_path)).understand("wo ist mein Paket, Fritzbox", "de")
    assert [line["event"] for line in first] == ["nlu_trained"]
    assert second == []
    assert replace(before, by=replace(before.by, milliseconds=0.0)) == replace(
        after, by=replace(after.by, milliseconds=0.0)
    )
    assert before.intents[0].name == "order"
    assert [(entity.name, entity.value) for entity in after.entities] == [("device", "router")]


async def test_changed_example_trains_again(tmp_path: Path) -> None:
    await open_nlu(SMALL, tmp_path)
    changed = {**SMALL, "en": SMALL["en"].replace(b"money taken", b"money stolen")}
    with capture_logs() as logs:
        await open_nlu(changed, tmp_path)
    assert [line["event"] for line in logs] == ["nlu_trained"]


@pytest.mark.parametrize("damage", ["cut", "flip", "text", "empty"])
async def test_damaged_cache_is_told_and_trained_again(damage: str, tmp_path: Path) -> None:
    await open_nlu(SMALL, tmp_path)
    file = cache_path(tmp_path, SMALL)
    good = file.read_bytes()
    middle = len(good) // 2
    flipped = good[:middle] + bytes([good[middle] ^ 255]) + good[middle + 1 :]
    file.write_bytes({"cut": good[:middle], "flip": flipped, "text": b"hello", "empty": b""}[damage])
    with capture_logs() as logs:
        nlu = await open_nlu(SMALL, tmp_path)
    assert [line["event"] for line in logs] == ["nlu_cache_unusable", "nlu_trained"]
    assert (await nlu.understand("Bestellung verfolgen", "de")).intents[0].name == "order"
    with capture_logs() as logs:
        await open_nlu(SMALL, tmp_path)
    assert logs == []


async def test_cache_folder_that_cannot_be_written_costs_only_a_log_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with capture_logs() as logs:
        nlu = await open_nlu(SMALL, blocked)
    assert "nlu_cache_not_written" in [line["event"] for line in logs]
    assert (await nlu.understand("track the parcel", "en")).intents[0].name == "order"


async def test_training_leaves_the_event_loop_free(tmp_path: Path) -> None:
    turns = 0
    training = asyncio.create_task(open_nlu(SMALL, tmp_path))
    while not training.done():
        turns += 1
        await asyncio.sleep(0.001)
    await training
    assert turns > 3


async def test_bot_with_one_language_and_no_other_intent_works(tmp_path: Path) -> None:
    nlu = await open_nlu({"de": b"intents: {a: [eins zwei, eins drei], b: [vier sechs, vier acht]}"}, tmp_path)
    understood = await nlu.understand("vier", "de")
    assert understood.language == "de"
    assert understood.intents[0].name == "b"


async def test_language_that_spacy_and_the_language_model_do_not_know_works(tmp_path: Path) -> None:
    files = {**SMALL, "qx": b"intents: {order: [zop zup, zop zap], bill: [mip mup, mip map]}"}
    nlu = await open_nlu(files, tmp_path)
    assert (await nlu.understand("zop zup", "qx")).intents[0].name == "order"


async def test_train_report_counts_and_measures(tmp_path: Path) -> None:
    report = await train_report(SMALL, tmp_path)
    assert [(each.language, each.intents, each.examples) for each in report.languages] == [("de", 3, 9), ("en", 3, 6)]
    assert report.seconds > 0
    assert all(0 <= each.accuracy <= 1 for each in report.languages)
    assert cache_path(tmp_path, SMALL).is_file()


def test_old_models_are_dropped_from_the_cache(tmp_path: Path) -> None:
    for number in range(10):
        asyncio.run(train_report({"en": f"intents: {{a: [one{number}, two], b: [three, four]}}".encode()}, tmp_path))
    assert len(list(tmp_path.iterdir())) == 8


@pytest.mark.parametrize(
    ("entity", "told"),
    [
        ("{kind: telephone}", "`kind` of `e` is one of phone, email"),
        ("{kind: phone, pattern: x}", "needs either"),
        ("{kind: email, country: DE}", "`country` of `e` is for"),
        ("{kind: phone, country: Germany}", "two capital letters"),
    ],
)
def test_kind_that_cannot_be_is_told_with_the_remedy(entity: str, told: str) -> None:
    content = f"intents: {{a: [x]}}\nentities:\n  e: {entity}\n".encode()
    with pytest.raises(ContentError, match=told):
        read_examples({"de": content})
