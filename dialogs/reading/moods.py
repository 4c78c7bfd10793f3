"""``locales/<language>/moods.yaml`` of the product and ``_moods.yaml`` of a bot folder → the words by which moods are heard."""

from typing import Final

import msgspec

from conversation.reasons import MoodList, MoodWords
from conversation.value import Data
from dialogs.problems import Problem
from dialogs.reading.reader import Reader
from dialogs.reading.source import Path, Source

MOODS: Final = "_moods"
"""The topic of a bot folder's own words. They are no translations of each other, so translators are not asked for them."""
MAX_WORDS: Final = 6
_KEYS: Final = frozenset({"instead", "anger", "urgency", "calm", "plain", "negations", "degrees"})
_LISTS: Final = frozenset({"strong", "weak"})


def read_moods(source: Source, language: str, problems: list[Problem], base: MoodWords | None = None) -> MoodWords:
    """The file's words before those of ``base``, or, where it says ``instead: true``, in place of its moods."""
    reader = Reader(source, problems)
    data = reader.mapping(source.data, (), {language})
    body = reader.mapping(data.get(language), (language,), _KEYS)
    base = base or MoodWords()
    if reader.flag(body.get("instead"), (language, "instead")):
        base = msgspec.structs.replace(base, anger=MoodList(), urgency=MoodList(), calm=(), plain=())
    at = (language,)
    return MoodWords(
        anger=_list(reader, body.get("anger"), (*at, "anger"), base.anger),
        urgency=_list(reader, body.get("urgency"), (*at, "urgency"), base.urgency),
        calm=_words(reader, body.get("calm"), (*at, "calm")) + base.calm,
        plain=_words(reader, body.get("plain"), (*at, "plain")) + base.plain,
        negations=_words(reader, body.get("negations"), (*at, "negations")) + base.negations,
        degrees=_words(reader, body.get("degrees"), (*at, "degrees")) + base.degrees,
    )


def _list(reader: Reader, data: Data, path: Path, base: MoodList) -> MoodList:
    body = reader.mapping(data, path, _LISTS)
    strong, weak = (_words(reader, body.get(name), (*path, name)) for name in ("strong", "weak"))
    return MoodList(strong=strong + base.strong, weak=weak + base.weak)


def _words(reader: Reader, data: Data, path: Path) -> tuple[str, ...]:
    found = []
    for index, item in enumerate(reader.items(data, path)):
        word, at = reader.text(item, (*path, index)).strip(), (*path, index)
        if not any(char.isalpha() or ord(char) > 0x2000 for char in word):
            reader.complain(at, f"“{word}” is no word", "write a word or a phrase as customers type it")
        elif len(word.split()) > MAX_WORDS:
            reader.complain(
                at, f"“{word}” is too long", f"write at most {MAX_WORDS} words: a shorter part is found as well"
            )
        elif any("*" in part[:-1] or part.startswith("*") for part in word.split()):
            reader.complain(
                at, f"“{word}” has a star that is not at the end of a word", "end a word with it: `unversch*`"
            )
        else:
            found.append(word)
    return tuple(found)
