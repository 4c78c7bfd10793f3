"""The bench of understanding: what it says about sets that are worked out by hand, and about files that can't be used."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from app.cli import app
from app.measured.callbacks import is_accepted
from app.measured.own import FIRST, HELD_OUT
from app.measured.running import as_json, run
from app.measured.setup import Setup
from app.measured.units import UNITS, chosen, run_unit
from bench.cases.understanding import figures_of
from bench.report import table as figure_table
from bench.understood import write
from conversation.errors import ContentError
from conversation.ports import Nlu
from conversation.understanding import Intent, Understanding
from nlu.encoding import Floats
from nlu.layers.chain import EncoderLayer, Layers
from nlu.layers.watched import Watched
from nlu.measuring import languages, peers, robustness
from nlu.measuring.chains import Chain, Chains, answers
from nlu.measuring.peers import SPACY
from nlu.measuring.perturbations import PERTURBATIONS
from nlu.measuring.questions import ACCURACY, AT_THRESHOLD, AUROC, IN_SCOPE, RECALL, Question, Wanted, measure
from nlu.measuring.rows import Goal, Row, table
from nlu.measuring.sets import Sentence
from nlu.train import rows_of
from tests.support.repository import ROOT

HEAD = "text,label,split,lang\n"
EXAMPLE = ROOT / "examples/nordnetz"
TRAIN = "red,colour,train,en\ngreen,colour,train,en\none,number,train,en\ntwo,number,train,en\n"
VALID = "red!,colour,valid,en\nwhat,oos,valid,en\n"
TEST = "red?,colour,test,en\none?,number,test,en\nblue,colour,test,en\nwho,oos,test,en\none more,oos,test,en\n"


class Parrot:
    """Knows a word that it was taught, at 0.9; takes all else for the first intent, at 0.2. Speaks English."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._known = {text: intent for _, intent, text in rows_of(files)}

    async def understand(self, text: str, language: str) -> Understanding:
        word = text.strip("?!").split(" ")[0]
        name, score = (self._known[word], 0.9) if word in self._known else (next(iter(self._known.values())), 0.2)
        return Understanding(language=language or "en", intents=(Intent(name=name, score=score),))


async def learn(files: Mapping[str, bytes]) -> Mapping[str, Nlu]:
    return {"local": Parrot(files), "local+minilm/1": Parrot(files)}


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(HEAD + text, encoding="utf-8")
    return tmp_path


async def test_rows_of_a_set_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    wanted = Wanted(local={ACCURACY: 100.0, RECALL: 50.0}, semantic={AT_THRESHOLD: 60.0})
    question = Question(name="toy", files=("toy.csv",), wanted=wanted)
    rows = await measure(question, folder_with(tmp_path, toy=TRAIN + VALID + TEST), learn, seed=1, peers=False)
    assert [(row.by, row.measured, row.figure and round(row.figure, 3), row.texts) for row in rows[:4]] == [
        ("local", IN_SCOPE, 100.0, 3),
        ("local", AUROC, 0.583, 5),  # of six pairs two are in order, three are ties
        ("local", AT_THRESHOLD, 66.667, 3),
        ("local", RECALL, 50.0, 2),
    ]
    assert [row.reached for row in rows] == [True, None, None, True, True, None, True, True]
    assert {row.learnt for row in rows} == {4}


async def test_languages_of_one_bot_are_rows_of_their_own(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, en=TRAIN + TEST, de="rot,colour,train,de\neins,number,train,de\n" + "grün,number,test,de\n"
    )
    question = Question(name="two", files=("en.csv", "de.csv"), apart=True)
    rows = await measure(question, folder, learn, seed=1, peers=False)
    found = [(row.name, row.figure, row.texts) for row in rows if row.by == "local" and row.measured == IN_SCOPE]
    assert found == [("two de", 0.0, 1), ("two en", 100.0, 3)]  # fmt: skip


async def test_both_peers_learn_what_two_words_mean(tmp_path: Path) -> None:
    rows = []
    for label in ("colour", "number"):
        word = {"colour": "red paint", "number": "seven pieces"}[label]
        rows += [f"{word} {number},{label},train,en\n" for number in range(8)] + [f"my {word},{label},test,en\n"]
    folder = folder_with(tmp_path, toy="".join(rows))
    found = await measure(Question(name="toy", files=("toy.csv",)), folder, learn, seed=1, peers=True)
    spacy, scikit = (row for row in found if not row.by.startswith("local"))
    assert (spacy.figure, spacy.seed) == (100.0, 1)
    assert scikit.figure == 100.0 or "pip install 'lotse[bench]'" in scikit.failed


async def test_points_lost_count_texts_that_change_in_sets_with_enough_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = "".join(f"one {number},number,test,en\n" for number in range(12))
    monkeypatch.setattr(robustness, "SOURCES", (robustness.Source(name="toy", files=("toy.csv",)),))
    rows = await robustness.measure(folder_with(tmp_path, toy=TRAIN + numbers), learn, seed=1)
    by_name = {row.name: row for row in rows if row.by == "local"}
    assert set(by_name) == {"as they stand", *PERTURBATIONS}
    assert by_name["as they stand"].figure == 100.0
    assert by_name["upper case"].figure == 100.0  # "ONE" is no word that the parrot knows
    assert (by_name["upper case"].texts, by_name["upper case"].reached) == (12, False)
    assert "no set has 10 texts" in by_name["transliterated"].failed


@pytest.mark.parametrize("name", sorted(PERTURBATIONS))
@pytest.mark.parametrize(
    ("language", "text"), [("de", "Wo bleibt mein Päckchen?"), ("ru", "Где моя ёлка"), ("uk", "де моя їжа")]
)
def test_perturbation_is_the_same_for_the_same_seed(name: str, language: str, text: str) -> None:
    first = PERTURBATIONS[name](text, language, 7)
    assert PERTURBATIONS[name](text, language, 7) == first
    if name == "typos":
        assert len({PERTURBATIONS[name](text, language, seed) for seed in range(20)}) > 5


async def test_language_rows_say_how_many_were_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "SETS", ("a.csv", "b.csv"))
    folder = folder_with(
        tmp_path, a=TRAIN + TEST, b=TRAIN.replace(",en", ",de") + "blue,colour,test,de\nrot,colour,test,de\n"
    )
    (folder / "langid_short.csv").write_text("text,lang\nхай,uk\nда,ru\n", encoding="utf-8")
    (folder / "datetime_phrases.jsonl").write_text("", encoding="utf-8")
    bot = {language: (EXAMPLE / f"nlu/{language}.yaml").read_bytes() for language in languages.LANGUAGES}
    rows = await languages.measure(folder, bot, learn)
    first, short, *_ = rows
    assert first.texts == 7
    assert first.figure == pytest.approx(100 * 4 / 7)  # the parrot speaks English only
    assert "1 texts stand under two languages" in first.note
    assert short.texts == 7
    known = next(row for row in rows if row.measured == "in a conversation in it")
    other = next(row for row in rows if row.measured == "after messages in another one")
    assert (known.figure, other.figure) == (100.0, 0.0)


def test_peer_that_is_not_installed_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(languages, "import_module", missing)
    monkeypatch.setattr(peers, "import_module", missing)
    (row,) = languages._lingua([])
    assert row.failed == "lingua is not installed: `pip install 'lotse[bench]'`"
    with pytest.raises(peers.NotInstalledError, match="scikit-learn is not installed"):
        peers.scikit_linear([], 1)


async def test_languages_of_a_bot_without_one_of_the_four_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no examples in ru, uk"):
        await languages.measure(tmp_path, {"de": b"", "en": b""}, learn)


@pytest.mark.parametrize(
    ("found", "wanted", "accepted"),
    [
        ("2026-03-12T15:00", ["03-12 15:00"], True),
        ("2026-03-12T15:01", ["03-12 15:00"], False),
        ("2026-03-13T15:00", ["03-12 15:00"], False),
        ("2026-03-12T12:00", ["03-12 12-18"], True),
        ("2026-03-12T18:00", ["03-12 12-18"], False),
        ("2026-03-12T18:00", ["03-11 18:00", "03-12 18:00"], True),
        ("", ["03-12 15:00"], False),
    ],
)
def test_moment_is_compared_with_what_is_accepted(found: str, wanted: list[str], accepted: bool) -> None:
    from datetime import datetime

    assert is_accepted(datetime.fromisoformat(found) if found else None, wanted) is accepted


def test_file_that_is_not_there_costs_its_rows_only(tmp_path: Path) -> None:
    setup = Setup(folder=tmp_path, bot=EXAMPLE, peers=False)
    (row,) = run_unit("HWU64 10-shot", setup)
    assert (row.figure, row.reached) == (None, None)
    assert "No such file or directory" in row.failed
    assert "hwu64_en.csv" in row.failed


def test_broken_line_of_phrases_is_told(tmp_path: Path) -> None:
    (tmp_path / "datetime_phrases.jsonl").write_text('{"lang": "de"}\n', encoding="utf-8")
    (row,) = run_unit("call-back times", Setup(folder=tmp_path, bot=EXAMPLE))
    assert row.failed == "datetime_phrases.jsonl:1: there is no `accept`, `now`, `sentence`, `text`"


def test_chosen_are_those_whose_name_holds_a_word() -> None:
    assert chosen(("BANKing",), quick=False, sets=True) == ("BANKING77 10-shot", "BANKING77 full")
    assert chosen(("banking",), quick=True, sets=True) == ("BANKING77 10-shot",)
    assert set(chosen((), quick=True, sets=False)) == {"the bot", "one message", "training", "detector", "service"}
    with pytest.raises(ContentError, match="`banqing`; there are support4"):
        chosen(("banqing",), quick=False, sets=True)


def test_table_shows_goal_interval_and_failure() -> None:
    rows = [
        Row(
            name="a|b", by="local", measured="m", figure=71.96, interval=(60.0, 80.5), texts=1234, goal=Goal(figure=72)
        ),
        Row(name="c", figure=0.51, unit="ms", goal=Goal(figure=0.6, most=True)),
        Row(name="d", failed="no file"),
    ]
    _, _, first, second, third = table(rows).splitlines()
    cells = [cell.strip() for cell in first.strip("|").split("|")]
    assert cells == ["a/b", "local", "m", "72.0 %", "60.0 to 80.5", "1,234", "", "≥ 72", "no", ""]
    assert "0.51 ms" in second
    assert "| ≤ 0.6 | yes" in second
    assert "not measured: no file" in third


def test_rows_in_json_say_whether_the_goal_was_reached() -> None:
    rows = [Row(name="a", figure=73.0, goal=Goal(figure=72)), Row(name="b")]
    first, second = map(json.loads, as_json(rows, {"seed": 1}).splitlines())
    assert (first["reached"], first["seed"], "reached" in second) == (True, 1, False)


def test_what_was_kept_is_not_measured_again_unless_the_set_changed(tmp_path: Path) -> None:
    (sets := tmp_path / "sets").mkdir()
    (sets / "datetime_phrases.jsonl").write_bytes((ROOT / "tests/support/datetime_phrases.jsonl").read_bytes())
    setup, kept, said = Setup(folder=sets, bot=EXAMPLE), tmp_path / "kept", list[str]()
    first = run(["call-back times"], setup, jobs=1, kept=kept, say=said.append)
    again = run(["call-back times"], setup, jobs=1, kept=kept, say=said.append)
    assert again == first
    assert "before" not in said[0]
    assert "before" in said[1]
    (sets / "datetime_phrases.jsonl").write_text("", encoding="utf-8")
    changed = run(["call-back times"], setup, jobs=1, kept=kept, say=said.append)
    assert changed[0].failed == "there are no such texts in the set"


def test_command_prints_the_table_and_goes_on_where_a_set_is_missing(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, support4_en=TRAIN + TEST)
    words = [
        "nlu",
        "bench",
        str(folder),
        "--only",
        "support4 en",
        "--only",
        "hint3 curekart",
        "--no-peers",
        "--bot",
        str(EXAMPLE),
    ]
    out = tmp_path / "rows.json"
    result = CliRunner().invoke(app, [*words, "--json", str(out)])
    assert result.exit_code == 1
    assert "| support4 en alone | local | in-scope accuracy" in " ".join(result.stdout.split())
    assert "hint3_curekart_en.csv" in result.stdout
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3


def test_every_part_that_is_measured_has_a_row_when_nothing_is_there(tmp_path: Path) -> None:
    nothing = Setup(folder=tmp_path / "none", bot=tmp_path / "none")
    quick = [name for name, unit in UNITS.items() if not unit.alone]
    assert all(row.failed for name in quick for row in run_unit(name, nothing))


def test_figures_of_benchmarks_are_rows_with_a_goal_or_a_peer_of_the_same_texts() -> None:
    goal = Goal(figure=72)
    rows = [
        Row(name="a", by="local", measured=ACCURACY, figure=70.0, goal=goal),
        Row(name="a", by=SPACY, measured=ACCURACY, figure=60.0),
        Row(name="a", by="local", measured=AUROC, figure=0.9, unit=""),
        Row(name=HELD_OUT + ", de", by="local", measured=FIRST, figure=90.0),
        Row(name="typos", by="local", measured="points lost", figure=4.0, unit="points", goal=goal, seed=1),
        Row(name="one message", by="local", measured="p50, processor time", figure=0.5, unit="ms", goal=goal),
        Row(name="b", failed="no file"),
    ]
    found = figures_of(rows)
    assert [(one.right, one.ahead, one.p50_ms, one.failed) for one in found] == [
        (70.0, 10.0, None, ""),
        (90.0, None, None, ""),
        (None, -4.0, None, ""),
        (None, None, 0.5, ""),
        (None, None, None, "no file"),
    ]
    assert "+10.0 points beside spaCy TextCatBOW" in figure_table(found)


class _Counting:
    """An encoder that suits English, and counts what it is given."""

    name = "counting"

    def __init__(self) -> None:
        self.given: list[str] = []

    def suits(self, language: str) -> bool:
        return language == "en"

    async def encode(self, texts: Sequence[str], language: str) -> Floats:  # noqa: ARG002 - the protocol's
        self.given += texts
        return np.full((len(texts), 4), 0.5, np.float32)


async def test_chains_are_a_services_own_with_the_encoders_of_each_head_and_no_text_is_encoded_twice() -> None:
    encoder = _Counting()
    chains = Chains(Layers(encoders=(EncoderLayer(encoder=encoder, watched=Watched("counting", 0.1)),)))
    files = {"en": b"intents: {colour: [red, green], number: [one, two]}"}
    encoded, called = await chains.encode(files)
    assert (encoded["counting"].shape, called["counting"].shape) == ((4, 4), (2, 4))
    heads = await chains.learn(files)
    for nlu in heads.values():
        assert isinstance(nlu, Chain)
        await answers(nlu, [Sentence(text="two green", label="number", language="en")] * 2)
    assert len(encoder.given) == len(set(encoder.given))
    assert {"red", "green", "one", "two"} <= set(encoder.given)
    local = await heads["local"].understand("two green", "en")
    assert (local.by.layer, local.by.passed) == ("local", ())


def test_page_shows_each_head_in_a_column_of_its_own(tmp_path: Path) -> None:
    rows = [
        Row(
            name="a",
            by="local",
            measured=ACCURACY,
            figure=70.0,
            interval=(60.4, 78.2),
            texts=100,
            learnt=9,
            goal=Goal(figure=72),
        ),
        Row(name="a", by="local+minilm/1", measured=ACCURACY, figure=73.0, texts=100, learnt=9, goal=Goal(figure=72)),
        Row(name="typos", by="local", measured="points lost", figure=4.06, unit="points", texts=50),
        Row(name="b", failed="no file"),
        Row(
            name="service",
            by="local",
            measured="memory added",
            figure=35.6,
            unit="MB",
            goal=Goal(figure=150, most=True),
        ),
    ]
    (tmp_path / "rows.json").write_text(as_json(rows, {"seed": 1}), encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- understanding -->\nold\n<!-- /understanding -->\nafter\n", encoding="utf-8")
    write(tmp_path / "rows.json", page)
    found = page.read_text(encoding="utf-8")
    assert "| set | measured | local | local+minilm/1 | goal | texts |" in found
    assert "| a | accuracy | 70.0 (60 to 78) ✗ | 73.0 ✓ | ≥ 72 | 100 |" in found
    assert "| typos | points lost | 4.1 |  |  | 50 |" in found
    assert "| service: local | memory added | 36 MB ✓ | ≤ 150 |" in found
    assert "2 of 3 goals reached" in found
    assert found.startswith("before\n")
    assert "old" not in found
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md has no block"):
        write(tmp_path / "rows.json", page)


def test_service_that_does_not_start_is_a_row_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "nlu").mkdir()
    (tmp_path / "bot.yaml").write_text("languages: [", encoding="utf-8")
    (row,) = run_unit("service", Setup(folder=None, bot=tmp_path))
    assert "`lotse serve` ended with 1 before it answered: " in row.failed
    assert "bot.yaml" in row.failed
