"""A reply that operators have ready: ``locales/<language>/_replies.yaml``."""

from typing import Final

from conversation.value import Value
from dialogs.saying.templates import Template

REPLIES: Final = "_replies"
"""The topic of the files."""
OPERATOR: Final = "operator"
"""The name of whoever answers, in the text of a reply."""
NAME: Final = "name"
"""What the channel calls the customer; may be empty."""


class Reply(Value, frozen=True, kw_only=True):
    """``title``: what an operator looks for; ``text``: what is put before them to send; ``attach``: a file of ``media/``, or empty."""

    name: str
    title: str
    text: Template
    attach: str = ""
