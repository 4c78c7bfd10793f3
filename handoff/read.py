"""From the plain data of ``bot.yaml`` to the policy about people. Bad data never raises: it is complained about."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from conversation.policy import Callbacks, Live, Moods, MoodWay, Policy, Span, Team, Waiting
from handoff.complaints import Complaint, Complaints, Path, shown
from handoff.read_hours import read_holidays, read_week
from handoff.read_routing import read_mode, read_routing, read_skills

__all__ = ["KEYS", "Complaint", "read_policy"]

KEYS = ("time_zone", "teams", "routing", "waiting", "live", "mood")
"""The keys of ``bot.yaml`` that are read here; others are somebody else's."""

_FALLBACK_ZONE = "UTC"
_SLOT_MINIMUM = 60
_AHEAD_MAXIMUM = 60 * 86400


def read_policy(section: Mapping[str, Any]) -> tuple[Policy, list[Complaint]]:
    """What can be used of the data, and a complaint for everything that can't."""
    notes = Complaints()
    data = notes.mapping((), section)
    teams = {
        name: _team(notes, ("teams", name), name, value)
        for name, value in notes.mapping(("teams",), data.get("teams")).items()
    }
    policy = Policy(
        time_zone=_zone(notes, data.get("time_zone")),
        teams=teams,
        waiting=_waiting(notes, ("waiting",), data.get("waiting")),
        live=_live(notes, ("live",), data.get("live")),
        mood=_mood(notes, ("mood",), data.get("mood")),
        routing=read_routing(notes, ("routing",), data.get("routing")),
    )
    return policy, notes.found


def _zone(notes: Complaints, data: Any) -> str:
    todo = "write an IANA name, like Europe/Berlin"
    if data is None:
        notes.add(("time_zone",), "the time zone is missing", todo)
        return _FALLBACK_ZONE
    try:
        return ZoneInfo(data).key
    except (KeyError, ValueError, TypeError, AttributeError, OSError):  # ZoneInfoNotFoundError is a KeyError
        notes.add(("time_zone",), "this is not a time zone", todo)
        return _FALLBACK_ZONE


# ── teams ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _team(notes: Complaints, path: Path, name: str, data: Any) -> Team:
    entries = notes.mapping(path, data, ("hours", "holidays", "callbacks", "routing", "skills"))
    before = len(notes.found)
    hours = read_week(notes, (*path, "hours"), entries.get("hours"))
    if not hours and len(notes.found) == before:
        notes.add((*path, "hours"), "this team never works", 'write its hours, like {mon-fri: ["09:00-17:00"]}')
    callbacks = None
    if entries.get("callbacks") is not None:
        callbacks = _callbacks(notes, (*path, "callbacks"), entries["callbacks"], hours)
    return Team(
        name=name,
        hours=hours,
        holidays=read_holidays(notes, (*path, "holidays"), entries.get("holidays")),
        callbacks=callbacks,
        routing=read_mode(notes, (*path, "routing"), entries.get("routing")),
        skills=read_skills(notes, (*path, "skills"), entries.get("skills")),
    )


def _length(span: Span) -> int:
    """Seconds by the clock on the wall."""
    begin, end = span.start.hour * 60 + span.start.minute, span.end.hour * 60 + span.end.minute
    return ((end - begin - 1) % 1440 + 1) * 60


def _callbacks(notes: Complaints, path: Path, data: Any, hours: Mapping[int, tuple[Span, ...]]) -> Callbacks | None:
    entries = notes.mapping(path, data, ("slot", "each", "ahead", "notice", "remind"))
    slot = notes.duration((*path, "slot"), entries.get("slot"), least=_SLOT_MINIMUM)
    each = notes.whole((*path, "each"), entries.get("each", 1), 1, 1000)
    ahead = notes.duration((*path, "ahead"), entries.get("ahead", "5d"))
    notice = notes.duration((*path, "notice"), entries.get("notice", "1h"), least=0)
    remind = notes.duration((*path, "remind"), entries.get("remind", "15m"), least=0)
    if slot is None or each is None or ahead is None or notice is None or remind is None:
        return None
    if ahead > _AHEAD_MAXIMUM:
        notes.add((*path, "ahead"), "call-backs can't be booked that far ahead", "write at most 60d")
        return None
    if ahead <= notice:
        notes.add((*path, "ahead"), "`ahead` is not longer than `notice`: no slot is left", "make `ahead` longer")
        return None
    spans = [span for day in hours.values() for span in day]
    if spans and slot > max(map(_length, spans)):
        notes.add((*path, "slot"), "no slot of this length fits into the hours", "make `slot` shorter")
        return None
    return Callbacks(slot=slot, each=each, ahead=ahead, notice=notice, remind=remind)


# ── waiting and live chats ───────────────────────────────────────────────────────────────────────────────────────────


def _waiting(notes: Complaints, path: Path, data: Any) -> Waiting:
    entries = notes.mapping(path, data, ("remind", "expires", "then", "updates"))
    usual = Waiting()
    remind = _reminders(notes, (*path, "remind"), entries.get("remind"))
    expires: int | None = usual.expires
    if "expires" in entries:
        expires = notes.duration((*path, "expires"), entries["expires"], least=10)
    if expires is not None and remind and remind[-1] >= expires:
        notes.add(
            (*path, "expires"),
            f"the wait ends ({expires} s) before the last reminder comes ({remind[-1]} s)",
            "make `expires` longer, or take the reminder out",
        )
    then = notes.words((*path, "then"), entries["then"]) if "then" in entries else None
    updates = _unless_off(notes, (*path, "updates"), entries.get("updates"), usual.updates, least=60)
    return Waiting(remind=remind, expires=expires or usual.expires, then=then or "", updates=updates)


def _unless_off(notes: Complaints, path: Path, data: Any, usual: int | None, *, least: int) -> int | None:
    """Seconds; None for ``off``."""
    if data is None:
        return usual
    return None if data == "off" else notes.duration(path, data, least=least)


def _reminders(notes: Complaints, path: Path, data: Any) -> tuple[int, ...]:
    read = [notes.duration((*path, number), value) for number, value in enumerate(notes.sequence(path, data))]
    times = [seconds for seconds in read if seconds is not None]
    if times != sorted(set(times)):
        notes.add(path, "each reminder must come later than the one before", "put them in order, each once")
    return tuple(sorted(set(times)))


def _live(notes: Complaints, path: Path, data: Any) -> Live:
    entries = notes.mapping(path, data, ("customer_silent", "operator_silent", "reopen", "handle_time"))
    customer_remind, customer_close = _silence(notes, (*path, "customer_silent"), entries, "close")
    operator_remind, operator_reassign = _silence(notes, (*path, "operator_silent"), entries, "reassign")
    norms = {
        name: notes.duration((*path, "handle_time", name), value)
        for name, value in notes.mapping((*path, "handle_time"), entries.get("handle_time")).items()
    }
    return Live(
        customer_remind=customer_remind,
        customer_close=customer_close,
        operator_remind=operator_remind,
        operator_reassign=operator_reassign,
        reopen=_unless_off(notes, (*path, "reopen"), entries.get("reopen"), Live().reopen, least=60),
        handle_time={name: seconds for name, seconds in norms.items() if seconds is not None},
    )


def _silence(notes: Complaints, path: Path, live: Mapping[str, Any], last: str) -> tuple[int | None, int | None]:
    """(``remind``, ``last``) in seconds; one that is left out is None."""
    entries = notes.mapping(path, live.get(str(path[-1])), ("remind", last))
    remind, end = (notes.duration((*path, key), entries[key]) if key in entries else None for key in ("remind", last))
    if remind is not None and end is not None and end <= remind:
        notes.add((*path, last), f"`{last}` comes before the reminder", f"make `{last}` longer than `remind`")
    return remind, end


def _mood(notes: Complaints, path: Path, data: Any) -> Moods:
    entries = notes.mapping(path, data, ("anger", "urgency"))
    usual = Moods()
    return Moods(
        anger=_way(notes, (*path, "anger"), entries.get("anger", usual.anger), usual.anger),
        urgency=_way(notes, (*path, "urgency"), entries.get("urgency", usual.urgency), usual.urgency),
    )


def _way(notes: Complaints, path: Path, data: Any, usual: MoodWay) -> MoodWay:
    ways: dict[Any, MoodWay] = {"handoff": "handoff", "priority": "priority", "off": "off"}
    if isinstance(data, str) and data in ways:
        return ways[data]
    notes.add(path, f"{shown(data)} is nothing that can be done about it", "write handoff, priority or off")
    return usual
