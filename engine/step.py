"""The one place that joins dialogs and handoff: ``step(conversation, event, rules) -> (conversation, effects)``.

Pure: no clock, no I/O, no chance. Time and ids come with the event.
"""

import msgspec

from conversation.callback import Callback
from conversation.content import Text, plain_text
from conversation.effects import Effect, Refuse
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerChoseLanguage,
    CustomerEdited,
    CustomerEvent,
    CustomerPressed,
    CustomerSaid,
    CustomerUnreachable,
    Event,
    Happened,
    OperatorAssigned,
    OperatorClaimed,
    OperatorClosed,
    OperatorConsulted,
    OperatorEvent,
    OperatorHandedBack,
    OperatorNoted,
    OperatorPlanned,
    OperatorRan,
    OperatorReplied,
    OperatorTransferred,
    TimerFired,
    Understood,
)
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator
from conversation.value import Data
from dialogs import advance
from dialogs.advance import Acted, Chose, Comprehended, Heard, Lost, Pressed, Resumed, Sent, Silent, Woke
from dialogs.hearing.commands import find_command
from dialogs.hearing.hear import press_id
from dialogs.taken import Taken
from dialogs.walking.waits import kept
from engine import calling, noting, operating
from engine.draft import CALM, SILENCE, WAKE, Draft
from engine.rules import Rules
from engine.rush import faster, held, newest
from handoff.desk import (
    WARN_BEFORE,
    claim,
    close,
    keep_place,
    live_timers,
    may_reply,
    reassign,
    release,
    waiting_timers,
)

MAX_TURNS = 500
"""Messages and presses in one conversation, then a person must look at it."""
_LEAVE_QUEUE = ("menu", "back", "stop")
_LIVE = ("customer_", "operator_")
_WAIT = ("wait_",)


def step(conversation: Conversation, event: Event, rules: Rules) -> tuple[Conversation, tuple[Effect, ...]]:
    """What the event makes of the conversation, and what is to be done about it."""
    draft = _stepped(conversation, event, rules)
    return draft.state, tuple(draft.effects)


def trace(
    conversation: Conversation, event: Event, rules: Rules
) -> tuple[Conversation, tuple[Effect, ...], tuple[Taken, ...]]:
    """``step``, and the ways through the dialogs that it took."""
    draft = _stepped(conversation, event, rules)
    return draft.state, tuple(draft.effects), draft.taken


def _stepped(conversation: Conversation, event: Event, rules: Rules) -> Draft:
    draft = Draft(conversation, event, rules)
    calling.take_along(draft)
    match event:
        case CustomerSaid() | CustomerPressed() | CustomerEdited() | CustomerChoseLanguage() | CustomerUnreachable():
            _customer(draft, event)
        case TimerFired():
            _timer(draft, event)
        case Understood(request=request, understanding=understanding):
            if request == draft.state.run.listening and isinstance(draft.state.phase, WithBot):
                draft.dialogs(Comprehended(understanding=understanding, language_open=not draft.state.language_chosen))
        case ActionDone(request=request, result=result, plan=plan):
            if plan:
                calling.agree(draft, plan)
            if not operating.answered(draft, request, result):
                _acted(draft, Acted(request=request, result=result))
        case ActionFailed(request=request, reason=reason):
            if not operating.answered(draft, request, None, reason):
                _acted(draft, Acted(request=request, result=None))
        case Happened(name=name, data=data):
            _happened(draft, name, data)
        case _:
            _operator(draft, event)
    noting.note(draft, conversation)
    return draft


def rescue(conversation: Conversation, event: Event, rules: Rules) -> tuple[Conversation, tuple[Effect, ...]]:
    """When a step can't be taken: keep what the customer said, and go the dialogs' own way to a person, or to anybody."""
    draft = Draft(conversation, event, rules)
    if isinstance(event, CustomerSaid):
        draft.post("customer", event.content, client_id=event.client_id)
    if isinstance(draft.state.phase, WithBot):
        draft.change(language=draft.state.language or rules.bot.source)
        draft.say("rescue")
        try:
            draft.dialogs(Lost())
        except Exception:  # the dialogs themselves are what is broken
            _fetch_anybody(draft)
    return draft.state, tuple(draft.effects)


def _fetch_anybody(draft: Draft) -> None:
    team = next(iter(draft.rules.policy.teams), "")
    if team:
        draft.park(team, None)
    else:
        draft.close("failed")


# ── the customer ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _customer(draft: Draft, event: CustomerEvent) -> None:
    if isinstance(event, CustomerSaid | CustomerPressed):
        pace = faster(draft.state.rush, draft.state.last_customer_at, draft.now)
        draft.change(rush=pace, last_customer_at=draft.now)
    else:
        draft.change(last_customer_at=draft.now)
    match event:
        case CustomerSaid():
            _meet(draft, event.language, event.name)
            draft.post("customer", event.content, client_id=event.client_id)
            _input(draft, event)
        case CustomerPressed():
            if event.menu and press_id(event.menu, event.payload) == draft.state.run.answered:
                return
            _meet(draft, event.language, event.name)
            draft.post("customer", Text(text=event.label), client_id=event.client_id, origin=event.payload)
            _input(draft, event)
        case CustomerEdited():
            draft.post("customer", event.content, edits=event.of)
        case CustomerChoseLanguage(language=language):
            _meet(draft, language, "")
            if isinstance(draft.state.phase, WithBot):
                draft.dialogs(Chose(language=language))
            elif language in draft.rules.bot.languages:
                draft.change(language=language, language_chosen=True)
        case CustomerUnreachable(reason=reason):
            draft.note("unreachable", name=reason)
            if not isinstance(draft.state.phase, Closed):
                draft.close("unreachable")


def _meet(draft: Draft, language: str, name: str) -> None:
    """The channel's hints count until the conversation has words of its own."""
    if not draft.state.language:
        bot = draft.rules.bot
        draft.change(language=language if language in bot.languages else bot.source)
    if name and not draft.state.name:
        draft.change(name=name)


def _heard(event: CustomerSaid | CustomerPressed) -> tuple[Heard | Pressed, str]:
    """As the dialogs take it, and the words among which a command may be: those of a text, not of a picture's caption."""
    if isinstance(event, CustomerSaid):
        return Heard(content=event.content), plain_text(event.content) if isinstance(event.content, Text) else ""
    word = f"/{event.payload[1:]}" if event.payload.startswith("!") else ""
    return Pressed(payload=event.payload, menu=event.menu), word


def _input(draft: Draft, event: CustomerSaid | CustomerPressed) -> None:
    if isinstance(draft.state.phase, WithBot) and held(draft, event):
        return
    draft.change(turns=draft.state.turns + 1)
    heard, text = _heard(event)
    match draft.state.phase:
        case WithBot():
            _bot(draft, heard)
        case Parked(callback=Callback()) if (
            find_command(draft.rules.bot, draft.state.language, text) in calling.COMMANDS
        ):
            _leave_queue(draft, heard)
        case Parked() as parked:
            draft.change(unanswered=True)
            if find_command(draft.rules.bot, draft.state.language, text) in _LEAVE_QUEUE:
                _leave_queue(draft, heard)
            elif (parked.expires - draft.now).total_seconds() <= WARN_BEFORE:
                _keep_place(draft, parked)
        case WithOperator():
            if not draft.state.unanswered:  # who asks again does not set the operator's clock back
                draft.change(unanswered=True)
                _watch(draft)
        case Closed():
            pass


def _bot(draft: Draft, heard: Heard | Pressed) -> None:
    draft.cancel((SILENCE,))
    draft.dialogs(Lost() if draft.state.turns == MAX_TURNS else heard)


def _calm(draft: Draft) -> None:
    event = newest(draft)
    if event is not None:
        draft.change(turns=draft.state.turns + 1)
        _bot(draft, _heard(event)[0])


def _leave_queue(draft: Draft, event: Heard | Pressed) -> None:
    draft.cancel_all()
    draft.enter(WithBot())
    draft.change(unanswered=False)
    draft.note("left_queue")
    draft.dialogs(event)


def _keep_place(draft: Draft, parked: Parked) -> None:
    kept = keep_place(parked, draft.now)
    draft.cancel(_WAIT)
    draft.enter(kept)
    draft.set_timers(waiting_timers(draft.rules.policy, kept, start=draft.now))
    draft.say("waiting.kept")


def _watch(draft: Draft) -> None:
    """Set the live timers for the side whose turn it is."""
    draft.cancel(_LIVE)
    waiting = draft.state.unanswered
    since_customer, since_operator = (None, draft.now) if waiting else (draft.now, None)
    draft.set_timers(live_timers(draft.rules.policy, since_customer, since_operator))


def _happened(draft: Draft, name: str, data: dict[str, Data]) -> None:
    """While a person has the chat, the dialogs keep it for later."""
    if isinstance(draft.state.phase, WithBot):
        draft.dialogs(advance.Happened(name=name, data=data))
    elif not isinstance(draft.state.phase, Closed):
        run = draft.state.run
        draft.change(run=msgspec.structs.replace(run, happened=kept(run.happened, name, data)))


def _acted(draft: Draft, event: Acted) -> None:
    if isinstance(draft.state.phase, WithBot):
        draft.dialogs(event)


# ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _operator(draft: Draft, event: OperatorEvent) -> None:
    if event.conversation not in ("", draft.state.id):
        operating.refuse(draft, event, "closed")
        return
    match event:
        case OperatorClaimed():
            _claimed(draft, event)
        case OperatorReplied():
            refusal = may_reply(draft.state.phase, event)
            if refusal:
                draft.effects.append(refusal)
                return
            draft.post("operator", event.content, name=event.name, client_id=event.client_id)
            draft.change(unanswered=False)
            _watch(draft)
        case OperatorHandedBack():
            _handed_back(draft, event)
        case OperatorClosed():
            if _let_go(draft, close(draft.state.phase, event), "closed", event.name):
                draft.dialogs(Resumed(how="closed"))
        case OperatorAssigned():
            if operating.assigned(draft, event):
                _watch(draft)
        case OperatorNoted() | OperatorTransferred() | OperatorConsulted() | OperatorRan():
            operating.work(draft, event)
        case OperatorPlanned():
            calling.planned(draft, event)


def _claimed(draft: Draft, event: OperatorClaimed) -> None:
    result = claim(draft.state.phase, event)
    if isinstance(result, Refuse):
        draft.effects.append(result)
    elif result != draft.state.phase:
        draft.cancel_all()
        draft.enter(result)
        draft.note("claimed", name=event.name)
        draft.change(unanswered=True)
        _watch(draft)


def _handed_back(draft: Draft, event: OperatorHandedBack) -> None:
    there = Sent(dialog=event.dialog, step=event.step) if event.step else None
    if there and draft.rules.bot.step(event.dialog, event.step) is None:
        operating.refuse(draft, event, "unknown")
    elif _let_go(draft, release(draft.state.phase, event), "handed_back", event.name):
        draft.say("bot_again")
        draft.dialogs(there or Resumed(how="handed_back"))


def _let_go(draft: Draft, result: WithBot | Refuse, what: str, name: str) -> bool:
    if isinstance(result, Refuse):
        draft.effects.append(result)
        return False
    draft.cancel_all()
    draft.enter(result)
    draft.change(unanswered=False)
    draft.note(what, name=name)
    return True


# ── timers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _timer(draft: Draft, event: TimerFired) -> None:
    """A timer that was moved or stopped since it was set does nothing."""
    if draft.state.timers.get(event.name) != event.due:
        return
    draft.change(timers={name: due for name, due in draft.state.timers.items() if name != event.name})
    if calling.fired(draft, event):
        return
    match draft.state.phase:
        case WithBot():
            if event.name == SILENCE:
                draft.dialogs(Silent())
            elif event.name == WAKE:
                draft.dialogs(Woke())
            elif event.name == CALM:
                _calm(draft)
        case Parked():
            _waited(draft, event)
        case WithOperator() as live:
            _watched(draft, live, event.name)
        case Closed():
            pass


def _waited(draft: Draft, event: TimerFired) -> None:
    if event.name == "wait_expire":
        draft.cancel_all()
        draft.enter(WithBot())
        draft.change(unanswered=False)
        draft.note("wait_expired")
        draft.dialogs(Resumed(how="busy"))
    elif event.name == "wait_warn":
        draft.say("waiting.warn")
    elif event.place and event.place.wait is not None:
        minutes = max(1, round(event.place.wait / 60))
        draft.say("waiting.place_wait", position=event.place.position, count=minutes)
    elif event.place:
        draft.say("waiting.place", position=event.place.position)


def _watched(draft: Draft, live: WithOperator, timer: str) -> None:
    if timer == "operator_reassign":
        parked = reassign(draft.rules.policy, live, draft.now)
        draft.cancel_all()
        draft.enter(parked)
        draft.note("reassigned", name=live.name)
        draft.say("waiting.again")
        draft.set_timers(waiting_timers(draft.rules.policy, parked, start=draft.now))
    elif timer == "customer_close":
        draft.enter(WithBot())
        draft.say("closed_silent")
        draft.close("silent")
    else:
        draft.note(timer)
