"""Takes out of a sentence what is a customer's own: whoever learns from it learns how people ask, not who they are."""

import re
from collections.abc import Collection, Sequence
from typing import Final

MAIL: Final = "name@example.com"
LINK: Final = "https://example.com"
FEW: Final = 4
"""Digits from which a number may be somebody's: an order, a contract, a postcode."""
MANY: Final = 6
"""Digits from which it is, whatever stands around it: a phone, an account, a date of birth."""
_MAIL: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_LINK: Final = re.compile(r"https?://\S+")
_NUMBER: Final = re.compile(r"\+?[0-9](?:[ ()/.\u00a0-]{0,2}[0-9])*")
_DIGIT: Final = re.compile(r"[0-9]")
_LATIN, _CYRILLIC = "Alex", "Саша"
"""Names of anybody."""


def masked(text: str, *, names: Sequence[str] = (), keep: Collection[str] = (), least: int = MANY) -> str:
    """As long as it was, about, with zeros for the digits of long numbers, and examples for addresses and names.

    ``names``: the customer's. ``keep``: words of the bot's own lists, such as a device's number, in any case. ``least``: digits of
    a number that is masked.
    """
    kept = [word for word in keep if _DIGIT.search(word)]
    spans = [match.span() for word in kept for match in re.finditer(re.escape(word), text, re.IGNORECASE)]

    def number(match: re.Match[str]) -> str:
        inside = any(start <= match.start() and match.end() <= end for start, end in spans)
        few = len(_DIGIT.findall(match[0])) < least
        return match[0] if inside or few else _DIGIT.sub("0", match[0])

    shown = _NUMBER.sub(number, text)  # first: it leaves every letter where it was
    shown = _LINK.sub(LINK, _MAIL.sub(MAIL, shown))
    for name in names:
        for word in re.findall(r"[^\W\d_]{3,}", name):
            shown = _named(word).sub(_CYRILLIC if re.search("[а-яіїєґ]", word, re.IGNORECASE) else _LATIN, shown)
    return shown


def _named(name: str) -> re.Pattern[str]:
    """The name, in Cyrillic with its endings too: Иван, Ивана, Ивановичу is another."""
    if not re.search("[а-яіїєґ]", name, re.IGNORECASE):
        return re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
    stem = re.sub("[аяйьоеиії]$", "", name, flags=re.IGNORECASE)
    return re.compile(rf"\b{re.escape(stem)}[а-яіїєґё]{{0,2}}\b", re.IGNORECASE)
