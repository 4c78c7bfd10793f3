"""The benchmarks measure what they say: their customers get the answers that are counted, and their figures are reckoned right."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import bench.__main__
from app.bot_folder import load_rules
from bench import report
from bench.__main__ import main, measure
from bench.cases import form, webchat
from bench.catalogue import CASES
from bench.figures import Figure, against, disturbed, failure, grown, middle, percentile, summed_up
from bench.headlines import LINES, MISSING, headlines
from bench.past import fill
from bench.pure import NOW, turn
from bench.report import Circumstances, json_line, table
from bench.scripts import FORM, MENU, MENU_START, SCRIPTS, Course, Script
from conversation.effects import Post
from conversation.state import Closed, Conversation
from store import codec
from tests.support.repository import ROOT

AROUND = Circumstances(day="2026-03-02", machine="2 cores", commit="abc1234", load=0.5, seconds_each=3.0)


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


def test_middle_leaves_out_runs_that_failed() -> None:
    broken = failure("b", "s", RuntimeError("no server"))
    assert middle([broken, Figure(bench="b", subject="s", rate=3)]) == Figure(bench="b", subject="s", rate=3)


def test_middle_of_runs_that_all_failed_says_why() -> None:
    broken = failure("b", "s", RuntimeError("no\n  server"))
    assert middle([broken, broken]) == Figure(bench="b", subject="s", failed="RuntimeError: no server")


def test_figure_against_a_peer_has_its_rate_and_what_the_peers_cpu_would_pay_for() -> None:
    ours = Figure(bench="b", subject="ours", rate=200, cpu_us=100)
    peer = Figure(bench="b", subject="peer", rate=50, cpu_us=300)
    assert against(ours, peer) == Figure(
        bench="b", subject="ours", rate=200, cpu_us=100, ratio=4, cpu_ratio=3, to="peer"
    )


@pytest.mark.parametrize("compare", [against, grown, disturbed])
def test_figure_against_one_that_failed_has_no_ratio(compare: Callable[[Figure, Figure], Figure]) -> None:
    ours = Figure(bench="b", subject="ours", rate=200, p99_ms=4, cpu_us=100)
    beside = compare(ours, failure("b", "peer", RuntimeError("no server")))
    assert (beside.ratio, beside.cpu_ratio, beside.cost, beside.late) == (None, None, None, None)
    assert beside.rate == 200


def test_growth_is_in_cpu_and_disturbance_in_late_answers() -> None:
    one = Figure(bench="b", subject="one", p99_ms=12, cpu_us=330)
    other = Figure(bench="b", subject="other", p99_ms=10, cpu_us=300)
    assert grown(one, other).cost == pytest.approx(1.1)
    assert disturbed(one, other).late == pytest.approx(1.2)


def test_line_tells_the_figure_and_its_circumstances() -> None:
    line = json_line(Figure(bench="b", subject="s", rate=2.0, seed=7), AROUND)
    assert msgspec.json.decode(line) == {
        "bench": "b",
        "subject": "s",
        "rate": 2.0,
        "seed": 7,
        "day": "2026-03-02",
        "machine": "2 cores",
        "commit": "abc1234",
        "load": 0.5,
        "seconds_each": 3.0,
    }


def test_table_says_which_figure_was_not_measured_and_why() -> None:
    text = table([failure("postgres", "lotse serve", RuntimeError("no a|b here"))])
    assert "postgres: lotse serve" in text
    assert "| not measured: RuntimeError: no a/b here" in text


def test_table_names_each_ratio() -> None:
    figure = Figure(bench="b", subject="s", ratio=1.5, cpu_ratio=2, cost=1.1, late=1.2, to="peer")
    assert "1.50 × the rate, 2.00 × the turns for the CPU, 1.10 × the CPU a turn, 1.20 × the p99 of peer" in table(
        [figure]
    )


def test_headlines_without_their_figures_say_so() -> None:
    broken = failure("webchat", webchat.MENU, RuntimeError("no server"))
    assert headlines([broken]).count(MISSING) == len(LINES)


def test_headlines_stand_beside_the_peer_they_name() -> None:
    figures = [
        Figure(bench="form", subject=form.OURS, rate=3000, ratio=ratio, to=peer.subject)
        for peer, ratio in ((form.BOT_FRAMEWORK, 4.56), (form.BOTKIT, 1.23))
    ]
    botkit, framework = [row for row in headlines(figures).splitlines() if "its rate" in row]
    assert "Botkit" in botkit
    assert "**1.2 ×** its rate (3,000 turns/s)" in botkit
    assert "Bot Framework" in framework
    assert "**4.6 ×**" in framework


def test_headlines_are_of_figures_that_the_cases_make() -> None:
    assert {line.bench for line in LINES} <= {*CASES, "memory"}


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    found = []
    for name in ("PAGE", "FRONT"):
        page = tmp_path / f"{name}.md"
        page.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n")
        monkeypatch.setattr(report, name, page)
        found.append(page)
    return found


def test_pages_get_figures_between_their_markers(pages: list[Path]) -> None:
    report.write_pages(
        [Figure(bench="webchat", subject=webchat.MENU, rate=1234.5, p99_ms=20, ratio=1.5, to="peer")], AROUND
    )
    for page in pages:
        text = page.read_text()
        assert text.startswith("before\n")
        assert text.endswith("<!-- /figures -->\nafter\n")
        assert "old" not in text
        assert "2026-03-02" in text
        assert "1,234" in text
    assert "1.50 × the rate of peer" in pages[0].read_text()
    assert "abc1234" in pages[0].read_text()


def test_page_without_markers_leaves_both_as_they_were(pages: list[Path]) -> None:
    pages[1].write_text("nothing")
    before = pages[0].read_text()
    with pytest.raises(ValueError, match="figures block"):
        report.write_pages([], AROUND)
    assert pages[0].read_text() == before


def test_pages_in_the_repository_have_their_markers() -> None:
    for page in (report.PAGE, report.FRONT):
        assert report._BLOCK.search(page.read_text(encoding="utf-8")), page


def test_case_that_breaks_as_a_whole_leaves_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: float) -> list[Figure]:
        raise RuntimeError("no server")

    monkeypatch.setattr(bench.__main__, "CASES", {"broken": broken})
    assert measure("broken", 1.0) == [failure("broken", "all of it", RuntimeError("no server"))]


@pytest.mark.parametrize("arguments", [["--write", "webchat"], ["nonsense"]])
def test_words_that_make_no_sense_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "usage" in capsys.readouterr().err


def test_filled_store_is_one_that_the_service_reads(tmp_path: Path) -> None:
    """Its open conversations and messages decode, and the chats' numbers are those of their newest message."""
    file = tmp_path / "old.db"
    stored = fill(file, 1_000)
    assert 1_000 <= stored <= 1_030
    connection = sqlite3.connect(file)
    for (state,) in connection.execute("SELECT state FROM conversations"):
        codec.conversations.decode(state)
    for (body,) in connection.execute("SELECT body FROM messages"):
        codec.messages.decode(body)
    for (event,) in connection.execute("SELECT event FROM inbox"):
        codec.events.decode(event)
    wrong = connection.execute(
        "SELECT count(*) FROM chats WHERE seq <> (SELECT max(seq) FROM messages WHERE chat = chats.id)"
        " OR conversation <> coalesce((SELECT id FROM conversations WHERE chat = chats.id AND phase <> 'closed'), '')"
    ).fetchone()
    open_ones = connection.execute("SELECT count(*) FROM chats WHERE conversation <> ''").fetchone()
    connection.close()
    assert wrong == (0,)
    assert open_ones > (0,)
