"""Kinds of values that need no pattern of an editor's: phone numbers, dates, amounts and the like, in four languages."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias, get_args

import phonenumbers

from conversation.letters import LATIN_LOOKALIKES
from nlu.patterns import compile_pattern, standing_alone
from nlu.time_words import dates, times

Kind: TypeAlias = Literal[
    "phone", "email", "date", "time", "datetime", "money", "number", "iban", "postcode", "reference"
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
COUNTRIES: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)

Found: TypeAlias = tuple[int, int, str]
"""Where it begins and ends in the text, and its value in one form whatever was typed."""

_NUMBER = r"(?:[0-9]{1,3}(?:[ .,'’\x{a0}\x{202f}][0-9]{3})+|[0-9]+)(?:[.,][0-9]{1,2})?"
_CURRENCIES: Final = {
    "EUR": "€ eur euro euros евро євро",
    "USD": "us$ $ usd dollar dollars доллар доллара долларов долар долара долари доларів",
    "GBP": "£ gbp pound pounds фунт фунта фунтов фунти фунтів",
    "CHF": "chf franken francs франк франка франков франки франків",
    "PLN": "pln zł zloty złoty злотый злотых злотий злотих",
    "UAH": "₴ uah грн гривня гривні гривень гривню гривна гривны гривен hryvnia hryvnias",
    "RUB": "₽ rub руб рубль рубля рублей рублів рублі rubel ruble rubles",
}
_CODES = {word: code for code, words in _CURRENCIES.items() for word in words.split()}
_NAMES = "|".join(re.escape(word) for word in sorted(_CODES, key=len, reverse=True))
_BEFORE = r"€|us\$|\$|£|₴|₽|eur|usd|gbp|chf|pln|uah|rub"
_POSTCODES: Final = {
    "DE": "[0-9]{5}", "UA": "[0-9]{5}", "FR": "[0-9]{5}", "IT": "[0-9]{5}", "ES": "[0-9]{5}", "FI": "[0-9]{5}", "RU": "[0-9]{6}",
    "BY": "[0-9]{6}", "KZ": "[0-9]{6}", "AT": "[0-9]{4}", "CH": "[0-9]{4}", "BE": "[0-9]{4}", "DK": "[0-9]{4}", "NO": "[0-9]{4}",
    "PL": "[0-9]{2}-[0-9]{3}", "CZ": "[0-9]{3} ?[0-9]{2}", "SK": "[0-9]{3} ?[0-9]{2}", "SE": "[0-9]{3} ?[0-9]{2}",
    "NL": "[0-9]{4} ?[A-Z]{2}", "US": "[0-9]{5}(?:-[0-9]{4})?", "GB": "[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}",
}  # fmt: skip
_USUAL_POSTCODES: Final = {"de": ("DE",), "en": ("GB", "US"), "uk": ("UA",), "ru": ("RU", "UA")}
_SMALL_WORDS = re.compile(r",? *(?:um|at|в|во|о|об|ab|gegen|so|oder|ca\.?)? *")
_ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile("[0-9]{2}:[0-9]{2}")
_IBAN_LENGTHS = range(15, 35)
_DIGITS_OF_A_PHONE = range(7, 16)


def find(kind: str, text: str, language: str, country: str) -> Iterable[Found]:
    """All values of one of ``KINDS``. ``country``: ISO 3166, whose phone numbers and postcodes these are; may be empty."""
    return _FINDERS[kind](text, language, country)


def _phones(text: str, _: str, country: str) -> Iterator[Found]:
    for place, end in _spans(r"\(?(?:\+ ?|00)?\(?[0-9](?:[ ()/.\-\x{a0}\x{2010}-\x{2013}]{0,2}[0-9]){5,16}", text):
        start = place + _opens_in_vain(text[place:end])
        typed = text[start:end]
        digits = re.sub("[^0-9]", "", typed)
        plus = typed.lstrip("(").startswith("+") or digits.startswith("00")
        marked = (
            plus or digits.startswith("0") or (digits.startswith("8") and len(digits) == 11) or typed.startswith("(")
        )
        if len(digits) in _DIGITS_OF_A_PHONE and (marked or len(digits) in (10, 11, 12)) and not _like_a_date(typed):
            yield start, end, _e164(typed, digits, country, plus=plus)


def _e164(typed: str, digits: str, country: str, *, plus: bool) -> str:
    """What no plan of numbers has stays as its digits: plans change faster than libraries."""
    try:
        number = phonenumbers.parse(
            f"+{digits.removeprefix('00')}" if plus else typed, None if plus else country or None
        )
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_possible_number(number):
        return f"+{digits.removeprefix('00')}" if plus else digits
    e164: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164


def _opens_in_vain(typed: str) -> bool:
    return typed.startswith("(") and typed.count("(") > typed.count(")")


def _like_a_date(typed: str) -> bool:
    return bool(
        re.match(r"[0-9]{1,2}([./\-])[0-9]{1,2}\1[0-9]{2,4}(?![0-9])|[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", typed)
    )


def _emails(text: str, _: str, __: str) -> Iterator[Found]:
    for start, end in _spans(r"[A-Z0-9._%+\-]+@[A-Z0-9\-]+(?:\.[A-Z0-9\-]+)*\.[A-Z]{2,}", text):
        yield start, end, text[start:end].lower()


def _money(text: str, language: str, _: str) -> Iterator[Found]:
    amount = rf"[+\-−]?{_NUMBER}"
    pattern = rf"(?:(?:{_BEFORE}) ?{amount}|{amount}(?:[,.]?[-–—]{{1,2}})? ?(?:{_NAMES}))"
    for start, end in _spans(pattern, text):
        typed = text[start:end]
        number = _first(_NUMBER, typed)
        words = re.findall(r"us\$|[€$£₴₽]|[^\W\d_]+", typed.lower())
        codes = [_CODES[word] for word in words if word in _CODES]
        if codes and number:
            sign = "-" if typed.startswith(("-", "−")) else ""
            yield start, end, f"{sign}{_decimal(number, language, money=True)} {codes[0]}"


def _numbers(text: str, language: str, _: str) -> Iterator[Found]:
    for start, end in _spans(rf"[+\-−]?(?:{_NUMBER}|[0-9]+[.,][0-9]+)", text):
        typed = text[start:end]
        sign = "-" if typed[0] in "-−" else ""
        yield start, end, sign + _decimal(typed.lstrip("+-−"), language, money=False)


def _decimal(typed: str, language: str, *, money: bool) -> str:
    """With a point and no marks between thousands. One mark before three digits is one between thousands, but for the decimal
    mark of the language in a plain number."""
    marks = re.findall(r"[^0-9]", typed)
    if not marks:
        return typed
    last, tail = marks[-1], len(typed) - 1 - max(typed.rfind(mark) for mark in marks)
    decimal_mark = "." if language == "en" else ","
    thousands = last not in ".," or (tail == 3 and (money or len(marks) > 1 or last != decimal_mark))
    if (thousands and len(set(marks)) == 1) or last not in ".,":
        return re.sub("[^0-9]", "", typed)
    whole, _, cents = typed.rpartition(last)
    return f"{re.sub('[^0-9]', '', whole)}.{cents}"


def _ibans(text: str, _: str, __: str) -> Iterator[Found]:
    for start, end in _spans(r"[A-Z]{2}[0-9]{2}(?:[ \-]?[A-Z0-9]){11,40}", text):
        kept = ""
        best: Found | None = None
        for place in range(start, end):
            kept += text[place].upper() if text[place].isalnum() else ""
            ended = place + 1 == len(text) or not text[place + 1].isalnum()
            if ended and len(kept) in _IBAN_LENGTHS and _remainder(kept) == 1:
                best = (start, place + 1, kept)
        if best:
            yield best


def _remainder(iban: str) -> int:
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97


def _postcodes(text: str, language: str, country: str) -> Iterator[Found]:
    countries = (country,) if country in _POSTCODES else _USUAL_POSTCODES.get(language, ("DE",))
    for start, end in _spans("|".join(_POSTCODES[each] for each in countries), text):
        yield start, end, text[start:end].upper()


def _references(text: str, _: str, __: str) -> Iterator[Found]:
    """Numbers of orders, contracts and customers: from four digits, perhaps after a few letters; no years, no dates."""
    meant = text.translate(LATIN_LOOKALIKES)
    for start, end in _spans(r"(?:[#№] ?)?(?:[A-Z]{1,4}[\-/]?)?[0-9]{4,14}(?:[\-/][0-9A-Z]{1,8})*", meant):
        value = meant[start:end].lstrip("#№ ").upper()
        if not re.fullmatch(r"(?:19|20)[0-9]{2}", value) and not _like_a_date(value):
            yield start, end, value


def _dates(text: str, language: str, _: str) -> Iterable[Found]:
    return dates(text, language)


def _times(text: str, language: str, _: str) -> Iterator[Found]:
    """But for the three days of "in three days", which some languages say as they say three o'clock."""
    days = [(start, end) for start, end, _ in dates(text, language) if any(char.isdigit() for char in text[start:end])]
    for start, end, value in times(text, language):
        if not any(first <= start and end <= last for first, last in days):
            yield start, end, value


def _moments(text: str, language: str, country: str) -> Iterator[Found]:
    """A day, a time, or one of each beside each other with a small word between them at most."""
    parts = sorted(
        [(*found, "day") for found in dates(text, language)]
        + [(*found, "time") for found in _times(text, language, country)]
    )
    last: tuple[int, int, str, str] | None = None
    for start, end, value, what in parts:
        if last and start < last[1]:
            continue
        if last and last[3] not in (what, "both") and _SMALL_WORDS.fullmatch(text[last[1] : start]):
            iso = _ISO_DAY.fullmatch(last[2]) and _CLOCK.fullmatch(value)
            last = (last[0], end, f"{last[2]} {value}" if iso else text[last[0] : end], "both")
            continue
        if last:
            yield last[:3]
        last = (start, end, value, what)
    if last:
        yield last[:3]


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> Any:
    return compile_pattern(pattern)


def _spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    return standing_alone(_compiled(pattern), text)


def _first(pattern: str, text: str) -> str:
    match = _compiled(pattern).search(text)
    return str(match.group()) if match else ""


_FINDERS: Final[Mapping[str, Callable[[str, str, str], Iterable[Found]]]] = {
    "phone": _phones,
    "email": _emails,
    "date": _dates,
    "time": _times,
    "datetime": _moments,
    "money": _money,
    "number": _numbers,
    "iban": _ibans,
    "postcode": _postcodes,
    "reference": _references,
}
