"""Call-backs as operators plan them: free times, booked and called off in the team's calendar."""

from typing import Any

from conversation.callback import Callback
from conversation.events import OperatorPlanned
from conversation.records import Operator, Snapshot
from conversation.state import WithOperator
from handoff.callbacks import team_for
from handoff.rights import may
from web.deps import Deps
from web.desk.commands import NotDoneError, event_id
from web.desk.incoming import Plan
from web.desk.outgoing import Slots


async def slots_for(deps: Deps, found: Snapshot, wanted: str) -> Slots:
    """Of the team that was asked for, or the chat's own; none where that never calls back."""
    team = _team(deps, found, wanted)
    free = tuple(await deps.calendar.free(found.chat.id, team)) if team else ()
    return Slots(conversation=found.conversation.id if found.conversation else "", team=team, slots=free)


async def plan(deps: Deps, me: Operator, frame: Plan, found: Snapshot) -> None:
    """Into the calendar, or out of it, and into the conversation. Raises NotDoneError for a time that is not free, a team that never calls back, and a
    chat that somebody else has: its customer would be told in the middle of their talk."""
    phase = found.conversation.phase if found.conversation else None
    if isinstance(phase, WithOperator) and phase.operator != me.id and not may(me, "others"):
        raise NotDoneError("not_holder", phase.name or phase.operator)
    id_, chat = event_id(me.id, frame.id), found.chat.id
    about: dict[str, Any] = {
        "id": id_,
        "at": deps.clock.now(),
        "operator": me.id,
        "name": me.name,
        "conversation": frame.conversation,
    }
    wanted: Callback | None = None
    if frame.begin is not None:
        team = _team(deps, found, frame.team)
        if not team:
            raise NotDoneError("unknown")
        wanted = Callback(
            id=id_,
            begin=frame.begin,
            team=team,
            phone=frame.phone.strip(),
            topic=frame.topic.strip(),
            operator=me.id,
        )
    noted = await deps.calendar.plan(chat, OperatorPlanned(callback=wanted, **about), f"{me.id}:{frame.id}")
    if noted is None:
        raise NotDoneError("slot_taken")
    await deps.engine.hand_on(noted)


def _team(deps: Deps, found: Snapshot, wanted: str) -> str:
    team = team_for(deps.rules().policy, found.conversation.phase if found.conversation else None, wanted)
    return team.name if team else ""
