"""Letters that look alike: on a Cyrillic keyboard А-12345 is typed with other letters than on a Latin one."""

from typing import Final

LATIN_LOOKALIKES: Final = str.maketrans("АВЕКМНОРСТХІавекмнорстхі", "ABEKMHOPCTXIabekmhopctxi")
"""For `str.translate`: one letter for one, so places in the text stay as they are."""
