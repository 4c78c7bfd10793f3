"""The replies that operators have ready, filled in for one conversation."""

from collections.abc import Iterator
from typing import Final

from conversation.content import Media
from conversation.value import Value
from dialogs.model import Bot
from dialogs.saying.prompts import media_of
from dialogs.saying.reply import NAME, OPERATOR, Reply
from dialogs.scene import Names, Scene, view_of

MAX_TEXT: Final = 4_000
"""Characters that an operator's message may have."""


class Filled(Value, frozen=True, kw_only=True):
    """A reply as it can be sent."""

    name: str
    title: str
    text: str
    attach: Media | None = None


def filled(bot: Bot, scene: Scene, names: Names, *, customer: str, operator: str) -> list[Filled]:
    """In the scene's language; what it lacks, in the source language. ``customer``, ``operator``: their names, the first may be empty.

    A reply of which nothing is left is not among them: it does not fit this conversation.
    """
    view = view_of(bot, scene.language, dict(names))
    variables = {NAME: customer, **names, OPERATOR: operator}
    found = []
    for reply in replies_in(bot, scene.language):
        text = reply.text(variables, view).strip()[:MAX_TEXT]
        if text:
            attach = media_of(reply.attach) if reply.attach else None
            found.append(Filled(name=reply.name, title=reply.title, text=text, attach=attach))
    return found


def replies_in(bot: Bot, language: str) -> Iterator[Reply]:
    """In the order of the source language; a file is sent in each language that names none of its own."""
    own, source = bot.replies.get(language, {}), bot.replies.get(bot.source, {})
    for name in [*source, *(name for name in own if name not in source)]:
        reply = own.get(name) or source[name]
        usual = source.get(name)
        attach = reply.attach or (usual.attach if usual else "")
        yield Reply(name=reply.name, title=reply.title, text=reply.text, attach=attach)
