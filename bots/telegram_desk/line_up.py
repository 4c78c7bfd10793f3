"""What is to be said in the group, one at a time: answers to operators first, then chats whose state changed, then the others."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence

from conversation.value import Value


class Answer(Value, frozen=True, kw_only=True):
    """To one operator. ``chat`` 0: in the group. ``text`` is HTML; ``change``: put in the place of this message of ours."""

    topic: int
    reply_to: int
    text: str
    keys: tuple[tuple[str, str], ...] = ()
    chat: int = 0
    change: int = 0


class LineUp:
    """A chat stands in it once, however much happens in it: what is said is worked out when its turn comes."""

    def __init__(self) -> None:
        self._answers: deque[Answer] = deque()
        self._changed: OrderedDict[str, None] = OrderedDict()
        self._others: OrderedDict[str, None] = OrderedDict()
        self._some = asyncio.Event()

    def answer(self, answer: Answer) -> None:
        self._answers.append(answer)
        self._some.set()

    def again(self, answer: Answer) -> None:
        """It could not be said: it is the first again."""
        self._answers.appendleft(answer)
        self._some.set()

    def chat(self, chat: str, *, changed: bool = False) -> None:
        if changed:
            self._others.pop(chat, None)
            self._changed.setdefault(chat)
        elif chat not in self._changed:
            self._others.setdefault(chat)
        self._some.set()

    def chats(self, chats: Sequence[str]) -> None:
        for chat in chats:
            self.chat(chat)

    @property
    def busy(self) -> bool:
        return bool(self._answers or self._changed or self._others)

    async def next(self) -> Answer | str:
        """An answer, or a chat, whose turn it is; it has left the line."""
        while not self.busy:
            self._some.clear()
            await self._some.wait()
        if self._answers:
            return self._answers.popleft()
        line = self._changed or self._others
        return line.popitem(last=False)[0]
