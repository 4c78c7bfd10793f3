"""A chat with a person: whose turn it is, what happens when one of the two is silent, and how it is taken up again."""

from typing import Final

import msgspec

from conversation.content import Prompt, Text
from conversation.events import CustomerSaid, Event
from conversation.state import Closed, Conversation, WithBot, WithOperator
from dialogs.hearing.commands import find_command
from dialogs.hearing.hear import BEGIN
from engine.draft import Draft
from engine.rules import Rules
from handoff import live
from handoff.desk import live_timers, park, requeue
from handoff.hours import is_open

_TIMERS: Final = ("customer_", "operator_")


def watch(draft: Draft) -> None:
    """Set the timers for the side whose turn it is."""
    draft.cancel(_TIMERS)
    waiting = draft.state.unanswered
    since_customer, since_operator = (None, draft.now) if waiting else (draft.now, None)
    draft.set_timers(live_timers(draft.rules.policy, since_customer, since_operator))


def introduce(draft: Draft, name: str) -> None:
    """Our own page shows who has the chat; in a messenger the customer would not know that a person is there now."""
    if draft.state.channel not in live.SHOW_HOLDER and draft.may_write:
        prompt = Prompt(text=draft.text("live.taken", name=name))
        draft.post("operator", prompt, name=name, origin="_product/live.taken")


def fired(draft: Draft, held: WithOperator, timer: str) -> None:
    match timer:
        case "operator_reassign":
            parked = requeue(draft.rules.policy, held, draft.now, avoid=held.operator)
            draft.queue(parked, "reassigned", name=held.name)
            draft.say("waiting.again")
        case "customer_close":
            draft.enter(WithBot())
            draft.change(served=live.served(held, "silent", draft.now))
            draft.say("closed_silent")
            draft.close("silent")
        case "customer_remind":
            draft.note(timer)
            _remind(draft, held)
        case _:
            draft.note(timer)


def _remind(draft: Draft, held: WithOperator) -> None:
    """In the name of the person who waits for the answer: the bot has no word here."""
    if draft.may_write:
        prompt = Prompt(text=draft.text("live.remind"))
        draft.post("operator", prompt, name=held.name, origin="_product/live.remind")


# ── taken up again ───────────────────────────────────────────────────────────────────────────────────────────────────


def reopens(conversation: Conversation, event: Event, rules: Rules) -> bool:
    """Whether the words go on with what is over: in time, while the team is there, and not with a command for the bot."""
    phase = conversation.phase
    if not isinstance(phase, Closed) or phase.reopen is None or not isinstance(event, CustomerSaid):
        return False
    team = rules.policy.teams.get(phase.team)
    if event.at > phase.reopen or team is None or not is_open(team, rules.policy.time_zone, event.at):
        return False
    text = event.content.text if isinstance(event.content, Text) else ""
    command = find_command(rules.bot, conversation.language, text)
    return command in ("", "human") and text.partition(" ")[0] != BEGIN


def reopen(draft: Draft, closed: Closed) -> None:
    """Into the queue of the team, for the same person rather than others."""
    parked = park(draft.rules.policy, closed.team, draft.now)
    draft.queue(msgspec.structs.replace(parked, prefer=closed.operator), "reopened", name=closed.team)
    draft.say("reopened")
