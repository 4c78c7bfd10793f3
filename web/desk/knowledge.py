"""What is known about the customer of an open conversation, gathered for the panel, and beside it."""

from typing import Final

from conversation.message import Message
from conversation.records import Operator, Snapshot
from conversation.state import Conversation
from engine.panel import actions_of, canned_for, reason_of
from engine.shell.knowing import context_of, refresh_context
from engine.summary import summary_of
from web.deps import Deps
from web.desk.outgoing import Canned, CannedReply, Context
from web.desk.panel import Deed, Feeling, Guess, Panel, panel_of

BEGINNING: Final = 100
"""Messages of a conversation in which its reason and its way are looked for."""
SUMMED_UP: Final = 300
"""Messages that a summary goes by."""
EARLIER: Final = 20
"""Conversations from before."""


async def panel_for(deps: Deps, found: Snapshot, language: str) -> Panel:
    """As it is now; ``language``: in which the operator reads."""
    conversation, chat = of(found), found.chat
    rules, now = deps.rules(), deps.clock.now()
    messages: tuple[Message, ...] = tuple(await deps.store.history(chat.id, conversation.begins, SUMMED_UP))
    reason, mood = reason_of(rules, conversation, language, now), conversation.mood
    return panel_of(
        conversation,
        chat,
        messages[:BEGINNING],
        intent=Guess(name=reason.name, title=reason.title, score=reason.score, text=reason.text) if reason else None,
        mood=Feeling(kind=mood.kind, words=mood.words) if mood else None,
        actions=tuple(Deed(name=ran.name, state=ran.state, result=ran.result) for ran in actions_of(conversation)),
        summary=summary_of(rules, conversation, messages, language, now),
        customer=await deps.people.customer_of(chat.id),
        earlier=tuple(await deps.people.episodes(chat.id, EARLIER, but=conversation.id)),
    )


async def context_for(deps: Deps, found: Snapshot, language: str) -> Context:
    """What the back-end said so far; what is missing is asked for, and comes later."""
    conversation, rules = of(found), deps.rules()
    items = await context_of(deps.store.context, deps.bus, rules, conversation, language=language, now=deps.clock.now())
    return Context(conversation=conversation.id, items=tuple(items))


async def refresh(deps: Deps, found: Snapshot) -> None:
    """Whoever has the conversation open is told what comes of it."""
    await refresh_context(deps.bus, found.chat.id, of(found).id)


def canned(deps: Deps, me: Operator, found: Snapshot, language: str) -> Canned:
    conversation = of(found)
    filled = canned_for(deps.rules(), conversation, me.name, deps.clock.now(), language=language)
    replies = tuple(
        CannedReply(name=each.name, title=each.title, text=each.text, attach=each.attach.ref if each.attach else "")
        for each in filled
    )
    return Canned(conversation=conversation.id, replies=replies)


def of(found: Snapshot) -> Conversation:
    """Whoever asks has found it."""
    assert found.conversation is not None  # noqa: S101
    return found.conversation
