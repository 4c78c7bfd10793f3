"""How Ukrainian spelling leads to Russian: letters, endings, and what sounds alike in both."""

import re
from typing import Final

_LETTERS: Final = str.maketrans({"і": "и", "ї": "и", "є": "е", "ґ": "г", "'": "ъ"})
_SOUNDS: Final = str.maketrans(
    {**dict.fromkeys("оеэиыіїєё", "е"), "з": "с", "ґ": "г", "щ": "ш", "ь": None, "ъ": None, "'": None}
)
_WORN: Final = str.maketrans(
    {"ї": "і", "и": "і", "й": "і", "ы": "і", "є": "е", "э": "е", "ґ": "г", "'": None, "ь": None, "ъ": None}
)
_TWICE: Final = re.compile(r"([^аеиіоуыюяєїё])\1+")
_PREFIXES: Final = (
    ("від", "от"),
    ("роз", "раз"),
    ("зі", "со"),
    ("з'", "съ"),
    ("об'", "объ"),
    ("ви", "вы"),
    ("під", "под"),
    ("над", "над"),
)

_ENDINGS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    # Ukrainian ending, and the Russian ones to try, the likeliest first; the longest that fits counts.
    ("уватися", ("оваться", "ываться")),
    ("уватись", ("оваться", "ываться")),
    ("увати", ("овать", "ывать")),
    ("ювати", ("евать", "ивать")),
    ("ування", ("ование", "ывание")),
    ("ювання", ("евание", "ивание")),
    ("уванні", ("овании", "ывании")),
    ("ували", ("овали", "ывали")),
    ("увала", ("овала", "ывала")),
    ("ував", ("овал", "ывал")),
    ("ування", ("ование", "ывание")),
    ("уваний", ("ованный",)),
    ("увана", ("ованная",)),
    ("ований", ("ованный",)),
    ("ована", ("ованная", "ована")),
    ("овані", ("ованные", "ованы")),
    ("овано", ("овано",)),
    ("ується", ("уется",)),
    ("уються", ("уются",)),
    ("юється", ("юется", "яется")),
    ("юються", ("яются",)),
    ("ується", ("уется", "ывается")),
    ("ується", ("уется",)),
    ("ається", ("ается",)),
    ("яється", ("яется",)),
    ("аються", ("аются",)),
    ("иться", ("ится", "иться")),
    ("яться", ("ятся",)),
    ("ються", ("ются",)),
    ("уться", ("утся",)),
    ("ється", ("ется",)),
    ("еться", ("ется",)),
    ("итися", ("иться", "ыться")),
    ("тися", ("ться",)),
    ("тись", ("ться",)),
    ("вся", ("лся",)),
    ("всь", ("лся",)),
    ("лася", ("лась",)),
    ("лося", ("лось",)),
    ("лися", ("лись",)),
    ("ння", ("ние", "нья")),
    ("нню", ("нию",)),
    ("нням", ("нием",)),
    ("нні", ("нии",)),
    ("ннях", ("ниях",)),
    ("ннями", ("ниями",)),
    ("ень", ("ений", "ень")),
    ("ань", ("аний",)),
    ("ття", ("тие", "тья")),
    ("ттю", ("тию",)),
    ("ттям", ("тием",)),
    ("тті", ("тии",)),
    ("лля", ("лье",)),
    ("сся", ("сье",)),
    ("ість", ("ость", "есть")),
    ("істю", ("остью",)),
    ("ості", ("ости",)),
    ("остей", ("остей",)),
    ("ського", ("ского",)),
    ("ський", ("ский",)),
    ("ська", ("ская",)),
    ("ське", ("ское",)),
    ("ські", ("ские",)),
    ("ської", ("ской",)),
    ("ській", ("ской",)),
    ("цький", ("цкий",)),
    ("цька", ("цкая",)),
    ("ного", ("ного",)),
    ("ний", ("ный", "нный", "ний", "ной")),
    ("на", ("ная", "на", "нная")),
    ("не", ("ное", "не", "нное")),
    ("ні", ("ные", "ни", "ны", "не", "нные")),
    ("ній", ("ной", "ний", "ней")),
    ("ної", ("ной",)),
    ("ною", ("ной",)),
    ("ну", ("ную", "ну")),
    ("ним", ("ным", "ним")),
    ("ними", ("ными",)),
    ("них", ("ных", "них")),
    ("ому", ("ом", "ому")),
    ("ого", ("ого", "его")),
    ("ої", ("ой", "ои")),
    ("єї", ("ей",)),
    ("ою", ("ой", "ою")),
    ("ею", ("ей",)),
    ("єю", ("ей",)),
    ("ією", ("ией", "ией")),
    ("ії", ("ии",)),
    ("ія", ("ия",)),
    ("ію", ("ию",)),
    ("ій", ("ий", "ой", "ей")),
    ("ий", ("ый", "ий", "ой")),
    ("ові", ("у", "ове")),
    ("еві", ("ю",)),
    ("єві", ("ю",)),
    ("ів", ("ов", "ев", "ел", "ив")),
    ("їв", ("ев",)),
    ("ав", ("ал", "ав")),
    ("яв", ("ял",)),
    ("ив", ("ил", "ив")),
    ("ув", ("ул", "ыл", "ув")),
    ("ити", ("ить", "ыть")),
    ("ти", ("ть", "ти", "ты")),
    ("ємо", ("ем",)),
    ("емо", ("ем",)),
    ("имо", ("им",)),
    ("їмо", ("им",)),
    ("єте", ("ете",)),
    ("єш", ("ешь",)),
    ("еш", ("ешь",)),
    ("иш", ("ишь",)),
    ("іть", ("ите",)),
    ("ють", ("ют",)),
    ("уть", ("ут",)),
    ("ить", ("ит",)),
    ("їть", ("ит",)),
    ("ать", ("ат",)),
    ("ять", ("ят",)),
    ("ли", ("ли", "лы")),
    ("ує", ("ует", "ывает")),
    ("ює", ("ует", "яет")),
    ("ає", ("ает",)),
    ("яє", ("яет",)),
    ("є", ("ет", "е")),
    ("ую", ("ую", "ываю")),
    ("ці", ("ке", "цы", "це")),
    ("зі", ("ге", "зи", "зе")),
    ("сі", ("хе", "сы", "се")),
    ("і", ("е", "и", "ы", "ые")),
    ("ї", ("и", "ей")),
    ("и", ("ы", "и", "ый")),
    ("ам", ("ам",)),
    ("им", ("ым", "им")),
    ("их", ("ых", "их")),
    ("ими", ("ыми", "ими")),
    ("а", ("а", "ая")),
    ("я", ("я", "яя", "е")),
    ("е", ("е", "ое", "ет")),
    ("у", ("у", "ую", "е")),
    ("ю", ("ю", "юю", "й")),
)
_BY_LENGTH: Final = {
    size: {ending: russian for ending, russian in _ENDINGS if len(ending) == size} for size in range(7, 0, -1)
}
_LATIN: Final = (
    ("shch", "щ"),
    ("sch", "щ"),
    ("zgh", "зг"),
    ("kh", "х"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("zh", "ж"),
    ("ts", "ц"),
    ("ya", "я"),
    ("ia", "я"),
    ("ja", "я"),
    ("yu", "ю"),
    ("iu", "ю"),
    ("ju", "ю"),
    ("ye", "є"),
    ("ie", "є"),
    ("je", "є"),
    ("yi", "ї"),
    ("ji", "ї"),
    ("yo", "йо"),
    ("w", "в"),
    ("x", "х"),
    ("q", "к"),
    ("ğ", "г"),
    *zip("abvhgdezyijklmnoprstufcʹ", "абвггдезиійклмнопрстуфць", strict=True),
)
_TO_CYRILLIC: Final = dict(_LATIN)
_LATIN_PARTS: Final = re.compile("|".join(re.escape(latin) for latin, _ in _LATIN))


def worn(word: str) -> str:
    """A Ukrainian word without what is often misspelt: і/ї/и/й, е/є, г/ґ, apostrophe, soft sign, doubled letters."""
    return _TWICE.sub(r"\1", word.translate(_WORN))


def sound(word: str) -> str:
    """A Russian word, or a Ukrainian one spelt as Russian, by what both languages share."""
    return _TWICE.sub(r"\1", word.translate(_SOUNDS))


def spellings(word: str) -> list[str]:
    """Ways to spell a Ukrainian word of at least one letter as a Russian one, at most twelve, the likeliest first."""
    start, rest = "", word
    for prefix, russian in _PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix) + 2:
            start, rest = russian, word[len(prefix) :]
            break
    found = [start + stem + ending for stem, ending in _stems(rest)]
    plain = word.translate(_LETTERS)
    return list(dict.fromkeys([*found, plain] if start or found else [plain]))


def _stems(rest: str) -> list[tuple[str, str]]:
    for size, endings in _BY_LENGTH.items():
        ending = rest[-size:]
        if len(rest) > size + 1 and ending in endings:
            stem = rest[:-size].translate(_LETTERS)
            return [(stem, _soft(stem, russian)) for russian in endings[ending]]
    return [(rest.translate(_LETTERS), "")]


def _soft(stem: str, ending: str) -> str:
    """Russian has no ы after these letters."""
    return "и" + ending[1:] if ending[:1] == "ы" and stem[-1] in "гкхжчшщ" else ending


def likeness(spelt: str, russian: str) -> float:
    """0 to 1: how alike two words of one sound are; letters that Ukrainian і and и can stand for count half."""
    same = sum(1.0 if a == b else 0.5 for a, b in zip(spelt, russian, strict=False))
    return same / max(len(spelt), len(russian), 1)


def cyrillic(text: str) -> str:
    """Transliterated Ukrainian, small letters, in its own ones."""
    return _LATIN_PARTS.sub(lambda part: _TO_CYRILLIC[part.group()], text)
