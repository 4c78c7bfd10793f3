"""Amounts of money as people write them: "49,90 €", "12.50", "1 250 грн"."""

import re
import unicodedata

from dialogs.answers.fold import clean, fold
from dialogs.answers.plain import number_word
from dialogs.answers.values import AnswerContext, NotThis, Parsed

_MAX_LENGTH = 60
_MAX_DIGITS = 15
_WORDS = {
    "EUR": "€ eur euro euros евро євро",
    "USD": "$ usd dollar dollars доллар доллара долларов долар долари доларів",
    "GBP": "£ gbp pound pounds фунт фунта фунтов фунти фунтів",
    "CHF": "chf fr franken francs франк франка франков франки франків",
    "PLN": "pln zł zl zloty złoty злотый злотых злотий злотих",
    "UAH": "₴ uah грн гривня гривні гривень гривню гривна гривны гривен hryvnia hryvnias",
    "RUB": "₽ rub руб р рубль рубля рублей рублів рублі rubel ruble rubles",
}
_CURRENCIES = {fold(word): code for code, words in _WORDS.items() for word in words.split()}
_CENTS = frozenset(
    map(
        fold,
        [
            "cent",
            "cents",
            "ct",
            "c",
            "pence",
            "p",
            "коп",
            "копейка",
            "копейки",
            "копеек",
            "копійка",
            "копійки",
            "копійок",
            "цент",
            "цента",
            "центов",
            "центів",
        ],
    )
)
_PART = re.compile(r"[+-]?[0-9](?:[0-9 .,]*[0-9])?|[^\W\d_]+|[€$£₴₽]")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]{1,2})?")
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(?P<group>[ .,])[0-9]{3}(?:(?P=group)[0-9]{3})*(?:(?!(?P=group))[.,][0-9]{1,2})?"
)
_ROUND = re.compile(r"[.,]?\s?-{1,2}(?=\s|$|€)")
_LIGHT = frozenset(
    map(
        fold,
        [
            "ca",
            "etwa",
            "ungefähr",
            "genau",
            "bitte",
            "about",
            "around",
            "please",
            "около",
            "примерно",
            "близько",
            "приблизно",
            "und",
            "and",
            "и",
            "та",
        ],
    )
)


def read_money(text: str, ctx: AnswerContext) -> Parsed | NotThis:
    """The amount in the bot's currency, as a number with two places at most; another currency is refused."""
    if len(text) > _MAX_LENGTH:
        return NotThis()
    plain = unicodedata.normalize("NFKC", clean(text)).replace("\u2212", "-")
    plain = re.sub(r"(?<=[0-9])['’](?=[0-9]{3})", " ", re.sub("[\u2010-\u2015]", "-", plain))
    plain = _ROUND.sub(" ", fold(plain).replace("us$", "$")).strip(" .,;!?")
    parts = [part.strip() for part in _PART.findall(plain)]
    if re.sub(r"[\s.,;!?~]", "", plain) != re.sub(r"[\s.,]", "", "".join(parts)):
        return NotThis()
    return _amount([part for part in parts if part not in _LIGHT], ctx)


def _amount(parts: list[str], ctx: AnswerContext) -> Parsed | NotThis:
    """A number and its currency in either order, and perhaps cents after it."""
    named = [_CURRENCIES[part] for part in parts if part in _CURRENCIES]
    numbers = [(part, _digits(part, ctx)) for part in parts if part not in _CURRENCIES and part not in _CENTS]
    cents = bool(parts) and (parts[-1] in _CENTS or (len(numbers) == 2 and len(named) == 1))
    if len(named) > 1 or any(value is None for _, value in numbers) or not 1 <= len(numbers) <= 2:
        return NotThis()
    if len(numbers) == 2 and not (cents and named and parts.index(numbers[1][0]) > 1):
        return NotThis()
    if named and named[0] != ctx.currency:
        return NotThis(reason="currency")
    values = [value or 0.0 for _, value in numbers]
    return _whole(values, only_cents=cents and not named and len(values) == 1)


def _whole(values: list[float], *, only_cents: bool) -> Parsed | NotThis:
    if abs(values[0]) >= 10**_MAX_DIGITS:
        return NotThis(reason="too_small" if values[0] < 0 else "too_big")
    if len(values) == 2 and (values[1] >= 100 or values[1] != int(values[1]) or values[0] != int(values[0])):
        return NotThis()
    amount = values[0] / 100 if only_cents else values[0] + (values[1] / 100 if len(values) == 2 else 0)
    rounded = round(amount, 2)
    return Parsed(value=int(rounded) if rounded == int(rounded) else rounded)


def _digits(part: str, ctx: AnswerContext) -> float | None:
    """Three places after the only mark are thousands, whatever the language: nobody pays in tenths of a cent."""
    if not part[-1].isdigit():
        word = number_word(part, ctx.language)
        return None if word is None else float(word)
    grouped = _GROUPED.fullmatch(part)
    if grouped:
        whole, mark, cents = part, "", ""
        rest = re.search(r"[.,]([0-9]{1,2})$", part)
        if rest:
            whole, mark, cents = part[: rest.start()], ".", rest[1]
        return float(re.sub(r"[ .,]", "", whole) + mark + cents)
    if _PLAIN.fullmatch(part):
        return float(part.replace(",", "."))
    return None
