"""Call-backs between conversations and the teams' calendars: for dialogs as actions, for operators as a service.

The calendar is asked and changed in one transaction; what it says reaches the conversation as an event.
"""

from collections.abc import Callable, Container, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from conversation.callback import Callback, Plan
from conversation.errors import ActionError
from conversation.events import OperatorPlanned
from conversation.policy import Callbacks as Limits
from conversation.policy import Policy, Team
from conversation.ports import Clock
from conversation.records import Accepted, ActionCall, Booking
from conversation.stores import CalendarStore
from conversation.value import Data, Value
from dialogs.answers.phone import tidy_phone
from dialogs.own_actions import OWN_ACTIONS
from engine.rules import Rules
from handoff.callbacks import may_book, team_of
from handoff.hours import instant, slots

OFFERED: Final = 100
"""Times that are offered at most; a list has pages."""
_OVER: Final = timedelta(hours=1)
"""So long after its time a call-back is still the customer's: somebody may be about to call."""


class Did(Value, frozen=True, kw_only=True):
    """What one of the product's own actions gives, and what it changed."""

    result: dict[str, Data]
    plan: Plan | None = None


class Callbacks:
    """``rules``: of the version of the bot that a chat gets. ``theirs``: actions that the bot has of its own, whatever their name."""

    def __init__(
        self, *, store: CalendarStore, rules: Callable[[str], Rules], clock: Clock, theirs: Container[str] = ()
    ) -> None:
        self._theirs = theirs
        self._store = store
        self._rules = rules
        self._clock = clock

    def _policy(self, chat: str) -> Policy:
        return self._rules(chat).policy

    # ── for operators ────────────────────────────────────────────────────────────────────────────────────────────────

    async def free(self, chat: str, team: str = "", limit: int = OFFERED) -> Sequence[datetime]:
        """The next times at which the team may call back, places being left. Empty: it never does. Raises StoreError."""
        policy = self._policy(chat)
        found = team_of(policy, team)
        return await self._free(policy, found, limit) if found else ()

    async def plan(self, chat: str, note: OperatorPlanned, key: str) -> Accepted | None:
        """Book what the note says (or call off, if it says none) and store the note, in one transaction: nothing stands in the
        calendar that the chat does not know of. None: that time is not free. To be handed on. Raises StoreError."""
        if note.callback is None:
            return await self._store.take_out(chat, note, key)
        team = team_of(self._policy(chat), note.callback.team)
        if team is None:
            return None
        booking = await self._put(chat, team, msgspec.structs.replace(note.callback, team=team.name), note, key)
        return (booking.noted or Accepted(row=None)) if booking else None

    async def booked(self, chat: str) -> Callback | None:
        """What is to come, or has just been due. Raises StoreError."""
        return await self._store.booked(chat, self._clock.now() - _OVER)

    async def _free(self, policy: Policy, team: Team, limit: int = OFFERED) -> Sequence[datetime]:
        now = self._clock.now()
        rules = team.callbacks or Limits(slot=0, each=0, ahead=0, notice=0)
        reach = timedelta(seconds=rules.ahead + rules.slot)
        taken = await self._store.taken(team.name, now - reach, now + reach)
        return slots(team, policy.time_zone, now, taken, limit)

    async def _book(self, chat: str, team: Team, callback: Callback) -> Callback | None:
        booking = await self._put(chat, team, callback)
        if booking is None:
            return None
        return booking.callback if booking.current else await self.booked(chat)

    async def _put(
        self, chat: str, team: Team, callback: Callback, note: OperatorPlanned | None = None, key: str = ""
    ) -> Booking | None:
        """What was booked under its id before counts, whatever the clock says by now."""
        rules = team.callbacks
        known = await self._store.booked(chat, callback.begin)
        if known is not None and known.id == callback.id:
            return Booking(chat=chat, callback=known)
        fits = may_book(team, self._policy(chat).time_zone, callback.begin, self._clock.now())
        if rules is None or not fits:
            return None
        phone = tidy_phone(callback.phone, self._rules(chat).bot.country)
        callback = msgspec.structs.replace(callback, phone=phone)
        return await self._store.book(chat, callback, each=rules.each, length=rules.slot, note=note, key=key)

    # ── for dialogs ──────────────────────────────────────────────────────────────────────────────────────────────────

    def does(self, name: str) -> bool:
        return name in OWN_ACTIONS and name not in self._theirs

    async def run(self, call: ActionCall) -> Did:
        """Raises ActionError where the bot has no team that calls back, and StoreError."""
        policy = self._policy(call.chat)
        match call.name:
            case "free_slots":
                return Did(result={"slots": await self._offer(policy, self._team(policy, call))})
            case "book_callback":
                return await self._do_book(policy, call)
            case "move_callback":
                return await self._do_move(policy, call)
            case "cancel_callback":
                was = await self._store.call_off(call.chat, call.key)
                return Did(result=_shown(was), plan=Plan())
            case "my_callback":
                mine = await self.booked(call.chat)
                offered = await self._offer(policy, team_of(policy, mine.team) if mine else None)
                return Did(result={**_shown(mine), "slots": offered})
        raise ActionError(call.name, "broken", "there is no such action")

    async def _do_book(self, policy: Policy, call: ActionCall) -> Did:
        team, words = self._team(policy, call), call.arguments
        callback = Callback(
            id=call.key,
            team=team.name,
            begin=await self._begin(policy, team, call),
            phone=_text(words.get("phone")),
            topic=_text(words.get("topic")),
        )
        agreed = await self._book(call.chat, team, callback)
        offered = () if agreed else await self._offer(policy, team)
        begin = (agreed or callback).begin.isoformat()
        result = {"booked": agreed is not None, "begin": begin, "slots": list(offered)}
        return Did(result=result, plan=Plan(callback=agreed) if agreed else None)

    async def _do_move(self, policy: Policy, call: ActionCall) -> Did:
        """It keeps its phone, its topic and its team."""
        was = await self.booked(call.chat)
        team = team_of(policy, was.team) if was else None
        if was is None or team is None:
            return Did(result={"moved": False, **_shown(None), "slots": []})
        begin = await self._begin(policy, team, call)
        wanted = Callback(
            id=call.key,
            team=team.name,
            begin=begin,
            zone=was.zone,
            phone=was.phone,
            topic=was.topic,
            operator=was.operator,
        )
        agreed = await self._book(call.chat, team, wanted)
        offered = [] if agreed else await self._offer(policy, team)
        result = {"moved": agreed is not None, **_shown(agreed or was), "slots": offered}
        return Did(result=result, plan=Plan(callback=agreed) if agreed else None)

    def _team(self, policy: Policy, call: ActionCall) -> Team:
        name = _text(call.arguments.get("team"))
        team = team_of(policy, name)
        if team is None:
            raise ActionError(call.name, "broken", f"no team {name} has `callbacks` in bot.yaml".replace("  ", " "))
        return team

    async def _offer(self, policy: Policy, team: Team | None) -> list[Data]:
        return [slot.isoformat() for slot in await self._free(policy, team)] if team else []

    async def _begin(self, policy: Policy, team: Team, call: ActionCall) -> datetime:
        """The time that was chosen; of a stretch of a day (``begin/end``) the first free one, or its begin if none is."""
        first, _, last = _text(call.arguments.get("slot")).partition("/")
        begin, end = _moment(first, policy), _moment(last, policy) if last else None
        if begin is None:
            raise ActionError(call.name, "broken", f"{first!r} is no date and time")
        if end is None:
            return begin
        free = await self._free(policy, team)
        return next((slot for slot in free if begin <= slot <= end), begin)


def _moment(text: str, policy: Policy) -> datetime | None:
    """A time without an offset is on the company's clock."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else instant(moment, policy.time_zone)


def _text(value: Data) -> str:
    return value if isinstance(value, str) else ""


def _shown(callback: Callback | None) -> dict[str, Data]:
    if callback is None:
        return {"begin": None, "phone": None}
    return {"begin": callback.begin.isoformat(), "phone": callback.phone or None}
