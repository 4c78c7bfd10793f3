"""What was asked of the back-end, by the dialogs and by operators, and what came of it. Kept with the state for who takes over."""

from datetime import datetime
from typing import Final

import msgspec

from conversation.effects import RunAction
from conversation.reasons import Ran
from conversation.value import Data

MOST: Final = 10
"""Calls that are kept: the newest, and older ones that have no answer yet."""
LONGEST: Final = 200
"""Characters of a result, and of the words that show the reason."""


def asked(ran: tuple[Ran, ...], call: RunAction, at: datetime, operator: str = "") -> tuple[Ran, ...]:
    """With one call more. ``operator``: who wants to know; empty for the dialogs."""
    new = Ran(name=call.name, request=call.request, state="waiting", operator=operator, at=at)
    old = ran[: max(0, len(ran) + 1 - MOST)]
    return (*(each for each in old if each.state == "waiting"), *ran[len(old) :], new)


def waiting(ran: tuple[Ran, ...], request: str) -> Ran | None:
    """The call that has no answer yet: the first one counts."""
    return next((each for each in ran if each.request == request and each.state == "waiting"), None)


def answered(ran: tuple[Ran, ...], request: str, result: dict[str, Data] | None) -> tuple[Ran, ...]:
    """``result`` None: it failed."""
    state, shown = ("failed", "") if result is None else ("done", _shown(result))
    return tuple(
        msgspec.structs.replace(each, state=state, result=shown) if each.request == request else each for each in ran
    )


def line(text: str) -> str:
    """In one line of at most ``LONGEST`` characters."""
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"


def _shown(result: dict[str, Data]) -> str:
    """The plain values by their names; of a list, how long it is."""
    parts = []
    for name, value in result.items():
        if value in (None, "", [], {}):
            continue
        match value:
            case bool():
                parts.append(f"{name}: {'✓' if value else '✗'}")
            case list():
                parts.append(f"{name}: {len(value)}")
            case dict():
                parts.append(
                    f"{name}: {', '.join(str(part) for part in value.values() if isinstance(part, str | int))}"
                )
            case _:
                parts.append(f"{name}: {value}")
    return line(", ".join(parts))
