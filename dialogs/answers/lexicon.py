"""The words for days, months, numbers and times of day in the languages that Lotse speaks.

A word stands for symbols, each one letter with a number:

    d  day from today        w  weekday, 0 = Monday     m  month 1-12      n  number          .  ordinal mark
    u  unit of n days        v  unit of n months        i  "in" two weeks  x  next (0), the one after (1)
    h  "o'clock"             a  before noon 0, after 12 b  half of the hour that begins       k  noon 12, midnight 0
    q  minutes (15, 30)      p  past                    o  to              l  less: "без" ten three
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from dialogs.answers.fold import fold

Symbol: TypeAlias = tuple[str, int]
Table: TypeAlias = Mapping[str, Mapping[int, str]]
"""Symbol to number to the words for it, separated by spaces. ``#`` holds ordinal numbers, ``-`` words without weight."""

_DE: Table = {
    "d": {-2: "vorgestern", -1: "gestern", 0: "heute", 1: "morgen", 2: "übermorgen ubermorgen"},
    "w": {
        0: "montag mo",
        1: "dienstag di",
        2: "mittwoch mi",
        3: "donnerstag do",
        4: "freitag fr",
        5: "samstag sonnabend sa",
        6: "sonntag so",
    },
    "m": {
        1: "januar jänner jan",
        2: "februar feb",
        3: "märz marz mär mrz",
        4: "april apr",
        5: "mai",
        6: "juni juno jun",
        7: "juli julei jul",
        8: "august aug",
        9: "september sept sep",
        10: "oktober okt",
        11: "november nov",
        12: "dezember dez",
    },
    "n": {
        0: "null",
        1: "ein eins eine einen einem einer",
        2: "zwei zwo",
        3: "drei",
        4: "vier",
        5: "fünf funf",
        6: "sechs",
        7: "sieben",
        8: "acht",
        9: "neun",
        10: "zehn",
        11: "elf",
        12: "zwölf zwolf",
    },
    "#": {
        1: "erste ersten erster",
        2: "zweite zweiten zweiter",
        3: "dritte dritten dritter",
        4: "vierte vierten vierter",
        5: "fünfte fünften fünfter",
        6: "sechste sechsten sechster",
        7: "siebte siebten siebter",
        8: "achte achten achter",
        9: "neunte neunten neunter",
        10: "zehnte zehnten zehnter",
        11: "elfte elften elfter",
        12: "zwölfte zwölften zwölfter",
    },
    "u": {1: "tag tage tagen", 7: "woche wochen"},
    "v": {1: "monat monate monaten", 12: "jahr jahre jahren"},
    "i": {0: "in"},
    "x": {0: "nächster nächste nächsten nächstem kommende kommenden kommender", 1: "übernächste übernächsten"},
    "h": {0: "uhr h"},
    "a": {0: "früh morgens vormittag vormittags nachts", 12: "nachmittag nachmittags abend abends mittags"},
    "b": {0: "halb"},
    "k": {12: "mittag", 0: "mitternacht"},
    "q": {15: "viertel", 45: "dreiviertel"},
    "p": {0: "nach"},
    "o": {0: "vor"},
    "-": {
        0: "am an ab um dem den der die das des bitte gern gerne gegen dieser diese diesen diesem minuten zum vom von"
        " wäre passt ginge geht gut dann ca circa schon erst jahres"
    },
}

_EN: Table = {
    "d": {-1: "yesterday", 0: "today tonight", 1: "tomorrow tmrw", 2: "overmorrow"},
    "w": {
        0: "monday mon",
        1: "tuesday tue tues",
        2: "wednesday wed",
        3: "thursday thu thur thurs",
        4: "friday fri",
        5: "saturday sat",
        6: "sunday sun",
    },
    "m": {
        1: "january jan",
        2: "february feb",
        3: "march mar",
        4: "april apr",
        5: "may",
        6: "june jun",
        7: "july jul",
        8: "august aug",
        9: "september sept sep",
        10: "october oct",
        11: "november nov",
        12: "december dec",
    },
    "n": {
        0: "zero",
        1: "one",
        2: "two",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        11: "eleven",
        12: "twelve",
    },
    "#": {
        1: "first",
        2: "second",
        3: "third",
        4: "fourth",
        5: "fifth",
        6: "sixth",
        7: "seventh",
        8: "eighth",
        9: "ninth",
        10: "tenth",
        11: "eleventh",
        12: "twelfth",
    },
    ".": {0: "st nd rd th"},
    "u": {1: "day days", 7: "week weeks"},
    "v": {1: "month months", 12: "year years"},
    "i": {0: "in"},
    "x": {0: "next coming"},
    "h": {0: "oclock"},
    "a": {0: "am morning", 12: "pm afternoon evening"},
    "k": {12: "noon midday", 0: "midnight"},
    "q": {15: "quarter", 30: "half"},
    "p": {0: "past after"},
    "o": {0: "to before"},
    "-": {0: "the a an on at of from by this please around about"},
}

_RU: Table = {
    "d": {-2: "позавчера", -1: "вчера", 0: "сегодня", 1: "завтра", 2: "послезавтра"},
    "w": {
        0: "понедельник понедельника понедельнику пн",
        1: "вторник вторника вторнику вт",
        2: "среда среду среды среде ср",
        3: "четверг четверга четвергу чт",
        4: "пятница пятницу пятницы пятнице пт",
        5: "суббота субботу субботы субботе сб",
        6: "воскресенье воскресенья воскресенью вс",
    },
    "m": {
        1: "январь января январе янв",
        2: "февраль февраля феврале фев",
        3: "март марта марте мар",
        4: "апрель апреля апреле апр",
        5: "май мая мае",
        6: "июнь июня июне июн",
        7: "июль июля июле июл",
        8: "август августа августе авг",
        9: "сентябрь сентября сентябре сен сент",
        10: "октябрь октября октябре окт",
        11: "ноябрь ноября ноябре ноя",
        12: "декабрь декабря декабре дек",
    },
    "n": {
        0: "ноль нуль",
        1: "один одна одну одного",
        2: "два две двух",
        3: "три трех",
        4: "четыре четырех",
        5: "пять пяти",
        6: "шесть шести",
        7: "семь семи",
        8: "восемь восьми",
        9: "девять девяти",
        10: "десять десяти",
        11: "одиннадцать",
        12: "двенадцать",
    },
    "#": {
        1: "первое первого",
        2: "второе второго",
        3: "третье третьего",
        4: "четвертое четвертого",
        5: "пятое пятого",
        6: "шестое шестого",
        7: "седьмое седьмого",
        8: "восьмое восьмого",
        9: "девятое девятого",
        10: "десятое десятого",
        11: "одиннадцатое одиннадцатого",
        12: "двенадцатое двенадцатого",
    },
    ".": {0: "го ого е числа число"},
    "u": {1: "день дня дней", 7: "неделя неделю недели недель неделе"},
    "v": {1: "месяц месяца месяцев", 12: "год года лет"},
    "i": {0: "через"},
    "x": {0: "следующий следующая следующую следующее следующей ближайший ближайшую ближайшее"},
    "h": {0: "час часа часов часам"},
    "a": {0: "утра утром ночи", 12: "вечера вечером днем"},
    "b": {0: "половина половине половину пол"},
    "q": {15: "четверть четверти"},
    "l": {0: "без"},
    "k": {12: "полдень", 0: "полночь"},
    "-": {0: "в во на с со до к ко по от г пожалуйста этот эту это минут минуты около примерно давайте"},
}

_UK: Table = {
    "d": {-2: "позавчора", -1: "вчора учора", 0: "сьогодні", 1: "завтра", 2: "післязавтра"},
    "w": {
        0: "понеділок понеділка понеділку пн",
        1: "вівторок вівторка вівторку вт",
        2: "середа середу середи середі ср",
        3: "четвер четверга четвергу чт",
        4: "п'ятниця п'ятницю п'ятниці пт",
        5: "субота суботу суботи суботі сб",
        6: "неділя неділю неділі нд",
    },
    "m": {
        1: "січень січня січні січ",
        2: "лютий лютого лютому лют",
        3: "березень березня березні бер",
        4: "квітень квітня квітні квіт",
        5: "травень травня травні трав",
        6: "червень червня червні черв",
        7: "липень липня липні лип",
        8: "серпень серпня серпні серп",
        9: "вересень вересня вересні вер",
        10: "жовтень жовтня жовтні жовт",
        11: "листопад листопада листопаді лист",
        12: "грудень грудня грудні груд",
    },
    "n": {
        0: "нуль",
        1: "один одна одну одного",
        2: "два дві двох",
        3: "три трьох",
        4: "чотири чотирьох",
        5: "п'ять п'яти",
        6: "шість шести",
        7: "сім семи",
        8: "вісім восьми",
        9: "дев'ять дев'яти",
        10: "десять десяти",
        11: "одинадцять",
        12: "дванадцять",
    },
    "#": {
        1: "перше першого перша першу першій",
        2: "друге другого друга другу другій",
        3: "третє третього третя третю третій",
        4: "четверте четвертого четверта четверту четвертій",
        5: "п'яте п'ятого п'ята п'яту п'ятій",
        6: "шосте шостого шоста шосту шостій",
        7: "сьоме сьомого сьома сьому сьомій",
        8: "восьме восьмого восьма восьму восьмій",
        9: "дев'яте дев'ятого дев'ята дев'яту дев'ятій",
        10: "десяте десятого десята десяту десятій",
        11: "одинадцяте одинадцятого одинадцята одинадцяту одинадцятій",
        12: "дванадцяте дванадцятого дванадцята дванадцяту дванадцятій",
    },
    ".": {0: "го ого е числа число"},
    "u": {1: "день дня дні днів", 7: "тиждень тижні тижнів тижня"},
    "v": {1: "місяць місяці місяців", 12: "рік роки років"},
    "i": {0: "через за"},
    "x": {0: "наступний наступна наступну наступного наступне найближчий найближчу"},
    "h": {0: "година годині годину години годин"},
    "a": {0: "ранку вранці ранком ночі", 12: "вечора ввечері вдень"},
    "b": {0: "пів половина"},
    "q": {15: "чверть"},
    "k": {12: "опівдні полудень", 0: "опівночі"},
    "-": {0: "у в на з зі із о об до від р року будь ласка цей цю хвилин хвилини близько давайте"},
}

_TABLES: Mapping[str, Table] = {"de": _DE, "en": _EN, "ru": _RU, "uk": _UK}

_PHRASES: Mapping[str, str] = {
    "day after tomorrow": "übermorgen",
    "day before yesterday": "vorgestern",
    "после завтра": "послезавтра",
    "після завтра": "післязавтра",
    "über morgen": "übermorgen",
}


def _words(table: Table) -> dict[str, tuple[Symbol, ...]]:
    found: dict[str, tuple[Symbol, ...]] = {}
    for symbol, numbers in table.items():
        for number, words in numbers.items():
            for word in fold_words(words):
                if symbol == "-":
                    found.setdefault(word, ())
                elif symbol == "#":
                    found.setdefault(word, (("n", number), (".", 0)))
                else:
                    found.setdefault(word, ((symbol, number),))
    return found


def fold_words(words: str) -> list[str]:
    """Words separated by spaces, each as people's text is compared."""
    return [fold(word) for word in words.split()]


@lru_cache(maxsize=16)
def lexicon(language: str) -> Mapping[str, tuple[Symbol, ...]]:
    """Word to symbols, all languages; where two disagree, ``language`` decides. A word without weight has no symbols."""
    order = [*(code for code in _TABLES if code != language), *([language] if language in _TABLES else [])]
    merged: dict[str, tuple[Symbol, ...]] = {}
    for code in order:
        merged |= _words(_TABLES[code])
    halves = {f"пол{word}": (("b", 0), *symbols) for word, symbols in _words({"#": _RU["#"]}).items()}
    return merged | halves


@lru_cache(maxsize=1)
def phrases() -> tuple[tuple[str, str], ...]:
    """Word groups and the one word that stands for each."""
    return tuple((fold(long), fold(short)) for long, short in _PHRASES.items())
