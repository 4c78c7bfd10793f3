"""The next step in a topic: whatever happens meanwhile, each message is told once, in order, and the newest state is shown."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.telegram_desk import desk_words
from bots.telegram_desk.commands import Aim, Command, mentioned, read_close, read_command, read_transfer
from bots.telegram_desk.lines import LONGEST, blocks, units
from bots.telegram_desk.plan import (
    ChangeCard,
    Know,
    Make,
    Pin,
    PutCard,
    Reopen,
    Retitle,
    Shut,
    Skip,
    Step,
    Tell,
    TellFile,
    TellPlace,
    next_step,
)
from bots.telegram_desk.ports import About
from bots.telegram_desk.reader import Reader
from bots.telegram_desk.telling import _begun
from conversation.content import Content, Location, Media, Note, Prompt, Text
from conversation.message import Author, Message
from conversation.records import Operator
from conversation.state import Closed, Conversation, Parked, Phase, WithBot, WithOperator
from conversation.topics import Topic

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
READER = Reader(words=desk_words("en"), language="en", zone=UTC)
ABOUT = About(reason="no <internet>", facts=(("contract", "10000001"),))
PARKED = Parked(team="support", since=NOON, expires=NOON)
LIVE = WithOperator(team="support", operator="anna", name="Anna", since=NOON)


def conversation(phase: Phase = PARKED, **changed: object) -> Conversation:
    made = Conversation(
        id="c1", chat="chat-7f3a", channel="webchat", opened_at=NOON, name="Ann", language="de", phase=phase
    )
    return msgspec.structs.replace(made, **changed)


def message(seq: int, content: Content | str, author: Author = "customer", **more: Any) -> Message:
    said = Text(text=content) if isinstance(content, str) else content
    return Message(id=f"m{seq}", seq=seq, author=author, at=NOON, content=said, **more)


def done(topic: Topic, step: Step) -> Topic:
    """What is true after a step that went well."""
    match step:
        case Make(title=title, icon=icon):
            changed: dict[str, object] = {"topic": 7, "title": title, "icon": icon, "open": True}
        case Reopen():
            changed = {"open": True, "card": 0}
        case Retitle(title=title, icon=icon):
            changed = {"title": title, "icon": icon}
        case Shut():
            changed = {"open": False}
        case PutCard(shown=shown, conversation=of):
            changed = {"card": max(topic.card, topic.pinned) + 1, "shown": shown, "conversation": of, "version": 0}
        case ChangeCard(shown=shown):
            changed = {"shown": shown}
        case Pin():
            changed = {"pinned": topic.card}
        case Tell(seq=seq, part=part):
            changed = {"seq": seq, "part": part}
        case TellFile(seq=seq) | TellPlace(seq=seq) | Skip(seq=seq):
            changed = {"seq": seq, "part": 0}
        case Know(version=version):
            changed = {"version": version}
    return msgspec.structs.replace(topic, **changed)


def all_steps(
    topic: Topic, of: Conversation, messages: list[Message], told: frozenset[str] = frozenset()
) -> tuple[Topic, list[Step]]:
    steps: list[Step] = []
    while step := next_step(topic, of, [m for m in messages if m.seq > topic.seq], ABOUT, READER, told=told):
        steps.append(step)
        topic = done(topic, step)
        assert len(steps) < 200, steps[-5:]
    return topic, steps


def kinds(steps: list[Step]) -> list[str]:
    return [type(step).__name__ for step in steps]


def test_chat_that_waits_gets_topic_card_pin_and_what_was_said() -> None:
    said = [
        message(1, "Hallo"),
        message(2, Prompt(text="Guten Tag"), "bot"),
        message(3, Prompt(text=""), "system", origin="parked"),
    ]
    topic, steps = all_steps(Topic(chat="chat", forum=-1), conversation(version=3), said)
    assert kinds(steps) == ["Make", "PutCard", "Pin", "Tell", "Know"]
    assert (topic.seq, topic.version, topic.conversation) == (3, 3, "c1")
    assert next_step(topic, conversation(version=3), [], ABOUT, READER) is None


def test_chat_that_nobody_waits_in_gets_no_topic() -> None:
    assert (
        next_step(Topic(chat="chat", forum=-1), conversation(WithBot()), [message(1, "Hallo")], ABOUT, READER) is None
    )


def test_chat_that_ends_is_told_to_its_end_then_shut_and_not_told_of_any_more() -> None:
    topic, _ = all_steps(Topic(chat="chat", forum=-1), conversation(LIVE), [message(1, "Hallo")])
    over = conversation(Closed(outcome="solved", at=NOON))
    topic, steps = all_steps(topic, over, [message(2, "Danke")])
    assert kinds(steps) == ["Retitle", "Tell", "ChangeCard", "Shut"]
    assert next_step(topic, over, [message(3, "nach dem Ende")], ABOUT, READER) is None


def test_state_that_was_overtaken_is_never_shown() -> None:
    topic, _ = all_steps(Topic(chat="chat", forum=-1), conversation(), [])
    _, steps = all_steps(topic, conversation(WithBot()), [])
    assert "Shut" in kinds(steps)
    _, steps = all_steps(topic, conversation(LIVE), [])  # it came back before anything was done
    assert kinds(steps) == ["Retitle", "ChangeCard"]


def test_customer_who_comes_back_has_the_topic_opened_with_a_new_card() -> None:
    topic, _ = all_steps(Topic(chat="chat", forum=-1), conversation(), [message(1, "Hallo")])
    topic, _ = all_steps(topic, conversation(Closed(outcome="", at=NOON)), [])
    _, steps = all_steps(topic, conversation(id="c2", begins=1), [message(2, "Noch etwas")])
    assert kinds(steps) == ["Reopen", "Retitle", "PutCard", "Pin", "Tell"]


def test_very_long_talk_before_is_told_from_its_end() -> None:
    topic = Topic(chat="chat", forum=-1, seq=5)
    assert _begun(topic, conversation(begins=10), 500).seq == 400
    assert _begun(topic, conversation(begins=450), 500).seq == 450
    assert _begun(msgspec.structs.replace(topic, seq=470), conversation(begins=450), 500).seq == 470


@pytest.mark.parametrize(
    ("text", "length"), [("kurz", 1), ("x" * 3_900, 1), ("wort " * 3_000, 4), ("🙂" * 4_000, 3), ("<&>" * 3_000, 3)]
)
def test_long_message_is_cut_into_pieces_that_fit_and_that_joined_are_all_of_it(text: str, length: int) -> None:
    pieces = blocks(message(1, text), "Ann", READER)
    assert len(pieces) == length
    assert all(piece.units <= LONGEST for piece in pieces)
    plain = "".join(piece.html.removeprefix("<b>👤 Ann</b>: ").removeprefix("… ") for piece in pieces)
    assert plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


CONTENTS = st.one_of(
    st.text(min_size=1, max_size=30).filter(str.strip).map(lambda text: Text(text=text)),
    st.just(Text(text="lang " * 1_500)),
    st.just(Media(type="photo", ref="p")),
    st.just(Location(latitude=1.0, longitude=2.0)),
    st.just(Note(text="unter uns")),
)
AUTHORS: st.SearchStrategy[Author] = st.sampled_from(["customer", "bot", "operator"])


@settings(deadline=None)  # a slow machine is no fault
@given(
    said=st.lists(st.tuples(CONTENTS, AUTHORS, st.booleans()), max_size=25),
    stops=st.lists(st.integers(0, 60), max_size=8),
)
def test_whatever_the_burst_and_wherever_it_is_interrupted_each_message_is_told_once_in_order(
    said: list[tuple[Content, Author, bool]], stops: list[int]
) -> None:
    messages = [
        message(seq, content, "system" if isinstance(content, Note) else author)
        for seq, (content, author, _) in enumerate(said, 1)
    ]
    known = frozenset(m.id for m, (_, _, there) in zip(messages, said, strict=True) if there)
    topic = Topic(chat="chat", forum=-1, topic=7, open=True, conversation="c1", card=1, pinned=1)
    topic, _ = all_steps(topic, conversation(LIVE), [])
    told: list[str] = []
    for count in range(200):
        visible = messages if count not in stops else messages[: count % (len(messages) + 1)]
        step = next_step(
            topic, conversation(LIVE), [m for m in visible if m.seq > topic.seq], ABOUT, READER, told=known
        )
        if step is None:
            if visible is messages:
                break
            continue
        match step:
            case Tell(html=html):
                assert units(html) > 0
                told.append(html)
            case TellFile(seq=seq) | TellPlace(seq=seq):
                told.append(f"file {seq}")
            case _:
                pass
        topic = done(topic, step)
    expected: list[str] = []
    for m in messages:
        if m.id in known:
            continue
        if m.author != "system" and isinstance(m.content, Media | Location):
            expected.append(f"file {m.seq}")
        else:
            expected += [block.html for block in blocks(m, "Ann", READER)]
    assert "\n".join(told) == "\n".join(expected)
    assert topic.seq == len(messages)


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PEOPLE = [Operator(id="anna", name="Anna Lee", password=""), Operator(id="ben", name="Ben", password="")]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/claim", Command(name="claim")),
        ("/Claim@Desk_bot", Command(name="claim", bot="Desk_bot")),
        ("/note  zwei\nZeilen ", Command(name="note", rest="zwei\nZeilen")),
        ("Hallo /claim", None),
        ("/ claim", None),
        ("1/2", None),
        ("/notes/ann", None),
        ("", None),
    ],
)
def test_command_is_read_and_words_for_the_customer_are_none(text: str, command: Command | None) -> None:
    assert read_command(text) == command


@pytest.mark.parametrize(
    ("rest", "aim"),
    [
        ("billing es geht um Geld", Aim(team="billing", reason="es geht um Geld")),
        ("Support", Aim(team="support")),
        ("@ben kennt ihn", Aim(to="ben", to_name="Ben", reason="kennt ihn")),
        ("anna", Aim(to="anna", to_name="Anna Lee")),
        ("@Anna", Aim(to="anna", to_name="Anna Lee")),
        ("nirgends", None),
        ("@", None),
        ("", None),
    ],
)
def test_transfer_names_a_team_or_a_colleague(rest: str, aim: Aim | None) -> None:
    assert read_transfer(rest, ["support", "billing"], PEOPLE) == aim


def test_mentions_are_those_of_colleagues() -> None:
    assert mentioned("@ben und @Anna, nicht ann@ben.de oder @carl", PEOPLE) == ("anna", "ben")
    assert mentioned("frag @ben.", PEOPLE) == ("ben",)


@pytest.mark.parametrize(
    ("rest", "read"),
    [("", ("", "")), ("solved", ("solved", "")), ("invoice Solved", ("solved", "invoice")), ("happy", None)],
)
def test_close_takes_an_outcome_and_a_topic(rest: str, read: tuple[str, str] | None) -> None:
    assert read_close(rest, ["solved"], ["invoice"]) == read
