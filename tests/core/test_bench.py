"""The benchmarks measure what they say: their customers get the answers that are counted, and their figures are reckoned right."""

from pathlib import Path

import pytest

from app.bot_folder import load_rules
from bench import report
from bench.figures import Figure, middle, percentile, summed_up
from bench.pure import NOW, turn
from bench.scripts import FORM, MENU, MENU_START, SCRIPTS, Course, Script
from conversation.effects import Post
from conversation.state import Closed, Conversation
from tests.support.repository import ROOT


@pytest.mark.parametrize(("bot", "start", "loop"), [("bench/bot", (), FORM), ("examples/nordnetz", MENU_START, MENU)])
def test_script_played_twice_gets_as_many_answers_as_it_counts(bot: str, start: Script, loop: Script) -> None:
    rules = load_rules(ROOT / bot)
    course = Course(start, loop)
    state = fresh = Conversation(id="c", chat="c", channel="webchat", opened_at=NOW)
    for number in range(len(start) + 2 * len(loop)):
        text, answers = course.line()
        state, effects = turn(fresh if isinstance(state.phase, Closed) else state, text, str(number), rules)
        said = [effect.message for effect in effects if isinstance(effect, Post) and effect.message.author == "bot"]
        assert len(said) == answers, text


def test_course_at_its_end_begins_the_loop_again() -> None:
    course = Course((("a", 1),), (("b", 1), ("c", 1)))
    assert [course.line()[0] for _ in range(6)] == ["a", "b", "c", "b", "c", "b"]
    assert Course(*SCRIPTS["echo"]).line() == ("hello", 1)


def test_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert percentile([float(number) for number in range(1, 101)], 0.99) == 99.0
    assert percentile([7.0], 0.99) == 7.0


def test_summed_up_without_an_answer_says_so() -> None:
    with pytest.raises(RuntimeError, match="not one turn"):
        summed_up([], 1.0, 0.5)


def test_middle_of_runs_takes_each_number_by_itself() -> None:
    runs = [Figure(bench="b", subject="s", rate=rate, p99_ms=late) for rate, late in ((1, 30), (3, 10), (2, 20))]
    assert middle(runs) == Figure(bench="b", subject="s", rate=2, p99_ms=20)


def test_page_gets_figures_between_its_markers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n")
    monkeypatch.setattr(report, "PAGE", page)
    report.write_page([Figure(bench="b", subject="s", rate=1234.5, ratio=1.5, to="peer")])
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("<!-- /figures -->\nafter\n")
    assert "old" not in text
    assert "1,234" in text
    assert "1.50 × peer" in text


def test_page_without_markers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    page.write_text("nothing")
    monkeypatch.setattr(report, "PAGE", page)
    with pytest.raises(ValueError, match="figures block"):
        report.write_page([])


def test_page_in_the_repository_has_its_markers() -> None:
    assert report._BLOCK.search(report.PAGE.read_text(encoding="utf-8"))
