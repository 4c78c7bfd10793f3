"""A bot that can be asked something else in the middle of a form, a question and a dialog that is called."""

from conversation.understanding import Understanding
from engine.rules import Rules
from tests.support.bots import ENDS, SETTINGS, Talk, make_rules, means

STEPS = """
  menu: {choose: {move: move, order: order, sub: sub, leave: bye}}
  move: {form: {street: {ask: text}, number: {ask: number}, zip: {ask: code}}, save: moved, confirm: true, cancelled: menu, go: rest%(form)s}
  order: {ask: code, save: code, go: ordered%(ask)s}
  ordered: {say: ordered, go: bye}
  sub: {call: inner, go: rest}
  rest: {choose: {again: menu, done: bye}}
"""
INNER = """
start: first
defaults: {misses: {limit: 3, go: lost}, silence: {after: 10m, go: lost}, failed: lost}
intents: {inner: first}
steps:
  first: {ask: number, save: one, go: second}
  second: {choose: {yes: over, no: lost}}
  over: {end: filled}
  lost: {end: failed}
"""
FAQ = """
start: hours
kind: answer
intents: {hours: hours, price: price}
defaults: {misses: {limit: 3, go: done}, silence: {after: 10m, go: done}, failed: done}
steps:
  hours: {say: hours, go: done}
  price: {say: price, go: helped}
  helped: {choose: {yes: done, more: hours}}
  done: {end: solved}
"""
MEANINGS = {
    "when are you open": means(hours=0.9),
    "what does it cost": means(price=0.9),
    "where is my order": means(order=0.9),
    "i move": means(move=0.9),
    "inner please": means(inner=0.9),
    "a person please": means(want_human=0.9),
    "open or order": means(hours=0.6, order=0.5),
}


def rules(*, form: str = "", ask: str = "") -> Rules:
    digress = {"form": f", digress: {form}" if form else "", "ask": f", digress: {ask}" if ask else ""}
    defaults = "misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human"
    main = (
        f"start: menu\nintents: {{move: move, order: order}}\ndefaults: {{{defaults}}}\nsteps:{STEPS % digress}{ENDS}"
    )
    return make_rules(
        {
            "bot.yaml": SETTINGS,
            "dialogs/main.yaml": main,
            "dialogs/inner.yaml": INNER,
            "dialogs/faq.yaml": FAQ,
            "dialogs/_answers.yaml": 'code: {pattern: "[A-Z][0-9]{4}", example: A1234, entity: code}',
        }
    )


RULES = rules()


def understand(text: str) -> Understanding:
    return MEANINGS.get(text, Understanding())


def talk(*said: str, bot: Rules = RULES) -> Talk:
    found = Talk(bot, understand=understand)
    found.say("hi", *said)
    return found


def form_of(running: Talk) -> dict[str, object]:
    form = running.frame.form
    assert form is not None
    return dict(form.answers)
