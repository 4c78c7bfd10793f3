"""Looks at what waits to be decided on, and does what the editor says: into the file first, then into the store."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from app.review.items import Examples, Item, gather
from app.review.write import add_example, read_examples
from conversation.candidates import CandidateOrigin, CandidateStore, Ruling
from conversation.errors import ContentError, LotseError
from conversation.ports import Clock, Nlu
from dialogs.examples import OTHER

MOST: Final = 10_000
ASKED: Final = 500
"""Sentences about which the model is asked: nobody decides on more in one go."""


class NothingFoundError(LotseError):
    """No candidate has that id."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(
            f"nothing to decide on has the id {', '.join(ids)}; lotse nlu review --list shows which there are"
        )


class Desk:
    """``folder``: the bot's. ``nlu``: the current model; None where there is none. ``intents``: those that the dialogs use."""

    def __init__(
        self, store: CandidateStore, folder: Path, clock: Clock, *, nlu: Nlu | None, intents: Sequence[str]
    ) -> None:
        self._store = store
        self._folder = folder
        self._clock = clock
        self._nlu = nlu
        self._used = tuple(intents)
        self.accepted = 0
        self.rejected = 0

    @property
    def intents(self) -> tuple[str, ...]:
        """Under which a sentence can be accepted, as the files are now."""
        return tuple(dict.fromkeys((*self._used, *Examples(read_examples(self._folder)).intents, OTHER)))

    async def waiting(
        self,
        *,
        language: str = "",
        intent: str = "",
        origin: CandidateOrigin | None = None,
        since: datetime | None = None,
        again: bool = False,
    ) -> list[Item]:
        """What is to be decided on. ``again``: and what was."""
        found = gather(await self._store.all(language=language, limit=MOST), Examples(read_examples(self._folder)))
        items = [
            item
            for item in found
            if (again or item.opened)
            and (not intent or intent in (item.proposed, *(vote.intent for vote in item.votes)))
            and (origin is None or any(vote.origin == origin for vote in item.votes))
            and (since is None or item.last >= since)
        ]
        return [await self._seen(item) for item in items[:ASKED]] + items[ASKED:]

    async def _seen(self, item: Item) -> Item:
        if self._nlu is None:
            return item
        understanding = await self._nlu.understand(item.text, item.language)
        return msgspec.structs.replace(item, now=understanding.intents)

    async def accept(self, item: Item, intent: str) -> str:
        """Where it was written. Raises ContentError, BotError, OSError: then nothing was decided."""
        if intent not in self.intents:
            known = ", ".join(self.intents)
            raise ContentError(
                f"there is no intent {intent}; there are {known}. A new one begins in nlu/ and in a dialog"
            )
        place = add_example(self._folder, item.language, intent, item.text)
        await self._decide(item, Ruling(verdict="accepted", intent=intent, at=self._clock.now()))
        self.accepted += 1
        return place

    async def reject(self, item: Item) -> None:
        await self._decide(item, Ruling(verdict="rejected", at=self._clock.now()))
        self.rejected += 1

    async def _decide(self, item: Item, ruling: Ruling) -> None:
        await self._store.decide(item.language, item.alike, ruling)


def chosen(items: Sequence[Item], ids: Sequence[str]) -> list[Item]:
    """By their ids, of which the beginning is enough. Raises NothingFoundError."""
    found = {id_: [item for item in items if item.id.startswith(id_)] for id_ in ids if id_}
    missing = [id_ for id_, hits in found.items() if len(hits) != 1]
    if missing:
        raise NothingFoundError(missing)
    return [hits[0] for hits in found.values()]
