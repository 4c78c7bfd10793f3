"""Which chats an operator may look at: asked before anything of a chat is shown or done."""

from typing import Final

from conversation.errors import BadInputError
from conversation.records import Operator, Snapshot
from handoff.rights import sees
from web.deps import Deps

NOT_YOURS: Final = "this chat is with another team; its operator or a supervisor can transfer it to you"


async def may_see(deps: Deps, operator: Operator, found: Snapshot) -> bool:
    """A chat is judged by how it stands now, its earlier conversations too: one customer's history is one."""
    del deps
    return found.conversation is not None and sees(operator, found.conversation.phase)


async def must_see(deps: Deps, operator: Operator, found: Snapshot) -> Snapshot:
    """The same chat. Raises BadInputError for one that is not the operator's business."""
    if not await may_see(deps, operator, found):
        raise BadInputError("not_allowed", NOT_YOURS)
    return found
