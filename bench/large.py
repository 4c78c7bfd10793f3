"""A bot as large as one gets: dialogs of the example's kind, over and over, in four languages. Its checks find nothing."""

import json
from collections.abc import Iterator
from typing import Any, Final

LANGUAGES: Final = ("de", "en", "ru", "uk")
STEPS: Final = 25
"""Steps of one dialog."""
_FORMS: Final = {
    "de": ("one", "other"),
    "en": ("one", "other"),
    "ru": ("one", "few", "many"),
    "uk": ("one", "few", "many"),
}
_WORDS: Final = {
    "de": "Einen Moment bitte, ich sehe in unseren Unterlagen nach",
    "en": "One moment please, I am looking into our records",
    "ru": "Минуту, пожалуйста, я смотрю в наших записях",
    "uk": "Хвилинку, будь ласка, я дивлюся в наших записах",
}
_LABELS: Final = {
    "de": ("Weiter", "Noch einmal von vorn", "Etwas anderes"),
    "en": ("Go on", "Once more from the start", "Something else"),
    "ru": ("Дальше", "Сначала", "Другое"),
    "uk": ("Далі", "Спочатку", "Інше"),
}
_SETTINGS: Final = """
title: A large bot
languages: {source: de, all: [de, en, ru, uk]}
time_zone: Europe/Berlin
channels: [webchat, telegram, whatsapp, sms]
start: main
commands:
  menu: {dialog: main, step: menu}
  human: {dialog: main, step: human, intent: want_human}
teams: {support: {hours: {mon-fri: ["08:00-18:00"]}}}
waiting: {expires: 15m, then: closed}
"""
_ENDS: Final = """
  human: {route: [{when: hours.support.open, go: handover}, {go: closed}]}
  handover: {handover: support, busy: {after: 5m, go: closed}, go: bye}
  closed: {say: closed, end: silent}
  bye: {say: bye, end: solved}
  asleep: {end: silent}
"""
_DEFAULTS: Final = """
defaults:
  misses: {limit: 3, go: human}
  silence: {after: 10m, reminders: 1, go: asleep}
  failed: human
"""

_TREES = ["alder", "birch", "cedar", "daisy", "elm", "fern", "grass", "hazel", "iris", "juniper", "kale", "lilac"]
"""No two of them alike: examples that differ by a number only are told of by the check."""


def _spoken(name: str) -> str:
    """Its digits as words of their own."""
    words = ("copper", "velvet", "marble", "thunder", "window", "basket", "ocean", "pepper", "ladder", "mirror")
    return "".join(words[int(char)] if char.isdigit() else char for char in name)


def large_bot(steps: int) -> dict[str, bytes]:
    """The files of a bot with about so many steps."""
    topics = [f"topic_{number}" for number in range(max(1, steps // STEPS))]
    files = {"bot.yaml": _SETTINGS, "dialogs/main.yaml": _main(topics), "actions/catalogue.yaml": _catalogue()}
    for topic in topics:
        files[f"dialogs/{topic}.yaml"] = "\n".join(_dialog(topic))
    for language in LANGUAGES:
        files[f"locales/{language}/main.yaml"] = _yaml({language: _main_texts(language)})
        files[f"nlu/{language}.yaml"] = _examples(["want_human", *topics])
        for topic in topics:
            files[f"locales/{language}/{topic}.yaml"] = _yaml({language: _texts(language)})
    return {name: text.encode() for name, text in files.items()}


def _main(topics: list[str]) -> str:
    calls = "\n".join(f"  to_{n}: {{call: {topic}, go: menu}}" for n, topic in enumerate(topics[:1]))
    return f"title: The menu\nstart: menu\n{_DEFAULTS}\nsteps:\n  menu: {{choose: {{on: to_0, again: menu, human: human}}}}\n{calls}\n{_ENDS}"


def _main_texts(language: str) -> dict[str, Any]:
    words, labels = _WORDS[language], _LABELS[language]
    return {
        "menu": {"text": words, "options": dict(zip(("on", "again", "human"), labels, strict=True))},
        "handover": words,
        "closed": words,
        "bye": words,
    }


def _catalogue() -> str:
    return (
        "look_up: {takes: {number: text, day: date}, gives: {found: yes_no, state: text, hours: number, due: date, total: money},"
        " may_be_empty: [hours], repeat: safe}\nlist_all: {takes: {number: text}, gives: {all: {list: {number: text, date: date, total: money}}}, repeat: safe}\n"
    )


def _dialog(topic: str) -> Iterator[str]:
    """``STEPS`` steps: four rounds of five, and the ends. Written as people do: some steps in one line, some in many."""
    yield f"# No texts here: they are in locales/<language>/{topic}.yaml"
    yield f"title: All about {topic}\nowner: care@example.net\nstart: number_0\nintents: {{{topic}: number_0}}{_DEFAULTS}steps:"
    for n in range(4):
        yield f"  number_{n}: {{ask: text, save: number_{n}, check: {{min: 3, max: 40}}, go: look_{n}}}   # how the customer calls it"
        yield f"  look_{n}:\n    say: look_{n}\n    do: look_up\n    with: {{number: number_{n}, day: today}}\n    limit: 8s\n    save: found_{n}\n    route:"
        yield f"      - {{when: found_{n}.found and found_{n}.hours, go: eta_{n}}}\n      - {{when: found_{n}.found, go: list_{n}}}\n      - {{go: number_{(n + 1) % 4}}}"
        yield f"  eta_{n}:\n    count: found_{n}.hours\n    choose:\n      on:    list_{n}\n      again: number_0\n      human: human"
        yield f"  list_{n}: {{do: list_all, with: {{number: number_{n}}}, save: all_{n}, go: pick_{n}}}"
        yield f"  pick_{n}: {{pick: all_{n}.all, save: one_{n}, go: {f'number_{n + 1}' if n < 3 else 'bye'}}}"
    yield _ENDS


def _texts(language: str) -> dict[str, Any]:
    words, labels = _WORDS[language], _LABELS[language]
    texts: dict[str, Any] = dict.fromkeys(("handover", "closed", "bye"), words)
    for n in range(4):
        texts[f"number_{n}"] = f"{words} ({n})"
        texts[f"look_{n}"] = f"{words}: {{{{ number_{n} }}}}"
        texts[f"eta_{n}"] = {
            "text": dict.fromkeys(
                _FORMS[language], f"{words}: {{{{ found_{n}.hours }}}} – {{{{ found_{n}.due | date }}}}"
            ),
            "options": dict(zip(("on", "again", "human"), labels, strict=True)),
            "words": {"on": [f"{labels[0]} {n}"], "again": [f"{labels[1]} {n}"]},
        }
        texts[f"pick_{n}"] = {"text": words, "item": "{{ item.date | date }}, {{ item.total | money }}"}
    return texts


def _examples(intents: list[str]) -> str:
    lines = ["intents:"]
    for intent in intents:
        lines += [f"  {intent}:", *(f"    - the sentence {word} is for {_spoken(intent)}" for word in _TREES)]
    return "\n".join(lines)


def _yaml(data: dict[str, Any]) -> str:
    """As an editor writes it: block style, texts in quotes."""
    return "\n".join(_lines(data, 0)) + "\n"


def _lines(data: dict[str, Any], depth: int) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield f"{'  ' * depth}{key}:"
            yield from _lines(value, depth + 1)
        else:
            yield f"{'  ' * depth}{key}: {json.dumps(value, ensure_ascii=False)}"
