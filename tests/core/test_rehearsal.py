"""What is made of transcripts: coverage, proposals, other languages and channels, bringing up to date, and what is written down."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.rehearsal.coverage import Coverage, cover, key_of, lines_in, ways_of
from app.rehearsal.log import Log, meaning_text
from app.rehearsal.matrix import places, play_everywhere
from app.rehearsal.search import chosen, script_of, search
from app.rehearsal.stage import Stage, StageError, settle
from app.rehearsal.update import difference_of, updated
from app.rehearsal.written import data_text, script_text, span_text
from app.rehearse import Played, marked, play, rehearse
from app.transcript import Transcript, User, read_meaning, read_transcript
from conversation.content import Text
from conversation.events import CustomerSaid
from conversation.understanding import Entity, Intent, Understanding
from dialogs.model import Thresholds
from engine.rules import Rules
from engine.step import step, trace
from tests.support import all_verbs
from tests.support.bots import ENDS, MONDAY, NORDNETZ, fresh, main_bot, means, nordnetz, nordnetz_files

CHATS = sorted((NORDNETZ / "tests").glob("*.chat"))
MENU = main_bot("  menu: {choose: {pay: pay, talk: human}}\n  pay: {say: pay, end: ticket}\n" + ENDS)


def transcript(text: str) -> Transcript:
    return read_transcript("tests/x.chat", text.encode())


def coverage(rules: Rules, files: Mapping[str, bytes], *texts: str) -> Coverage:
    return cover(rules.bot, [played(rules, text) for text in texts], lines_in(files))


def played(rules: Rules, text: str) -> Played:
    found = play(transcript(text), rules)
    assert found.difference is None, found.difference
    return found


# ── the stage ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_does_not_survive_being_stored_is_lost_between_two_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that JSON can't hold as it is: whoever relies on it fails here, and not only with customers."""

    def planting(*args: Any) -> Any:
        state, effects, taken = trace(*args)
        return msgspec.structs.replace(state, variables={**state.variables, "planted": ("a", {1: "b"})}), effects, taken

    monkeypatch.setattr("app.rehearsal.stage.trace", planting)
    stage = Stage(MENU, language="en")
    stage.say(Text(text="hello"))
    assert stage.state.variables["planted"] == ["a", {"1": "b"}]


def test_copy_of_a_stage_goes_its_own_way() -> None:
    stage = Stage(MENU, language="en")
    stage.say(Text(text="42"))
    other = stage.copy()
    other.say(Text(text="pay"))
    assert other.over
    assert not stage.over
    assert len(other.messages) > len(stage.messages)


def test_words_after_the_end_begin_a_new_conversation_that_knows_what_was_known() -> None:
    found = play(
        transcript(
            "Language: en\nKnown: {who: Eva}\nUser: 42\nBot [menu]\nUser: pay\nBot [pay]\nEnds: ticket\n"
            "User: 42\nBot [menu]\nSaved: who = Eva\nUser: pay\nBot [pay]\nEnds: ticket\n"
        ),
        MENU,
    )
    assert found.difference is None


@pytest.mark.parametrize("what", ["busy", "closes", "back", "Hello"])
def test_operator_has_nothing_to_do_where_nobody_waits(what: str) -> None:
    stage = Stage(MENU, language="en")
    stage.say(Text(text="42"))
    with pytest.raises(StageError, match="nobody waits"):
        stage.operate(what)


def test_trace_is_the_step_with_the_ways_it_took() -> None:
    """In order, each from where the one before led."""
    state, event = fresh(), CustomerSaid(id="e1", at=MONDAY, content=Text(text="42"))
    begun, effects, first = trace(state, event, nordnetz())
    assert (begun, effects) == step(state, event, nordnetz())
    event = CustomerSaid(id="e2", at=MONDAY, content=Text(text="1"))
    _, _, second = trace(begun, event, nordnetz())
    assert [(way.step, way.why, way.to_step) for way in (*first, *second)] == [
        ("", "start", "greeting"),
        ("greeting", "go", "menu"),
        ("menu", "option.outage", "outage"),
        ("outage", "needs", "contract"),
    ]


# ── stubs in the middle, things that are sent, events ────────────────────────────────────────────────────────────────

EVERY = all_verbs.rules()
EVERY_FILES = {name: text.encode() for name, text in all_verbs.files().items()}


@pytest.mark.parametrize(
    "text",
    [
        "User: hi\nBot [menu]\nUser: pay\nBot [pay]\nHappens: paid {amount: 5}\nBot [thanks]\nSaved: payment = {amount: 5}\nEnds: solved\n",
        "User: hi\nBot [menu]\nUser: pay\nBot [pay]\nSilence: 2d\nBot [unpaid]\nEnds: ticket\n",
        "User: hi\nBot [menu]\nUser: file\nBot [doc]\nSends: sticker\nBot [doc.error]\nSends: file\nBot [thanks]\nEnds: solved\n",
        "User: hi\nBot [menu]\nUser: place\nBot [place]\nSends: location\nBot [thanks]\nEnds: solved\n",
        "Customer: customer 34\nUser: hi\nBot [menu]\nUser: split\nBot [left]\nBot [menu2]\n",
        "User: hi\nBot [menu]\nUser: split\nBot [right]\nBot [menu2]\n",
        "Action all_of_them: fails\nUser: hi\nBot [menu]\nUser: form\nBot [form]\nBot [form.name]\nUser: Eva Muster\nBot [form.stars]\n"
        "User: 5\nBot [form.confirm]\nUser: yes\nBot [human]\nOperator: back\nBot [bot_again]\nBot [menu]\n"
        'Action all_of_them: {all: [{name: A, on: "2026-12-01"}, {name: B, on: "2026-12-02"}]}\nUser: form\nBot [form]\nBot [form.name]\n'
        "User: Eva Muster\nBot [form.stars]\nUser: 4\nBot [form.confirm]\nUser: yes\nBot [choose_one]\nButtons: A | B\nUser: B\nBot [thanks]\n",
    ],
)
def test_every_line_of_a_transcript_does_what_it_says(text: str) -> None:
    assert str(rehearse(transcript(f"Language: en\n{text}"), EVERY) or "") == ""


@pytest.mark.parametrize(
    ("meaning", "expected"),
    [
        ("pay_it", means(pay_it=1.0)),
        ("pay_it 0.6, find_it 0.5", means(pay_it=0.6, find_it=0.5)),
        ("nothing", Understanding()),
        ("find_it {day: tomorrow}", msgspec.structs.replace(means(find_it=1.0), entities=(Entity(name="day", value="tomorrow", start=0, end=0),))),
        ("Pay it", None),
        ("pay_it 2", None),
        ("pay_it {day", None),
        ("pay_it,", None),
    ],
)  # fmt: skip
def test_meaning_is_an_intent_several_with_scores_or_nothing(meaning: str, expected: Understanding | None) -> None:
    assert read_meaning(meaning) == expected


@pytest.mark.parametrize(
    ("head", "line", "words"),
    [
        ("Language: fr", 1, "the bot has no language “fr”; use one of: en, de"),
        ("Channel: pigeon", 1, "the bot has no channel “pigeon”"),
        ("Action fnd: fails", 1, "the bot has no action “fnd”; use one of: find, all_of_them"),
        ("Action find: {stat: late}", 1, "the action find gives no “stat”; it gives state, many"),
        ("User: hi\nAction find: {stat: late}", 2, "the action find gives no “stat”"),
        ("User: hi\nAction fnd: fails", 2, "the bot has no action “fnd”"),
    ],
)
def test_head_that_is_not_of_this_bot_is_a_difference_at_its_line(head: str, line: int, words: str) -> None:
    found = rehearse(transcript(f"{head}\nUser: hi\nBot [menu]\n"), EVERY)
    assert found is not None
    assert found.line == line
    assert words in found.message


def test_failure_shows_the_lines_around_with_a_mark_at_the_first_difference() -> None:
    chat = transcript("Test: x\nLanguage: en\n\nUser: 42\nBot [menu]\nUser: pay\nBot [pai]\nEnds: ticket\n")
    found = rehearse(chat, MENU)
    assert found is not None
    shown = marked(chat, found)
    assert [line for line in shown if line.startswith("→")] == ["→    7  Bot [pai]"]
    assert shown[-1] == "     8  Ends: ticket"


# ── coverage ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_coverage_counts_what_was_entered_and_names_the_rest_with_its_line() -> None:
    found = coverage(
        EVERY, EVERY_FILES, "Language: en\nUser: hi\nBot [menu]\nUser: count\nBot [num]\nUser: 7\nBot [unpaid]\n"
    )
    assert found.steps.seen == 3
    assert {(place.dialog, place.step) for place in found.missing_steps} >= {
        ("main", "pay"),
        ("other", "a"),
        ("who", "named"),
    }
    missing = {way.key for way in found.missing_ways}
    assert ("main", "menu", "option.count") not in missing
    assert ("main", "num", "route.2") not in missing
    assert missing >= {
        ("main", "num", "route.1"),
        ("main", "num", "route.3"),
        ("main", "num", "misses"),
        ("main", "num", "silence"),
        ("main", "known", "needs"),
        ("main", "known", "filled"),
        ("main", "known", "failed"),
        ("main", "sub", "call"),
        ("main", "form", "cancelled"),
        ("main", "due", "late"),
        ("main", "split", "random.left"),
        ("", "", "intent.pay_it"),
        ("", "", "command.human"),
    }
    text = EVERY_FILES["dialogs/main.yaml"].decode().splitlines()
    for way in found.missing_ways:
        if way.key == ("main", "num", "route.1"):
            assert text[way.line - 1].strip().startswith("num:")
            assert str(way) == "num: route 1 → thanks"
    assert found.languages == {"en": 1, "de": 0}
    assert found.missing_ok == ("find", "all_of_them")


def test_way_back_from_a_dialog_that_was_needed_counts_for_the_step_that_needed_it() -> None:
    heads = "Language: en\nUser: hi\nBot [menu]\nUser: sure\nBot [sure]\nUser: yes\nBot [ask_name]\n"
    filled = coverage(EVERY, EVERY_FILES, heads + "User: 5\nBot [thanks]\nBot [thanks]\nEnds: solved\n")
    failed = coverage(EVERY, EVERY_FILES, heads + "Silence: 10m\nBot [human]\n")
    wanted = {("main", "known", "filled"), ("main", "known", "failed")}
    assert {way.key for way in filled.missing_ways} & wanted == {("main", "known", "failed")}
    assert {way.key for way in failed.missing_ways} & wanted == {("main", "known", "filled")}


def test_all_that_walks_do_in_the_example_has_a_name_that_coverage_knows() -> None:
    """A way that the step takes and nobody counts would hide behind 100 %."""
    known = {way.key for way in ways_of(nordnetz().bot, lines_in(nordnetz_files()))}
    uncounted = {"start", "back", "button", "lost", "returned"}
    for chat in CHATS:
        for way in play(read_transcript(chat.name, chat.read_bytes()), nordnetz()).taken:
            assert key_of(way) in known or way.why in uncounted, way


def test_the_examples_transcripts_enter_every_step_and_nearly_every_way_on() -> None:
    runs = [play(read_transcript(chat.name, chat.read_bytes()), nordnetz()) for chat in CHATS]
    found = cover(nordnetz().bot, runs, lines_in(nordnetz_files()))
    assert found.missing_steps == ()
    assert found.ways.percent >= 95, [str(way) for way in found.missing_ways]
    assert (found.missing_ok, found.missing_failed) == ((), ())
    assert min(found.languages.values()) >= 3


# ── proposals ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rules", "files", "language", "never"),
    [
        (EVERY, EVERY_FILES, "en", all_verbs.NEVER),
        (EVERY, EVERY_FILES, "de", all_verbs.NEVER),
        (nordnetz(), nordnetz_files(), "uk", {("support", "billing_pick", "failed")}),
    ],
)
def test_each_proposal_holds_at_once_and_takes_the_ways_it_is_for(
    rules: Rules, files: Mapping[str, bytes], language: str, never: set[tuple[str, str, str]]
) -> None:
    wanted = {way.key for way in ways_of(rules.bot, lines_in(files))}
    found = search(rules, wanted, language=language, examples={})
    assert wanted - set(found) == never
    left = set(found)
    for path, ways in chosen(found):
        text = script_text(script_of(rules, path, title="proposed", language=language))
        run = played(rules, text)
        assert set(ways) <= {key_of(way) for way in run.taken}, text
        left -= set(ways)
    assert left == set()


def test_proposal_is_the_shortest_one() -> None:
    found = search(EVERY, [("main", "num", "route.2")], language="en", examples={})
    ((path, _),) = chosen(found)
    assert [line.text for line in path.lines if isinstance(line, User)] == ["Hello", "count", "7"]


# ── other languages, other channels ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("chat", CHATS, ids=[chat.stem for chat in CHATS])
def test_the_examples_transcript_holds_in_every_language_on_every_channel(chat: Path) -> None:
    found = read_transcript(chat.name, chat.read_bytes())
    bot = nordnetz().bot
    where = places(found, nordnetz(), bot.languages, ("webchat", "telegram", "whatsapp", "sms"))
    results = list(play_everywhere(found, nordnetz(), None, where))
    assert len(results) == 16
    assert [(place, str(run.difference)) for place, run in results if run.difference] == []


ROUTED = """
  menu: {choose: {pay: %s, talk: human}}
  fork: {route: [{when: '%s', go: human}, {go: pay}]}
  pay: {say: pay, end: ticket}
"""


@pytest.mark.parametrize(
    ("condition", "places_that_differ"),
    [
        ('language == "de"', {("de", "webchat"), ("de", "sms")}),
        ('channel == "sms"', {("en", "sms"), ("de", "sms")}),
        ('language == "fr"', set()),
    ],
)
def test_bot_that_does_something_else_elsewhere_is_noticed_there(
    condition: str, places_that_differ: set[tuple[str, str]]
) -> None:
    rules = main_bot(ROUTED % ("fork", condition) + ENDS)
    chat = transcript("Language: en\nUser: 42\nBot [menu]\nButtons: pay | talk\nUser: pay\nBot [pay]\nEnds: ticket\n")
    where = places(chat, rules, ("en", "de"), ("webchat", "sms"))
    found = {place for place, run in play_everywhere(chat, rules, None, where) if run.difference}
    assert found == places_that_differ


def test_transcripts_language_counts_as_the_other_languages_own_elsewhere() -> None:
    """Who is heard to write German in a German transcript writes English in the English one: no switch is offered."""

    def guess(_: str, language: str) -> Understanding:
        return Understanding(language=language, language_score=1.0)

    chat = transcript(
        "Language: de\nUser: hallo\nBot [menu]\nUser: weiss nicht\nBot [menu.error]\nButtons: pay | talk\n"
    )
    found = list(play_everywhere(chat, MENU, guess, places(chat, MENU, ("de", "en"), ("webchat",))))
    assert [(place, run.difference) for place, run in found] == [(("de", "webchat"), None), (("en", "webchat"), None)]


# ── bringing up to date ──────────────────────────────────────────────────────────────────────────────────────────────

OLD = """Test: Paying
Language: en

# first the menu
User: 42
Bot [menu]
  Buttons: pay | talk
User: pay
Bot [pay]: p...y
Ends: ticket
"""


def up_to_date(text: str, rules: Rules = MENU) -> str:
    return updated(transcript(text), rules, None)


@pytest.mark.parametrize("chat", CHATS, ids=[chat.stem for chat in CHATS])
def test_transcript_that_holds_is_left_as_it_is(chat: Path) -> None:
    assert updated(read_transcript(chat.name, chat.read_bytes()), nordnetz(), None) == chat.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("", ""),
        ("Bot [menu]\n", "Bot [start]\n"),
        ("Buttons: pay | talk", "Buttons: pay"),
        ("Bot [pay]: pay\n", "Bot [pay]: p...x\n"),
        ("Ends: ticket", "Ends: solved"),
        ("Bot [pay]: p...y\n", "Bot [old]\nBot [pay]: p...y\nBot [older]\nButtons: a | b\n"),
        ("Ends: ticket\n", "Ends: ticket\nSaved: gone = 5\n"),
        ("Bot [menu]\n  Buttons: pay | talk\nUser: pay\nBot [pay]: p...y\nEnds: ticket\n", "Bot [menu]\n  Buttons: x\nUser: pay\nBot [pay]: p...y\nButtons: a\nEnds: ticket\n"),
    ],
)  # fmt: skip
def test_update_writes_what_the_bot_does_now_and_nothing_else(now: str, before: str) -> None:
    """Comments, order, indents and wildcards that fit stay; what is done once need not be done again."""
    current = OLD if now in OLD else OLD.replace("Bot [pay]: p...y\n", now)
    assert now in current
    stale = current.replace(now, before, 1)
    once = up_to_date(stale)
    assert once == current
    assert up_to_date(once) == once
    assert rehearse(transcript(once), MENU) is None


def test_update_fills_in_a_transcript_of_the_customers_words_alone() -> None:
    once = up_to_date("Language: en\nUser: 42\nUser: pay\nUser: 42\n")
    assert once == "Language: en\nUser: 42\nBot [menu]\nUser: pay\nBot [pay]\nEnds: ticket\nUser: 42\nBot [menu]\n"


def test_update_keeps_as_a_comment_what_can_not_be_done_any_more() -> None:
    once = up_to_date("Language: en\nUser: 42\nBot [menu]\nOperator: closes\nBot [bye]\nEnds: solved\n")
    assert once.splitlines()[3:] == [
        "# From here on it can't go on: nobody waits for an operator here.",
        "# Operator: closes",
        "# Bot [bye]",
        "# Ends: solved",
    ]
    assert up_to_date(once) == once


def test_update_shows_what_it_changes_as_a_diff() -> None:
    lines = difference_of("tests/x.chat", "a\nb\n", "a\nc\n")
    assert lines[-2:] == ["-b", "+c"]


# ── writing down ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": 2.5, "c": None, "d": True, "e": "x"},
        {"zip": "01067", "time": "22:30", "yes": "no", "null": "null", "big": "1e5", "empty": "", "sharp": "a # b"},
        {"list": [{"x": "a, b"}, []], "quote": 'say "hi"', "text": "Lange Reihe 5", "кто": "Олена", "curly": "{x}"},
        {"space": " a ", "colon": "a: b", "plus": "+49 30", "line": "a\nb", "emoji": "👍"},
    ],
)
def test_data_is_written_as_it_is_read(value: dict[str, Any]) -> None:
    chat = transcript(f"Known: {data_text(value)}\nUser: hi\n")
    assert chat.known == value


@pytest.mark.parametrize(("seconds", "text"), [(600, "10m"), (3600, "1h"), (86400, "1d"), (90, "90s"), (0, "0s")])
def test_time_span_is_written_in_its_largest_whole_unit(seconds: int, text: str) -> None:
    assert span_text(seconds) == text


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (means(a=0.95, b=0.02), "a"),
        (means(a=0.8, b=0.7), "a 0.8000, b 0.7000"),
        (means(a=0.5), "a 0.5000"),
        (means(a=0.2), "nothing"),
        (Understanding(), "nothing"),
        (Understanding(intents=(Intent(name="a", score=0.9),), entities=(Entity(name="n", value="A-1", start=0, end=1),)), "a {n: A-1}"),
    ],
)  # fmt: skip
def test_what_the_model_understood_is_written_no_more_exactly_than_it_counts(found: Understanding, text: str) -> None:
    assert meaning_text(found, Thresholds()) == text
    assert read_meaning(text) is not None


def test_log_keeps_a_back_ends_first_answer_above_and_a_changed_one_where_it_counts() -> None:
    stage = Stage(MENU, language="en")
    log = Log(stage.local_time, {})
    answers: Callable[[Any], Any] = lambda _: Understanding()  # noqa: E731 - a stub of one line
    for given in ({"look": {"n": 1}}, {"look": {"n": 1}}, {"look": None}):
        since = len(stage.messages)
        stage.say(Text(text="42"))
        settle(stage, answers)
        log.done(User(line=0, text="42"), given, stage, since)  # type: ignore[arg-type]
    lines = script_text(log.script("x", "webchat")).splitlines()
    assert lines.index("Action look: {n: 1}") < lines.index("User: 42")
    assert lines[lines.index("Action look: fails") + 1] == "User: 42"
    assert lines.count("Action look: {n: 1}") == 1
