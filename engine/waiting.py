"""A customer who waits for a person: what they write and press, what they are told, and the bot that keeps them company."""

from collections.abc import Callable
from typing import Final

import msgspec

from conversation.events import QueuePlace
from conversation.run import Frame
from conversation.state import Parked
from dialogs.advance import Heard, Pressed, Resumed
from dialogs.hearing.commands import find_command
from dialogs.hearing.hear import press_id
from dialogs.hearing.matching import Choice, match
from dialogs.model import Handover
from engine.draft import Draft
from handoff import waiting
from handoff.desk import WARN_BEFORE, keep_place, waiting_timers

KEEP, BOT, INSTEAD = "=keep", "=bot", "=instead"
"""Payloads of the buttons that a waiting customer is shown."""
_LABELS: Final = {KEEP: "waiting.keep", BOT: "waiting.bot", INSTEAD: "waiting.instead"}
_CLOCKS: Final = ("wait_remind", "wait_warn", "wait_expire")


def customer(draft: Draft, parked: Parked, heard: Heard | Pressed, text: str, bot: Callable[[], None]) -> None:
    """Words and presses of who waits. ``text``: words among which a command may be; ``bot`` answers as it does without a queue."""
    command = find_command(draft.rules.bot, draft.state.language, text)
    late = (parked.expires - draft.now).total_seconds() <= WARN_BEFORE
    wish = _wish(draft, parked, heard, text, late=late)
    draft.change(unanswered=True)
    if isinstance(heard, Pressed):
        _note_press(draft, heard)
    if command == "stop":
        leave(draft, heard)
    elif wish == INSTEAD:  # what follows when nobody comes follows now
        leave(draft, Resumed(how="busy"))
    else:
        if late or wish == KEEP:
            _keep(draft, parked)
        if parked.meanwhile and not wish:
            bot()
        elif not parked.meanwhile and (wish == BOT or command in ("menu", "back")):
            _with_bot(draft, heard if command else Resumed(how="handed_back"))


def leave(draft: Draft, event: Heard | Pressed | Resumed) -> None:
    """The queue, for what the dialogs make of the event."""
    draft.leave_queue()
    draft.note("left_queue")
    draft.dialogs(event)


def _note_press(draft: Draft, press: Pressed) -> None:
    """The dialogs know by it when the same press comes again; they see no press that is for the queue."""
    if press.payload in _LABELS:
        answered = press_id(press.menu, press.payload)
        draft.change(run=msgspec.structs.replace(draft.state.run, answered=answered))


def _wish(draft: Draft, parked: Parked, heard: Heard | Pressed, text: str, *, late: bool) -> str:
    """Which of the offers it takes: a button, or its label. A number counts as long as nothing else was asked since."""
    if isinstance(heard, Pressed):
        return heard.payload if heard.payload in _LABELS else ""
    offered = _offers(draft) if late else () if parked.meanwhile else (BOT,)
    if parked.meanwhile and text.strip(" .)").isdecimal():
        return ""
    return match(text, [Choice(key=key, label=draft.text(_LABELS[key])) for key in offered]) or ""


def _offers(draft: Draft) -> tuple[str, ...]:
    """What is offered before the wait is over: another way where the company has one."""
    return (KEEP, INSTEAD) if draft.rules.policy.waiting.then or _busy_go(draft) else (KEEP,)


def _busy_go(draft: Draft) -> str:
    """Where the step that asked for a person goes on if none comes."""
    phase, run = draft.state.phase, draft.state.run
    frames: tuple[Frame, ...] = phase.frames if isinstance(phase, Parked) and phase.meanwhile else run.frames
    found = draft.rules.bot.step(frames[-1].dialog, frames[-1].step) if frames else None
    return found.verb.busy_go if found and isinstance(found.verb, Handover) else ""


def _keep(draft: Draft, parked: Parked) -> None:
    kept = keep_place(parked, draft.now)
    draft.cancel(_CLOCKS)
    draft.enter(kept)
    draft.set_timers(waiting_timers(draft.rules.policy, kept, start=draft.now))
    draft.say("waiting.kept")


def _with_bot(draft: Draft, event: Heard | Pressed | Resumed) -> None:
    """The place is kept, and the bot has the word until somebody is free."""
    phase = draft.state.phase
    if isinstance(phase, Parked):
        draft.enter(msgspec.structs.replace(phase, meanwhile=True, frames=draft.state.run.frames))
        draft.note("meanwhile")
        draft.say("waiting.meanwhile")
        draft.dialogs(event)


# ── timers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def fired(draft: Draft, parked: Parked, timer: str, place: QueuePlace | None) -> None:
    match timer:
        case "wait_expire":
            draft.leave_queue()
            draft.note("wait_expired")
            draft.dialogs(Resumed(how="busy"))
        case "wait_warn":
            draft.say("waiting.warn", buttons=[(key, _LABELS[key]) for key in _offers(draft)])
        case waiting.PLACE:
            _look(draft, parked, place)
        case _ if place is not None:
            _tell(draft, parked, place, first=False)
            if waiting.PLACE in draft.state.timers:
                _look_later(draft, place, spoke=True)


def _look(draft: Draft, parked: Parked, place: QueuePlace | None) -> None:
    spoke = place is not None and waiting.is_news(parked, place)
    if place is not None and spoke:
        _tell(draft, parked, place, first=parked.told == 0)
    _look_later(draft, place, spoke=spoke)


def _look_later(draft: Draft, place: QueuePlace | None, *, spoke: bool) -> None:
    due = waiting.next_look(draft.rules.policy, draft.now, place, spoke=spoke)
    if due:
        draft.set_timer(waiting.PLACE, due)


def _tell(draft: Draft, parked: Parked, place: QueuePlace, *, first: bool) -> None:
    """``first``: with what the customer can do meanwhile."""
    draft.enter(waiting.told(parked, place.position))
    key = "waiting.first" if first else "waiting.place"
    offers = ((BOT, _LABELS[BOT]),) if first and not parked.meanwhile else ()
    if place.wait is None:
        draft.say(key, buttons=offers, position=place.position)
    else:
        minutes = max(1, int(place.wait / 60 + 0.5))
        draft.say(f"{key}_wait", buttons=offers, position=place.position, count=minutes)
