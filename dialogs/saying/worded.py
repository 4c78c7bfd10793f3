"""Answers in words to questions for a place, a photo or a file, where customers can't send one."""

import re
from collections.abc import Mapping
from typing import Final

from conversation.content import Prompt
from conversation.value import Data
from dialogs.kinds import Kind
from dialogs.saying.prompts import Prompts

_SENT: Final = frozenset({"location", "photo", "file"})
LACKS: Final[Mapping[str, frozenset[str]]] = {"webchat": _SENT, "sms": _SENT}
"""Channel to the kinds of answers that its customers can't send. It follows from ``receives`` in ``bots/limits.toml``: a test
compares the two."""
_STREET_OR_TOWN: Final = re.compile(r"(?=.*[^\W\d_]{2})(?=.*\d).{4,300}", re.DOTALL)


def lacks(channel: str, kind: Kind | None) -> bool:
    return kind is not None and kind.pattern is None and kind.name in LACKS.get(channel, ())


def with_hint(prompts: Prompts, prompt: Prompt, kind: Kind | None) -> Prompt:
    """The question, and what to type instead where nothing else can be sent."""
    if kind is None or not lacks(prompts.scene.channel, kind):
        return prompt
    hint = prompts.product(f"errors.{kind.name}_words")
    return Prompt(text=f"{prompt.text}\n{hint}", buttons=prompt.buttons, attach=prompt.attach)


def address(kind: Kind | None, text: str) -> Data:
    """A place in words that can't mean anything else: it has letters and a number. None otherwise."""
    if kind is None or kind.name != "location" or kind.pattern is not None or not _STREET_OR_TOWN.fullmatch(text):
        return None
    return _place(text)


def described(kind: Kind | None, channel: str, text: str) -> Data:
    """What stands in place of the thing that can't be sent; None where it can, or where nothing is said."""
    if kind is None or not lacks(channel, kind) or sum(map(str.isalpha, text)) < 3:
        return None
    return _place(text) if kind.name == "location" else {"ref": "", "name": "", "mime": "", "words": text}


def _place(text: str) -> Data:
    return {"latitude": None, "longitude": None, "address": " ".join(text.split())}
