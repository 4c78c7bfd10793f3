"""``lotse nlu evaluate``, ``lotse nlu train`` and the gate of ``lotse publish``, as an editor types them; by words and letters alone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from conversation.errors import ContentError
from dialogs.reading.source import read_source

ROOT = Path(__file__).parents[2]
Lotse = Callable[..., Result]


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(ROOT / "examples/nordnetz", tmp_path / "bot"))
    shutil.rmtree(folder / "tests", ignore_errors=True)
    for language in ("ru", "uk"):  # two languages are learnt in half the time
        (folder / f"nlu/{language}.yaml").unlink()
        shutil.rmtree(folder / f"locales/{language}")
    settings = (folder / "bot.yaml").read_text("utf-8")
    (folder / "bot.yaml").write_text(settings.replace("[de, en, ru, uk]", "[de, en]"), "utf-8")
    return folder


@pytest.fixture
def lotse(tmp_path: Path, bot: Path) -> Lotse:
    settings = {"LOTSE_VAR": str(tmp_path / "var"), "LOTSE_BOT": str(bot), "LOTSE_NLU__LAYERS": "[]"}

    def run(*words: str, width: int = 80) -> Result:
        return CliRunner().invoke(app, words, env={**settings, "COLUMNS": str(width)})

    return run


def found(lotse: Lotse, *words: str) -> Any:
    done = lotse("nlu", "evaluate", "--json", *words)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def swap(bot: Path, sentence: str, language: str, intent: str) -> None:
    """Under another intent than before."""
    path = bot / f"nlu/{language}.yaml"
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() != f"- {sentence}"]
    place = lines.index(f"  {intent}:")
    path.write_text("\n".join([*lines[: place + 1], f"    - {sentence}", *lines[place + 1 :]]) + "\n", "utf-8")


def spoil(bot: Path) -> None:
    """Every second sentence of each large task stands under the next one: the others are understood worse."""
    for path in (bot / "nlu").glob("*.yaml"):
        intents: dict[str, list[str]] = {}
        for line in path.read_text("utf-8").splitlines():
            if not line.startswith("    - "):
                intents[line] = []
            else:
                intents[[*intents][-1]].append(line)
        large = [head for head, texts in intents.items() if len(texts) >= 30 and head != "  other:"]
        strays = {head: intents[before][1::2] for before, head in zip(large, [*large[1:], large[0]], strict=True)}
        for head, texts in strays.items():
            intents[head] = intents[head][::2] + texts
        path.write_text("\n".join(line for head, texts in intents.items() for line in (head, *texts)) + "\n", "utf-8")


def test_the_verdict_comes_first_and_nothing_is_wider_than_the_terminal(lotse: Lotse) -> None:
    for width in (80, 120):
        done = lotse("nlu", "evaluate", "--language", "de", width=width)
        assert done.exit_code == 0, done.output
        lines = done.output.splitlines()
        assert lines[0].startswith("German: of 100 new sentences like your examples, ")
        assert "seed 0" in done.output
        assert max(map(len, lines)) <= width
        assert "English" not in done.output


def test_figures_for_machines_add_up(lotse: Lotse) -> None:
    report = found(lotse)
    assert set(report["languages"]) == {"de", "en"}
    for each in report["languages"].values():
        assert sum(each["tasks"].values()) + sum(each["others"].values()) == each["examples"]
        assert sum(intent["support"] for intent in each["intents"].values()) == each["examples"]
        assert sum(bin_["count"] for bin_ in each["reliability"]) <= each["examples"]
        assert each["right_first"]["share"] > 0.6
    assert report == found(lotse), "the same seed, the same figures"
    assert report != found(lotse, "--seed", "7")
    assert report["against"] is None


def test_a_swapped_label_is_among_the_worst_examples_with_its_line(lotse: Lotse, bot: Path) -> None:
    swap(bot, "Mein Internet geht nicht", "de", "billing_question")
    worst = found(lotse, "--language", "de")["worst"]
    planted = next(each for each in worst if each["text"] == "Mein Internet geht nicht")
    assert (planted["wanted"], planted["read_as"]) == ("billing_question", "report_outage")
    line = int(planted["place"].removeprefix("nlu/de.yaml:"))
    assert (bot / "nlu/de.yaml").read_text("utf-8").splitlines()[line - 1].endswith("Mein Internet geht nicht")


def test_two_intents_with_sentences_of_one_kind_are_suggested_for_a_merge(lotse: Lotse, bot: Path) -> None:
    for language in ("de", "en"):
        path = bot / f"nlu/{language}.yaml"
        lines, inside, number = path.read_text("utf-8").splitlines(), False, 0
        kept: list[str] = []
        moved: list[str] = []
        for line in lines:
            if line.startswith("  ") and not line.startswith("    "):
                inside = line == "  report_outage:"
            number += inside
            (moved if inside and number % 2 and line.startswith("    - ") else kept).append(line)
        place = kept.index("  order_status:")
        path.write_text("\n".join([*kept[:place], "  no_internet:", *moved, *kept[place:]]) + "\n", "utf-8")
    assert [set(each["intents"]) for each in found(lotse)["merges"]] == [{"no_internet", "report_outage"}]


def test_suggested_limits_go_into_bot_yaml_and_every_comment_stays(lotse: Lotse, bot: Path) -> None:
    before = (bot / "bot.yaml").read_text("utf-8")
    done = lotse("nlu", "evaluate", "--write")
    assert "bot.yaml has the suggested limits" in done.output
    after = (bot / "bot.yaml").read_text("utf-8")
    assert [line for line in before.splitlines() if not line.startswith("nlu:")] == [
        line for line in after.splitlines() if not line.startswith("nlu:")
    ]
    assert "# calibrated per language by `lotse nlu evaluate`" in after
    limits = read_source("bot.yaml", after.encode()).data["nlu"]["languages"]
    suggested = {name: each["suggested"] for name, each in found(lotse)["languages"].items()}
    assert limits == {name: {"accept": each["accept"], "offer": each["offer"]} for name, each in suggested.items()}
    assert lotse("check").exit_code == 0
    assert "bot.yaml has them already" in lotse("nlu", "evaluate", "--write").output


def test_a_language_or_a_folder_without_examples_is_a_sentence(lotse: Lotse, bot: Path) -> None:
    done = lotse("nlu", "evaluate", "--language", "pl")
    assert isinstance(done.exception, ContentError)
    assert "there is no nlu/pl.yaml; there are examples in de, en" in str(done.exception)
    shutil.rmtree(bot / "nlu")
    assert "there is no <language>.yaml" in str(lotse("nlu", "evaluate").exception)


def test_training_says_how_good_each_language_is(lotse: Lotse) -> None:
    done = lotse("nlu", "train")
    assert done.exit_code == 0, done.output
    assert "German" in done.output
    assert "LanguageReport" not in done.output


def test_without_a_live_version_there_is_nothing_to_compare_with(lotse: Lotse) -> None:
    done = lotse("nlu", "evaluate", "--against", "live")
    assert done.exit_code == 1
    assert isinstance(done.exception, Exception)


def test_a_worse_model_is_refused_and_an_equal_one_passes(lotse: Lotse, bot: Path, tmp_path: Path) -> None:
    first = lotse("publish", "--yes", "--accept-warnings", "-m", "first")
    assert first.exit_code == 0, first.output
    equal = found(lotse, "--against", "live")["against"]
    assert (equal["worse"], equal["added"], equal["removed"], equal["lost"]) == (False, 0, 0, [])
    spoil(bot)
    done = lotse("nlu", "evaluate", "--against", "live")
    assert done.exit_code == 1
    assert done.output.startswith("Worse than the live version, and not by chance")
    assert "understands less than the live version" in str(done.exception)
    refused = lotse("publish", "--yes", "-m", "worse")
    assert refused.exit_code == 1
    assert str(refused.exception).startswith("it understands less"), refused.output
    taken = lotse("publish", "--yes", "--accept-warnings", "-m", "worse")
    assert (taken.exit_code, "warning: what customers mean: Worse" in taken.output) == (0, True), taken.output


def test_new_examples_are_judged_by_what_runs_too(lotse: Lotse, bot: Path) -> None:
    assert lotse("publish", "--yes", "--accept-warnings", "-m", "first").exit_code == 0
    path = bot / "nlu/de.yaml"
    more = "    - Bei uns in der Wohnung kommt kein Internet an\n    - Anschluss meldet seit heute früh Fehler\n"
    path.write_text(path.read_text("utf-8").replace("  report_outage:\n", f"  report_outage:\n{more}"), "utf-8")
    swap(bot, "Mein Internet geht nicht", "de", "order_status")
    compared = found(lotse, "--against", "live")["against"]
    assert (compared["worse"], compared["added"], compared["moved"]) == (False, 2, 1)
    assert [each["of"] for each in compared["tests"] if each["with_new_examples"]] == [compared["shared"] + 2] * 2
