"""How a text is read for an encoder that does not know its language: as text in one that it knows."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from nlu.ukrainian import to_russian

Reading: TypeAlias = Callable[[str], str]
"""The text as the encoder shall see it. Pure, and quick: it runs on the event loop for each text."""

READINGS: Final[Mapping[str, Reading]] = {"uk": to_russian}
"""By language (``uk``). A change here changes vectors: raise the format of ``nlu.cache`` with it, so that models are trained again."""
