"""What a company decides about people: teams, hours, waiting, live chats. Read from ``bot.yaml``."""

from datetime import date, time
from typing import Literal, TypeAlias

from conversation.value import Value

RoutingMode: TypeAlias = Literal["by_hand", "automatic"]


class Span(Value, frozen=True, kw_only=True):
    """Opening hours of one day, local time. ``end`` at or before ``start`` means the next day."""

    start: time
    end: time


class Callbacks(Value, frozen=True, kw_only=True):
    """Call-back slots: ``slot`` seconds long, ``each`` at a time, from ``notice`` to ``ahead`` seconds from now.

    ``remind``: so many seconds before it the customer is reminded; 0: not at all.
    """

    slot: int
    each: int
    ahead: int
    notice: int
    remind: int = 900


class Holidays(Value, frozen=True, kw_only=True):
    """Public holidays of a country's region, and days of the company's own: no spans = closed all day."""

    country: str = ""
    region: str = ""
    also: dict[date, tuple[Span, ...]] = {}


class Team(Value, frozen=True, kw_only=True):
    """``hours``: weekday (0 = Monday) to its spans; a missing day is closed.

    ``routing``: who decides which operator gets a waiting chat. ``skills``: what operators need for any of the team's chats.
    """

    name: str
    hours: dict[int, tuple[Span, ...]] = {}
    holidays: Holidays = Holidays()
    callbacks: Callbacks | None = None
    routing: RoutingMode = "by_hand"
    skills: tuple[str, ...] = ()


class Waiting(Value, frozen=True, kw_only=True):
    """A parked customer hears the place in the queue after ``remind`` seconds, and leaves it after ``expires`` to step ``then``.

    ``updates``: at most that often (seconds) a better place is told of; None: never.
    """

    remind: tuple[int, ...] = ()
    expires: int = 900
    then: str = ""
    updates: int | None = 60


class Live(Value, frozen=True, kw_only=True):
    """Seconds of silence in a live chat until a reminder, the close, and the reassignment. None = never.

    ``reopen``: how long after an end for the customer's silence their words bring the same chat back to its team.
    """

    customer_remind: int | None = None
    customer_close: int | None = None
    operator_remind: int | None = None
    operator_reassign: int | None = None
    reopen: int | None = 86400
    handle_time: dict[str, int] = {}


MoodWay: TypeAlias = Literal["handoff", "priority", "off"]


class Moods(Value, frozen=True, kw_only=True):
    """What is done about a customer's words: bring a person, serve them earlier once they wait for one, or only show it at the desk."""

    anger: MoodWay = "handoff"
    urgency: MoodWay = "handoff"


class Routing(Value, frozen=True, kw_only=True):
    """How a waiting chat finds its operator. Times in seconds, from when it came into the queue.

    ``prefer``: how long only the operator it is meant for; ``language`` and ``skill``: how long only who speaks the customer's
    language and has the skills, then anybody. ``step``: so long a wait counts as much as one step of priority. ``skills``: what a
    chat needs by what the customer wants. ``remember``: for how long a customer is given to the operator they had last.
    ``beyond``: operators may take more by hand than their capacity.
    """

    prefer: int = 60
    language: int = 180
    skill: int = 180
    step: int = 300
    skills: dict[str, tuple[str, ...]] = {}
    remember: int = 7 * 86400
    beyond: bool = True


class Policy(Value, frozen=True, kw_only=True):
    """``time_zone`` is an IANA name."""

    time_zone: str
    teams: dict[str, Team] = {}
    waiting: Waiting = Waiting()
    live: Live = Live()
    mood: Moods = Moods()
    routing: Routing = Routing()
