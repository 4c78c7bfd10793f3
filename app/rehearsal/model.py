"""The bot's real language model, for words that a transcript does not explain."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from app.bot_folder import nlu_examples
from app.settings import Settings
from conversation.understanding import Understanding

if TYPE_CHECKING:
    from nlu.service import LocalNlu


class Model:
    """Trained, or read from the cache, when it is first asked: most transcripts never do. A bot without examples understands nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runner: asyncio.Runner | None = None
        self._model: LocalNlu | None = None

    def __call__(self, text: str, language: str) -> Understanding:
        """Raises ContentError with file and line where the examples are broken."""
        examples = nlu_examples(self._folder) if self._model is None else {}
        if examples:
            from nlu.service import open_nlu

            self._runner = asyncio.Runner()
            self._model = self._runner.run(open_nlu(examples, Settings().var / "nlu"))
        if self._model is None or self._runner is None:
            return Understanding()
        return self._runner.run(self._model.understand(text, language))

    def close(self) -> None:
        if self._runner is not None:
            self._runner.close()
