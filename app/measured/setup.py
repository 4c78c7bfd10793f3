"""What a run is made of."""

from pathlib import Path

from conversation.errors import ContentError
from conversation.value import Value

SEED = 1
"""Of samples, slips of the finger, and the order in which a peer learns."""


class Setup(Value, frozen=True, kw_only=True):
    """``folder``: the sets. ``bot``: a bot folder, for costs and its own figures; ``held_out``: sentences that it never learnt
    (language, intent, texts: YAML)."""

    folder: Path | None
    bot: Path
    held_out: Path | None = None
    seed: int = SEED
    peers: bool = True

    @property
    def sets(self) -> Path:
        """Raises ContentError where no folder was named."""
        if self.folder is None:
            raise ContentError("name the folder of the sets")
        return self.folder
