"""A customer who waits for a person, and what may be done with such a chat in a test."""

from typing import Final

from conversation.content import Text
from conversation.events import OperatorReplied, QueuePlace, TimerFired
from conversation.state import Parked
from engine.rules import Rules
from handoff.waiting import PLACE
from tests.support.bots import ENDS, SETTINGS, Talk, make_rules

STEPS: Final = """
  menu: {choose: {look: look, talk: human, bills: money, leave: bye, mail: mail}}
  look: {do: look_up, save: found, go: menu}
  money: {handover: billing, go: bye}
  mail: {ask: text, save: mail, go: noted}
  noted: {say: noted, end: ticket}
  csat: {ask: rating, save: rating, silence: {after: 5m, go: bye}, go: bye}
  nobody: {choose: {again: human, leave: bye}}
""" + ENDS.replace("human: {handover: care, go: bye}", "human: {handover: care, go: csat}")
TEAMS: Final = 'teams: {care: {hours: {mon-sun: ["00:00-24:00"]}}, billing: {hours: {mon-sun: ["00:00-24:00"]}}}'


def bot(**settings: str) -> Rules:
    text = SETTINGS.replace('teams: {care: {hours: {mon-sun: ["00:00-24:00"]}}}', TEAMS)
    for old, new in settings.items():
        text = text.replace(f"{old}: {{", f"{old}: {{{new}, ")
    main = f"start: menu\ndefaults: {{misses: {{limit: 3, go: human}}, silence: {{after: 10m, go: asleep}}, failed: human}}\nsteps:\n{STEPS}"
    return make_rules({"bot.yaml": text, "dialogs/main.yaml": main})


RULES: Final = bot(waiting="then: nobody")


def waits(rules: Rules = RULES) -> Talk:
    talk = Talk(rules)
    talk.say("hi", "talk")
    return talk


def look(talk: Talk, position: int, wait: int | None = None) -> list[str]:
    """Time goes on to the next look at the place in the queue, and this is what is found there."""
    due = talk.state.timers[PLACE]
    talk.now = max(talk.now, due)
    place = QueuePlace(position=position, wait=wait)
    return talk.take(TimerFired(id=talk.event_id(), at=talk.now, name=PLACE, due=due, place=place))


def parked(talk: Talk) -> Parked:
    phase = talk.state.phase
    assert isinstance(phase, Parked)
    return phase


def held(rules: Rules = RULES) -> Talk:
    talk = waits(rules)
    talk.claim()
    return talk


def reply(talk: Talk) -> None:
    content = Text(text="Good day")
    talk.take(OperatorReplied(id=talk.event_id(), at=talk.now, operator="anna", name="Anna", content=content, client_id="k"))  # fmt: skip


def dialog() -> str:
    steps = STEPS.replace("handover: billing", "handover: care")
    return f"start: menu\ndefaults: {{misses: {{limit: 3, go: human}}, silence: {{after: 10m, go: asleep}}, failed: human}}\nsteps:\n{steps}"
