"""Which chats an operator may look at: asked before anything of a chat is shown or done."""

from typing import Final

from conversation.errors import BadInputError
from conversation.records import Card, Operator, Snapshot
from conversation.state import Phase, WithOperator
from handoff.rights import at_home, may, sees, sees_card
from web.deps import Deps

NOT_YOURS: Final = "this chat is with another team; its operator or a supervisor can transfer it to you"


async def may_see(deps: Deps, operator: Operator, found: Snapshot) -> bool:
    """A chat is judged by how it stands now, its earlier conversations too: one customer's history is one.

    Whoever has a customer in one chat, or was asked in there, sees the customer's other chats as well.
    """
    if found.conversation is None:
        return False
    if sees(operator, at_home(deps.rules().policy, found.conversation.phase)):
        return True
    if not found.chat.customer or not may(operator, "chats"):
        return False
    for place in (await deps.people.customer_of(found.chat.id)).identities:
        here = (await deps.store.load(place.chat)).conversation
        if here is not None and _has(operator, here.phase):
            return True
    return False


def _has(operator: Operator, phase: Phase) -> bool:
    return isinstance(phase, WithOperator) and operator.id in (phase.operator, *phase.consulted)


async def must_see(deps: Deps, operator: Operator, found: Snapshot) -> Snapshot:
    """The same chat. Raises BadInputError for one that is not the operator's business."""
    if not await may_see(deps, operator, found):
        raise BadInputError("not_allowed", NOT_YOURS)
    return found


def shown_card(operator: Operator, card: Card) -> Card:
    """The card as the operator may see it: of a chat that is others' business only that it is none of theirs (``closed``), so that
    one that was transferred away leaves the list and the feed has no gap."""
    if sees_card(operator, card):
        return card
    return Card(
        conversation=card.conversation,
        chat="",
        channel="",
        name="",
        language="",
        phase="closed",
        team="",
        operator="",
        operator_name="",
        since=card.since,
        preview="",
        unanswered=False,
        version=card.version,
    )
