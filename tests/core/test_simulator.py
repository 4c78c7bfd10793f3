"""The simulator: what it shows, what it refuses and how, and that what it writes down passes when it is played."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from actions.runner import RasaActions
from app.bot_folder import load_rules
from app.rehearsal.backends import Backends
from app.rehearse import rehearse
from app.terminal import _Table
from app.transcript import read_transcript
from conversation.understanding import Understanding
from engine.rules import Rules
from tests.support import all_verbs
from tests.support.bots import NORDNETZ, means, nordnetz

EVERY = all_verbs.rules()


class Understander:
    """Knows what a few words mean, some of them not well."""

    async def understand(self, text: str, language: str) -> Understanding:
        del language
        sure = {"kein netz heute": means(report_outage=0.97), "hmm": means(report_outage=0.6, order_status=0.5)}
        return sure.get(text.casefold(), Understanding())


class Session:
    """A simulator whose console is a text."""

    def __init__(
        self,
        folder: Path,
        rules: Rules,
        *,
        language: str = "en",
        channel: str = "webchat",
        trace: bool = False,
        actions: RasaActions | None = None,
    ) -> None:
        self.out = io.StringIO()
        console = Console(file=self.out, highlight=False, soft_wrap=True, force_terminal=False)
        self.table = _Table(
            folder,
            rules,
            Understander(),
            Backends(rules, actions),
            console,
            language=language,
            channel=channel,
            trace=trace,
        )

    async def type(self, *lines: str) -> str:
        """What the last of the lines shows."""
        for line in lines:
            self.out.seek(0)
            self.out.truncate()
            tomorrow = self.table.stage.local_time + timedelta(days=1)
            await self.table.take(line.replace("{tomorrow}", f"{tomorrow:%d.%m.%Y}"))
        return self.out.getvalue()


@pytest.fixture
def every(tmp_path: Path) -> Session:
    """A bot with every verb, whose back-ends nobody has written."""
    folder = all_verbs.write(tmp_path / "bot")
    return Session(folder, load_rules(folder))


@pytest.fixture
def example(tmp_path: Path) -> Session:
    """The example, with its real back-ends; what is saved goes elsewhere."""
    session = Session(NORDNETZ, nordnetz(), language="de", actions=RasaActions(NORDNETZ))
    session.table.folder = tmp_path
    return session


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_turn_shows_messages_where_it_stands_and_what_is_known_anew(every: Session) -> None:
    shown = await every.type("hi", "count", "7")
    assert "bot       unpaid" in shown
    assert "n = 7" in shown
    assert "over: ticket" in shown


async def test_trace_names_each_way_that_is_taken(tmp_path: Path) -> None:
    session = Session(tmp_path, all_verbs.rules(), trace=True)
    shown = await session.type("hi", "sub")
    assert "menu: option sub → sub" in shown
    assert "sub: call → other/a" in shown


@pytest.mark.parametrize(
    ("channel", "seen"),
    [
        ("webchat", "[1 Störung]  [2 Auftrag verfolgen]"),
        ("whatsapp", "≡ list"),
        ("sms", "1. Störung"),
        ("telegram", "[5 Mitarbeiter]"),
    ],
)
async def test_menu_is_shown_as_the_channel_would(channel: str, seen: str, tmp_path: Path) -> None:
    session = Session(NORDNETZ, nordnetz(), language="de", channel=channel)
    assert seen in await session.type("Hallo")


async def test_back_end_that_nobody_has_written_gives_a_sample_and_says_so(every: Session) -> None:
    shown = await every.type("hi", "day", "{tomorrow}")
    assert "find(day: " in shown
    assert "a sample" in shown


async def test_stub_counts_until_it_is_taken_back(every: Session) -> None:
    await every.type("hi", ":stub find {state: late, many: 1}")
    assert "unpaid" in await every.type("day", "{tomorrow}")
    await every.type(":fails find", "hi")
    assert "human" in await every.type("day", "{tomorrow}")
    await every.type(":undo", ":real find")
    assert "a sample" in await every.type("{tomorrow}")


async def test_time_passes_and_what_is_due_happens(every: Session) -> None:
    await every.type("hi")
    assert "waits for a choice, for 10m" in await every.type(":where")
    await every.type(":wait 10m")
    assert "over: silent" in await every.type(":wait 10m")


async def test_operators_side_is_played_too(example: Session) -> None:
    example.table.stage.now = example.table.stage.now.replace(year=2026, month=11, day=2, hour=10)
    assert "waits for an operator of support" in await example.type("Hallo", "5")
    assert "operator  Guten Tag" in await example.type(":operator Guten Tag")
    assert "bot" in await example.type(":close")


async def test_undo_takes_back_what_was_said_and_what_came_of_it(every: Session) -> None:
    await every.type("hi")
    before = await every.type(":where")
    await every.type("count", "7")
    assert await every.type(":undo", ":undo") == before
    assert "nothing is known yet" in await every.type(":vars")


async def test_words_of_the_bot_are_the_bots_and_the_rest_is_the_simulators(example: Session) -> None:
    await example.type("Hallo", "2")
    assert "menu" in await example.type("/back")
    assert "support/menu" in await example.type("/where")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (":bogus", "there is no :bogus; :help"),
        (":wait soon", "write a number and s, m, h or d"),
        (":wait", "write a number"),
        (":stub nope {a: 1}", "there is no action “nope”; there are find, all_of_them"),
        (":stub find", "write what it gives: {name: value, …}"),
        (":stub find {a", "can't be read"),
        (":stub find {stat: late}", "the action find gives no “stat”; it gives state, many"),
        (":stub find fails", "write it as {name: value, …}"),
        (":fails nope", "there is no action “nope”"),
        (":operator", "the operator's words"),
        (":operator Hello", "nobody waits for an operator here"),
        (":close", "nobody waits for an operator here"),
        (":busy", "nobody waits for an operator here"),
        (":sends money", "one of photo, file"),
        (":happens", "an event's name"),
        (":undo", "nothing to take back"),
        (":save", "nothing was said yet"),
        (":known 5", "holds no names and values"),
    ],
)
async def test_what_can_not_be_done_is_said_plainly_and_changes_nothing(every: Session, typed: str, said: str) -> None:
    state = every.table.stage.state
    shown = await every.type(typed)
    assert said in shown
    assert "Traceback" not in shown
    assert every.table.stage.state == state
    assert every.table.log.lines == ()


# ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────────

SAID = [
    ("en", "webchat", ["hi", "pay", ":happens paid {amount: 5}", "hi", "count", "x", "101"]),
    ("de", "sms", ["hallo", "day", "{tomorrow}", ":wait 2h", "hallo", ":stub find {state: late, many: 1}", "day", "{tomorrow}"]),
    ("en", "telegram", ["hi", "form", "Eva Muster", "5", "Yes", "2"]),
    ("en", "whatsapp", ["hi", "file", ":sends sticker", ":sends file", "hi", "split", "again", ":wait 10m", ":wait 10m"]),
    ("", "webchat", ["hi", "sure", "yes", ":undo", "yes", "5", "hmm", "Kein Netz heute", ":operator Hello", "hi", ":back"]),
    ("en", "webchat", ["hi", "sub", "bad", ":busy", ":wait 1h"]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "channel", "lines"), SAID)
async def test_what_was_said_passes_when_it_is_played(
    tmp_path: Path, language: str, channel: str, lines: list[str]
) -> None:
    folder = all_verbs.write(tmp_path / "bot")
    session = Session(folder, load_rules(folder), language=language, channel=channel)
    await session.type(*lines)
    assert "it passes" in await session.type("/save tests/mine.chat")
    saved = folder / "tests/mine.chat"
    assert str(rehearse(read_transcript("mine.chat", saved.read_bytes()), session.table.rules) or "") == ""
    users = [line.removeprefix("User: ") for line in saved.read_text().splitlines() if line.startswith("User: ")]
    typed = [line for line in lines if not line.startswith(":") and "{" not in line]
    users = [line for line in users if line in typed]
    assert users == typed if ":undo" not in lines else len(users) < len(typed)


async def test_the_examples_conversation_is_saved_with_what_its_back_ends_and_the_model_said(example: Session) -> None:
    await example.type("Hallo", "kein netz heute", "10000001", "10115")
    assert "it passes" in await example.type(":save mine")
    text = (example.table.folder / "tests/mine.chat").read_text()
    assert 'Means: "kein netz heute" = report_outage\n' in text
    assert "Action find_customer: {name: " in text
    assert "\nTime: 20" in text
    assert "User: 10000001\nBot [postcode]\nUser: 10115\n" in text


async def test_file_that_exists_is_not_written_over_unasked(every: Session) -> None:
    await every.type("hi", ":save mine")
    file = every.table.folder / "tests/mine.chat"
    before = file.read_text()
    assert "take another name" in await every.type("count", ":save mine")
    assert file.read_text() == before
    assert "it passes" in await every.type(":save mine over")
    assert file.read_text() != before


async def test_words_after_the_name_of_the_file_are_the_title_of_the_transcript(every: Session) -> None:
    assert "it passes" in await every.type("hi", ":save repair.en A repair for tomorrow")
    assert (every.table.folder / "tests/repair.en.chat").read_text().startswith("Test: A repair for tomorrow\n")
    assert "take another name" in await every.type(":save repair.en Another title")


async def test_place_that_can_not_be_written_to_is_said_plainly(every: Session) -> None:
    assert "can't be written" in await every.type("hi", ":save bot.yaml/x.chat")


TYPED = st.sampled_from(
    [
        *(["1", "2", "3", "4", "5", "6", "7", "8", "9", "hi", "pay", "split", "sub", "count", "day", "file", "sure", "form", "place", "again", "enough", "ok", "bad", "yes", "no", "???", "101", "menu", "back"]),
        *(["/menu", "/back", "/repeat", "/stop", "/language", "deutsch", "Kein Netz heute"]),
        "An example", "{tomorrow}", "tomorrow", "5, 2", "what is this", "hmm",
        ":wait 10m", ":wait 2h", ":wait 3d", ":undo", ":busy", ":close", ":back", ":operator Hello", ":sends file",
        ":sends sticker", ":sends location", ":happens paid", ":fails find", ":stub find {state: late, many: 1}",
        ":real find", ":fails all_of_them",
    ]
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(TYPED, min_size=1, max_size=25), language=st.sampled_from(["", "en", "de"]))
async def test_whatever_is_said_passes_when_it_is_played(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], language: str
) -> None:
    folder = tmp_path_factory.mktemp("said")
    session = Session(folder, EVERY, language=language)
    await session.type(*lines)
    if session.table.log.lines:
        assert "it passes" in await session.type(":save said")
