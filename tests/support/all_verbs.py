"""A small bot that has every verb and every kind of way on, as files."""

import json
from pathlib import Path

from engine.rules import Rules
from tests.support.bots import ENDS, SETTINGS, make_rules

_DEFAULTS = "misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human"
_MAIN = f"""title: Main
start: menu
defaults: {{{_DEFAULTS}}}
intents: {{find_it: look, pay_it: pay}}
steps:
  menu: {{choose: {{pay: pay, split: split, sub: sub, count: num, day: day, file: doc, sure: sure, form: form, place: place}}}}
  pay: {{say: pay, go: due}}
  due: {{wait: {{event: paid, after: 2d, go: unpaid}}, save: payment, go: thanks}}
  thanks: {{say: thanks, end: solved}}
  unpaid: {{say: unpaid, end: ticket}}
  split: {{random: {{left: 1, right: 9}}}}
  left: {{say: left, go: menu2}}
  right: {{say: right, go: menu2}}
  menu2: {{choose: {{again: menu, enough: {{go: thanks, when: day or not day}}}}}}
  sub: {{call: other, go: thanks, failed: human}}
  num: {{ask: number, save: n, route: [{{when: n > 100, go: thanks}}, {{when: n == 7, go: unpaid}}, {{go: menu2}}]}}
  day: {{ask: date, save: day, check: {{from: today, to: today + 90d}}, go: look}}
  look:
    do: find
    with: {{day: day}}
    save: f
    route: [{{when: 'f.state == "late"', go: unpaid}}, {{when: f.many > 5, go: thanks}}, {{go: nap}}]
    failed: human
  nap: {{wait: 2h, go: thanks}}
  doc: {{ask: file, save: doc, go: thanks}}
  sure: {{ask: yes_no, save: y, route: [{{when: y, go: known}}, {{go: unpaid}}]}}
  known: {{needs: who, say: thanks, go: thanks}}
  form: {{form: {{name: {{ask: text, check: {{min: 5}}}}, stars: {{ask: rating}}}}, save: filled_in, confirm: true, cancelled: menu, go: fetch}}
  fetch: {{do: all_of_them, save: l, go: choose_one}}
  choose_one: {{pick: l.all, save: one, go: thanks}}
  place: {{ask: location, save: loc, go: thanks}}
{ENDS}
"""
_OTHER = """start: a
defaults: {misses: {limit: 3, go: b}, silence: {after: 10m, go: b}, failed: b}
steps:
  a: {choose: {ok: c, bad: b}}
  b: {end: failed}
  c: {end: solved}
"""
_WHO = """start: ask_name
fills: who
defaults: {misses: {limit: 2, go: no_name}, silence: {after: 10m, go: no_name}, failed: no_name}
steps:
  ask_name: {ask: rating, save: given, go: named}
  named: {set: {who: given}, end: filled}
  no_name: {end: failed}
"""
_CATALOGUE = json.dumps(
    {
        "find": {"takes": {"day": "date"}, "gives": {"state": "text", "many": "number"}},
        "all_of_them": {"gives": {"all": {"list": {"name": "text", "on": "date"}}}},
    }
)
NEVER = {("main", "choose_one", "failed")}
"""No list of this back-end is empty."""


def files() -> dict[str, str]:
    """Path inside the bot folder to its text; the texts are in English and German."""
    found = {
        "bot.yaml": SETTINGS,
        "dialogs/main.yaml": _MAIN,
        "dialogs/other.yaml": _OTHER,
        "dialogs/who.yaml": _WHO,
        "actions/catalogue.yaml": _CATALOGUE,
    }
    for language in ("en", "de"):
        for name in ("main", "other", "who"):
            found[f"locales/{language}/{name}.yaml"] = json.dumps({language: _texts(name)})
    return found


def _texts(name: str) -> dict[str, object]:
    menus = {
        "main": {
            "menu": "pay split sub count day file sure form place",
            "menu2": "again enough",
        },
        "other": {"a": "ok bad"},
        "who": {},
    }
    plain = {
        "main": "pay thanks unpaid left right num day doc sure place choose_one human bye form",
        "other": "",
        "who": "ask_name",
    }
    found: dict[str, object] = {key: {"text": key.replace("_", " ")} for key in plain[name].split()}
    for key, options in menus[name].items():
        found[key] = {"text": key, "options": {option: option for option in options.split()}}
    if name == "main":
        found["form"] = {"text": "form", "fields": {"name": "name?", "stars": "stars?"}, "confirm": "{{ filled_in }}"}
        found["choose_one"] = {"text": "which", "item": "{{ item.name }}"}
    return found


def rules() -> Rules:
    return make_rules(files())


def write(folder: Path, **more: str) -> Path:
    """The bot folder on disk, with ``more`` transcripts by their names."""
    whole = files() | {f"tests/{name}.chat": text for name, text in more.items()}
    for name, text in whole.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
