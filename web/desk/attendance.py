"""Who sits at the desk."""

from typing import Final

TOPIC: Final = "attendance"
"""That somebody came, left, or chose another status."""
EVERY: Final = 20.0
"""Seconds after which those who are there say so again."""
