"""Who is wanted in a chat, and until when: each event with what it posts, as a table."""

from typing import Any, Final

import msgspec
import pytest

from conversation.calls import Call
from conversation.content import Note, Prompt, Text
from conversation.events import (
    CustomerSaid,
    Event,
    OperatorClaimed,
    OperatorConsulted,
    OperatorNoted,
    OperatorReplied,
    OperatorTransferred,
    TimerFired,
)
from conversation.message import Message
from conversation.state import Phase, WithBot
from handoff.calls import MOST, WORDS, calls
from tests.support.storing import closed, held, later, parked

ANN: Final[dict[str, Any]] = {"id": "e", "at": later(5), "operator": "ann", "name": "Ann"}
BEN: Final[dict[str, Any]] = {**ANN, "operator": "ben", "name": "Ben"}
CUSTOMER: Final = CustomerSaid(id="e", at=later(5), content=Text(text="Hallo?"))
DUE: Final = TimerFired(id="e", at=later(5), name="callback_due", due=later(5))
NOTED: Final = OperatorNoted(text="", client_id="n", **ANN)
OLD: Final = Call(kind="mention", operator="ben", by="Ann", text="Schau mal", seq=3)
OTHER: Final = Call(kind="consult", operator="cid", by="Ann", text="", seq=4)


def note(origin: str, *mentions: str, text: str = "Kannst du das?", seq: int = 9) -> Message:
    content = Note(text=text, mentions=mentions)
    return Message(id=f"m{seq}", seq=seq, author="system", at=later(5), content=content, name="Ann", origin=origin)


def due(name: str = "+49 30 123", seq: int = 9) -> Message:
    content = Prompt(text="")
    return Message(id="m", seq=seq, author="system", at=later(5), content=content, name=name, origin="callback_due")


def wanted(kind: Any, operator: str, seq: int = 9) -> Call:
    return Call(kind=kind, operator=operator, by="Ann", text="Kannst du das?", seq=seq)


@pytest.mark.parametrize(
    ("event", "messages", "phase", "found"),
    [
        (NOTED, [note("note", "ben")], held(), (wanted("mention", "ben"),)),
        (NOTED, [note("note", "ben", "cid", "ben")], held(), (wanted("mention", "ben"), wanted("mention", "cid"))),
        (NOTED, [note("note")], held(), ()),
        (NOTED, [note("note", "ann")], held(), ()),  # nobody calls themselves
        (NOTED, [note("note", "ben")], parked(), (wanted("mention", "ben"),)),
        (NOTED, [note("note", "ben")], WithBot(), (wanted("mention", "ben"),)),
        (NOTED, [note("note", "ben")], closed(), ()),  # over: nobody need come
        (
            OperatorConsulted(colleague="ben", colleague_name="Ben", **ANN),
            [note("consulted", "ben")],
            held(),
            (wanted("consult", "ben"),),
        ),
        (
            OperatorTransferred(to="ben", reason="", **ANN),
            [note("transferred", "ben")],
            parked(),
            (wanted("transfer", "ben"),),
        ),
        (OperatorTransferred(team="billing", reason="", **ANN), [note("transferred")], parked(), ()),
        (NOTED, [note("running", "ben")], held(), ()),
        (DUE, [due()], held(operator="ben"), (Call(kind="callback", operator="ben", text="+49 30 123", seq=9),)),
        (DUE, [due()], parked(), ()),  # the whole team's
        (
            DUE,
            [due()],
            msgspec.structs.replace(parked(), prefer="cid"),
            (Call(kind="callback", operator="cid", text="+49 30 123", seq=9),),
        ),
        (DUE, [due()], WithBot(), ()),
    ],
)
def test_a_message_wants_whom_it_names(event: Event, messages: list[Message], phase: Phase, found: object) -> None:
    assert calls((), event, messages, phase) == found


@pytest.mark.parametrize(
    ("event", "phase", "left"),
    [
        (CUSTOMER, held(), (OLD, OTHER)),
        (DUE, held(), (OLD, OTHER)),
        (NOTED, held(), (OLD, OTHER)),
        (OperatorNoted(text="", client_id="n", **BEN), held(), (OTHER,)),
        (OperatorClaimed(**BEN), held(operator="ben"), (OTHER,)),
        (OperatorReplied(content=Text(text="Guten Tag"), client_id="r", **BEN), held(operator="ben"), (OTHER,)),
        (CUSTOMER, WithBot(), (OLD, OTHER)),
        (CUSTOMER, closed(), ()),
        (OperatorClaimed(**BEN), closed(), ()),
    ],
)
def test_who_did_something_there_is_not_wanted_any_more(event: Event, phase: Phase, left: object) -> None:
    assert calls((OLD, OTHER), event, [], phase) == left


def test_what_changes_nothing_is_the_same_value() -> None:
    before = (OLD, OTHER)
    assert calls(before, CUSTOMER, [], held()) is before


def test_an_answer_with_a_mention_back_ends_one_call_and_begins_another() -> None:
    event = OperatorNoted(text="", client_id="n", **BEN)
    assert calls((OLD,), event, [note("note", "ann")], held()) == (wanted("mention", "ann"),)


def test_customers_and_the_bot_call_nobody() -> None:
    for author in ("customer", "bot", "operator"):
        message = msgspec.structs.replace(note("note", "ben"), author=author)
        assert calls((), NOTED, [message], held()) == ()


def test_of_many_calls_the_oldest_go_first() -> None:
    found: tuple[Call, ...] = ()
    for seq in range(1, MOST + 4):
        found = calls(found, NOTED, [note("note", "ben", seq=seq)], held())
    assert [call.seq for call in found] == list(range(4, MOST + 4))


def test_long_words_are_cut() -> None:
    (call,) = calls((), NOTED, [note("note", "ben", text="x" * 500)], held())
    assert call.text == "x" * WORDS
