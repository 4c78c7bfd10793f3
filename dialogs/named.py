"""What the customer named on the way to a question."""

from collections.abc import Mapping

from conversation.value import Data
from dialogs.kinds import Kind, NotThis, Parsed, check, parse
from dialogs.prompts import Prompts


def take(entities: dict[str, str], kind: Kind, limits: Mapping[str, Data], prompts: Prompts) -> Data:
    """The answer of that kind, if it would be taken; it is out of ``entities`` then, and is given once. None otherwise."""
    words = entities.pop(kind.entity or kind.name, None)
    parsed = parse(kind, prompts.as_text(words), prompts.context()) if words else None
    if not isinstance(parsed, Parsed) or isinstance(check(parsed.value, dict(limits), prompts.context()), NotThis):
        return None
    return parsed.value
