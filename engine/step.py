"""The one place that joins dialogs and handoff: ``step(conversation, event, rules) -> (conversation, effects)``.

Pure: no clock, no I/O, no chance. Time and ids come with the event.
"""

from typing import Literal

import msgspec

from conversation.callback import Callback
from conversation.content import PRESSED, Text, plain_text
from conversation.effects import Effect, Post, Refuse
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
    OperatorJoined,
    OperatorLabelled,
    OperatorNoted,
    OperatorPlanned,
    OperatorRan,
    OperatorReplied,
    OperatorTransferred,
    TimerFired,
    Understood,
)
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator, bot_speaks
from conversation.value import Data
from dialogs import advance
from dialogs.advance import Acted, Chose, Comprehended, Heard, Lost, Pressed, Resumed, Sent, Silent, Woke
from dialogs.hearing.commands import find_command
from dialogs.hearing.hear import press_id
from dialogs.taken import Taken
from dialogs.walking.waits import kept
from engine import calling, errands, learning, live, noting, operating, waiting
from engine.draft import OF_BOT, SILENCE, WAKE, Draft
from engine.moods import upset
from engine.rules import Rules
from engine.rush import faster, held, newest
from handoff.calls import calls
from handoff.desk import claim, close, may_reply, release
from handoff.live import served

MAX_TURNS = 500
"""Messages and presses in one conversation, then a person must look at it."""


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
            if request == draft.state.run.listening and bot_speaks(draft.state.phase):
                draft.dialogs(Comprehended(understanding=understanding, language_open=not draft.state.language_chosen))
        case ActionDone(request=request, result=result, plan=plan):
            if plan:
                calling.agree(draft, plan)
            _acted(draft, request, result)
        case ActionFailed(request=request, reason=reason):
            _acted(draft, request, None, reason)
        case Happened(name=name, data=data):
            _happened(draft, name, data)
        case _:
            _operator(draft, event)
    _call(draft)
    noting.note(draft, conversation)
    learning.learn(draft, conversation)
    return draft


def _call(draft: Draft) -> None:
    """Whom the colleagues want is remembered until they have been there. A customer's words change nothing in that."""
    if not draft.state.calls and isinstance(draft.event, CustomerSaid | CustomerPressed | Understood):
        return
    posted = [effect.message for effect in draft.effects if isinstance(effect, Post)]
    wanted = calls(draft.state.calls, draft.event, posted, draft.state.phase)
    refused = any(isinstance(effect, Refuse) for effect in draft.effects)  # and then nothing has changed
    if wanted != draft.state.calls and not refused:
        draft.change(calls=wanted)


def rescue(conversation: Conversation, event: Event, rules: Rules) -> tuple[Conversation, tuple[Effect, ...]]:
    """When a step can't be taken: keep what the customer said, and go the dialogs' own way to a person, or to anybody."""
    draft = Draft(conversation, event, rules)
    if isinstance(event, CustomerSaid):
        draft.post("customer", event.content, client_id=event.client_id)
    if isinstance(draft.state.phase, Parked) and draft.state.phase.meanwhile:
        draft.wait_quietly(draft.state.phase)
        draft.say("rescue")
    elif isinstance(draft.state.phase, WithBot):
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
            if bot_speaks(draft.state.phase):
                draft.dialogs(Chose(language=language))
            elif language in draft.rules.bot.languages:
                draft.change(language=language, language_chosen=True)
        case CustomerUnreachable(reason=reason):
            draft.note("unreachable", name=reason)
            if isinstance(draft.state.phase, WithOperator):
                draft.change(served=served(draft.state.phase, "silent", draft.now))
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
    if event.payload.startswith(PRESSED):
        return Heard(content=Text(text=event.label)), event.label
    word = f"/{event.payload[1:]}" if event.payload.startswith("!") else ""
    return Pressed(payload=event.payload, menu=event.menu), word


def _input(draft: Draft, event: CustomerSaid | CustomerPressed) -> None:
    if bot_speaks(draft.state.phase) and held(draft, event):
        return
    draft.change(turns=draft.state.turns + 1)
    heard, text = _heard(event)
    match draft.state.phase:
        case WithBot():
            _bot(draft, heard, text)
        case Parked(callback=Callback() as callback) if (
            find_command(draft.rules.bot, draft.state.language, text) in calling.COMMANDS
        ):
            calling.mind(draft, callback)
            waiting.leave(draft, heard)
        case Parked() as parked:
            waiting.customer(draft, parked, heard, text, lambda: _bot(draft, heard, text))
        case WithOperator():
            if not draft.state.unanswered:  # who asks again does not set the operator's clock back
                draft.change(unanswered=True)
                live.watch(draft)
        case Closed() as closed:
            if live.reopens(draft.state, event, draft.rules):
                live.reopen(draft, closed)


def _bot(draft: Draft, heard: Heard | Pressed, text: str) -> None:
    draft.cancel((SILENCE,))
    lost = draft.state.turns == MAX_TURNS or upset(draft, text)
    draft.dialogs(Lost() if lost else heard)


def _calm(draft: Draft) -> None:
    event = newest(draft)
    if event is not None:
        draft.change(turns=draft.state.turns + 1)
        _bot(draft, *_heard(event))


def _happened(draft: Draft, name: str, data: dict[str, Data]) -> None:
    """While a person has the chat, the dialogs keep it for later."""
    if bot_speaks(draft.state.phase):
        draft.dialogs(advance.Happened(name=name, data=data))
    elif not isinstance(draft.state.phase, Closed):
        run = draft.state.run
        draft.change(run=msgspec.structs.replace(run, happened=kept(run.happened, name, data)))


def _acted(draft: Draft, request: str, result: dict[str, Data] | None, reason: str = "") -> None:
    """A back-end's answer: for the operator who asked, else for the dialogs. ``result`` None: it failed, because of ``reason``."""
    asked = errands.waiting(draft.state.ran, request)
    if asked:
        draft.change(ran=errands.answered(draft.state.ran, request, result))
    if asked and asked.operator:
        operating.answered(draft, asked, result, reason)
    elif bot_speaks(draft.state.phase):
        draft.dialogs(Acted(request=request, result=result))


# ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _operator(draft: Draft, event: OperatorEvent) -> None:
    if event.conversation not in ("", draft.state.id) and not isinstance(event, OperatorPlanned | OperatorLabelled):
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
            live.watch(draft)
        case OperatorHandedBack():
            _handed_back(draft, event)
        case OperatorClosed():
            if _let_go(draft, close(draft.state.phase, event), event, "closed"):
                _after_person(draft, event)
        case OperatorAssigned():
            if operating.assigned(draft, event):
                live.introduce(draft, event.name)
                live.watch(draft)
        case OperatorNoted() | OperatorTransferred() | OperatorConsulted() | OperatorRan() | OperatorJoined():
            operating.work(draft, event)
        case OperatorPlanned():
            calling.planned(draft, event)
        case OperatorLabelled():
            learning.labelled(draft, event)


def _claimed(draft: Draft, event: OperatorClaimed) -> None:
    result = claim(draft.state.phase, event)
    if isinstance(result, Refuse):
        draft.effects.append(result)
    elif result != draft.state.phase:
        draft.cancel_all()
        draft.enter(result)
        draft.note("claimed", name=event.name)
        draft.change(unanswered=True)
        live.introduce(draft, event.name)
        live.watch(draft)


def _handed_back(draft: Draft, event: OperatorHandedBack) -> None:
    there = Sent(dialog=event.dialog, step=event.step) if event.step else None
    if there and draft.rules.bot.step(event.dialog, event.step) is None:
        operating.refuse(draft, event, "unknown")
    elif _let_go(draft, release(draft.state.phase, event), event, "handed_back"):
        draft.say("bot_again")
        draft.dialogs(there or Resumed(how="handed_back"))


def _let_go(
    draft: Draft,
    result: WithBot | Refuse,
    event: OperatorHandedBack | OperatorClosed,
    how: Literal["closed", "handed_back"],
) -> bool:
    phase = draft.state.phase
    if isinstance(result, Refuse) or not isinstance(phase, WithOperator):
        if isinstance(result, Refuse):
            draft.effects.append(result)
        return False
    outcome, topic = (event.outcome, event.topic) if isinstance(event, OperatorClosed) else ("", "")
    draft.change(served=served(phase, how, draft.now, outcome=outcome, topic=topic))
    draft.cancel_all()
    draft.enter(result)
    draft.change(unanswered=False)
    draft.note(how, name=event.name)
    return True


def _after_person(draft: Draft, event: OperatorClosed) -> None:
    """The dialog goes on where its ``handover`` says; where the channel takes no message any more, it is simply over."""
    if draft.may_write:
        draft.dialogs(Resumed(how="closed"))
    else:
        draft.close(event.outcome or "solved")


# ── timers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _timer(draft: Draft, event: TimerFired) -> None:
    """A timer that was moved or stopped since it was set does nothing."""
    if draft.state.timers.get(event.name) != event.due:
        return
    draft.change(timers={name: due for name, due in draft.state.timers.items() if name != event.name})
    if calling.fired(draft, event):
        return
    match draft.state.phase:
        case phase if bot_speaks(phase) and event.name in OF_BOT:
            _bots_own(draft, event.name)
        case WithBot():
            pass
        case Parked() as parked:
            waiting.fired(draft, parked, event.name, event.place)
        case WithOperator() as held_by:
            live.fired(draft, held_by, event.name)
        case Closed():
            pass


def _bots_own(draft: Draft, timer: str) -> None:
    if timer == SILENCE:
        draft.dialogs(Silent())
    elif timer == WAKE:
        draft.dialogs(Woke())
    else:
        _calm(draft)
