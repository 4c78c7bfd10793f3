"""CLDR's names of plural forms (``few``) and gettext's numbers of them (``msgstr[1]``)."""

import gettext
import re
from collections import Counter
from typing import Final

from babel.messages.plurals import get_plural

from conversation.errors import ContentError
from dialogs.saying.filters import plural_form

_HEADER: Final = re.compile(r"\s*nplurals\s*=\s*([1-9])\s*;\s*plural\s*=\s*([-+?:()%&|=!<>*/ n0-9]{1,500}?)\s*;?\s*")
_NUMBERS: Final = range(201)
"""Every rule of CLDR for whole numbers goes by the last two digits, or by being small; the rest is for millions."""
_FITTING: Final = 0.9
"""So many of the numbers at least must mean the same in both: gettext leaves out the rarest forms of some languages."""


def header_of(language: str) -> str:
    """What translators' tools expect of the language in ``Plural-Forms``."""
    number, expression, *_ = get_plural(language)
    return f"nplurals={number}; plural={expression};"


def slots_of(language: str, header: str) -> tuple[str, ...]:
    """The CLDR form that each ``msgstr[n]`` is for. Raises ContentError for a header that is not of this language."""
    found = _HEADER.fullmatch(header)
    try:
        rule = gettext.c2py(found[2]) if found else None
    except (ValueError, RecursionError):
        rule = None
    if found is None or rule is None:
        raise ContentError(f"“Plural-Forms: {header}” can't be read; write “Plural-Forms: {header_of(language)}”")
    counted = Counter[tuple[int, str]]()
    for number in _NUMBERS:
        try:
            counted[rule(number), plural_form(language, number)] += 1
        except ArithmeticError:
            break
    slots: dict[int, str] = {}
    for (slot, form), _ in counted.most_common():
        slots.setdefault(slot, form)
    names = tuple(slots.get(slot, "other") for slot in range(int(found[1])))
    agreed = sum(counted[slot, form] for slot, form in enumerate(names))
    if len(set(names)) != len(names) or agreed < _FITTING * len(_NUMBERS):
        raise ContentError(
            f"“Plural-Forms: {header}” does not fit the language {language}; write “Plural-Forms: {header_of(language)}”"
        )
    return names
