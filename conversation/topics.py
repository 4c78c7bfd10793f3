"""The operators' group on a messenger: which topic of it shows which chat, how far it was told, and who writes there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from conversation.value import Value


class Topic(Value, frozen=True, kw_only=True):
    """A chat's topic in the group ``forum``, and all that was surely told there.

    ``topic`` 0: there is none yet. ``seq``: the chat's messages up to here were told, and ``part`` pieces of the next one.
    ``conversation`` and ``version``: the state that was shown last. ``title``, ``icon``, ``open``: as the topic has them.
    ``card``: the message that sums up, ``shown`` a digest of its words, ``pinned`` the one that is pinned.
    """

    chat: str
    forum: int
    topic: int = 0
    seq: int = 0
    part: int = 0
    conversation: str = ""
    version: int = 0
    title: str = ""
    icon: str = ""
    open: bool = False
    card: int = 0
    shown: str = ""
    pinned: int = 0


class TopicStore(Protocol):
    """Every method is one transaction. All raise StoreError."""

    async def of_chat(self, chat: str, forum: int) -> Topic | None: ...

    async def at(self, forum: int, topic: int) -> Topic | None: ...

    async def put(self, topic: Topic) -> None: ...

    async def behind(self, forum: int, limit: int) -> Sequence[str]:
        """Chats that people have and whose topic is missing or does not know the newest; and those it should let go."""
        ...

    async def offer(self, code: str, operator: str, expires: datetime) -> None:
        """``code``: the hash of what the operator is to show. An earlier code of the same operator is void."""
        ...

    async def redeem(self, code: str, user: int, now: datetime) -> str:
        """The messenger's ``user`` is the operator that the code was made for, from now on; empty for a code that is not good.

        A code is good once; one person is one operator, and one operator one person.
        """
        ...

    async def operator_of(self, user: int) -> str:
        """Empty for one who is nobody's."""
        ...

    async def user_of(self, operator: str) -> int:
        """0: nobody."""
        ...

    async def unlink(self, operator: str) -> None: ...
