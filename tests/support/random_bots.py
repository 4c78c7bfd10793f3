"""Whole bots by chance, as the files that an editor writes: valid by construction, nearly always.

The steps of a dialog stand in an order. What happens without a customer (texts, branches, back-ends, silence, failures) leads
forward in it only, and what a condition or chance decides never to an end; what a customer says leads anywhere. The last steps
are a person and the ends. So no bot goes in circles by itself, and a person and an end can be reached from everywhere. A **daring** bot has one way bent to anywhere, or one name that need not be known: what the
checks let pass of these must hold like the rest.
"""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from tests.support import random_words as words
from tests.support.random_flow import QUESTIONS, Plan, known_at, named_dialogs, prune

Body: TypeAlias = dict[str, Any]

VERBS: Final = (
    "say", "choose", "ask", "choose", "ask", "form", "do", "route", "pick", "do", "call", "random", "wait", "call", "handover",
)  # fmt: skip
PICTURE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
BENDABLE: Final = ("go", "silence", "failed", "busy")


class Bot:
    """``files`` are what ``compile_rules`` reads; the rest is what a life needs to know about it."""

    def __init__(self, files: Mapping[str, str], plans: list[Plan], languages: tuple[str, str]) -> None:
        self.files = files
        self.languages = languages
        self.intents = sorted({intent for plan in plans for intent in plan.all_intents()})

    def raw(self) -> dict[str, bytes]:
        return {name: text.encode() for name, text in self.files.items()} | {"media/map.png": PICTURE}

    def __repr__(self) -> str:
        shown = (f"--- {name}\n{text}" for name, text in self.files.items() if not name.startswith("nlu/"))
        return "\n".join(("Bot:", *shown))


class Dice:
    """What Hypothesis draws: zero is always the plainest, so that a failing bot shrinks to a plain one."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        return self._draw(_numbers(low, high))

    def one_in(self, count: int) -> bool:
        return self.number(0, count - 1) == count - 1

    def pick(self, items: Any) -> Any:
        return items[self.number(0, len(items) - 1)]


@lru_cache(maxsize=256)
def _numbers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@st.composite
def bots(draw: st.DrawFn, *, daring: bool = False, longest: int = 22) -> Bot:
    """Bots of 1 to 4 dialogs, 2 to 25 steps each."""
    return _Maker(Dice(draw), longest).bot(daring)


class _Maker:
    def __init__(self, dice: Dice, longest: int) -> None:
        self.dice = dice
        self.longest = longest
        self.intents = 0

    def bot(self, daring: bool) -> Bot:
        dice = self.dice
        languages = dice.pick((("en", "de"), ("de", "ru"), ("uk", "en")))
        roles = [
            "main",
            *(dice.pick(("filler", "task", "filler", "answer")) for _ in range(dice.pick((0, 1, 2, 3, 2)))),
        ]
        plans = [Plan(name=f"{role}{number}" if number else "main", role=role) for number, role in enumerate(roles)]
        for plan in plans:
            plan.fills = f"who{plan.name[-1]}" if plan.role == "filler" else ""
        for number, plan in enumerate(plans):
            self.shape(plan, plans[number + 1 :])
        for _ in range(dice.number(1, 2) if daring else 0):
            self.bend(dice.pick(plans))
        commands = self.commands(plans[0])
        then = dice.pick(("", "closed"))
        plans[0].roots |= {command["step"] for command in commands.values() if command} | ({then} if then else set())
        self.tidy(plans)
        for plan in plans:
            words.fill(dice, plan, plans, daring=daring and dice.one_in(3))
        self.commands_of(commands, plans)
        files = {
            "bot.yaml": self.settings(languages, commands, then),
            **words.own_kinds(plans),
            **words.catalogue(plans),
        }
        for plan in plans:
            files[f"dialogs/{plan.name}.yaml"] = _yaml(self.heads(plan), plan.steps)
            for language in languages if plan.texts else ():
                files[f"locales/{language}/{plan.name}.yaml"] = _lines({language: plan.texts[language]})
        files |= words.nlu(plans, languages, code="dialogs/_answers.yaml" in files)
        return Bot(files, plans, languages)

    # ── shape: steps, verbs and where they lead ──────────────────────────────────────────────────────────────────────

    def shape(self, plan: Plan, later: list[Plan]) -> None:
        dice = self.dice
        if plan.role in {"task", "answer"}:
            plan.intents[self.intent()] = ""
        length = dice.number(1, 4 if plan.role == "answer" else self.longest // dice.pick((1, 2, 4)))
        kinds = [self.verb(plan, later) for _ in range(length)]
        body = [f"{kind}{number}" for number, kind in enumerate(kinds)]
        names = [*body, *plan.tail()]
        plan.start = names[0]
        plan.intents = dict.fromkeys(plan.intents, plan.start)
        for number, (name, kind) in enumerate(zip(body, kinds, strict=True)):
            plan.steps[name] = self.step(plan, kind, names, number, later)
        for number, name in enumerate(plan.tail(), start=length):
            plan.steps[name] = self.last(name, names, number)
        if plan.role in ("main", "task") and dice.one_in(3):
            plan.intents[self.intent()] = dice.pick(body)

    def intent(self) -> str:
        self.intents += 1
        return f"wish{self.intents}"

    def verb(self, plan: Plan, later: list[Plan]) -> str:
        kind = str(self.dice.pick(VERBS))
        if plan.role == "answer":
            return "route" if kind == "route" else "random" if kind == "random" else "say"
        if kind == "call" and not any(other.role == "task" for other in later):
            return "ask"
        return "say" if kind == "handover" and plan.role == "filler" else kind

    def step(self, plan: Plan, kind: str, names: list[str], number: int, later: list[Plan]) -> Body:
        """One step; ``names[number + 1:]`` is forward."""
        dice, name = self.dice, names[number]
        ahead = names[number + 1 :]
        on = [target for target in ahead if target not in plan.ends()] or ahead
        body: Body = {}
        fillers = [other.fills for other in later if other.fills]
        if fillers and plan.role != "answer" and kind not in ("random", "route") and dice.one_in(5):
            body["needs"] = dice.pick(fillers)
        match kind:
            case "choose":
                body["choose"] = self.options(plan, names, on)
            case "ask":
                body |= {"ask": dice.pick(words.KINDS), "save": f"{plan.name}_{name}", "go": self.anywhere(names, on)}
            case "form":
                body |= self.form(plan, name, names, on)
            case "pick":
                body |= {"pick": "", "save": f"{plan.name}_{name}", "go": self.anywhere(names, on)}
            case "do":
                action = dice.pick(words.ACTIONS)
                body |= {"do": action, **({"save": f"{plan.name}_{name}"} if words.GIVES[action] else {})}
                body |= self.on(on)
            case "route":
                body["route"] = self.lines(on)
            case "call":
                body |= {
                    "call": dice.pick([other.name for other in later if other.role == "task"]),
                    "go": self.next(on),
                }
            case "wait":
                body |= {"wait": dice.pick(("2m", "1h", "3s")), "go": self.next(on)}
            case "random":
                found = dict.fromkeys((self.next(on), dice.pick(on), dice.pick(on)))
                body["random"] = {target: dice.number(1, 5) for target in found}
            case "handover":
                busy = dice.one_in(2)
                body |= {"handover": "care", "go": self.anywhere(names, on) if busy else self.next(on)}
                body |= {"busy": {"after": dice.pick(("2m", "10m")), "go": self.next(on)}} if busy else {}
            case _:
                body |= {"say": name if dice.number(0, 3) else "hint", **self.on(on)}
        return body | self.modifiers(plan, kind, name, on)

    def modifiers(self, plan: Plan, kind: str, name: str, on: list[str]) -> Body:
        dice, found = self.dice, Body()
        if kind in ("do", "wait", "call") and dice.one_in(2):
            found["say"] = name
        if kind not in ("random", "route") and dice.one_in(5):
            found["set"] = {f"{plan.name}_{name}_set": ""}
        if kind in ("choose", "say", "handover") and dice.one_in(6):
            found["attach"] = "media/map.png"
        if kind in ("choose", "ask", "pick", "form"):
            if dice.one_in(4):
                found["misses"] = {"limit": dice.number(1, 3), "go": self.next(on)}
            if dice.one_in(4):
                reminders = dice.number(0, 2)
                found["silence"] = {"after": dice.pick(("1m", "1h")), "reminders": reminders, "go": self.next(on)}
            if dice.one_in(6):
                found["digress"] = dice.pick(("return", "stay", "no"))
        if kind in ("do", "pick", "call") and dice.one_in(4):
            found["failed"] = self.next(on)
        return found

    def next(self, on: list[str]) -> str:
        return str(self.dice.pick(on)) if self.dice.one_in(3) else on[0]

    def anywhere(self, names: list[str], on: list[str]) -> str:
        """The last question of a dialog that finds something out leads to where it is found."""
        return str(self.dice.pick(names)) if on != ["found"] and self.dice.one_in(3) else self.next(on)

    def on(self, on: list[str]) -> Body:
        return {"route": self.lines(on)} if self.dice.one_in(3) else {"go": self.next(on)}

    def lines(self, on: list[str]) -> list[Body]:
        conditional = [{"when": "", "go": self.dice.pick(on)} for _ in range(self.dice.number(1, 2))]
        return [*conditional, {"go": self.next(on)}]

    def options(self, plan: Plan, names: list[str], on: list[str]) -> Body:
        """The first option is always shown, and leads on."""
        dice, found = self.dice, Body()
        for number in range(dice.pick((2, 3, 2, 4, 2, 3, 7))):
            go = self.anywhere(names, on) if number else self.next(on)
            plain = not number or dice.number(0, 3)
            when = {"when": ""} if dice.one_in(2) and number else {}
            intent = {"intent": self.intent()} if plan.role != "answer" and not when else {}
            found[f"o{number}"] = go if plain else {"go": go, **when, **intent}
        return found

    def form(self, plan: Plan, name: str, names: list[str], on: list[str]) -> Body:
        dice = self.dice
        fields = {f"f{number}": {"ask": dice.pick(words.KINDS)} for number in range(dice.number(1, 4))}
        for number, field in enumerate(fields.values()):
            field.update({"optional": True} if number and dice.one_in(4) else {})
        confirm = dice.one_in(2)
        body: Body = {"form": fields, "save": f"{plan.name}_{name}", "go": self.anywhere(names, on)}
        return body | ({"confirm": True, "cancelled": self.anywhere(names, on)} if confirm else {})

    def last(self, name: str, names: list[str], number: int) -> Body:
        """The steps at the end of a dialog: a person, a choice for when there is none, the ends."""
        dice, on = self.dice, names[number + 1 :]
        match name:
            case "human":
                return {"handover": "care", "busy": {"after": "5m", "go": "closed"}, "go": "bye"}
            case "closed":
                options = {"bye": "bye", "again": names[0], "person": "human"}
                return {
                    "choose": options,
                    "misses": {"limit": 2, "go": "bye"},
                    "silence": {"after": "5m", "go": on[-1]},
                }
            case "found":
                return {"set": {"": ""}, "end": "filled"}
            case "lost":
                return {"end": "failed"}
            case "asleep":
                return {"end": "silent"}
            case _:
                return {"say": "bye", "end": dice.pick(("solved", "ticket", "callback"))}

    # ── what the whole needs ─────────────────────────────────────────────────────────────────────────────────────────

    def bend(self, plan: Plan) -> None:
        """A way that is taken without a customer leads to the step itself or back."""
        dice, names = self.dice, list(plan.steps)
        places = [
            (number, body, key)
            for number, body in enumerate(plan.steps.values())
            for key in BENDABLE
            if key in body and not (key == "go" and any(verb in body for verb in QUESTIONS))
        ]
        if places:
            number, body, key = dice.pick(places)
            target = names[number - dice.number(0, number)]
            body[key] = target if isinstance(body[key], str) else {**body[key], "go": target}

    def commands(self, main: Plan) -> dict[str, Body]:
        dice = self.dice
        menu = dice.pick([name for name in main.steps if name not in main.tail()])
        found: dict[str, Body] = {"menu": {"dialog": "main", "step": menu}}
        if not dice.one_in(8):
            found["human"] = {"dialog": "main", "step": "human"}
        return found

    def commands_of(self, commands: dict[str, Body], plans: list[Plan]) -> None:
        if "human" in commands and self.dice.one_in(2):
            commands["human"]["intent"] = "want_human"
            plans[0].extra_intents.append("want_human")

    def tidy(self, plans: list[Plan]) -> None:
        """Steps that nothing leads to are left out, and dialogs that nobody needs; these leave others alone in turn."""
        while True:
            for plan in plans:
                prune(plan)
            used = named_dialogs(plans)
            unused = [plan for plan in plans if plan.role == "filler" and plan.name not in used]
            if not unused:
                break
            for plan in unused:
                plans.remove(plan)
        for plan in plans:
            plan.known = known_at(plan)

    def heads(self, plan: Plan) -> Body:
        """All of a dialog's file above its steps."""
        kinds = {key for body in plan.steps.values() for key in body}
        go = "lost" if plan.role == "filler" else "human"
        quiet = "lost" if plan.role == "filler" else "asleep"
        heads: Body = {"title": plan.name, "start": plan.start}
        defaults = {
            "misses": {"limit": 3, "go": go},
            "silence": {"after": "10m", "reminders": 1, "go": quiet},
            "failed": go,
        }
        used = {
            key: way for key, way in defaults.items() if (way["go"] if isinstance(way, dict) else way) in plan.steps
        }
        heads |= {"defaults": used} if used and plan.role != "answer" else {}
        heads |= {"fills": plan.fills} if plan.fills else {}
        heads |= {"intents": plan.intents} if plan.intents else {}
        heads |= {"kind": "answer"} if plan.role == "answer" else {}
        saved = [body["save"] for body in plan.steps.values() if "save" in body]
        if "save" in kinds and self.dice.one_in(3):
            heads["personal"] = [self.dice.pick(saved)]
        return heads

    def settings(self, languages: tuple[str, str], commands: dict[str, Body], then: str) -> str:
        dice = self.dice
        hours = dice.pick(({"mon-sun": ["00:00-24:00"]}, {"mon-fri": ["09:00-17:00"]}))
        care: Body = {"hours": hours}
        if dice.one_in(2):
            care["callbacks"] = {"slot": "30m", "each": 2, "ahead": "5d", "notice": "1h"}
        waiting = {"remind": ["2m"], "expires": "15m", **({"then": then} if then else {})}
        return _lines(
            {
                "title": "Random",
                "languages": {"source": languages[0], "all": list(languages)},
                "time_zone": "Europe/Berlin",
                "channels": ["webchat", "sms"],
                "start": "main",
                "commands": {**commands, "back": {}, "repeat": {}, "stop": {}, "language": {}},
                "teams": {"care": care},
                "waiting": waiting,
                "live": {
                    "customer_silent": {"remind": "5m", "close": "15m"},
                    "operator_silent": {"remind": "2m", "reassign": "5m"},
                },
            }
        )


def _lines(data: Mapping[str, Any]) -> str:
    """One line for each key of the two outer levels."""
    found = []
    for key, value in data.items():
        if isinstance(value, dict) and value and all(isinstance(item, dict) for item in value.values()):
            found.append(f"{key}:")
            found += [f"  {name}: {_flow(item)}" for name, item in value.items()]
        else:
            found.append(f"{key}: {_flow(value)}")
    return "\n".join(found) + "\n"


def _yaml(heads: Body, steps: Mapping[str, Body]) -> str:
    return _lines(heads) + "steps:\n" + "".join(f"  {name}: {_flow(body)}\n" for name, body in steps.items())


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
