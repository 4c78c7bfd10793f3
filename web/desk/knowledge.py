"""What is known about the customer of an open conversation, gathered for the panel."""

from typing import Final

from conversation.message import Message
from conversation.records import Snapshot
from web.deps import Deps
from web.desk.panel import Panel, panel_of

BEGINNING: Final = 100
"""Messages of a conversation in which its reason and its way are looked for."""
EARLIER: Final = 20
"""Conversations from before."""


async def panel_for(deps: Deps, found: Snapshot, language: str) -> Panel:
    """As it is now; ``language``: in which the operator reads."""
    del language
    conversation, chat = found.conversation, found.chat
    assert conversation is not None  # noqa: S101 - whoever asks has found it
    first: tuple[Message, ...] = tuple(await deps.store.history(chat.id, conversation.begins, BEGINNING))
    return panel_of(
        conversation,
        chat,
        first,
        title=_title(deps, conversation.reason.intent if conversation.reason else ""),
        customer=await deps.people.customer_of(chat.id),
        earlier=tuple(await deps.people.episodes(chat.id, EARLIER, but=conversation.id)),
    )


def _title(deps: Deps, intent: str) -> str:
    bot = deps.rules().bot
    dialog = bot.dialogs.get(bot.intents.get(intent, ("", ""))[0])
    return dialog.title if dialog else intent
