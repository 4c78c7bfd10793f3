"""What a company decides about people: teams, hours, waiting, live chats. Read from ``bot.yaml``."""

from datetime import date, time

from conversation.value import Value


class Span(Value, frozen=True, kw_only=True):
    """Opening hours of one day, local time. ``end`` at or before ``start`` means the next day."""

    start: time
    end: time


class Callbacks(Value, frozen=True, kw_only=True):
    """Call-back slots: ``slot`` seconds long, ``each`` at a time, from ``notice`` to ``ahead`` seconds from now."""

    slot: int
    each: int
    ahead: int
    notice: int


class Holidays(Value, frozen=True, kw_only=True):
    """Public holidays of a country's region, and days of the company's own: no spans = closed all day."""

    country: str = ""
    region: str = ""
    also: dict[date, tuple[Span, ...]] = {}


class Team(Value, frozen=True, kw_only=True):
    """``hours``: weekday (0 = Monday) to its spans; a missing day is closed."""

    name: str
    hours: dict[int, tuple[Span, ...]] = {}
    holidays: Holidays = Holidays()
    callbacks: Callbacks | None = None


class Waiting(Value, frozen=True, kw_only=True):
    """A parked customer hears the place in the queue after ``remind`` seconds, and leaves it after ``expires`` to step ``then``."""

    remind: tuple[int, ...] = ()
    expires: int = 900
    then: str = ""


class Live(Value, frozen=True, kw_only=True):
    """Seconds of silence in a live chat until a reminder, the close, and the reassignment. None = never."""

    customer_remind: int | None = None
    customer_close: int | None = None
    operator_remind: int | None = None
    operator_reassign: int | None = None
    handle_time: dict[str, int] = {}


class Policy(Value, frozen=True, kw_only=True):
    """``time_zone`` is an IANA name."""

    time_zone: str
    teams: dict[str, Team] = {}
    waiting: Waiting = Waiting()
    live: Live = Live()
