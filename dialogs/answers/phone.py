"""Phone numbers, as libphonenumber knows them, and loosely where it knows less than the customer."""

import re
import unicodedata
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, ValidationResult

from dialogs.answers.fold import clean
from dialogs.answers.values import AnswerContext, NotThis, Parsed

COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""ISO 3166, two letters: whose numbers can be read without a country code."""
_RUN = re.compile(r"[+(]*[0-9][0-9 ()/.\-\u2010-\u2013\u00a0]*")
_LOOSE: Final = range(7, 16)
"""Digits of a number that is taken as it is although the plans of numbers don't have it; they change faster than libraries."""
_FULL: Final = 11
"""Digits from which a number without a plus may begin with its country code."""
_AT_HOME = {"uk": "UA", "ru": "RU"}
"""Where customers who write a language may have their phone, if the number is none of the bot's country."""
_REFUSED = {
    ValidationResult.TOO_SHORT: NotThis(reason="too_short"),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: NotThis(reason="too_short"),  # no area code
    ValidationResult.TOO_LONG: NotThis(reason="too_long"),
}


def read_phone(text: str, ctx: AnswerContext) -> Parsed | NotThis:
    """The one number in the text, as E.164; without a country code it is one of ``ctx.country``.

    A number that no plan has is kept as its digits.
    """
    runs = _RUN.findall(unicodedata.normalize("NFKC", clean(text)[:200]))
    if len(runs) != 1:
        return NotThis()
    typed: str = runs[0]
    digits = re.sub(r"[^0-9]", "", typed)
    number = _best(typed, digits, ctx)
    verdict = phonenumbers.is_possible_number_with_reason(number) if number else ValidationResult.INVALID_LENGTH
    if number and verdict == ValidationResult.IS_POSSIBLE:
        return Parsed(value=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if len(digits) in _LOOSE:
        return Parsed(value=("+" if typed.lstrip("(").startswith("+") else "") + digits)
    return _REFUSED.get(verdict, NotThis(reason="too_long" if len(digits) >= _LOOSE.stop else "format"))


def tidy_phone(text: str, country: str) -> str:
    """As E.164 where a plan of numbers has it; else as it is."""
    number = _parse(text, country)
    if number is None or not phonenumbers.is_possible_number(number):
        return text
    e164: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164


def show_phone(text: str) -> str:
    """With the blanks that people read it by: ``+49 30 123456``."""
    number = _parse(text, "")
    if number is None or not phonenumbers.is_possible_number(number):
        return text
    shown: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown


def _best(typed: str, digits: str, ctx: AnswerContext) -> PhoneNumber | None:
    bare = typed.strip("( ")[:1] not in ("+", "0")
    whole = _parse(f"+{digits}", "") if bare and len(digits) >= _FULL else None
    home = _parse(typed, ctx.country)
    abroad = _parse(typed, _AT_HOME[ctx.language]) if ctx.language in _AT_HOME else None
    for number in (whole, home, abroad):
        if number and phonenumbers.is_valid_number(number):
            return number
    return home


def _parse(text: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
