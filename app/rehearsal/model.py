"""The bot's real language model, for words that a transcript does not explain."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app.bot_folder import nlu_examples
from app.settings import Settings
from conversation.understanding import Understanding

if TYPE_CHECKING:
    from nlu.layers.chain import LayeredNlu


class Model:
    """Trained, or read from the cache, when it is first asked: most transcripts never do. A bot without examples understands nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runner: asyncio.Runner | None = None
        self._model: LayeredNlu | None = None
        self._stack = AsyncExitStack()

    def __call__(self, text: str, language: str) -> Understanding:
        """Raises ContentError with file and line where the examples are broken."""
        examples = nlu_examples(self._folder) if self._model is None else {}
        if examples:
            self._runner = asyncio.Runner()
            self._model = self._runner.run(self._opened(examples))
        if self._model is None or self._runner is None:
            return Understanding()
        return self._runner.run(self._model.understand(text, language))

    async def _opened(self, examples: Mapping[str, bytes]) -> "LayeredNlu":
        from app.nlu_layers import open_layers
        from nlu.service import open_nlu

        settings = Settings()
        return await open_nlu(examples, settings.var / "nlu", await open_layers(settings, self._stack))

    def close(self) -> None:
        if self._runner is not None:
            self._runner.run(self._stack.aclose())
            self._runner.close()
