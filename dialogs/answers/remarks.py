"""What people say around an answer: no, change it, leave it out, from the beginning."""

import re
from typing import Final

from conversation.value import Value
from dialogs.answers.fold import fold


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


_REFUSALS = _folded(
    "nein nee nö ne falsch sorry moment halt doch entschuldigung"
    " no nope wrong oops actually"
    " нет не неверно неправильно ой извините ні невірно вибачте"
)
_CHANGE = _folded(
    "ändern ändere ändert änderung korrigieren korrigiere korrektur berichtigen bearbeiten"
    " change changing correct edit fix update"
    " изменить измени измените исправить исправь исправьте поменять поменяй поменяйте"
    " змінити зміни змініть виправити виправ виправте поміняти поміняй поміняйте"
)
_LINK = _folded(
    "ist sind lautet heißt auf zu : = is are to на есть это будет є це буде"
    " soll sein muss should be must должен должна должно быть має бути"
)
_LIGHT = _folded(
    "der die das den dem mein meine meinen meiner bitte ich will möchte würde gern noch mal nochmal einmal neu neue neuer sie"
    " the my please i want would like need a an new again it its"
    " мой моя мое мою мои пожалуйста я хочу хотел хотела бы еще раз новый новая новое"
    " мій моя моє мою мої будь ласка я хочу хотів хотіла би ще раз новий нова нове , . ! - –"
)
_POLITE = _folded("bitte please пожалуйста ласка , . ! ; : = ?")
_SPARSE = _REFUSALS | _CHANGE | _LINK | _POLITE
_AROUND = _SPARSE | _LIGHT
_OWN_WORDS = _folded(
    "ich wir mir mich mein meine ist sind war bitte danke glaube denke oder aber nicht weiß"
    " i we my me is are was please thanks think or but not know"
    " я мы мне мой моя это есть пожалуйста спасибо думаю или но не знаю"
    " ми мені мій це є будь ласка дякую або але"
)
_SKIPS: Final = frozenset(
    fold(words)
    for words in (
        "überspringen", "weglassen", "ohne", "keine", "keiner", "keins", "entfällt", "habe ich nicht", "keine angabe", "-", "–", "—",
        "skip", "skip it", "none", "leave it out", "i have none", "n/a",
        "пропустить", "пропусти", "нету", "нет такого", "не имею",
        "пропустити", "немає", "не маю",
    )
)  # fmt: skip
_AFRESH: Final = frozenset(
    fold(words)
    for words in (
        "von vorn", "von vorne", "neu anfangen", "neu beginnen", "noch einmal von vorn",
        "start over", "start again", "from the beginning", "restart",
        "сначала", "заново", "начать заново", "начать сначала",
        "спочатку", "почати спочатку", "почати заново",
    )
)  # fmt: skip
_WORD = re.compile(r"[^\s,;:=!?.]+(?:[.:][^\s,;:=!?.]+)*|[,;:=!?.]")


class Remark(Value, frozen=True, kw_only=True):
    """``rest``: the words of the customer without what is only said around them.

    ``refuses``: it begins with a no. ``changes``: it asks to change. ``linked``: "it *is* …", "to …", a colon.
    """

    rest: str = ""
    refuses: bool = False
    changes: bool = False
    linked: bool = False


def remark(text: str, *, words_first: bool = False, words_last: bool = False) -> Remark:
    """Take off, from both ends, the words that only say what the others are for.

    ``words_first``, ``words_last``: the customer's own words may begin or end there, and only what can't be one of them is taken
    off at that end: "An der Alster", "Neu Ulm".
    """
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    folded = [fold(word) for word, _, _ in words]
    before = _SPARSE if words_first else _AROUND
    after = _SPARSE if words_last else _AROUND
    first, last = 0, len(words)
    while first < last and folded[first] in before:
        first += 1
    while last > first and folded[last - 1] in after:
        last -= 1
    said = {*folded[:first], *folded[last:]}
    return Remark(
        rest=text[words[first][1] : words[last - 1][2]] if first < last else "",
        refuses=not _REFUSALS.isdisjoint(folded[:first]),
        changes=not _CHANGE.isdisjoint(said),
        linked=not _LINK.isdisjoint(said),
    )


def speaks(text: str) -> bool:
    """Words in which the customer speaks of something, rather than give a name or a number."""
    return not _OWN_WORDS.isdisjoint(fold(text).split())


def skips(text: str) -> bool:
    return fold(text).strip(" .!") in _SKIPS


def begins_afresh(text: str) -> bool:
    return fold(text).strip(" .!") in _AFRESH
