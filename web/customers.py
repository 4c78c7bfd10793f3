"""Customers with several places, as operators see them: joined and parted, found, and what they wrote about before."""

from collections.abc import Sequence
from hashlib import blake2s
from typing import Final

from conversation.errors import BadInputError
from conversation.events import Event, OperatorJoined
from conversation.records import Chat, Decided, Found, Operator, Snapshot
from web.access import may_see, must_see
from web.deps import Deps

FOUND: Final = 20
_LOOKED_AT: Final = 60
"""Customers who are found, before those that are others' business are left out."""


async def join(deps: Deps, me: Operator, chat: str, other: str, command: str) -> bool:
    """The customers of the two chats are one person from now on; both chats say who said so. ``command``: unique to the operator.

    False if they were one already. Answers go on going to the chat in which they are written. Raises BadInputError.
    """
    here, there = await _both(deps, me, chat, other)
    notes = _notes(deps, me, here, there, command, joined=True)
    return await _tell(deps, await deps.people.join_customers(chat, other, deps.ids.new(), notes))


async def part(deps: Deps, me: Operator, chat: str, other: str, command: str) -> bool:
    """``other`` is another person's, after all. False if it was. Raises BadInputError."""
    here, there = await _both(deps, me, chat, other)
    notes = _notes(deps, me, here, there, command, joined=False)
    return await _tell(deps, await deps.people.part_customer(chat, other, notes))


async def find(deps: Deps, me: Operator, words: str) -> Sequence[Found]:
    """Customers by name, address or last words, without those who are with other teams."""
    shown: list[Found] = []
    for found in await deps.people.find_customers(words, _LOOKED_AT):
        if len(shown) < FOUND and await may_see(deps, me, await deps.store.load(found.chat)):
            shown.append(found)
    return shown


async def _both(deps: Deps, me: Operator, chat: str, other: str) -> tuple[Chat, Chat]:
    try:
        found: list[Snapshot] = [await deps.store.load(each) for each in (chat, other)]
    except KeyError:
        raise BadInputError("not_found", "there is no such chat") from None
    here, there = [(await must_see(deps, me, each)).chat for each in found]
    return here, there


def _notes(deps: Deps, me: Operator, here: Chat, there: Chat, command: str, *, joined: bool) -> dict[str, Event]:
    at = deps.clock.now()
    return {
        chat.id: OperatorJoined(
            id=blake2s(f"{me.id}\0{command}\0{chat.id}".encode(), digest_size=16).hexdigest(),
            at=at,
            operator=me.id,
            name=me.name,
            place=f"{other.channel} {other.address}",
            joined=joined,
        )
        for chat, other in ((here, there), (there, here))
    }


async def _tell(deps: Deps, decided: Decided) -> bool:
    for accepted in decided.noted:
        await deps.engine.hand_on(accepted)
    return decided.changed
