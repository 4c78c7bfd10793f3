"""Words that customers may write, the commonest first: see README.md beside this file for where they come from."""

import re
import tarfile
from collections.abc import Callable, Iterable, Mapping
from math import exp
from pathlib import Path

from bench.language import corpus
from bench.language.frequencies import counted_in_films, likely_in_writing, ukrainian
from nlu.ukrainian import words_of_the_package

WORD = re.compile(r"[^\W\d_]{1,30}")
EVERYDAY = 1_000
"""Russian words that stay when Ukrainian has the same spelling for something else; rarer ones are read as Ukrainian."""

_LATIN = re.compile("[a-zäöüß]{1,30}")
CLITICS = ("n't", "'s", "'m", "'re", "'ve", "'ll", "'d")
MARKS = (
    *".,;:!?-/()%&+*#€$£₽₴\"'",
    *(
        "...",
        "0",
        "00",
        "000",
        "0000",
        "00000",
        "0.",
        "00.",
        "0:00",
        "00:00",
        "0/0",
        "0/00",
        "00/00",
        "0am",
        "0pm",
        "00am",
        "00pm",
    ),
    *("0st", "0nd", "0rd", "0th", "00st", "00nd", "00rd", "00th", "00s", "0k", "00k", "000k"),
)
"""As ``nlu.features`` leaves them: digits alike."""

_RUSSIAN = re.compile("[а-яё]{1,30}")


def written(wheels: Path, language: str, most: int) -> list[str]:
    """The ``most`` that are written most often, in small letters, by spaCy's table of German or English."""
    shares: dict[str, float] = {}
    for word, logarithm in likely_in_writing(wheels, language).items():
        low = word.lower()
        if _LATIN.fullmatch(low) or low in CLITICS:
            shares[low] = shares.get(low, 0) + exp(logarithm)
    return sorted(shares, key=lambda word: (-shares[word], word))[:most]


def russian(wheels: Path, share: Callable[[str], float], most: int) -> list[str]:
    """What is known to be written often, then all forms of its dictionary entries, then those of the ``most`` entries that are
    written most often by ``share``."""
    entries = russian_entries(wheels)
    spoken = _subtitled(wheels)
    common = [word for word in (*of_the_project(), *_read_from_ukrainian(), *spoken) if _RUSSIAN.fullmatch(word)]
    owner = {form: entry for entry, forms in entries.items() for form in forms}
    shares = {entry: max(map(share, forms)) for entry, forms in entries.items()}
    ranked = sorted(shares, key=lambda entry: (-shares[entry], entry))[:most]
    chosen = dict.fromkeys([*(owner[word] for word in common if word in owner), *ranked])
    words = dict.fromkeys([*common, *(form for entry in chosen for form in entries[entry])])
    rather_ukrainian = {form for form, read in words_of_the_package().forms.items() if read != form} - set(
        spoken[:EVERYDAY]
    )
    return [word for word in words if word not in rather_ukrainian]


def russian_entries(wheels: Path) -> Mapping[str, list[str]]:
    """Entries of the Hunspell dictionary that are written small, and all forms of each."""
    (packed,) = wheels.glob("dictionary-ru-*.tgz")
    with tarfile.open(packed) as archive:
        endings, entries = (_lines(archive, f"package/index.{name}") for name in ("aff", "dic"))
    return expanded(endings, entries[1:])


def expanded(endings: Iterable[str], entries: Iterable[str]) -> Mapping[str, list[str]]:
    """``endings``: lines of an ``.aff`` file, of which suffixes count (``SFX flag strip add condition``); ``entries``: lines of a
    ``.dic`` file, ``word/flags``."""
    rules: dict[str, list[tuple[str, str, re.Pattern[str]]]] = {}
    for line in endings:
        match line.split():
            case ["SFX", flag, strip, add, condition, *_]:
                rule = (strip.replace("0", ""), add.split("/")[0].replace("0", ""), re.compile(f"{condition}$"))
                rules.setdefault(flag, []).append(rule)
    found: dict[str, list[str]] = {}
    for line in entries:
        word, _, flags = line.strip().partition("/")
        if _RUSSIAN.fullmatch(word):
            forms = [
                word.removesuffix(strip) + add
                for flag in flags
                for strip, add, condition in rules.get(flag, ())
                if word.endswith(strip) and condition.search(word)
            ]
            found[word] = list(dict.fromkeys([*found.get(word, ()), word, *forms]))
    return found


def _subtitled(wheels: Path) -> list[str]:
    """The commonest Russian words of films."""
    table = counted_in_films(wheels, "ru")
    return sorted(table, key=lambda word: (-table[word], word))


def _read_from_ukrainian() -> list[str]:
    """What Ukrainian words are read as, then other Russian words, the commonest first."""
    forms, others = ukrainian()
    return [*(word for meant in forms.values() for word in meant), *others]


def of_the_project() -> list[str]:
    """Words of the messages and examples that were written for this project; Ukrainian ones are looked up as Russian."""
    texts = [
        text for language in ("de", "en", "ru") for text in (*corpus.chat()[language], *corpus.examples()[language])
    ]
    return sorted({word for text in texts for word in WORD.findall(text.lower())})


def _lines(archive: tarfile.TarFile, name: str) -> list[str]:
    file = archive.extractfile(name)
    return file.read().decode("utf-8").splitlines() if file else []
