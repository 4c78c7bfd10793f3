"""Sentences that may become examples: ``conversation.candidates.CandidateStore`` on the store's database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Row

from conversation.candidates import Candidate, CandidateOrigin, Reviewed, Ruling, Verdict
from store.codec import decode, micros, moment
from store.loader import Read
from store.reads import readable
from store.statements import Bulk
from store.suggestions import key_of
from store.tables import candidates
from store.writer import Writer

_DECIDE = Bulk(
    "UPDATE candidates SET verdict = v.column3, decided_as = v.column4, decided_at = v.column5"
    " FROM (VALUES {rows}) AS v WHERE candidates.language = v.column1 AND candidates.alike = v.column2"
    " RETURNING candidates.id",
    width=5,
    types=("TEXT", "TEXT", "TEXT", "TEXT", "BIGINT"),
)
_decoder: Final = msgspec.json.Decoder(Candidate)
_VERDICTS: Final[dict[str, Verdict]] = {"accepted": "accepted", "rejected": "rejected"}


class SqlCandidates:
    def __init__(self, read: Read, writer: Writer) -> None:
        self._read = read
        self._writer = writer

    async def all(
        self,
        *,
        language: str = "",
        intent: str | None = None,
        origin: CandidateOrigin | None = None,
        since: datetime | None = None,
        limit: int = 10_000,
    ) -> Sequence[Reviewed]:
        """One that this version can't read is left out."""
        query = select(candidates).order_by(candidates.c.at.desc(), candidates.c.id).limit(limit)
        if language:
            query = query.where(candidates.c.language == language)
        if intent is not None:
            query = query.where(candidates.c.intent == intent)
        if origin:
            query = query.where(candidates.c.origin == origin)
        if since:
            query = query.where(candidates.c.at >= micros(since))
        found, _ = await self._read(lambda connection: readable(connection.execute(query), _reviewed))
        return found

    async def decide(self, language: str, alike: str, ruling: Ruling) -> int:
        row = (language, key_of(alike), ruling.verdict, ruling.intent, micros(ruling.at))
        return len(await self._writer.call(lambda connection: _DECIDE.run(connection, [row])))


def _reviewed(row: Row[Any]) -> Reviewed:
    verdict = _VERDICTS.get(row.verdict)
    ruling = Ruling(verdict=verdict, intent=row.decided_as, at=moment(row.decided_at)) if verdict else None
    return Reviewed(candidate=decode(_decoder, row.body, f"candidate {row.id}"), ruling=ruling)
