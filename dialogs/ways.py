"""The ways on from a step. What must hold of them is in ``dialogs.checks``."""

from typing import TypeAlias

from dialogs.model import (
    Ask,
    CallDialog,
    Choose,
    Do,
    Form,
    Handover,
    Pick,
    Random,
    Step,
    Wait,
)

Ways: TypeAlias = list[tuple[str, str]]
"""(where to, why) of a step; ``why`` as in docs/protocols.md."""


def ways_on(step: Step) -> Ways:
    """Every step of the same dialog that can come next."""
    ways: Ways = [(line.go, "route" if len(step.ways) > 1 else "go") for line in step.ways]
    match step.verb:
        case Choose(options=options):
            ways += [(option.go, "option") for option in options]
        case Form(cancelled=cancelled) if cancelled:
            ways.append((cancelled, "cancelled"))
        case Handover(busy_go=busy) if busy:
            ways.append((busy, "busy"))
        case Wait(late=late) if late:
            ways.append((late, "wait"))
        case Random(weights=weights):
            ways += [(name, "route") for name in weights]
        case _:
            pass
    if can_fail(step):
        ways.append((step.failed, "failed"))
    if is_question(step):
        ways += [(step.misses.go, "misses")] if step.misses else []
        ways += [(step.silence.go, "silence")] if step.silence else []
    return ways


def is_question(step: Step) -> bool:
    return isinstance(step.verb, Choose | Pick | Ask | Form)


def can_fail(step: Step) -> bool:
    return bool(step.needs) or isinstance(step.verb, Do | CallDialog | Pick)
