"""What customers' keyboards and apps do to a sentence, made on purpose: pure, the same text and seed give the same result."""

import random
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

TYPO_EVERY: Final = 15
"""Characters for each slip of the finger."""

LONG: Final = 10_000
"""Characters of a text with a log pasted under it."""

_EMOJI: Final = ("🙏", "😡", "👍", "😅", "🤷‍♀️", "❤️", "🇩🇪", "👨‍👩‍👧")
_MARKS: Final = ("\u200b", "\u200d", "\ufeff", "\u200f", "\u202b", "\u202c", "\x07", "\x1b", "\u00ad", "\u2060")
_FOREIGN: Final[Mapping[str, tuple[str, str]]] = {
    "de": ("hello,", "thanks"),
    "en": ("hallo,", "danke"),
    "ru": ("hello,", "please"),
    "uk": ("hello,", "please"),
}

_KEYS_EN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`"
_KEYS_DE: Final = "qwertzuiopü+asdfghjklöäyxcvbnm,.-^"
_KEYS_RU: Final = "йцукенгшщзхъфывапролджэячсмитьбю.ё"
_KEYS_UK: Final = "йцукенгшщзхїфівапролджєячсмитьбю.ґ"
_ROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "ru": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    "uk": ("йцукенгшщзхї", "фівапролджє", "ячсмитьбю"),
}

_LATIN_TWINS, _CYRILLIC_TWINS = "aeopcxyikAEOPCXKMHTBI", "аеорсхуікАЕОРСХКМНТВІ"
_TWINS: Final = str.maketrans(_LATIN_TWINS + _CYRILLIC_TWINS, _CYRILLIC_TWINS + _LATIN_TWINS)
"""Latin and Cyrillic letters that look alike, each by the other."""

_BASE_RU: Final[Mapping[str, str]] = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".replace("-", "").split(" "),
        strict=True,
    )
)
_BASE_UK: Final[Mapping[str, str]] = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch - iu ia".replace("-", "").split(" "),
        strict=True,
    )
)
_SYSTEMS: Final[Mapping[str, tuple[Mapping[str, str], ...]]] = {
    "ru": (
        _BASE_RU,  # passports
        {**_BASE_RU, "й": "y", "х": "h", "ц": "c", "щ": "sh", "ё": "yo", "ь": "'"},  # chat
        {**_BASE_RU, "й": "j", "х": "h", "ц": "c", "щ": "sch", "ё": "jo", "ю": "ju", "я": "ja", "ь": ""},  # chat, older
        {**_BASE_RU, "в": "w", "й": "j", "з": "s", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch", "ю": "ju", "я": "ja"},
    ),
    "uk": (
        _BASE_UK,  # passports
        {**_BASE_UK, "г": "g", "х": "h", "ц": "c", "й": "y", "ї": "yi", "є": "ye", "ю": "yu", "я": "ya", "щ": "sch"},  # chat
        {**_BASE_UK, "х": "h", "ц": "c", "й": "j", "ї": "ji", "є": "je", "ю": "ju", "я": "ja", "щ": "shch", "ь": "'"},
        {**_BASE_UK, "г": "g", "х": "h", "ц": "ts", "й": "y", "ї": "i", "є": "e", "ю": "yu", "я": "ya", "и": "i", "щ": "sh"},
    ),
}  # fmt: skip


def _dice(seed: int, text: str) -> random.Random:
    return random.Random(f"{seed} {text}")  # noqa: S311 - a repeatable choice, no secret


def typos(text: str, language: str, seed: int) -> str:
    """One slip for every ``TYPO_EVERY`` characters: a letter left out, doubled, swapped with the next, or its neighbour's."""
    dice = _dice(seed, text)
    letters = list(text)
    for _ in range(max(1, round(len(text) / TYPO_EVERY))):
        places = [number for number, char in enumerate(letters) if char.isalpha()]
        if len(places) < 3:
            break
        place = dice.choice(places)
        match dice.randrange(4):
            case 0:
                del letters[place]
            case 1:
                letters.insert(place, letters[place])
            case 2 if place + 1 < len(letters):
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
            case _:
                letters[place] = _neighbour(letters[place], language, dice)
    return "".join(letters)


def _neighbour(letter: str, language: str, dice: random.Random) -> str:
    for row in _ROWS.get(language, _ROWS["en"]):
        place = row.find(letter.lower())
        if place >= 0:
            near = [row[number] for number in (place - 1, place + 1) if 0 <= number < len(row)]
            chosen = dice.choice(near)
            return chosen.upper() if letter.isupper() else chosen
    return letter


def bare(text: str, _language: str, _seed: int) -> str:
    """Letters without their dots and accents (ä as a, ß as ss, ё as е, й kept)."""
    kept = text.replace("ß", "ss").replace("ё", "е").replace("Ё", "Е")
    return "".join(
        char if char in "йЙїЇ" else "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
        for char in kept
    )  # fmt: skip


_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ё": "е"})


def spelled(text: str, language: str, _seed: int) -> str:
    """Umlauts as two letters, as on a foreign keyboard; ё as е; the Ukrainian apostrophe left out."""
    plain = text.translate(_SPELLED)
    return plain.translate(str.maketrans("", "", "'’ʼ")) if language == "uk" else plain


def transliterated(text: str, language: str, seed: int) -> str:
    """Russian and Ukrainian in Latin letters, by one of four habits; other languages stay."""
    systems = _SYSTEMS.get(language)
    if systems is None:
        return text
    table = _dice(seed, text).choice(systems)
    return "".join(_one_letter(char, table) for char in text)


def _one_letter(char: str, table: Mapping[str, str]) -> str:
    low = char.lower()
    if low not in table:
        return "" if low in "ъ’ʼ" else char
    return table[low].capitalize() if char != low else table[low]


def other_layout(text: str, language: str, _seed: int) -> str:
    """Typed while the keyboard stood at the other language: Latin keys for Cyrillic words and the reverse."""
    match language:
        case "ru" | "uk":
            source = _KEYS_RU if language == "ru" else _KEYS_UK
            target = _KEYS_EN
        case "de":
            source, target = _KEYS_DE, _KEYS_EN
        case _:
            source, target = _KEYS_EN, _KEYS_RU
    low = dict(zip(source, target, strict=True))
    high = {key.upper(): value.upper() for key, value in low.items() if key.isalpha()}
    return "".join(high.get(char) or low.get(char, char) for char in text)


def upper(text: str, _language: str, _seed: int) -> str:
    return text.upper()


def emoji(text: str, _language: str, seed: int) -> str:
    dice = _dice(seed, text)
    return f"{dice.choice(_EMOJI)} {text}{dice.choice(_EMOJI)}{dice.choice(_EMOJI)}"


def mixed(text: str, language: str, _seed: int) -> str:
    """A foreign greeting before it and a foreign word after it."""
    first, last = _FOREIGN.get(language, _FOREIGN["de"])
    return f"{first} {text} {last}"


def invisible(text: str, _language: str, seed: int) -> str:
    """Control characters, zero-width and direction marks between the letters."""
    dice = _dice(seed, text)
    pieces = [char + (dice.choice(_MARKS) if dice.random() < 0.2 else "") for char in text]
    return dice.choice(_MARKS) + "".join(pieces)


def twins(text: str, _language: str, seed: int) -> str:
    """About a third of the letters that have a look-alike in the other alphabet are replaced by it."""
    dice = _dice(seed, text)
    return "".join(char.translate(_TWINS) if dice.random() < 1 / 3 else char for char in text)


def long(text: str, _language: str, seed: int) -> str:
    """The sentence, and under it something pasted, up to ``LONG`` characters."""
    dice = _dice(seed, text)
    filler = " ".join(f"{dice.randrange(16**8):08x}" for _ in range(LONG // 9))
    return f"{text}\n\n{filler}"[:LONG]


PERTURBATIONS: Final[Mapping[str, Callable[[str, str, int], str]]] = MappingProxyType(
    {
        "typos": typos,
        "bare": bare,
        "spelled": spelled,
        "transliterated": transliterated,
        "other layout": other_layout,
        "upper case": upper,
        "emoji": emoji,
        "mixed": mixed,
        "invisible": invisible,
        "look-alikes": twins,
        "10,000 characters": long,
    }
)
"""Name to ``(text, language, seed) -> text``. Only ``transliterated`` and ``other layout`` leave some languages as they are."""
