"""One open desk, as the feed sees it: what waits to be sent to it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final, TypeAlias

import msgspec

from conversation.effects import Refuse
from conversation.records import Card, Operator
from handoff.rights import sees_card
from web.desk.board import Change
from web.desk.outgoing import Told

LIMIT: Final = 2_000
"""Frames that may wait for a page; one that is slower than that begins anew."""
_Item: TypeAlias = msgspec.Struct | Refuse


class Listener:
    """``operator``: as of the last frame of the page; what it may see follows from that."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.count: int | None = None
        """How many undelivered messages the page knows of."""
        self._waiting: deque[_Item] = deque()
        self._news = asyncio.Event()
        self._ended = False
        self._seen: dict[str, int] = {}
        """By conversation: up to which message this page was told what is for its operator."""

    def put(self, item: _Item) -> None:
        if len(self._waiting) >= LIMIT:
            self.end()
        if not self._ended:
            self._waiting.append(item)
            self._news.set()

    def end(self) -> None:
        """The page is cut off when it has got what waits: it comes back."""
        self._ended = True
        self._news.set()

    async def items(self) -> AsyncIterator[_Item]:
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._ended:
                return
            self._news.clear()
            await self._news.wait()

    # ── what is for this operator ────────────────────────────────────────────────────────────────────────────────────

    def told(self, change: Change) -> None:
        """A chat changed: whether it is about this operator more than it was."""
        before, after, me = change.before, change.after, self.operator.id
        if after is None:
            return
        mine = before is not None and before.operator == me
        if after.operator == me and after.why and not mine:
            self.put(Told(kind="assigned", conversation=after.conversation, by="", text=after.why))
        self.call(after, since=max((call.seq for call in before.calls), default=0) if before else 0)

    def call(self, card: Card, since: int) -> None:
        """What colleagues want of the operator there, by messages after ``since``; each is told once on a socket."""
        after = max(since, self._seen.get(card.conversation, 0))
        wanted = [call for call in card.calls if call.operator == self.operator.id and call.seq > after]
        if not wanted or not sees_card(self.operator, card):
            return
        self._seen[card.conversation] = wanted[-1].seq
        for call in wanted:
            self.put(Told(kind=call.kind, conversation=card.conversation, by=call.by, text=call.text, seq=call.seq))
