"""How values look in a text: CLDR through Babel, in the conversation's language and time zone."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import jinja2
from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from jinja2.runtime import Context

from conversation.value import Value
from dialogs.saying.bounds import MAX_SHOWN, cut, is_number, readable

VIEW: Final = "_view"
MAX_MOMENT: Final = 40
"""Characters of a date and time."""
MAX_LISTED: Final = 100
"""Items that a text names; nobody reads more."""
_DATES = {"de": "dd.MM.y", "ru": "dd.MM.y", "uk": "dd.MM.y", "en": "d MMM y"}
"""Numeric where the language has one usual order; English spells the month, since 3/4 is read both ways."""


class View(Value, frozen=True, kw_only=True):
    """For whom a text is rendered. ``zone`` is an IANA name, ``currency`` an ISO 4217 code."""

    language: str
    zone: str
    currency: str = "EUR"


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The CLDR locale of a two-letter language; English for one that CLDR does not know."""
    try:
        return Locale.parse(language)
    except (ValueError, LookupError):
        return Locale.parse("en")


def plural_form(language: str, number: Any) -> str:
    """``one``, ``few``, ``many``, ``other`` … by CLDR; ``other`` for what is not a number."""
    if not is_number(number):
        return "other"
    return locale_of(language).plural_form(number)


def parse_moment(value: Any) -> date | datetime | time | None:
    """ISO dates, times and date-times, and ``dd.mm.yyyy``; None for anything else."""
    if isinstance(value, date | datetime | time):
        return value
    if not isinstance(value, str) or len(value) > MAX_MOMENT:
        return None
    for read in (date.fromisoformat, datetime.fromisoformat, time.fromisoformat, _day_first):
        try:
            return read(value)
        except ValueError:
            continue
    return None


def _day_first(value: str) -> date:
    day, month, year = value.split(".")
    return date(int(year), int(month), int(day))


def _view(context: Context) -> View:
    view = context.get(VIEW)
    assert isinstance(view, View)  # noqa: S101 - Template.__call__ always passes one
    return view


def _local(moment: datetime, view: View) -> datetime | None:
    """None in the last hours of the year 9999 and the first ones of the year 1."""
    try:
        return moment.astimezone(ZoneInfo(view.zone))
    except (OverflowError, ValueError):
        return None


def show_date(value: Any, view: View) -> str:
    moment = parse_moment(value)
    if isinstance(moment, datetime):
        local = _local(moment, view)
        moment = local and local.date()
    if not isinstance(moment, date):
        return _text(value)
    return format_date(moment, _DATES.get(view.language, "medium"), locale=locale_of(view.language))


def show_datetime(value: Any, view: View) -> str:
    """``Mo., 23.11.2026, 15:30``: the weekday keeps people from missing the day. A stretch of a day has its end too."""
    begin, stretch, end = value.partition("/") if isinstance(value, str) else (value, "", "")
    if stretch and isinstance(parse_moment(begin), datetime) and isinstance(parse_moment(end), datetime):
        return f"{show_datetime(begin, view)}\u2013{show_time(end, view)}"
    moment = parse_moment(value)
    if not isinstance(moment, datetime):
        return show_date(value, view)
    locale, zone = locale_of(view.language), ZoneInfo(view.zone)
    local = _local(moment, view)
    if local is None:
        return _text(value)
    day = format_datetime(local, "EEE", locale=locale, tzinfo=zone)
    return f"{day}, {show_date(local, view)}, {format_time(local, 'HH:mm', locale=locale, tzinfo=zone)}"


def show_time(value: Any, view: View) -> str:
    moment = parse_moment(value)
    if isinstance(moment, datetime):
        local = _local(moment, view)
        moment = local and local.time()
    if not isinstance(moment, time):
        return _text(value)
    return format_time(moment, "HH:mm", locale=locale_of(view.language))


def _is_shown(value: Any) -> bool:
    return is_number(value) and abs(value) < MAX_SHOWN


def show_money(value: Any, view: View) -> str:
    if not _is_shown(value):
        return _text(value)
    text = format_currency(value, view.currency, locale=locale_of(view.language))
    return text.replace(view.currency, get_currency_symbol(view.currency, "en"))


def show_number(value: Any, view: View) -> str:
    if not _is_shown(value):
        return _text(value)
    return format_decimal(value, locale=locale_of(view.language))


def show_list(value: Any, view: View) -> str:
    if not isinstance(value, list | tuple):
        return _text(value)
    return format_list([_text(item) for item in value[:MAX_LISTED]], locale=locale_of(view.language))


def _text(value: Any) -> str:
    value = readable(value)
    if value is None or isinstance(value, jinja2.Undefined):
        return ""
    return cut(str(value))


def _plural(context: Context, number: Any, forms: Any) -> str:
    if not isinstance(forms, Mapping):
        return _text(forms)
    form = plural_form(_view(context).language, number)
    return _text(forms.get(form, forms.get("other", "")))


def _with_view(show: Callable[[Any, View], str]) -> Callable[..., str]:
    @jinja2.pass_context
    def filter_(context: Context, value: Any) -> str:
        return cut(show(value, _view(context)))

    return filter_


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple | str | Mapping) else 0


def _default(value: Any, other: Any = "") -> Any:
    return other if value is None or isinstance(value, jinja2.Undefined) else value


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "date": _with_view(show_date),
    "datetime": _with_view(show_datetime),
    "time": _with_view(show_time),
    "money": _with_view(show_money),
    "number": _with_view(show_number),
    "list": _with_view(show_list),
    "plural": jinja2.pass_context(_plural),
    "upper": lambda value: cut(_text(value).upper()),
    "lower": lambda value: cut(_text(value).lower()),
    "length": _length,
    "default": _default,
}
PLAIN_FILTERS: Final = frozenset({"upper", "lower", "length", "default"})
"""Those that need no language: conditions may use them too."""
