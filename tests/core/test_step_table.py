"""Every event in every phase: what becomes of the conversation, and what is to be done. Read it as a table."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import msgspec
import pytest

from conversation.content import Media, Text
from conversation.effects import (
    Amend,
    CancelTimer,
    Effect,
    Post,
    Refuse,
    RunAction,
    SetTimer,
    Suggest,
    Understand,
    Unsuggest,
)
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerChoseLanguage,
    CustomerEdited,
    CustomerPressed,
    CustomerSaid,
    CustomerUnreachable,
    Event,
    OperatorClaimed,
    OperatorClosed,
    OperatorHandedBack,
    OperatorReplied,
    QueuePlace,
    TimerFired,
    Understood,
)
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator
from engine.rules import Rules
from engine.step import MAX_TURNS, rescue, step
from tests.support.bots import ENDS, MONDAY, Talk, key_of, main_bot, make_rules, means

RULES: Final = main_bot(
    "  menu: {choose: {look: look, talk: human, leave: bye}}\n  look: {do: look_up, save: found, go: menu}\n" + ENDS,
    heads="intents: {leave: bye}",
)
NOW: Final = MONDAY + timedelta(minutes=1)
LATER: Final[dict[str, Any]] = {"id": "x", "at": NOW}
ANNA: Final[dict[str, Any]] = {**LATER, "operator": "anna", "name": "Anna"}
BERT: Final[dict[str, Any]] = {**LATER, "operator": "bert", "name": "Bert"}
STALE: Final[dict[str, Any]] = {**ANNA, "conversation": "c0"}
HELLO: Final = Text(text="hello")


def at_menu() -> Conversation:
    talk = Talk(RULES)
    talk.say("hi")
    return talk.state


def doing() -> Conversation:
    talk = Talk(RULES, state=at_menu())
    talk.say("look")
    return talk.state


def listening() -> Conversation:
    state, _ = step(at_menu(), CustomerSaid(id="asked", at=MONDAY, content=Text(text="enough of it")), RULES)
    return state


def parked() -> Conversation:
    talk = Talk(RULES, state=at_menu())
    talk.say("talk")
    return talk.state


def meanwhile() -> Conversation:
    talk = Talk(RULES, state=parked())
    talk.say("menu")
    return talk.state


def meanwhile_doing() -> Conversation:
    talk = Talk(RULES, state=meanwhile())
    talk.event_id()
    talk.say("look")
    return talk.state


def live() -> Conversation:
    talk = Talk(RULES, state=parked())
    talk.claim("anna")
    return talk.state


def answered() -> Conversation:
    state, _ = step(live(), OperatorReplied(id="r", at=MONDAY, operator="anna", name="Anna", content=HELLO, client_id="r"), RULES)  # fmt: skip
    return state


def closed() -> Conversation:
    talk = Talk(RULES, state=at_menu())
    talk.say("leave")
    return talk.state


def ended_by_anna() -> Conversation:
    state, _ = step(live(), OperatorClosed(id="o", at=MONDAY, operator="anna", name="Anna"), RULES)
    return state


def fell_silent() -> Conversation:
    state = answered()
    due = state.timers["customer_close"]
    return step(state, TimerFired(id="o", at=MONDAY, name="customer_close", due=due), RULES)[0]


def said(effects: tuple[Effect, ...]) -> str:
    """The effects in one line of short words."""
    return " ".join(_word(effect) for effect in effects)


def _word(effect: Effect) -> str:
    match effect:
        case Post(message=message) if message.author == "bot":
            return f"bot:{key_of(message)}"
        case Post(message=message) if message.author == "system":
            return f"note:{message.origin}"
        case Post(message=message):
            return message.author
        case Understand():
            return "understand"
        case RunAction(name=name):
            return f"run:{name}"
        case SetTimer(name=name):
            return f"+{name}"
        case CancelTimer(name=name):
            return f"-{name}"
        case Refuse(reason=reason):
            return f"refuse:{reason}"
        case Amend():
            return "amend"
        case Suggest(candidate=candidate):
            return f"suggest:{candidate.origin}"
        case Unsuggest():
            return "unsuggest"


def timer(state: Conversation, name: str) -> TimerFired:
    return TimerFired(**LATER, name=name, due=state.timers[name])


def words(text: str) -> CustomerSaid:
    return CustomerSaid(**LATER, content=Text(text=text))


CLOCKS = "+wait_remind_1 +wait_warn +wait_expire"
NO_CLOCKS = "-wait_remind_1 -wait_warn -wait_expire"
QUEUE = f"{CLOCKS} +wait_place"
NO_QUEUE = f"{NO_CLOCKS} -wait_place"
OPERATOR_TURN = "+operator_remind +operator_reassign"
NOT_OPERATOR_TURN = "-operator_remind -operator_reassign"

TABLE: Final = [
    # ── with the bot ──
    (at_menu, words("look"), WithBot, "customer -silence run:look_up"),
    (at_menu, words("talk"), Parked, f"customer -silence bot:human note:parked {QUEUE}"),
    (at_menu, words("leave"), Closed, "customer -silence bot:bye note:ended"),
    (at_menu, words("stop"), Closed, "customer -silence bot:stopped note:ended"),
    (at_menu, words("?"), WithBot, "customer -silence bot:menu.error +silence"),
    (at_menu, words("what is this"), WithBot, "customer -silence understand"),
    (at_menu, words("language"), WithBot, "customer -silence bot:which_language +silence"),
    (at_menu, CustomerPressed(**LATER, payload="main/menu/look", menu="m9"), WithBot, "customer -silence run:look_up"),
    (at_menu, CustomerPressed(**LATER, payload="!human", menu="m9"), Parked, f"customer -silence bot:human note:parked {QUEUE}"),
    (at_menu, CustomerPressed(**LATER, payload="main/gone/x", menu="m9"), WithBot, "customer -silence bot:button_gone bot:menu +silence"),
    (at_menu, CustomerEdited(**LATER, of="k", content=HELLO), WithBot, "customer"),
    (at_menu, CustomerChoseLanguage(**LATER, language="de"), WithBot, "bot:menu -silence +silence"),
    (at_menu, CustomerChoseLanguage(**LATER, language="en"), WithBot, ""),
    (at_menu, CustomerChoseLanguage(**LATER, language="fr"), WithBot, ""),
    (at_menu, CustomerUnreachable(**LATER, reason="blocked"), Closed, "note:unreachable -silence note:ended"),
    (at_menu, OperatorClaimed(**ANNA), WithBot, "refuse:not_waiting"),
    (at_menu, OperatorReplied(**ANNA, content=HELLO, client_id="k"), WithBot, "refuse:not_holder"),
    (at_menu, OperatorHandedBack(**ANNA), WithBot, "refuse:not_holder"),
    (at_menu, OperatorClosed(**ANNA), WithBot, "refuse:not_holder"),
    (at_menu, OperatorClaimed(**STALE), WithBot, "refuse:closed"),
    (at_menu, TimerFired(**LATER, name="silence", due=MONDAY), WithBot, ""),
    (at_menu, TimerFired(**LATER, name="wait_expire", due=MONDAY), WithBot, ""),
    (at_menu, Understood(**LATER, request="old", understanding=means(leave=1)), WithBot, ""),
    (at_menu, ActionDone(**LATER, request="old", result={}), WithBot, ""),
    (at_menu, ActionFailed(**LATER, request="old", reason="late"), WithBot, ""),
    # ── while the back-end works ──
    (doing, words("hello?"), WithBot, "customer bot:one_moment"),
    (doing, words("menu"), WithBot, "customer bot:menu +silence"),
    (doing, CustomerPressed(**LATER, payload="main/menu/leave", menu="m9"), WithBot, "customer bot:one_moment"),
    (doing, ActionDone(**LATER, request="e1.a1", result={"a": 1}), WithBot, "bot:menu +silence"),
    (doing, ActionFailed(**LATER, request="e1.a1", reason="broken"), Parked, f"bot:human note:parked {QUEUE}"),
    (doing, ActionDone(**LATER, request="other", result={}), WithBot, ""),
    (doing, CustomerUnreachable(**LATER, reason="blocked"), Closed, "note:unreachable note:ended"),
    # ── while words are being understood ──
    (listening, Understood(**LATER, request="asked", understanding=means(leave=0.9)), Closed, "bot:bye note:ended"),
    (listening, Understood(**LATER, request="asked", understanding=means(leave=0.5)), WithBot, "bot:did_you_mean +silence"),
    (listening, Understood(**LATER, request="asked", understanding=means()), WithBot, "bot:menu.error +silence"),
    (listening, Understood(**LATER, request="other", understanding=means(leave=0.9)), WithBot, ""),
    (listening, words("leave"), Closed, "customer bot:bye note:ended"),
    # ── in the queue ──
    (parked, words("hello?"), Parked, "customer"),
    (parked, words("menu"), Parked, "customer note:meanwhile bot:waiting.meanwhile bot:menu +silence"),
    (parked, words("back"), Parked, "customer note:meanwhile bot:waiting.meanwhile bot:menu +silence"),
    (parked, words("human"), Parked, "customer"),
    (parked, words("Ask the assistant"), Parked, "customer note:meanwhile bot:waiting.meanwhile bot:menu +silence"),
    (parked, words("1"), Parked, "customer note:meanwhile bot:waiting.meanwhile bot:menu +silence"),
    (parked, CustomerPressed(**LATER, payload="=bot", menu="m9"), Parked, "customer note:meanwhile bot:waiting.meanwhile bot:menu +silence"),
    (parked, CustomerPressed(**LATER, payload="=keep", menu="m9"), Parked, f"customer {NO_CLOCKS} {CLOCKS} bot:waiting.kept"),
    (parked, CustomerPressed(**LATER, payload="=instead", menu="m9"), Closed, f"customer {NO_QUEUE} note:left_queue bot:bye note:ended"),
    (parked, words("stop"), Closed, f"customer {NO_QUEUE} note:left_queue bot:stopped note:ended"),
    (parked, CustomerSaid(**LATER, content=Media(type="photo", ref="p", caption="menu")), Parked, "customer"),
    (parked, CustomerPressed(**LATER, payload="main/menu/leave", menu="m9"), Parked, "customer"),
    (parked, CustomerPressed(**LATER, payload="!menu", menu="m9"), Parked, "customer note:meanwhile bot:waiting.meanwhile bot:menu +silence"),
    (parked, CustomerEdited(**LATER, of="k", content=HELLO), Parked, "customer"),
    (parked, CustomerChoseLanguage(**LATER, language="de"), Parked, ""),
    (parked, CustomerUnreachable(**LATER, reason="blocked"), Closed, f"note:unreachable {NO_QUEUE} note:ended"),
    (parked, OperatorClaimed(**ANNA), WithOperator, f"{NO_QUEUE} note:claimed {OPERATOR_TURN}"),
    (parked, OperatorReplied(**ANNA, content=HELLO, client_id="k"), Parked, "refuse:not_holder"),
    (parked, OperatorHandedBack(**ANNA), Parked, "refuse:not_holder"),
    (parked, OperatorClosed(**ANNA), Parked, "refuse:not_holder"),
    (parked, OperatorClaimed(**STALE), Parked, "refuse:closed"),
    (parked, Understood(**LATER, request="old", understanding=means(leave=1)), Parked, ""),
    (parked, ActionDone(**LATER, request="old", result={}), Parked, ""),
    # ── in the queue, with the bot meanwhile ──
    (meanwhile, words("look"), Parked, "customer -silence run:look_up"),
    (meanwhile, words("?"), Parked, "customer -silence bot:menu.error +silence"),
    (meanwhile, words("what is this"), Parked, "customer -silence understand"),
    (meanwhile, words("human"), Parked, "customer -silence bot:human note:waits_again +wait_place"),
    (meanwhile, words("talk"), Parked, "customer -silence bot:human note:waits_again +wait_place"),
    (meanwhile, words("leave"), Closed, f"customer -silence bot:bye note:left_queue bot:waiting.left {NO_QUEUE} note:ended"),
    (meanwhile, words("stop"), Closed, f"customer {NO_QUEUE} -silence note:left_queue bot:stopped note:ended"),
    (meanwhile, words("1"), Parked, "customer -silence run:look_up"),
    (meanwhile, CustomerPressed(**LATER, payload="main/menu/look", menu="m9"), Parked, "customer -silence run:look_up"),
    (meanwhile, CustomerPressed(**LATER, payload="=instead", menu="m9"), Closed, f"customer {NO_QUEUE} -silence note:left_queue bot:bye note:ended"),
    (meanwhile, CustomerPressed(**LATER, payload="=bot", menu="m9"), Parked, "customer"),
    (meanwhile, CustomerEdited(**LATER, of="k", content=HELLO), Parked, "customer"),
    (meanwhile, CustomerChoseLanguage(**LATER, language="de"), Parked, "bot:menu -silence +silence"),
    (meanwhile, CustomerUnreachable(**LATER, reason="blocked"), Closed, f"note:unreachable {NO_QUEUE} -silence note:ended"),
    (meanwhile, OperatorClaimed(**ANNA), WithOperator, f"{NO_QUEUE} -silence note:claimed {OPERATOR_TURN}"),
    (meanwhile, OperatorReplied(**ANNA, content=HELLO, client_id="k"), Parked, "refuse:not_holder"),
    (meanwhile, OperatorHandedBack(**ANNA), Parked, "refuse:not_holder"),
    (meanwhile, OperatorClosed(**ANNA), Parked, "refuse:not_holder"),
    (meanwhile, ActionDone(**LATER, request="old", result={}), Parked, ""),
    (meanwhile_doing, ActionDone(**LATER, request="e2.a1", result={"a": 1}), Parked, "bot:menu +silence"),
    (meanwhile_doing, ActionFailed(**LATER, request="e2.a1", reason="broken"), Parked, "bot:human note:waits_again +wait_place"),
    # ── with an operator, whose turn it is ──
    (live, words("menu"), WithOperator, "customer"),
    (live, CustomerPressed(**LATER, payload="!menu", menu="m9"), WithOperator, "customer"),
    (answered, words("thanks"), WithOperator, f"customer -customer_remind -customer_close {OPERATOR_TURN}"),
    (live, CustomerEdited(**LATER, of="k", content=HELLO), WithOperator, "customer"),
    (live, CustomerChoseLanguage(**LATER, language="de"), WithOperator, ""),
    (live, CustomerUnreachable(**LATER, reason="blocked"), Closed, f"note:unreachable {NOT_OPERATOR_TURN} note:ended"),
    (live, OperatorClaimed(**ANNA), WithOperator, ""),
    (live, OperatorClaimed(**BERT), WithOperator, "refuse:held_by_other"),
    (live, OperatorReplied(**ANNA, content=HELLO, client_id="k"), WithOperator, f"operator {NOT_OPERATOR_TURN} +customer_remind +customer_close"),
    (live, OperatorReplied(**BERT, content=HELLO, client_id="k"), WithOperator, "refuse:not_holder"),
    (live, OperatorReplied(**STALE, content=HELLO, client_id="k"), WithOperator, "refuse:closed"),
    (live, OperatorHandedBack(**ANNA), WithBot, f"{NOT_OPERATOR_TURN} note:handed_back bot:bot_again bot:menu +silence"),
    (live, OperatorHandedBack(**BERT), WithOperator, "refuse:not_holder"),
    (live, OperatorClosed(**ANNA), Closed, f"{NOT_OPERATOR_TURN} note:closed bot:bye note:ended"),
    (live, OperatorClosed(**BERT), WithOperator, "refuse:not_holder"),
    (live, OperatorClosed(**STALE), WithOperator, "refuse:closed"),
    (live, ActionDone(**LATER, request="e1.a1", result={}), WithOperator, ""),
    (live, Understood(**LATER, request="asked", understanding=means(leave=1)), WithOperator, ""),
    (live, TimerFired(**LATER, name="silence", due=MONDAY), WithOperator, ""),
    # ── closed by a person, or silent with one: to be reopened ──
    (ended_by_anna, words("thank you"), Closed, "customer"),
    (ended_by_anna, CustomerPressed(**LATER, payload="main/menu/leave", menu="m9"), Closed, "customer"),
    (ended_by_anna, CustomerEdited(**LATER, of="k", content=HELLO), Closed, "customer"),
    (ended_by_anna, OperatorClaimed(**ANNA), Closed, "refuse:closed"),
    (fell_silent, words("sorry, I was away"), Parked, f"customer note:reopened {QUEUE} bot:reopened"),
    (fell_silent, words("human"), Parked, f"customer note:reopened {QUEUE} bot:reopened"),
    (fell_silent, words("menu"), Closed, "customer"),
    (fell_silent, words("/start"), Closed, "customer"),
    (fell_silent, CustomerPressed(**LATER, payload="main/menu/leave", menu="m9"), Closed, "customer"),
    # ── closed ──
    (closed, words("hello"), Closed, "customer"),
    (closed, CustomerEdited(**LATER, of="k", content=HELLO), Closed, "customer"),
    (closed, CustomerUnreachable(**LATER, reason="blocked"), Closed, "note:unreachable"),
    (closed, OperatorClaimed(**ANNA), Closed, "refuse:closed"),
    (closed, OperatorReplied(**ANNA, content=HELLO, client_id="k"), Closed, "refuse:closed"),
    (closed, OperatorHandedBack(**ANNA), Closed, "refuse:closed"),
    (closed, OperatorClosed(**ANNA), Closed, "refuse:closed"),
    (closed, TimerFired(**LATER, name="silence", due=MONDAY), Closed, ""),
    (closed, ActionDone(**LATER, request="e1.a1", result={}), Closed, ""),
    (closed, Understood(**LATER, request="asked", understanding=means(leave=1)), Closed, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "event", "phase", "effects"),
    TABLE,
    ids=[f"{row[0].__name__}-{type(row[1]).__name__}-{number}" for number, row in enumerate(TABLE)],
)
def test_an_event_in_a_phase(before: Callable[[], Conversation], event: Event, phase: type, effects: str) -> None:
    start = before()
    state, found = step(start, event, RULES)
    assert said(found) == effects
    assert isinstance(state.phase, phase)
    if effects.startswith("refuse"):
        assert state == start


TIMERS: Final = [
    (at_menu, "silence", None, WithBot, "bot:reminder +silence"),
    (parked, "wait_remind_1", None, Parked, ""),
    (parked, "wait_remind_1", QueuePlace(position=3), Parked, "bot:waiting.place +wait_place"),
    (parked, "wait_remind_1", QueuePlace(position=3, wait=200), Parked, "bot:waiting.place_wait +wait_place"),
    (parked, "wait_place", None, Parked, "+wait_place"),
    (parked, "wait_place", QueuePlace(position=3), Parked, "bot:waiting.first +wait_place"),
    (parked, "wait_place", QueuePlace(position=3, wait=200), Parked, "bot:waiting.first_wait +wait_place"),
    (meanwhile, "wait_place", QueuePlace(position=3), Parked, "bot:waiting.first +wait_place"),
    (meanwhile, "silence", None, Parked, "bot:reminder +silence"),
    (meanwhile, "wait_warn", None, Parked, "bot:waiting.warn"),
    (
        meanwhile,
        "wait_expire",
        None,
        Closed,
        "-wait_remind_1 -wait_warn -wait_place -silence note:wait_expired bot:bye note:ended",
    ),
    (parked, "wait_warn", None, Parked, "bot:waiting.warn"),
    (parked, "wait_expire", None, Closed, "-wait_remind_1 -wait_warn -wait_place note:wait_expired bot:bye note:ended"),
    (live, "operator_remind", None, WithOperator, "note:operator_remind"),
    (live, "operator_reassign", None, Parked, f"-operator_remind note:reassigned {QUEUE} bot:waiting.again"),
    (answered, "customer_remind", None, WithOperator, "note:customer_remind operator"),
    (answered, "customer_close", None, Closed, "bot:closed_silent -customer_remind note:ended"),
]


@pytest.mark.parametrize(("before", "name", "place", "phase", "effects"), TIMERS)
def test_a_timer_fires_once(
    before: Callable[[], Conversation], name: str, place: QueuePlace | None, phase: type, effects: str
) -> None:
    start = before()
    fired = msgspec.structs.replace(timer(start, name), place=place)
    state, found = step(start, fired, RULES)
    assert said(found) == effects
    assert isinstance(state.phase, phase)
    again, nothing = step(state, fired, RULES)
    assert (again, nothing) == (state, ())


def test_a_timer_that_was_moved_does_nothing() -> None:
    state = at_menu()
    moved, _ = step(state, words("?"), RULES)
    assert step(moved, timer(state, "silence"), RULES) == (moved, ())


def test_words_after_the_warning_keep_the_place_in_the_queue() -> None:
    state = parked()
    assert isinstance(state.phase, Parked)
    late = CustomerSaid(id="x", at=state.phase.expires - timedelta(seconds=60), content=HELLO)
    kept, effects = step(state, late, RULES)
    assert said(effects) == f"customer {NO_CLOCKS} {CLOCKS} bot:waiting.kept"
    assert isinstance(kept.phase, Parked)
    assert kept.phase.since == state.phase.since
    assert kept.phase.expires == late.at + timedelta(minutes=15)


def test_a_chat_whose_operator_is_silent_goes_back_with_its_place() -> None:
    state = live()
    again, _ = step(state, timer(state, "operator_reassign"), RULES)
    assert isinstance(state.phase, WithOperator)
    assert isinstance(again.phase, Parked)
    assert again.phase.since == state.phase.since
    assert again.phase.expires == NOW + timedelta(minutes=15)


def test_a_refusal_says_to_whom_for_what_and_who_has_the_chat() -> None:
    _, effects = step(live(), OperatorClaimed(**BERT), RULES)
    assert effects == (Refuse(operator="bert", event="x", reason="held_by_other", holder="Anna"),)


def test_messages_count_on_and_their_ids_follow_from_the_event() -> None:
    state, effects = step(at_menu(), words("leave"), RULES)
    posts = [effect.message for effect in effects if isinstance(effect, Post)]
    assert [(post.id, post.seq) for post in posts] == [("x.1", 3), ("x.2", 4), ("x.3", 5)]
    assert state.seq == 5


def test_the_channels_hints_count_only_until_the_conversation_has_its_own() -> None:
    begin = msgspec.structs.replace(Talk(RULES).state, language="")
    first = CustomerSaid(id="a", at=MONDAY, content=HELLO, language="de", name="Eva")
    state, _ = step(begin, first, RULES)
    assert (state.language, state.name, state.language_chosen) == ("de", "Eva", False)
    state, _ = step(state, CustomerSaid(id="b", at=MONDAY, content=HELLO, language="en", name="Max"), RULES)
    assert (state.language, state.name) == ("de", "Eva")
    odd, _ = step(begin, CustomerSaid(id="a", at=MONDAY, content=HELLO, language="fr"), RULES)
    assert odd.language == "en"


def test_unanswered_is_what_a_person_owes() -> None:
    states = [at_menu(), parked(), live(), answered(), closed()]
    assert [state.unanswered for state in states] == [False, True, True, False, False]


def test_a_conversation_that_never_ends_comes_to_a_person() -> None:
    state = msgspec.structs.replace(at_menu(), turns=MAX_TURNS - 1)
    edited, _ = step(state, CustomerEdited(id="e", at=NOW, of="k", content=HELLO), RULES)
    over, effects = step(edited, words("?"), RULES)
    assert isinstance(over.phase, Parked)
    assert "bot:human" in said(effects)


@pytest.mark.parametrize("before", [at_menu, doing, listening, parked, live, closed])
def test_a_step_that_breaks_keeps_the_words_and_brings_a_person(before: Callable[[], Conversation]) -> None:
    state, effects = rescue(before(), words("hello"), RULES)
    assert said(effects).startswith("customer")
    if isinstance(before().phase, WithBot):
        assert isinstance(state.phase, Parked)
        assert "bot:rescue" in said(effects)
    else:
        assert state.phase == before().phase
        assert said(effects) == "customer"


def test_a_step_that_breaks_where_there_is_no_team_ends_in_words() -> None:
    alone: Rules = make_rules({
        "bot.yaml": "languages: {source: en, all: [en, de]}\nstart: main\ntime_zone: Europe/Berlin\n",
        "dialogs/main.yaml": "start: menu\nsteps:\n  menu: {say: menu, end: solved}\n",
    })  # fmt: skip
    state, effects = rescue(Talk(alone).state, words("hello"), alone)
    assert state.phase == Closed(outcome="failed", at=NOW)
    assert said(effects) == "customer bot:rescue note:ended"
