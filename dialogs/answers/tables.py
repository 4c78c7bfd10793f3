"""The shape of the tables of words, one a language (``words_de`` …); ``lexicon`` says what the letters stand for."""

from collections.abc import Mapping
from typing import TypeAlias

Symbol: TypeAlias = tuple[str, int]
Table: TypeAlias = Mapping[str, Mapping[int, str]]
"""Symbol to number to the words for it, separated by spaces. ``#`` holds ordinal numbers, ``-`` words without weight."""
