"""A bot with a form about a move, in four languages."""

import json
from functools import cache

from engine.rules import Rules
from tests.support.bots import SETTINGS, Talk, fresh, make_rules

DIALOG = """
start: menu
intents: {moving: move, hours: opening}
personal: [secret]
defaults: {misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human}
steps:
  menu: {choose: {move: move, short: short, talk: human}}
  move:
    form:
      postcode: {ask: postcode}
      city: {ask: text}
      street: {ask: text, check: {min: 3, max: 80}}
      moving_on: {ask: date, check: {from: today, to: today + 90d}}
      phone: {ask: phone, optional: true}
    save: address
    confirm: true
    cancelled: menu
    go: done
  short: {form: {amount: {ask: money, check: {min: 5, max: 500}}, day: {ask: date}, note: {ask: text, optional: true}}, save: order, go: done}
  done: {say: done, end: solved}
  opening: {say: opening, go: menu}
  human: {handover: care, go: bye}
  bye: {say: bye, end: solved}
  asleep: {end: silent}
"""
LABELS = {
    "de": ("Postleitzahl?", "Ort?", "Straße und Hausnummer?", "Ab welchem Tag?", "Telefon?"),
    "en": ("Postcode?", "City?", "Street and number?", "From which day?", "Phone?"),
    "ru": ("Почтовый индекс?", "Город?", "Улица и дом?", "С какого числа?", "Телефон?"),
    "uk": ("Поштовий індекс?", "Місто?", "Вулиця та будинок?", "З якого числа?", "Телефон?"),
}
WORDS = {
    "de": {"postcode": ["PLZ"], "moving_on": ["Datum", "Einzug"]},
    "en": {"moving_on": ["date"]},
    "ru": {"postcode": ["индекс"], "moving_on": ["дата"]},
    "uk": {"postcode": ["індекс"], "moving_on": ["дата"]},
}
SUMMARY = "{{ address.postcode }}|{{ address.city }}|{{ address.street }}|{{ address.moving_on }}|{{ address.phone }}"
NAMES = ("postcode", "city", "street", "moving_on", "phone")
FILLED = ("10115 Berlin", "Lange Reihe 5")
"""All that must be said before the date."""


@cache
def rules() -> Rules:
    settings = SETTINGS.replace("source: en, all: [en, de]", "source: en, all: [de, en, ru, uk]")
    files = {
        "bot.yaml": settings,
        "dialogs/main.yaml": DIALOG,
        "dialogs/_answers.yaml": 'postcode: {pattern: "[0-9]{5}", example: "10115", entity: postcode}',
    }
    for language, labels in LABELS.items():
        move = {
            "text": "move",
            "fields": dict(zip(NAMES, labels, strict=True)),
            "words": WORDS[language],
            "confirm": SUMMARY,
        }
        texts = {
            "menu": {"text": "menu", "options": {"move": "move", "short": "short", "talk": "talk"}},
            "move": move,
            "short": {"text": "short", "fields": {"amount": "Amount?", "day": "Day?", "note": "Note?"}},
            "done": "done",
            "opening": "opening",
            "human": "human",
            "bye": "bye",
        }
        files[f"locales/{language}/main.yaml"] = json.dumps({language: texts})
    return make_rules(files)


def moving(language: str, *said: str) -> Talk:
    talk = Talk(rules(), state=fresh(language=language))
    assert talk.say("1", "move") == ["move", "move.postcode"]
    talk.say(*said)
    return talk


def answers(talk: Talk) -> dict[str, object]:
    form = talk.frame.form
    assert form is not None
    return dict(form.answers)
