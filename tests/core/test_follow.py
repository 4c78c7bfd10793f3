"""Which running conversations follow a new version of their bot, and which stay on the old one: tables."""

from datetime import timedelta

import msgspec
import pytest

from conversation.content import Text
from conversation.events import ActionDone, CustomerSaid, TimerFired
from conversation.run import FormRun, Guess, Leaving, Left, LeftForm
from conversation.state import Conversation, WithOperator
from dialogs.follow import Follows, Stays, follow
from engine.moving import STAYS, move
from engine.rules import Rules
from engine.step import step
from tests.support.bots import ENDS, MONDAY, Talk, main_bot

OLD = """
  menu: {choose: {order: order, look: look, form: form, called: called, who: who, pause: pause, person: human, leave: bye}}
  order: {ask: number, save: number, go: rest}
  look: {do: look_up, with: {what: number}, save: found, go: rest}
  form: {form: {size: {ask: number}, city: {ask: text}}, save: answers, confirm: true, cancelled: menu, go: rest}
  called: {call: sub, go: rest}
  who: {say: who, needs: customer, go: rest}
  pause: {wait: 2h, go: rest}
  rest: {choose: {again: menu, done: bye}}
"""
SUB = "start: inner\ndefaults: {misses: {limit: 2, go: out}, silence: {after: 5m, go: out}}\nsteps:\n  inner: {ask: text, save: word, go: out}\n  out: {end: solved}\n"
FILLER = (
    "start: name\nfills: customer\ndefaults: {misses: {limit: 2, go: no}, silence: {after: 5m, go: no}}\nsteps:\n"
    "  name: {ask: text, save: customer, go: yes_}\n  yes_: {end: filled}\n  no: {end: failed}\n"
)


def bot(steps: str = OLD, *, heads: str = "", sub: str = SUB, filler: str = FILLER) -> Rules:
    return main_bot(steps + ENDS, heads=heads, sub=sub, filler=filler)


def at(place: str) -> Conversation:
    """A conversation of the old version that stands there."""
    talk = Talk(bot())
    talk.say("hi", place)
    return msgspec.structs.replace(talk.state, bundle=bot().bot.version)


def followed(state: Conversation, new: Rules) -> Follows | Stays:
    return follow(new.flow, bot().flow, state.run, state.variables)


def place(found: Follows | Stays) -> str:
    """Where it goes on, or why it does not."""
    return found.why if isinstance(found, Stays) else found.run.frames[-1].step


def test_every_place_of_a_version_follows_into_the_same_version() -> None:
    for where in ("menu", "order", "look", "form", "called", "who", "pause", "human"):
        state = at(where)
        assert followed(state, bot()) == Follows(run=state.run), where


@pytest.mark.parametrize(
    ("where", "old", "new", "why"),
    [
        ("order", "order: {ask: number", "order: {ask: date", "asks for date now and asked for number"),
        ("order", "order: {ask: number, save: number, go: rest}", "order: {choose: {one: rest, two: rest}}", "`choose` now and was `ask`"),
        ("order", "order: {ask: number, save: number, go: rest}", "order: {say: order, go: rest}", "`say` now and was `ask`"),
        ("look", "do: look_up", "do: look_down", "waits for look_down now and waited for look_up"),
        ("form", "size: {ask: number}", "weight: {ask: number}", "does not ask for size any more"),
        ("form", "size: {ask: number}", "size: {ask: text}", "asks for size in another way"),
        ("called", "call: sub", "call: filler", "runs filler now and ran sub"),
        ("who", "needs: customer, ", "", "needs `nothing` first, not `customer`"),
        ("menu", "order: order, look: look", "look: look, order: order", "choices are others, or in another order"),
        ("menu", "leave: bye}}\n  order", "go: bye}}\n  order", "choices are others, or in another order"),
        ("pause", "pause: {wait: 2h", "pause: {ask: text, save: x", "`ask` now and was `wait`"),
    ],
)  # fmt: skip
def test_a_step_that_is_not_what_it_was_keeps_its_conversation_on_the_old_version(
    where: str, old: str, new: str, why: str
) -> None:
    changed = OLD.replace(old, new)
    assert changed != OLD
    found = followed(at(where), bot(changed))
    assert isinstance(found, Stays)
    assert why in found.why
    assert (found.dialog, found.step) == ("main", {"who": "who", "called": "called"}.get(where, where))


@pytest.mark.parametrize(
    ("where", "old", "new"),
    [
        ("order", "save: number, go: rest}", "save: number, go: new}\n  new: {say: new, go: rest}"),
        ("order", "ask: number, save", "ask: number, check: {max: 9}, save"),
        ("form", "city: {ask: text}", "city: {ask: text}, phone: {ask: phone}"),
        ("menu", "leave: bye}}\n  order", "leave: bye, more: rest}}\n  order"),
        ("menu", "order: order", "order: rest"),
        ("pause", "wait: 2h", "wait: 3h"),
        ("look", "go: rest}\n  form", "go: menu}\n  form"),
    ],
)
def test_a_change_around_the_step_is_followed(where: str, old: str, new: str) -> None:
    changed = OLD.replace(old, new, 1)
    assert changed != OLD
    state = at(where)
    assert place(followed(state, bot(changed))) == state.run.frames[-1].step


def test_a_step_that_is_gone_keeps_its_conversation_and_says_which() -> None:
    found = followed(at("order"), bot("  menu: {choose: {leave: bye, person: human}}\n"))
    assert found == Stays(dialog="main", step="order", why="the step is gone")


def test_a_step_that_was_renamed_is_followed_with_its_trail() -> None:
    state = at("order")
    renamed = OLD.replace("order: order", "order: third").replace("  order:", "  third:")
    found = followed(state, bot(renamed, heads="renamed: {order: third, second: third}"))
    assert isinstance(found, Follows)
    assert found.run.frames[-1].step == "third"
    assert found.run.trail == (("main", "menu"), ("main", "third"))


def test_all_dialogs_that_it_is_inside_of_count() -> None:
    state = at("called")
    assert state.run.frames[-1].dialog == "sub"
    inner = SUB.replace("ask: text", "ask: date")
    assert place(followed(state, bot(sub=inner))) == "it asks for date now and asked for text"
    outer = OLD.replace("  called:", "  other:").replace("called: called", "called: other")
    found = followed(state, bot(outer))
    assert found == Stays(dialog="main", step="called", why="the step is gone")


# ── what the new version takes for granted ───────────────────────────────────────────────────────────────────────────


def test_a_variable_that_the_new_version_counts_on_further_on_must_be_known() -> None:
    asks = OLD.replace("order: {ask: number", "phone: {ask: text, save: phone, go: order}\n  order: {ask: number")
    asks = asks.replace("order: order", "order: phone").replace("go: rest}\n  look", "go: tell}\n  tell: {do: tell, with: {to: phone}, go: rest}\n  look")  # fmt: skip
    state = at("order")
    assert place(followed(state, bot(asks))) == "it goes on with `phone`, which nobody has told it"
    known = msgspec.structs.replace(state, variables={"phone": "1"})
    assert place(followed(known, bot(asks))) == "order"
    empty = msgspec.structs.replace(state, variables={"phone": None})
    assert isinstance(followed(empty, bot(asks)), Stays)


def test_what_the_old_version_counted_on_as_well_keeps_nobody_back() -> None:
    """`look` reads `number`, which one who chose it from the menu never told: that was so before."""
    assert place(followed(at("look"), bot(OLD.replace("wait: 2h", "wait: 1h")))) == "look"


def test_what_a_dialog_finds_out_by_itself_need_not_be_known() -> None:
    needs = OLD.replace("go: rest}\n  look", "go: tell}\n  tell: {do: tell, needs: customer, with: {to: customer}, go: rest}\n  look")  # fmt: skip
    assert needs != OLD
    assert place(followed(at("order"), bot(needs))) == "order"


def test_what_is_asked_before_it_is_read_need_not_be_known() -> None:
    later = OLD.replace("go: rest}\n  look", "go: more}\n  more: {ask: text, save: more, go: tell}\n  tell: {do: tell, with: {to: more}, go: rest}\n  look")  # fmt: skip
    assert place(followed(at("order"), bot(later))) == "order"


def test_the_names_of_a_condition_on_the_way_count() -> None:
    splits = OLD.replace("go: rest}\n  look", "route: [{when: vip, go: bye}, {go: rest}]}\n  look")
    assert place(followed(at("order"), bot(splits))) == "it goes on with `vip`, which nobody has told it"


# ── which version takes the event ────────────────────────────────────────────────────────────────────────────────────

SAYS = CustomerSaid(id="e", at=MONDAY, content=Text(text="5"))
FIRES = TimerFired(id="e", at=MONDAY, name="silence", due=MONDAY)
ANSWERS = ActionDone(id="e", at=MONDAY, request="r", result={})
CHANGED = OLD.replace("order: {ask: number", "order: {ask: date")
AROUND = OLD.replace("wait: 2h", "wait: 3h")


@pytest.mark.parametrize("event", [SAYS, FIRES, ANSWERS])
def test_new_words_count_for_everyone_at_once(event: CustomerSaid) -> None:
    old = bot()
    new = Rules(bot(AROUND).bot, structure=old.structure)
    state, rules = move(at("order"), event, new, old, MONDAY)
    assert (rules, state.bundle) == (new, new.bot.version)


def test_a_conversation_moves_with_the_customers_next_words_and_not_before() -> None:
    old, new, state = bot(), bot(AROUND), at("order")
    for event in (FIRES, ANSWERS):
        assert move(state, event, new, old, MONDAY) == (state, old)
    moved, rules = move(state, SAYS, new, old, MONDAY)
    assert (rules, moved.bundle, moved.run) == (new, new.bot.version, state.run)


def test_one_that_can_not_follow_stays_for_seventy_two_hours() -> None:
    old, new, state = bot(), bot(CHANGED), at("order")
    for hours, stays in ((0, True), (71.9, True), (72, False)):
        event = msgspec.structs.replace(SAYS, at=MONDAY + timedelta(hours=hours))
        moved, rules = move(state, event, new, old, MONDAY)
        assert (rules is old, moved.bundle == state.bundle) == (stays, stays), hours
    assert timedelta(hours=72) == STAYS


def test_one_that_is_given_up_is_told_so_and_shown_the_menu() -> None:
    old, new, state = bot(), bot(CHANGED), at("order")
    event = msgspec.structs.replace(SAYS, at=MONDAY + STAYS)
    moved, rules = move(state, event, new, old, MONDAY)
    talk = Talk(rules, state=moved)
    assert talk.take(event) == ["moved", "menu"]
    assert talk.say("leave") == ["bye"]


def test_nobody_is_given_up_while_a_person_has_the_chat() -> None:
    old, new = bot(), bot(CHANGED)
    state = msgspec.structs.replace(at("order"), phase=WithOperator(team="care", operator="a", name="A", since=MONDAY))
    event = msgspec.structs.replace(SAYS, at=MONDAY + STAYS)
    assert move(state, event, new, old, MONDAY) == (state, old)


def test_one_whose_version_runs_on_as_a_canary_stays_as_long_as_that() -> None:
    old, new, state = bot(), bot(CHANGED), at("order")
    event = msgspec.structs.replace(SAYS, at=MONDAY + 2 * STAYS)
    assert move(state, event, new, old, None) == (state, old)


def test_one_whose_version_is_lost_goes_on_where_it_can_and_else_is_told() -> None:
    state = at("order")
    moved, rules = move(state, SAYS, bot(AROUND), None, None)
    assert (rules.bot.version, moved.run) == (moved.bundle, state.run)
    gone = bot("  menu: {choose: {leave: bye, person: human}}\n")
    moved, rules = move(state, SAYS, gone, None, None)
    assert Talk(rules, state=moved).take(SAYS) == ["moved", "menu"]


def test_a_conversation_without_a_place_takes_what_runs() -> None:
    state = msgspec.structs.replace(Talk(bot()).state, bundle="gone")
    assert move(state, SAYS, bot(AROUND), None, None)[0].bundle == bot(AROUND).bot.version


def test_a_button_from_before_a_renaming_works() -> None:
    talk = Talk(bot())
    talk.say("hi", "order", "5")
    menu = talk.menu
    renamed = OLD.replace("  rest:", "  last:").replace(": rest", ": last")
    new = bot(renamed, heads="renamed: {rest: last}")
    moved, talk.rules = move(msgspec.structs.replace(talk.state, bundle="old"), SAYS, new, bot(), MONDAY)
    talk.state = moved
    assert talk.press("done", menu=menu) == ["bye"]


def test_moving_changes_nothing_that_a_step_would_not() -> None:
    """The same conversation, event and version give the same, moved or not."""
    state = at("order")
    moved, rules = move(state, SAYS, bot(AROUND), bot(), MONDAY)
    plain, effects = step(msgspec.structs.replace(state, bundle=moved.bundle), SAYS, bot(AROUND))
    assert (plain, effects) == step(moved, SAYS, rules)


# ── what it remembers besides ────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_left_for_something_else_counts_and_is_renamed_too() -> None:
    state = at("menu")
    left = Left(frames=at("order").run.frames, trail=(("main", "menu"), ("main", "order")), at=MONDAY)
    state = msgspec.structs.replace(state, run=msgspec.structs.replace(state.run, left=(left,), lost_at=(("main", "order"),)))  # fmt: skip
    assert place(followed(state, bot(CHANGED))) == "it asks for date now and asked for number"
    renamed = OLD.replace("order: order", "order: third").replace("  order:", "  third:")
    found = followed(state, bot(renamed, heads="renamed: {order: third}"))
    assert isinstance(found, Follows)
    assert found.run.left[0].frames[-1].step == "third"
    assert found.run.left[0].trail[-1] == found.run.lost_at[0] == ("main", "third")


def test_a_form_that_was_left_is_kept_where_it_still_asks_for_what_was_answered() -> None:
    left = LeftForm(form=FormRun(field="city", answers={"size": 5}), at=MONDAY)
    state = at("menu")
    state = msgspec.structs.replace(state, run=msgspec.structs.replace(state.run, forms={"main/form": left}))
    renamed = OLD.replace("  form:", "  sheet:").replace("form: form", "form: sheet")
    found = followed(state, bot(renamed, heads="renamed: {form: sheet}"))
    assert isinstance(found, Follows)
    assert found.run.forms == {"main/sheet": left}
    other = followed(state, bot(OLD.replace("size: {ask: number}", "weight: {ask: number}")))
    assert isinstance(other, Follows)
    assert other.run.forms == {}


def test_a_guess_or_an_offer_to_leave_for_what_is_gone_is_forgotten() -> None:
    state = at("menu")
    run = msgspec.structs.replace(state.run, guess=Guess(intents=("gone",), text="x"), leaving=Leaving(intent="gone"))
    found = followed(msgspec.structs.replace(state, run=run), bot())
    assert isinstance(found, Follows)
    assert (found.run.guess, found.run.leaving) == (None, None)
