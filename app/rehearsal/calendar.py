"""The product's own actions at a rehearsal: the real ones, on a calendar in which nobody else has booked."""

from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from app.rehearsal.stage import Agreed
from conversation.callback import Callback
from conversation.effects import RunAction
from conversation.errors import ActionError
from conversation.events import OperatorPlanned
from conversation.policy import Policy
from conversation.records import Accepted, ActionCall, Booking
from conversation.state import Conversation, Parked, WithOperator
from conversation.value import Data
from engine.rules import Rules
from engine.shell.callbacks import Callbacks
from handoff.callbacks import team_of

T = TypeVar("T")


class _Calendar:
    """What the conversation knows is all there is."""

    def __init__(self, state: Conversation) -> None:
        self._state = state

    async def taken(self, team: str, since: datetime, until: datetime) -> Mapping[datetime, int]:  # noqa: ARG002 - the port's
        return {}

    async def book(self, chat: str, callback: Callback, **_: object) -> Booking | None:
        return Booking(chat=chat, callback=callback)

    async def take_out(self, chat: str, note: OperatorPlanned, key: str) -> Accepted:  # noqa: ARG002 - the port's
        return Accepted(row=None)

    async def call_off(self, chat: str, key: str) -> Callback | None:  # noqa: ARG002 - the port's
        return self._standing()

    async def booked(self, chat: str, since: datetime) -> Callback | None:  # noqa: ARG002 - the port's
        found = self._standing()
        return found if found and found.begin >= since else None

    def _standing(self) -> Callback | None:
        state = self._state
        due = state.phase.callback if isinstance(state.phase, Parked | WithOperator) else None
        return state.callback or due


class _Clock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""


def is_own(rules: Rules, name: str) -> bool:
    """Whether the product does the action, and not the bot's back-end."""
    spec = rules.bot.actions.get(name)
    return spec is not None and spec.own


def own_result(
    rules: Rules, state: Conversation, now: datetime, request: RunAction, known: Mapping[str, Data] | None = None
) -> Agreed | None:
    """What it gives; None if it fails. Times that are ``known`` to be free, as a test may say, are those that are."""
    policy = rules.policy
    callbacks = Callbacks(store=_Calendar(state), rules=lambda _: rules, clock=_Clock(now))
    call = ActionCall(
        name=request.name,
        arguments=request.arguments,
        key=request.request,
        limit=request.limit,
        chat=state.chat,
        language=state.language,
    )
    try:
        did = _at_once(callbacks.run(call))
    except ActionError:
        return None
    given = _known_slots(policy, request, known or {})
    if given and did.result.get("slots"):
        did = msgspec.structs.replace(did, result={**did.result, "slots": given})
    return Agreed(result=did.result, plan=did.plan)


def _known_slots(policy: Policy, request: RunAction, known: Mapping[str, Data]) -> list[Data]:
    team = team_of(policy, str(request.arguments.get("team") or ""))
    hours = known.get("hours")
    of_team = hours.get(team.name) if team and isinstance(hours, Mapping) else None
    found = of_team.get("next_slots") if isinstance(of_team, Mapping) else None
    return found if isinstance(found, list) else []


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """What comes of work that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("it waits for something")
