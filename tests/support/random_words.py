"""What stands in the steps of a random bot: conditions and values over what is known there, texts, answers, actions."""

from typing import Any, Final, Protocol

from tests.support.random_flow import QUESTIONS, Plan

KINDS: Final = (
    "text", "number", "yes_no", "date", "code", "rating", "phone", "email", "time", "location", "photo", "file", "time_slot",
)  # fmt: skip
GIVES: Final[dict[str, dict[str, Any]]] = {
    "look_up": {"found": "yes_no", "n": "number", "name": "text"},
    "remove": {},
    "find_all": {"all": {"list": {"name": "text", "price": "money", "day": "date"}}, "name": "text"},
}
TAKES: Final[dict[str, tuple[str, ...]]] = {"look_up": ("what",), "remove": (), "find_all": ("who", "what")}
ACTIONS: Final = tuple(GIVES)
LABELS: Final = {
    "en": ("apple", "melon", "cherry", "grapes", "walnut", "pepper", "ginger"),
    "de": ("Apfel", "Melone", "Kirsche", "Traube", "Walnuss", "Pfeffer", "Ingwer"),
    "ru": ("яблоко", "дыня", "вишня", "виноград", "орех", "перец", "имбирь"),
    "uk": ("яблуко", "диня", "черешня", "виноград", "горіх", "перець", "імбир"),
}
_FORMS: Final = {"en": ("one", "other"), "de": ("one", "other")}
_SLAVIC: Final = ("one", "few", "many")
_SHOWN: Final = {"number": "number", "rating": "number", "date": "date", "time": "time", "time_slot": "datetime"}
_TESTS: Final = {
    "text": ("{} == 'Mia'", "'a' in {}", "{}|length > 3", "{}|lower != 'x'"),
    "email": ("{}|length > 9",),
    "phone": ("{} != '+49'",),
    "code": ("{} in ['A-123', 'B-456']",),
    "number": ("{} > 2", "{} + 1 <= 4", "{} % 2 == 0", "0 < {} < 7"),
    "rating": ("{} <= 2", "{} == 5"),
    "yes_no": ("{}", "not {}"),
    "date": ("{} > today", "{} <= '2026-12-24'"),
    "time": ("{} < '12:00'",),
    "location": ("{}.latitude > 0", "{}"),
    "of look_up": ("{}.found", "not {}.found", "{}.n > 2", "{}.found and {}.n", "{}.name == 'Mia'"),
    "of find_all": ("{}.all", "{}.all|length > 1", "{}.name in ['Mia', 'Bo']"),
}
_ALWAYS: Final = (
    "hours.care.open", "channel == 'sms'", "language != 'de'", "today > '2026-11-05'", "now < '2026-11-03'", "not hours.care.next_slots",
)  # fmt: skip
_CHECKS: Final = {
    "text": {"min": 2, "max": 20},
    "number": {"min": 1, "max": 99},
    "date": {"from": "today", "to": "today + 90d"},
}
_WRONG_CHECKS: Final = ({"from": "today"}, {"to": "08:00"}, {"min": 1}, {"from": "now - 1h"})


class Dice(Protocol):
    def number(self, low: int, high: int) -> int: ...
    def one_in(self, count: int) -> bool: ...
    def pick(self, items: Any) -> Any: ...


def fill(dice: Dice, plan: Plan, plans: list[Plan], *, daring: bool) -> None:
    """Put conditions, values and texts into all steps. Daring: now and then they name what need not be known."""
    plan.types |= {other.fills: "any" for other in plans if other.fills}
    for body in plan.steps.values():
        if "save" in body:
            kind = body.get("ask") or (f"of {body['do']}" if "do" in body else "any")
            plan.types[body["save"]] = kind
        plan.types |= dict.fromkeys(filter(None, body.get("set", ())), "text")
    for name, body in plan.steps.items():
        _step(dice, plan, name, body, daring)


class _At:
    """What can be named at one moment of a step."""

    def __init__(self, dice: Dice, plan: Plan, names: frozenset[str], *, daring: bool) -> None:
        self.dice = dice
        others = sorted(set(plan.types) - names) if daring else []
        self.names = {name: plan.types[name] for name in (*sorted(names), *others) if name in plan.types}

    def condition(self, depth: int = 0) -> str:
        dice = self.dice
        if depth < 2 and dice.one_in(4):
            joint = dice.pick(("{} and {}", "{} or {}", "not ({}) or {}", "({}) == ({})"))
            return str(joint.format(self.condition(depth + 1), self.condition(depth + 1)))
        tests = [test.replace("{}", name) for name, kind in self.names.items() for test in _TESTS.get(kind, ())]
        return str(dice.pick((*tests[:12], *_ALWAYS)))

    def value(self) -> str:
        """A value that is never empty."""
        plain = [name for name, kind in self.names.items() if kind in ("text", "number", "code", "rating", "any")]
        return str(self.dice.pick((*plain, "'Mia'", "channel", "today", "7")))

    def items(self) -> str:
        """A list; it may be empty."""
        lists = [f"{name}.all" for name, kind in self.names.items() if kind == "of find_all"]
        return str(self.dice.pick((*lists, "['Mia', 'Bo', 'Ada']", "hours.care.next_slots", "[language, channel]")))

    def placeholder(self) -> str:
        """Something to show in a text."""
        shown = []
        for name, kind in self.names.items():
            if kind.startswith("of "):
                shown.append(f"{{{{ {name}.name }}}}")
            elif kind not in ("location", "photo", "file"):
                shown.append(f"{{{{ {name}{'|' + _SHOWN[kind] if kind in _SHOWN else ''} }}}}")
        return str(self.dice.pick((*shown, "{{ today|date }}", "{{ channel }}")))

    def number(self) -> str:
        numbers = [name for name, kind in self.names.items() if kind in ("number", "rating")]
        numbers += [f"{name}.n" for name, kind in self.names.items() if kind == "of look_up"]
        return str(self.dice.pick(numbers)) if numbers else ""


def _step(dice: Dice, plan: Plan, name: str, body: dict[str, Any], daring: bool) -> None:
    needed = frozenset({body["needs"]} if "needs" in body else ())
    before = plan.known.get(name, frozenset()) | needed
    at = _At(dice, plan, before, daring=daring and dice.one_in(4))
    if "set" in body:
        names = (plan.fills,) if name == "found" else tuple(body["set"])
        body["set"] = {variable: at.value() for variable in names}
    now = _At(dice, plan, before | frozenset(body.get("set", ())), daring=False)
    saved = frozenset({body["save"]} if "save" in body else ())
    after = _At(dice, plan, before | frozenset(body.get("set", ())) | saved, daring=False)
    for line in body.get("route", ()):
        if "when" in line:
            line["when"] = after.condition()
    for option in body.get("choose", {}).values():
        if isinstance(option, dict) and "when" in option:
            option["when"] = now.condition()
    if "do" in body and TAKES[body["do"]]:
        body["with"] = {argument: now.value() for argument in TAKES[body["do"]]}
    if "pick" in body:
        body["pick"] = now.items()
    if "ask" in body:
        _question(dice, body, now, daring)
    for field in body.get("form", {}).values():
        _limit(dice, field, daring)
    _texts(dice, plan, name, body, now)


def _question(dice: Dice, body: dict[str, Any], now: _At, daring: bool) -> None:
    if dice.one_in(4):
        body["offer"] = now.items() if body["ask"] != "time_slot" else "hours.care.next_slots"
    _limit(dice, body, daring)


def _limit(dice: Dice, body: dict[str, Any], daring: bool) -> None:
    if body["ask"] in _CHECKS and dice.one_in(3):
        body["check"] = _CHECKS[body["ask"]]
    if daring and dice.one_in(2):
        body["check"] = dice.pick(_WRONG_CHECKS)


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _texts(dice: Dice, plan: Plan, name: str, body: dict[str, Any], at: _At) -> None:
    key = body.get("say") or (name if any(verb in body for verb in (*QUESTIONS, "handover")) else "")
    if not key:
        return
    shown = f" {at.placeholder()}" if key != "hint" and dice.one_in(4) else ""
    count = at.number() if key != "hint" and dice.one_in(4) else ""
    if count:
        body["count"] = count
    extra = dice.pick(("", "", "variants", "words", "sms", "error"))
    for language in ("en", "de", "ru", "uk"):
        texts = plan.texts.setdefault(language, {})
        texts[key] = _entry(language, key, body, shown=shown, plural=bool(count), extra="" if key == "hint" else extra)


def _entry(language: str, key: str, body: dict[str, Any], *, shown: str, plural: bool, extra: str) -> Any:
    labels = LABELS[language]
    text: Any = f"{key} {language}{shown}"
    if plural:
        text = {form: f"{form} {text}" for form in _FORMS.get(language, _SLAVIC)}
    elif extra == "variants":
        text = [text, f"{text}!"]
    entry: dict[str, Any] = {"text": text}
    if extra == "sms":
        entry["by_channel"] = {"sms": {"text": f"{key}{shown}"}}
    if extra == "error":
        entry["error"] = f"{labels[1]}?"
    if "choose" in body:
        names = list(body["choose"])
        entry["options"] = dict(zip(names, labels, strict=False))
        if extra == "words":
            entry["words"] = {names[0]: [f"{labels[2]} {labels[3]}"]}
    if "form" in body:
        entry["fields"] = {field: f"{label}?" for field, label in zip(body["form"], labels, strict=False)}
        entry["confirm"] = f"{labels[0]}: {{{{ {body['save']}.f0 }}}}"
    if "pick" in body:
        entry["item"] = "{{ item.name }}" if body["pick"].endswith(".all") else "{{ item }}"
    return entry if len(entry) > 1 or plural else text


# ── files beside the dialogs ─────────────────────────────────────────────────────────────────────────────────────────


def own_kinds(plans: list[Plan]) -> dict[str, str]:
    asked = {body.get("ask") for plan in plans for body in plan.steps.values()}
    asked |= {field["ask"] for plan in plans for body in plan.steps.values() for field in body.get("form", {}).values()}
    code = 'code: {pattern: "[A-Z]-?[0-9]{3}", example: A-123, entity: code}\n'
    return {"dialogs/_answers.yaml": code} if "code" in asked else {}


def catalogue(plans: list[Plan]) -> dict[str, str]:
    used = {body["do"] for plan in plans for body in plan.steps.values() if "do" in body}
    lines = {
        "look_up": "look_up: {takes: {what: any}, gives: {found: yes_no, n: number, name: text}, repeat: safe}",
        "remove": "remove: {}",
        "find_all": "find_all: {takes: {who: any, what: any}, "
        "gives: {all: {list: {name: text, price: money, day: date}}, name: text}, repeat: safe}",
    }
    text = "".join(f"{lines[action]}\n" for action in ACTIONS if action in used)
    return {"actions/catalogue.yaml": text} if text else {}


def nlu(plans: list[Plan], languages: tuple[str, str], *, code: bool) -> dict[str, str]:
    """A dozen sentences for each intent in each language; ``code``: the entity of the own kind of answer."""
    intents = sorted({intent for plan in plans for intent in plan.all_intents()})
    files = {}
    for language in languages if intents or code else ():
        blocks = []
        for number, intent in enumerate(intents):
            sentences = [f"{intent} {language} {label} {number}" for label in LABELS[language]] * 2
            spoken = "".join(f"    - {sentence} {index}\n" for index, sentence in enumerate(sentences[:12]))
            blocks.append(f"  {intent}:\n{spoken}")
        text = "intents:\n" + "".join(blocks) if intents else ""
        files[f"nlu/{language}.yaml"] = text + ('entities:\n  code: {pattern: "[A-Z]-?[0-9]{3}"}\n' if code else "")
    return files
