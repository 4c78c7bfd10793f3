"""Candidates as an editor sees them: gathered, with what speaks for and against, decided on one after the other."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from app.exchange.edit_yaml import edit
from app.review.deciding import Desk, NothingFoundError, chosen
from app.review.items import Examples, Item, gather
from app.review.show import as_json, as_text
from app.review.talk import talk
from app.review.write import add_example, read_examples
from conversation.candidates import Candidate, CandidateOrigin, Reviewed, Ruling
from conversation.errors import ContentError
from conversation.understanding import Intent, Understanding
from dialogs.answers.alike import alike
from dialogs.problems import BotError
from dialogs.reading.source import read_source
from tests.support.bots import MONDAY
from tests.support.connector_surroundings import TurnedClock

GERMAN: Final = """\
# Sätze, von Ann gesammelt
intents:
  # Störungen zuerst
  outage:
    - Internet geht nicht        # der Klassiker
    - 'net geht ned'
  bill:   # Rechnungen
    - Meine Rechnung stimmt nicht
  other:
    - Hallo
entities:
  device: {values: {router: ["Fritzbox 7590"]}}
"""


def candidate(text: str, origin: CandidateOrigin = "meant", intent: str = "", **more: Any) -> Candidate:
    number = more.pop("number", 1)
    made = Candidate(
        id=f"{number}/{text}/{origin}", text=text, alike=alike(text), language="de", intent=intent, origin=origin,
        chat="c", conversation="t", message=str(number), at=MONDAY + timedelta(minutes=number), bundle="v1",
    )  # fmt: skip
    return msgspec.structs.replace(made, **more)


def reviewed(*candidates: Candidate) -> list[Reviewed]:
    return [Reviewed(candidate=each) for each in candidates]


def examples(text: str = GERMAN) -> Examples:
    return Examples({"de": read_source("nlu/de.yaml", text.encode())})


def item(*candidates: Candidate) -> Item:
    (found,) = gather(reviewed(*candidates), examples())
    return found


# ── gathered ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_those_that_say_the_same_are_one_with_all_votes() -> None:
    found = item(
        candidate("Alles tot", "meant", "outage", number=1),
        candidate("ALLES  tot!", "meant", "outage", number=2),
        candidate("alles tot", "meant_nothing", number=3),
    )
    assert (found.text, found.times, found.proposed) == ("alles tot", 3, "outage")
    assert {(vote.origin, vote.intent, vote.times) for vote in found.votes} == {
        ("meant", "outage", 2), ("meant_nothing", "", 1),
    }  # fmt: skip
    assert (found.first, found.last) == (MONDAY + timedelta(minutes=1), MONDAY + timedelta(minutes=3))


def test_an_operators_newest_word_counts_more_than_customers() -> None:
    found = item(
        candidate("Alles tot", "meant", "outage", number=1),
        candidate("Alles tot", "meant", "outage", number=2),
        candidate("Alles tot", "labelled", "bill", number=3, name="Anna"),
        candidate("Alles tot", "labelled", "", number=4, name="Ben"),
    )
    assert found.proposed == "other"
    assert {vote.names for vote in found.votes if vote.origin == "labelled"} == {("Anna",), ("Ben",)}


@pytest.mark.parametrize("origin", ["meant_nothing", "not_understood", "taken_back"])
def test_what_nobody_has_said_the_meaning_of_proposes_nothing(origin: CandidateOrigin) -> None:
    assert item(candidate("Alles tot", origin, "outage" if origin == "taken_back" else "")).proposed == ""


def test_the_newest_come_first_intent_by_intent_and_what_nobody_knows_last() -> None:
    found = gather(
        reviewed(
            candidate("eins", "not_understood", number=9),
            candidate("zwei", "meant", "bill", number=1),
            candidate("drei", "meant", "outage", number=8),
            candidate("vier", "meant", "bill", number=7),
        ),
        examples(),
    )
    assert [each.text for each in found] == ["drei", "vier", "zwei", "eins"]


@pytest.mark.parametrize(
    ("text", "intent", "remark"),
    [
        ("INTERNET geht nicht!", "outage", "stands in nlu/de.yaml:5 already"),
        ("Internet geht nicht", "bill", "contradicts nlu/de.yaml:5, which has it under outage"),
        ("Geht nicht, Internet", "bill", "nearly the same as nlu/de.yaml:5, “Internet geht nicht”, which is outage"),
        ("Internet geht nich", "outage", "nearly the same as nlu/de.yaml:5, “Internet geht nicht”"),
        ("Das Modem blinkt", "outage", ""),
    ],
)
def test_what_the_examples_have_already_is_said(text: str, intent: str, remark: str) -> None:
    assert item(candidate(text, "meant", intent)).remark == remark


def test_what_the_model_knows_well_is_said() -> None:
    found = item(candidate("Das Modem blinkt", "meant", "outage"))
    sure = msgspec.structs.replace(found, now=(Intent(name="outage", score=0.97),))
    assert "known well" in sure.remark


def test_numbers_are_masked_but_for_the_bots_own_words() -> None:
    found = item(candidate("Vertrag 12345 mit Fritzbox 7590", "meant", "outage"))
    assert found.text == "Vertrag 00000 mit Fritzbox 7590"


def test_what_was_decided_on_is_over_until_an_operator_says_something_else() -> None:
    ruling = Ruling(verdict="accepted", intent="outage", at=MONDAY + timedelta(minutes=5))
    old = Reviewed(candidate=candidate("Alles tot", "meant", "outage"), ruling=ruling)

    def over(*later: Candidate) -> bool:
        (found,) = gather([old, *reviewed(*later)], examples())
        return not found.opened

    assert over()
    assert over(candidate("Alles tot", "meant", "bill", number=9))
    assert over(candidate("Alles tot", "labelled", "outage", number=9))
    assert not over(candidate("Alles tot", "labelled", "bill", number=9))


# ── shown ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_says_who_said_what_and_what_was_thought_of_it() -> None:
    found = item(
        candidate("Alles tot", "labelled", "outage", name="Anna", scores={"bill": 0.31}, number=2),
        candidate("Alles tot", "taken_back", "bill", number=1),
    )
    lines = list(as_text([msgspec.structs.replace(found, now=(Intent(name="outage", score=0.5),))]))
    assert lines[0] == "outage"
    assert lines[1] == f"  {found.id}  de  “Alles tot”  2026-11-02, 2 times"
    assert {line.strip() for line in lines[2:-1]} == {
        "an operator said so (Anna): outage",
        "acted on at once, then taken back: bill",
        "the model then: bill 31%",
        "the model now: outage 50%",
    }


def test_the_json_has_all_of_it() -> None:
    (data,) = msgspec.json.decode(as_json([item(candidate("net geht ned", "meant", "bill"))]))
    assert data["proposed"] == "bill"
    assert data["known"] == "nlu/de.yaml:6"
    assert data["votes"] == [{"origin": "meant", "intent": "bill", "times": 1, "by": []}]
    assert data["decision"] is None


# ── written ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu/de.yaml").write_text(GERMAN, encoding="utf-8")
    return tmp_path


def content(folder: Path, language: str = "de") -> str:
    return (folder / f"nlu/{language}.yaml").read_text(encoding="utf-8")


def test_an_example_is_one_line_more_and_all_else_stays(folder: Path) -> None:
    assert add_example(folder, "de", "outage", "Alles tot: was nun?") == "nlu/de.yaml:7"
    before = GERMAN.splitlines()
    assert content(folder).splitlines() == [*before[:6], '    - "Alles tot: was nun?"', *before[6:]]


@pytest.mark.parametrize("text", ["no", "12", "true", "- a", "@home", "a: b", "it's “so” \\ # x", "null", "Ж🙂", "{a}"])
def test_any_sentence_is_read_back_as_it_was(folder: Path, text: str) -> None:
    add_example(folder, "de", "bill", text)
    assert read_examples(folder)["de"].data["intents"]["bill"][-1] == text


def test_an_intent_or_a_language_that_is_new_begins_a_list(folder: Path) -> None:
    add_example(folder, "de", "moving", "Wir ziehen um")
    assert "  moving:\n    - Wir ziehen um\n" in content(folder)
    add_example(folder, "de", "moving", "Umzug")
    assert "    - Wir ziehen um\n    - Umzug\n" in content(folder)
    assert add_example(folder, "en", "outage", "It is dead") == "nlu/en.yaml:3"
    assert content(folder, "en") == "intents:\n  outage:\n    - It is dead\n"


def test_a_sentence_that_is_there_is_not_written_twice_nor_under_another_intent(folder: Path) -> None:
    assert add_example(folder, "de", "outage", "internet geht nicht!") == "nlu/de.yaml:5"
    with pytest.raises(ContentError, match=r"an example of outage already, in nlu/de\.yaml:5"):
        add_example(folder, "de", "bill", "Internet geht nicht")
    assert content(folder) == GERMAN


def test_a_file_that_an_editor_saves_at_this_moment_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[bool] = []

    def late(file: str, raw: bytes, wanted: Any) -> bytes:
        if not saved:
            saved.append(True)
            (folder / file).write_text(GERMAN.replace("  bill:", "    - Licht ist rot\n  bill:"), encoding="utf-8")
        return edit(file, raw, wanted)

    monkeypatch.setattr("app.review.write.edit", late)
    assert add_example(folder, "de", "outage", "Alles tot") == "nlu/de.yaml:8"
    assert "    - Licht ist rot\n    - Alles tot\n" in content(folder)


def test_a_broken_file_is_left_alone(folder: Path) -> None:
    (folder / "nlu/de.yaml").write_text("intents: [", encoding="utf-8")
    with pytest.raises(BotError, match=r"nlu/de\.yaml"):
        add_example(folder, "de", "outage", "Alles tot")
    assert content(folder) == "intents: ["


# ── decided on ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Kept:
    """A ``CandidateStore`` in a list."""

    def __init__(self, *candidates: Candidate) -> None:
        self.rows = reviewed(*candidates)

    async def all(self, *, language: str = "", **_: Any) -> Sequence[Reviewed]:
        return [each for each in self.rows if not language or each.candidate.language == language]

    async def decide(self, language: str, alike: str, ruling: Ruling) -> int:
        hits = [each.candidate.language == language and each.candidate.alike == alike for each in self.rows]
        self.rows = [
            msgspec.structs.replace(each, ruling=ruling) if hit else each
            for each, hit in zip(self.rows, hits, strict=True)
        ]
        return sum(hits)


class Guess:
    async def understand(self, text: str, language: str) -> Understanding:  # noqa: ARG002 - the port's
        return Understanding(intents=(Intent(name="bill", score=len(text) / 100),))


def desk(folder: Path, *candidates: Candidate) -> tuple[Desk, Kept]:
    kept = Kept(*candidates)
    return Desk(kept, folder, TurnedClock(MONDAY), nlu=Guess(), intents=("moving", "bill")), kept


TOT: Final = candidate("Alles tot", "meant", "outage", number=2)
WAS: Final = candidate("Was jetzt", "not_understood", number=1)


async def typed(desk: Desk, *answers: str) -> str:
    """What an editor sees who types this."""
    rest: Iterator[str] = iter(answers)
    said: list[str] = []

    def ask(question: str) -> str:
        said.append(question)
        try:
            return next(rest)
        except StopIteration:
            raise EOFError from None

    await talk(desk, await desk.waiting(), ask, said.append)
    return "\n".join(said)


async def test_enter_accepts_as_proposed_and_the_next_comes(folder: Path) -> None:
    made, kept = desk(folder, TOT, WAS)
    said = await typed(made, "", "s")
    assert "1 of 2, de, 2026-11-02: “Alles tot”" in said
    assert "    nlu/de.yaml:7: outage" in said
    assert "2 of 2, de, 2026-11-02: “Was jetzt”" in said
    assert "    - Alles tot\n" in content(folder)
    assert [each.ruling.verdict if each.ruling else None for each in kept.rows] == ["accepted", None]
    assert [each.text for each in await made.waiting()] == ["Was jetzt"]
    assert len(await made.waiting(again=True)) == 2


async def test_enter_accepts_nothing_that_is_not_proposed(folder: Path) -> None:
    made, kept = desk(folder, WAS)
    assert "[a]ccept" not in await typed(made, "", "a")
    assert kept.rows[0].ruling is None
    assert content(folder) == GERMAN


@pytest.mark.parametrize("which", ["moving", "mov", "1", "MOVING"])
async def test_another_intent_is_named_by_name_part_or_number(folder: Path, which: str) -> None:
    made, kept = desk(folder, TOT)
    assert "  1  moving" in await typed(made, "i", which)
    assert "  moving:\n    - Alles tot\n" in content(folder)
    assert kept.rows[0].ruling == Ruling(verdict="accepted", intent="moving", at=MONDAY)


@pytest.mark.parametrize("which", ["", "o", "77", "none"])
async def test_an_intent_that_is_not_clear_is_asked_again(folder: Path, which: str) -> None:
    made, kept = desk(folder, TOT)
    assert (await typed(made, "i", which, "q")).count("[q]uit") == 2
    assert kept.rows[0].ruling is None


async def test_other_reject_and_quit_do_what_they_say(folder: Path) -> None:
    made, kept = desk(folder, TOT, WAS, candidate("Drittens", "not_understood", number=0))
    await typed(made, "o", "r", "q")
    assert "    - Hallo\n    - Alles tot\n" in content(folder)
    assert [each.ruling.verdict if each.ruling else None for each in kept.rows] == ["accepted", "rejected", None]
    assert (made.accepted, made.rejected) == (1, 1)


async def test_what_can_not_be_written_is_said_and_asked_again(folder: Path) -> None:
    made, kept = desk(folder, candidate("Internet geht nicht", "meant", "bill"))
    said = await typed(made, "a", "i", "outage")
    assert "an example of outage already" in said
    assert kept.rows[0].ruling == Ruling(verdict="accepted", intent="outage", at=MONDAY)
    assert content(folder) == GERMAN


async def test_the_model_is_asked_about_what_is_shown(folder: Path) -> None:
    made, _ = desk(folder, TOT)
    (found,) = await made.waiting()
    assert found.now == (Intent(name="bill", score=0.09),)


async def test_they_are_chosen_by_intent_origin_and_time(folder: Path) -> None:
    doubted = candidate("Doch nicht", "taken_back", "bill", number=5)
    made, _ = desk(folder, TOT, WAS, doubted)

    async def texts(**wanted: Any) -> list[str]:
        return [each.text for each in await made.waiting(**wanted)]

    assert await texts(intent="bill") == ["Doch nicht"]
    assert await texts(intent="outage") == ["Alles tot"]
    assert await texts(origin="not_understood") == ["Was jetzt"]
    assert await texts(since=MONDAY + timedelta(minutes=2)) == ["Alles tot", "Doch nicht"]
    assert await texts(language="en") == []


async def test_an_intent_that_there_is_not_is_refused_with_those_there_are(folder: Path) -> None:
    made, _ = desk(folder, TOT)
    (found,) = await made.waiting()
    with pytest.raises(ContentError, match="moving, bill, outage, other"):
        await made.accept(found, "weather")
    assert content(folder) == GERMAN


async def test_the_beginning_of_an_id_is_enough_and_a_wrong_one_is_said(folder: Path) -> None:
    made, _ = desk(folder, TOT, WAS)
    items = await made.waiting()
    assert chosen(items, [items[1].id[:6]]) == [items[1]]
    with pytest.raises(NothingFoundError, match="xyz"):
        chosen(items, ["xyz"])
