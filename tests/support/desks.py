"""Customers who wait for a person, and operators who have them."""

from tests.support.browsing import Link, Visitor
from tests.support.service import Running


async def parked(lotse: Running) -> tuple[Visitor, str]:
    """A customer who waits, and the conversation's id."""
    visitor = await lotse.visitor()
    await visitor.wants_a_person()
    await lotse.settle()
    chat = await lotse.store.find_chat("webchat", "site", visitor.chat)
    assert chat is not None
    return visitor, chat.conversation


async def claimed(lotse: Running, name: str = "ada") -> tuple[Visitor, str, Link]:
    """A customer with an operator, who has the conversation open."""
    visitor, conversation = await parked(lotse)
    desk = await (await lotse.operator(name)).desk()
    await desk.send("claim", id="claim", conversation=conversation)
    await desk.until("done", id="claim")
    await desk.send("open", conversation=conversation)
    await desk.until("conversation")
    await lotse.settle()
    return visitor, conversation, desk
