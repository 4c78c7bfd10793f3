"""Words that a bot's files may hold: whatever people type, but no control characters."""

from hypothesis import strategies as st

from dialogs.reading.source import CONTROL

PRINTED = st.characters(codec="utf-8").filter(lambda char: not CONTROL.search(char))
