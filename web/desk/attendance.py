"""Who sits at the desk."""

from typing import Final

from conversation.news import ATTENDANCE_TOPIC

TOPIC: Final = ATTENDANCE_TOPIC
EVERY: Final = 20.0
"""Seconds after which those who are there say so again."""
