"""The language model that runs: trained anew when the examples change, beside the old one."""

from collections.abc import Mapping
from pathlib import Path

import structlog

from conversation.errors import ContentError
from conversation.understanding import Understanding
from nlu.service import LocalNlu, open_nlu

_log = structlog.get_logger(__name__)


class LiveNlu:
    """A ``conversation.ports.Nlu``. Examples that can't be used are reported and change nothing; without any it understands nothing."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._examples: Mapping[str, bytes] | None = None
        self._model: LocalNlu | None = None

    async def learn(self, examples: Mapping[str, bytes]) -> None:
        """Train, or read from the cache, off the event loop. The first time, raises ContentError."""
        if examples == self._examples:
            return
        try:
            self._model = await open_nlu(examples, self._cache) if examples else None
        except ContentError as error:
            if self._model is None:
                raise
            _log.error("examples_not_taken_over", problem=str(error))
        self._examples = examples

    async def understand(self, text: str, language: str) -> Understanding:
        return await self._model.understand(text, language) if self._model else Understanding()
