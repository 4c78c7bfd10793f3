"""The product's own actions at a rehearsal: the real ones, on a calendar in which the only customer is the one on the stage."""

from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from app.rehearsal.stage import Agreed, Stage
from conversation.callback import Callback
from conversation.effects import RunAction
from conversation.errors import ActionError
from conversation.records import ActionCall, Booking
from conversation.state import Parked, WithOperator
from conversation.value import Data
from engine.shell.callbacks import Callbacks
from handoff.callbacks import team_of

T = TypeVar("T")


class _Calendar:
    """What the conversation knows is all there is."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def taken(self, team: str, since: datetime, until: datetime) -> Mapping[datetime, int]:  # noqa: ARG002 - the port's
        return {}

    async def book(self, chat: str, callback: Callback, *, each: int, length: int) -> Booking | None:  # noqa: ARG002 - the port's
        return Booking(chat=chat, callback=callback)

    async def call_off(self, chat: str, key: str) -> Callback | None:  # noqa: ARG002 - the port's
        return self._standing()

    async def booked(self, chat: str, since: datetime) -> Callback | None:  # noqa: ARG002 - the port's
        found = self._standing()
        return found if found and found.begin >= since else None

    def _standing(self) -> Callback | None:
        state = self._stage.state
        due = state.phase.callback if isinstance(state.phase, Parked | WithOperator) else None
        return state.callback or due


class _Clock:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def now(self) -> datetime:
        return self._stage.now

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""


def is_own(stage: Stage, name: str) -> bool:
    """Whether the product does the action, and not the bot's back-end."""
    spec = stage.rules.bot.actions.get(name)
    return spec is not None and spec.own


def own_result(stage: Stage, request: RunAction) -> Agreed | None:
    """What it gives; None if it fails. Times that the test says are free are."""
    policy = stage.rules.policy
    callbacks = Callbacks(store=_Calendar(stage), policy=lambda _: policy, clock=_Clock(stage))
    call = ActionCall(
        name=request.name,
        arguments=request.arguments,
        key=request.request,
        limit=request.limit,
        chat=stage.customer,
        language=stage.state.language,
    )
    try:
        did = _at_once(callbacks.run(call))
    except ActionError:
        return None
    given = _known_slots(stage, request)
    if given and did.result.get("slots"):
        did = msgspec.structs.replace(did, result={**did.result, "slots": given})
    return Agreed(result=did.result, plan=did.plan)


def _known_slots(stage: Stage, request: RunAction) -> list[Data]:
    team = team_of(stage.rules.policy, str(request.arguments.get("team") or ""))
    hours = stage.known.get("hours")
    known = hours.get(team.name) if team and isinstance(hours, Mapping) else None
    found = known.get("next_slots") if isinstance(known, Mapping) else None
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
