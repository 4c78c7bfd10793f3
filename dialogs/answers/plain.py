"""Answers that are not about time: text, numbers, yes and no, ratings, addresses of e-mail."""

import re
import unicodedata

from dialogs.answers.fold import clean, fold
from dialogs.answers.lexicon import lexicon
from dialogs.answers.values import AnswerContext, NotThis, Parsed

_MAX_DIGITS = 15

# ── yes and no ───────────────────────────────────────────────────────────────────────────────────────────────────────

_YES = (
    "ja jaa jo jep jup jawohl klar gern gerne genau richtig stimmt natürlich sicher passt korrekt einverstanden selbstverständlich j"
    " yes yeah yep yup sure ok okay okey correct right absolutely definitely y"
    " да ага угу конечно верно правильно точно хорошо согласен согласна ок окей давайте хочу д"
    " так авжеж звісно звичайно вірно правильно точно добре гаразд згоден згодна хочу еге"
    " 👍 👌 ✅ ✔ ☑ + 🆗"
)
_NO = "nein nee nö ne niemals keinesfalls n no nope nah never нет неа не нельзя ні нє 👎 ❌ ✖ ✗ - 🚫"
_LIGHT = (
    "bitte danke doch aber auf jeden fall das ist sehr alles so auch schon vielen dank lieber"
    " please thanks thank you of course that is it's that's"
    " пожалуйста спасибо все это очень будь ласка дякую це все дуже"
)
_SAYINGS = {
    "stimmt nicht": False,
    "nicht richtig": False,
    "passt nicht": False,
    "auf keinen fall": False,
    "lieber nicht": False,
    "nicht": False,
    "of course": True,
    "of course not": False,
    "not right": False,
    "not correct": False,
    "do not": False,
    "dont": False,
    "не верно": False,
    "неверно": False,
    "не правильно": False,
    "неправильно": False,
    "не надо": False,
    "не нужно": False,
    "не точно": False,
    "не хочу": False,
    "не так": False,
    "невірно": False,
    "не вірно": False,
    "не треба": False,
    "не потрібно": False,
    "alles klar": True,
    "auf jeden fall": True,
    "in ordnung": True,
    "все верно": True,
    "все так": True,
    "все вірно": True,
}
_MEANING: dict[str, bool] = {fold(word): True for word in _YES.split()} | {fold(word): False for word in _NO.split()}
_WEIGHTLESS = frozenset(fold(word) for word in _LIGHT.split())
_SIGN = re.compile(r"[^\W_]+|[^\w\s.,;!?()]")


def read_yes_no(text: str, _: AnswerContext) -> Parsed | NotThis:
    """True or False; a text with both, or with words of its own, is neither."""
    if len(text) > 60:
        return NotThis()
    words = _SIGN.findall(fold(text))
    said = _SAYINGS.get(" ".join(words))
    if said is not None:
        return Parsed(value=said)
    heavy = [word for word in words if word not in _WEIGHTLESS]
    meanings = {_MEANING.get(word) for word in heavy}
    answer = meanings.pop() if len(meanings) == 1 else None
    return NotThis() if answer is None else Parsed(value=answer)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def number_word(word: str, language: str) -> int | None:
    """Zero to twelve, as a word of any language."""
    match lexicon(language).get(fold(word)):
        case (("n", number),):
            return number
    return None


def _separators(language: str) -> tuple[str, str]:
    """What groups thousands and what begins the fraction."""
    if language == "en":
        return ",", "."
    return (".", ",") if language == "de" else ("", ",")


def _value(digits: str, fraction: str, sign: str) -> Parsed | NotThis:
    if len(digits.lstrip("0")) > _MAX_DIGITS:
        return NotThis(reason="too_small" if sign == "-" else "too_big")
    if len(fraction) > _MAX_DIGITS:
        return NotThis()
    number = float(f"{sign}{digits}.{fraction}") if fraction else int(f"{sign}{digits}")
    return Parsed(value=number)


def read_number(text: str, ctx: AnswerContext) -> Parsed | NotThis:
    """1.234,5 in German, 1,234.5 in English; spaces and apostrophes group everywhere. Whole numbers come as int."""
    plain = unicodedata.normalize("NFKC", clean(text)).replace("\u2212", "-")
    word = number_word(plain, ctx.language) if len(plain) <= 20 else None
    if word is not None:
        return Parsed(value=word)
    group, point = _separators(ctx.language)
    grouped = re.fullmatch(
        rf"(?P<sign>[+-]?)(?P<digits>[0-9]{{1,3}}(?:[ '’{re.escape(group)}][0-9]{{3}})+|[0-9]+)"
        rf"(?:{re.escape(point)}(?P<fraction>[0-9]+))?",
        plain,
    )
    simple = grouped or re.fullmatch(r"(?P<sign>[+-]?)(?P<digits>[0-9]+)[.,](?P<fraction>[0-9]+)", plain)
    if not simple:
        return NotThis()
    return _value(re.sub(r"[^0-9]", "", simple["digits"]), simple["fraction"] or "", simple["sign"].replace("+", ""))


# ── ratings ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_STARS = frozenset("⭐★🌟")
_RATING = re.compile(
    r"(?:(?:eine|a|на) )?(?P<rating>[^\W\d_]+|[+-]?[0-9]{1,9})(?: ?(?:/|von|out of|of|из|з|із) ?5)?(?: ?(?P<unit>[^\W\d_]+|⭐|★))?"
)
_UNIT_WORDS = """
    stern sterne sternen punkt punkte bitte star stars point points please
    звезда звезды звезд балл балла баллов зірка зірки зірок бал бали балів
"""
_UNITS = frozenset(_UNIT_WORDS.split()) | _STARS


def read_rating(text: str, ctx: AnswerContext) -> Parsed | NotThis:
    """1 to 5 as a digit, a word, stars, or "4/5"."""
    folded = fold(text)
    stars = folded.replace(" ", "").rstrip("☆")
    if stars and set(stars) <= _STARS:
        return _in_scale(len(stars))
    match = _RATING.fullmatch(folded.strip(" .,;!")) if len(folded) <= 40 else None
    if not match or (match["unit"] and match["unit"] not in _UNITS):
        return NotThis()
    said = match["rating"]
    number = number_word(said, ctx.language) if said[-1].isalpha() else int(said)
    return NotThis() if number is None else _in_scale(number)


def _in_scale(number: int) -> Parsed | NotThis:
    if 1 <= number <= 5:
        return Parsed(value=number)
    return NotThis(reason="too_small" if number < 1 else "too_big")


# ── text, e-mail ──────────────────────────────────────────────────────────────────────────────────────────────


def read_text(text: str, _: AnswerContext) -> Parsed | NotThis:
    """Any words, without control characters."""
    kept = clean(text)
    return Parsed(value=kept) if kept else NotThis(reason="too_short")


_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?P<domain>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}|(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+xn--[a-z0-9-]+)",
    re.IGNORECASE,
)


def read_email(text: str, _: AnswerContext) -> Parsed | NotThis:
    """The one address in the text; its domain in lower case."""
    words = [word for word in clean(text)[:400].split() if "@" in word]
    if len(words) != 1:
        return NotThis()
    address = words[0].strip("<>()[]\"'.,;:!?").removeprefix("mailto:")
    if len(address) > 254 or len(address.split("@", maxsplit=1)[0]) > 64:
        return NotThis(reason="too_long")
    if not _EMAIL.fullmatch(address):
        return NotThis()
    local, domain = address.rsplit("@", 1)
    return Parsed(value=f"{local}@{domain.lower()}")
