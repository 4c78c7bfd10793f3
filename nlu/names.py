"""What an intent is called says what it is about: its name is learnt beside its examples, and never asked."""

import re
from collections.abc import Iterable
from typing import Final

from nlu.read import OTHER, Row

LANGUAGE: Final = "en"
"""Names are read as English, as most are. In a bot that speaks none, words and the multilingual encoder take them as they come."""

_BETWEEN: Final = re.compile(r"[\W_]+|(?<=[^\W\d_A-ZА-ЯЄІЇҐЁ])(?=[A-ZА-ЯЄІЇҐЁ])")


def names_of(rows: Iterable[Row]) -> tuple[Row, ...]:
    """A row for each intent but `other`, in the order of their names: ``card_arrival`` and ``cardArrival`` are `card arrival`."""
    intents = sorted({intent for _, intent, _ in rows if intent != OTHER})
    spoken = ((intent, " ".join(filter(None, _BETWEEN.split(intent))).lower()) for intent in intents)
    return tuple((LANGUAGE, intent, name) for intent, name in spoken if name)
