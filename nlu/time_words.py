"""Days and times of day in a sentence: where they stand. What they mean needs a clock, and is for who has one."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeAlias

from conversation.value import Value
from nlu.patterns import compile_pattern, standing_alone

Found: TypeAlias = tuple[int, int, str]

_DAY = "(?:3[01]|[12][0-9]|0?[1-9])"
_MONTH = "(?:1[0-2]|0?[1-9])"
_YEAR = "(?:19|20)?[0-9]{2}"
_HOUR = "(?:2[0-3]|[01]?[0-9])"


class _Words(Value, frozen=True, kw_only=True):
    """One language's, as alternatives of a pattern. ``days``: relative and named ones; ``spans``: "in three days";
    ``months``: each month's; ``after_day``: what stands between a day and its month; ``times``: said without digits first."""

    days: str
    spans: str
    months: tuple[str, ...]
    after_day: str
    times: str
    hour_marks: str
    before_hour: str


_DE = _Words(
    days="(?:(?:am |diesen |kommenden |nächsten |nächste[rs]? |übernächsten |jeden |ab )?"
    "(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)s?(?:morgen|vormittag|mittag|nachmittag|abend)?"
    "|heute|morgen|übermorgen|uebermorgen|gestern|vorgestern"
    "|(?:diese|nächste|kommende|übernächste|naechste)[nr]? woche|(?:diesen|nächsten|kommenden) monat|(?:am )?wochenende)"
    "(?: (?:früh|frueh|morgen|vormittag|mittag|nachmittag|abend|nacht))?",
    spans="(?:in|vor) (?:[0-9]{1,3}|einem|einer|zwei|drei|vier|fünf|sechs|sieben|zehn|ein paar) (?:tag(?:en)?|wochen?|monat(?:en)?)",
    months=("januar|jänner|jan", "februar|feb", "märz|maerz|mrz", "april|apr", "mai", "juni|jun", "juli|jul", "august|aug", "september|sept|sep",
            "oktober|okt", "november|nov", "dezember|dez"),
    after_day=r"\.? ?",
    times="halb (?:[0-9]{1,2}|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)"
    "|(?:viertel|kurz|zehn|fünf|zwanzig) (?:vor|nach) (?:[0-9]{1,2}|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)"
    "|(?:um|gegen|ab|vor|nach) (?:eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)(?: uhr)?"
    "|(?:eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf) uhr"
    "|mittags|morgens|vormittags|nachmittags|abends|mitternacht",
    hour_marks="uhr|h",
    before_hour="um|gegen|ab|vor|nach|bis",
)  # fmt: skip
_EN = _Words(
    days="(?:(?:on |this |next |coming |every )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thurs?|fri)s?"
    "|today|tonight|tomorrow|the day after tomorrow|day after tomorrow|yesterday|(?:this|next) (?:week|month|weekend)|(?:at the )?weekend)"
    "(?: (?:morning|noon|afternoon|evening|night))?",
    spans="in (?:[0-9]{1,3}|an?|one|two|three|four|five|six|seven|ten|a few|a couple of) (?:days?|weeks?|months?)",
    months=("january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug", "september|sept|sep",
            "october|oct", "november|nov", "december|dec"),
    after_day=r"(?:st|nd|rd|th)?(?: of)?,? ?",
    times="(?:half|quarter|ten|five|twenty) (?:past|to) (?:[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    "|(?:at|around|after|before|by) (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)(?: o'?clock)?"
    "|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: o'?clock| ?(?:[ap]\\.m\\.|[ap]m))"
    "|noon|midday|midnight|in the (?:morning|afternoon|evening)",
    hour_marks="o'?clock|a\\.m\\.|p\\.m\\.|am|pm",
    before_hour="at|around|after|before|by|till|until",
)  # fmt: skip
_RU = _Words(
    days="(?:(?:в |во |на |эт(?:от|у) |следующ(?:ий|ую|ее|его|ей) |ближайш(?:ий|ую) )*(?:понедельник|вторник|сред[ауы]|четверг|пятниц[ауы]|суббот[ауы]|воскресенье)"
    "|сегодня|завтра|послезавтра|вчера|позавчера|(?:на )?(?:следующей|этой) неделе|(?:в )?выходные|на выходных)"
    "(?: (?:утром|с утра|днём|днем|в обед|после обеда|вечером|ночью))?",
    spans="через (?:(?:[0-9]{1,3}|один|два|три|четыре|пять|шесть|семь|десять|пару|несколько) )?(?:день|дня|дней|недел[юиь]|месяц(?:а|ев)?)",
    months=("января|янв", "февраля|фев", "марта|мар", "апреля|апр", "мая", "июня", "июля", "августа|авг", "сентября|сен", "октября|окт",
            "ноября|ноя", "декабря|дек"),
    after_day="(?:-?го)? ?",
    times="(?:в |к |около |после |до )?(?:половин[еу]|пол) ?(?:первого|второго|третьего|четвертого|четвёртого|пятого|шестого|седьмого|восьмого|девятого|десятого|одиннадцатого|двенадцатого)"
    "|(?:в|к|около|после|до|с) (?:час|два|три|четыре|пять|шесть|семь|восемь|девять|десять|одиннадцать|двенадцать)(?: час(?:а|ов))?(?: (?:дня|утра|вечера|ночи))?"
    "|(?:около|после|до|к|с) (?:часу|двух|трех|трёх|четырех|четырёх|пяти|шести|семи|восьми|девяти|десяти|одиннадцати|двенадцати)(?: часов)?"
    "|(?:в )?полдень|(?:в )?полночь|утром|вечером|днём|днем|в обед|после обеда",
    hour_marks="час(?:а|ов)?(?: (?:дня|утра|вечера|ночи))?|ч|утра|вечера|дня|ночи",
    before_hour="в|к|около|после|до|с",
)  # fmt: skip
_UK = _Words(
    days="(?:(?:в |у |на |ц(?:ей|ю|я) |наступн(?:ий|у|ої|ого) |найближч(?:ий|у) )*(?:понеділ(?:ок|ка)|вівтор(?:ок|ка)|серед[ауи]|четвер(?:га)?|п['’ʼ]?ятниц[яюі]|субот[ауи]|неділ[яюі])"
    "|сьогодні|завтра|післязавтра|вчора|учора|позавчора|(?:наступного|цього) тижня|(?:у |в )?вихідні|на вихідних)"
    "(?: (?:зранку|вранці|ранком|вдень|в обід|по обіді|після обіду|ввечері|увечері|вночі))?",
    spans="(?:через|за) (?:(?:[0-9]{1,3}|один|два|три|чотири|п['’ʼ]?ять|шість|сім|десять|пару|кілька) )?(?:день|дні|днів|тиж(?:день|ні|нів)|місяц(?:ь|і|ів))",
    months=("січня|січ", "лютого|лют", "березня|бер", "квітня|кві", "травня|тра", "червня|чер", "липня|лип", "серпня|сер", "вересня|вер",
            "жовтня|жов", "листопада|лис", "грудня|гру"),
    after_day="(?:-?го)? ?",
    times="(?:о |об )?(?:пів на|пів) ?(?:першу|другу|третю|четверту|п['’ʼ]?яту|шосту|сьому|восьму|дев['’ʼ]?яту|десяту|одинадцяту|дванадцяту)"
    "|(?:о|об|в|у|до|після|з|близько|на) (?:перш|друг|трет|четверт|п['’ʼ]?ят|шост|сьом|восьм|дев['’ʼ]?ят|десят|одинадцят|дванадцят)(?:ій|ої|ої|ьої|ю|у)(?: годин[иіу])?(?: (?:дня|ранку|вечора|ночі))?"
    "|опівдні|опівночі|вранці|зранку|ввечері|увечері|вдень|в обід|по обіді|після обіду",
    hour_marks="годин[аиіу]?(?: (?:дня|ранку|вечора|ночі))?|год|ранку|вечора|дня|ночі|-?[йї]",
    before_hour="о|об|в|у|до|після|з|близько|на|по",
)  # fmt: skip
_WORDS: Final[Mapping[str, _Words]] = {"de": _DE, "en": _EN, "ru": _RU, "uk": _UK}


def dates(text: str, language: str) -> Iterator[Found]:
    """Days: as ISO where the text has day, month and year; else as they were said, for who knows today."""
    for start, end in standing_alone(_date_pattern(language), text):
        typed = text[start:end]
        yield start, end, _iso(typed, language) or typed


def times(text: str, language: str) -> Iterator[Found]:
    """Times of day: as ``HH:MM`` where they are digits alone; else as they were said."""
    for start, end in standing_alone(_time_pattern(language), text):
        typed = text[start:end]
        clock = re.fullmatch(rf"({_HOUR})[:.]([0-5][0-9])", typed)
        yield start, end, f"{int(clock[1]):02}:{clock[2]}" if clock else typed


def _iso(typed: str, language: str) -> str:
    """Day before month, as all these languages have it but for American slashes: those are read only where they can't be."""
    numeric = re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})", typed)
    if numeric:
        if numeric[2] == "/" and language == "en" and int(numeric[1]) <= 12 and numeric[1] != numeric[3]:
            return ""
        return _checked(int(numeric[4]), int(numeric[3]), int(numeric[1]))
    backward = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", typed)
    if backward:
        return _checked(int(backward[1]), int(backward[2]), int(backward[3]))
    words = _WORDS.get(language, _EN)
    year = re.search(r"(?:19|20)\d{2}", typed)
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", typed)
    if year and day:
        for number, names in enumerate(words.months, 1):
            if re.search(rf"(?<!\w)(?:{names})(?!\w)", typed.lower()):
                return _checked(int(year[0]), number, int(day[0]))
    return ""


def _checked(year: int, month: int, day: int) -> str:
    try:
        return date(year + (2000 if year < 100 else 0), month, day).isoformat()
    except ValueError:
        return ""


@lru_cache(maxsize=16)
def _date_pattern(language: str) -> Any:
    words = _WORDS.get(language, _EN)
    months = "|".join(name for names in words.months for name in names.split("|"))
    weekday_before = "(?:mo|di|mi|do|fr|sa|so),? " if language == "de" else ""
    before = f"(?:{weekday_before})?" if weekday_before else ""
    return compile_pattern(
        rf"(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
        rf"|{before}{_DAY}\.{_MONTH}(?:\.{_YEAR})?|{_DAY}[/-]{_MONTH}[/-]{_YEAR}|{_MONTH}/{_DAY}/{_YEAR}|{_DAY}/{_MONTH}"
        rf"|{_DAY}{words.after_day}(?:{months})(?: {_YEAR}(?: года| року)?)?"
        rf"|(?:{months}) {_DAY}(?:st|nd|rd|th)?(?:,? (?:19|20)[0-9]{{2}})?"
        rf"|{words.spans}|{words.days})"
    )


@lru_cache(maxsize=16)
def _time_pattern(language: str) -> Any:
    words = _WORDS.get(language, _EN)
    hour = rf"{_HOUR}(?:[:.][0-5][0-9])?"
    return compile_pattern(
        rf"(?:{_HOUR}:[0-5][0-9](?: ?(?:{words.hour_marks}))?|{hour} ?(?:{words.hour_marks})(?: ?[0-5][0-9])?"
        rf"|(?:von|zwischen|from|between|с|з|між) {hour}(?: ?(?:{words.hour_marks}))? (?:bis|und|to|and|till|до|и|і|та) {hour}(?: ?(?:{words.hour_marks}))?"
        rf"|(?:{words.before_hour}) {hour}(?: ?(?:{words.hour_marks}))?|{words.times})"
    )
