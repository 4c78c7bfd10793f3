"""One walk through the dialogs in answer to one event: the automatic part, from step to step until somebody must act.

A Walk is mutable while it lasts and never outlives the call that made it: from outside, walking is a pure function.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import msgspec

from conversation.content import Prompt
from conversation.run import FormRun, Frame, Run
from conversation.value import Data
from dialogs.filters import View
from dialogs.kinds import AnswerContext, Parsed, parse
from dialogs.matching import Choice
from dialogs.model import (
    Ask,
    Bot,
    CallDialog,
    Choose,
    Dialog,
    Do,
    End,
    Form,
    Handover,
    Pick,
    Random,
    Say,
    Step,
    Wait,
)
from dialogs.outputs import Act, Finish, HandOver, Listen, Output, Sleep, Speak
from dialogs.prompts import Prompts
from dialogs.scene import Names, Scene, view_of
from dialogs.taken import Taken

MAX_STEPS: Final = 100
"""Steps in one event; a bot that needs more goes in circles."""
MAX_DEPTH: Final = 4
"""Dialogs inside each other: three levels of calls."""
MAX_TRAIL: Final = 20
_NOWHERE: Final = Frame(dialog="", step="")


class Walk:
    """``target``: where the customer's first words lead, taken instead of the first question."""

    def __init__(self, bot: Bot, run: Run, variables: Mapping[str, Data], scene: Scene) -> None:
        self.bot = bot
        self.scene = scene
        self.run = run
        self.frames = list(run.frames)
        self.trail = list(run.trail)
        self.forms = dict(run.forms)
        self.happened = dict(run.happened)
        self.variables = dict(variables)
        self.names = Names(bot, scene, self.variables)
        self.view: View = view_of(bot, scene.language)
        self.prompts = Prompts(bot, scene, self.view, self.names)
        self.outputs: list[Output] = []
        self.target: tuple[str, str] | None = None
        self.aim = ""
        """Why the target: see ``Taken``."""
        self.taken: list[Taken] = []
        self.entities: dict[str, str] = {}
        self._acts = 0

    # ── where we are ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    @property
    def dialog(self) -> Dialog:
        return self.bot.dialogs[self.frame.dialog]

    @property
    def step(self) -> Step:
        return self.dialog.steps[self.frame.step]

    def note(self, **changes: object) -> None:
        """Change the innermost frame."""
        self.frames[-1] = msgspec.structs.replace(self.frame, **changes)

    def say(self, prompt: Prompt, key: str) -> None:
        self.outputs.append(Speak(origin=f"{self.frame.dialog}/{key}", prompt=prompt))

    def say_product(self, key: str) -> None:
        """One of the product's own texts."""
        self.outputs.append(Speak(origin=f"_product/{key}", prompt=Prompt(text=self.prompts.product(key))))

    def context(self, offered: tuple[str, ...] = ()) -> AnswerContext:
        return self.prompts.context(offered)

    def speak(self, language: str) -> None:
        """All texts from here on are in that language."""
        self.scene = msgspec.structs.replace(self.scene, language=language)
        self.names = Names(self.bot, self.scene, self.variables)
        self.view = view_of(self.bot, language)
        self.prompts = Prompts(self.bot, self.scene, self.view, self.names)

    # ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def jump(self, dialog: str, step: str, why: str = "") -> None:
        """Leave everything and go there: commands and intents do."""
        self._take(why, dialog, step)
        self.frames = [Frame(dialog=dialog, step=step)]

    def _take(self, why: str, dialog: str, step: str) -> None:
        """Note a way that is about to be taken; ``why`` as in ``Taken``."""
        here = self.frames[-1] if self.frames else _NOWHERE
        self.taken.append(Taken(dialog=here.dialog, step=here.step, why=why, to_dialog=dialog, to_step=step))

    def start(self) -> None:
        self.jump(self.bot.start, self.bot.dialogs[self.bot.start].start, "start")

    def to_menu(self) -> None:
        """To the menu that the command leads to, or else to the start."""
        menu = self.bot.commands.get("menu")
        if menu and menu.dialog:
            self.jump(menu.dialog, menu.step, "command.menu")
        else:
            self.start()
        self.proceed()

    def back(self) -> bool:
        """To the question before this one; False if there is none. Inside a dialog that was left, nothing can be asked."""
        around = [frame.dialog for frame in self.frames]
        here = (self.frame.dialog, self.frame.step)
        trail = [
            place
            for place in (self.trail[:-1] if self.trail[-1:] == [here] else self.trail)
            if self.bot.step(*place) and (place[0] in around or place[0] not in self.bot.fillers.values())
        ]
        if not trail:
            return False
        dialog, step = trail[-1]
        self.trail = trail
        if dialog in around:
            del self.frames[around.index(dialog) + 1 :]
            self.move(step, "back")
        else:
            self.jump(dialog, step, "back")
        self.proceed()
        return True

    def move(self, step: str, why: str = "") -> None:
        """On to another step of the same dialog."""
        self._take(why, self.frame.dialog, step)
        self.frames[-1] = Frame(dialog=self.frame.dialog, step=step)

    def go_on(self) -> None:
        """Take the first way whose condition holds."""
        ways = self.step.ways
        number, line = next(
            (number, line) for number, line in enumerate(ways, 1) if line.when is None or line.when(self.names)
        )
        self.move(line.go, f"route.{number}" if len(ways) > 1 else "go")

    def fail(self) -> None:
        self.move(self.step.failed, "failed")

    def proceed(self) -> None:
        """Walk until somebody must act. A bot that goes in circles is stopped at a person, if need be without words."""
        for _ in range(MAX_STEPS):
            if not self._enter():
                return
        self.escape()

    def escape(self) -> None:
        """The way out of what can't go on: a person of the first team, whatever the dialogs say."""
        team = next(iter(self.bot.policy.teams), "")
        if team:
            self.note(stage="parked")
            self.outputs.append(HandOver(team=team, busy_after=None))
        else:
            self.finish("failed")

    def finish(self, outcome: str) -> None:
        self.frames.clear()
        self.outputs.append(Finish(outcome=outcome))

    # ── entering a step ──────────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self) -> bool:
        """Do what the step says; False when the walk ends here."""
        step = self.step
        if step.needs and self.variables.get(step.needs) is None:
            return self._fill(step)
        for name, expression in step.set.items():
            self.variables[name] = expression(self.names)
        verb = step.verb
        if isinstance(verb, Choose | Pick | Ask | Form) and self.target:
            dialog, target = self.target
            self.target = None
            self.jump(dialog, target, self.aim)
            return True
        match verb:
            case Choose() | Pick() | Ask() | Form():
                return self._wait_for_answer(step)
            case End(outcome=outcome):
                self._speak(step)
                return self._end(outcome)
            case Handover(team=team, busy_after=busy_after):
                self._speak(step)
                self.note(stage="parked")
                self.outputs.append(HandOver(team=team, busy_after=busy_after))
                return False
            case Do():
                self._speak(step)
                self._act(verb)
                return False
            case CallDialog(dialog=name):
                self._speak(step)
                return self._call(name, "called")
            case Wait(seconds=seconds, event=event):
                self._speak(step)
                if event in self.happened:
                    self.arrive(self.happened.pop(event))
                    return True
                self.note(stage="waiting")
                self.outputs.append(Sleep(seconds=seconds))
                return False
            case Random(weights=weights):
                name = _share(weights, f"{self.scene.customer}/{self.frame.dialog}/{step.name}")
                self.move(name, f"random.{name}")
                return True
            case Say():
                self._speak(step)
                self.go_on()
                return True

    def arrive(self, data: dict[str, Data]) -> None:
        """The event that the step waits for has come."""
        if self.step.save:
            self.variables[self.step.save] = data
        self.go_on()

    def _speak(self, step: Step) -> None:
        if step.say:
            self.say(self.prompts.plain(self.frame.dialog, step), step.say)

    def _fill(self, step: Step) -> bool:
        filler = self.bot.fillers.get(step.needs)
        if filler is None or any(frame.dialog == filler for frame in self.frames):
            self.fail()
            return True
        return self._call(filler, "needs")

    def _call(self, name: str, stage: str) -> bool:
        if len(self.frames) >= MAX_DEPTH:
            self.fail()
            return True
        start = self.bot.dialogs[name].start
        self._take("needs" if stage == "needs" else "call", name, start)
        self.note(stage=stage)
        self.frames.append(Frame(dialog=name, step=start))
        return True

    def _end(self, outcome: str) -> bool:
        if len(self.frames) == 1:
            self.finish(outcome)
            return False
        over = self.frames.pop()
        self.trail = [place for place in self.trail if place[0] != over.dialog]
        if outcome == "failed":
            self.fail()
        elif self.frame.stage == "called":
            self.go_on()
        else:
            self.taken.append(
                Taken(
                    dialog=over.dialog,
                    step=over.step,
                    why="filled",
                    to_dialog=self.frame.dialog,
                    to_step=self.frame.step,
                )
            )
            self.note(stage="enter")
        return True

    def _act(self, verb: Do) -> None:
        self._acts += 1
        request = f"{self.scene.key}.a{self._acts}"
        self.note(stage="doing", request=request)
        arguments = {name: _plain(value(self.names)) for name, value in verb.arguments.items()}
        self.outputs.append(Act(request=request, action=verb.action, arguments=arguments, limit=verb.limit))

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _wait_for_answer(self, step: Step) -> bool:
        verb = step.verb
        if isinstance(verb, Ask) and self._prefill(step, verb):
            return True
        if isinstance(verb, Form):
            self._begin_form(step, verb)
        else:
            offered = self.prompts.offered(verb)
            if isinstance(verb, Pick) and not offered:
                self.fail()
                return True
            self.note(stage="waiting", offered=offered)
            self.say(self.prompts.question(self.frame, step), step.say)
        self.remember()
        self.listen()
        return False

    def _prefill(self, step: Step, verb: Ask) -> bool:
        """What the customer named already is not asked again; personal data never silently."""
        named = self.entities.pop(verb.answer.entity or verb.answer.name, None)
        if named is None or step.save in self.dialog.personal:
            return False
        parsed = parse(verb.answer, self.prompts.as_text(named), self.context())
        if not isinstance(parsed, Parsed):
            return False
        self.variables[step.save] = parsed.value
        self.go_on()
        return True

    def _begin_form(self, step: Step, verb: Form) -> None:
        self.note(stage="waiting", form=FormRun(field=verb.fields[0].name))
        self.say(self.prompts.plain(self.frame.dialog, step), step.say)
        self.ask_field()

    def ask_field(self) -> None:
        """Ask the field that the form is at, or show the summary."""
        step, form = self.step, self.frame.form
        if form and isinstance(step.verb, Form):
            key, prompt = self.prompts.form(self.frame, step, step.verb, form)
            self.say(prompt, key)

    def choices(self) -> list[Choice]:
        """What the customer can choose now, in the order shown."""
        form = self.frame.form
        if form and isinstance(self.step.verb, Form):
            return self.prompts.form_choices(self.frame, self.step, self.step.verb, form)
        return self.prompts.choices(self.frame, self.step)

    def remember(self) -> None:
        """Note the question on the trail that `back` walks."""
        here = (self.frame.dialog, self.frame.step)
        if here in self.trail:
            del self.trail[self.trail.index(here) :]
        self.trail = [*self.trail, here][-MAX_TRAIL:]

    def listen(self) -> None:
        self.outputs.append(Listen(silence=self.step.silence))

    def repeat(self) -> None:
        """Ask again what is asked now."""
        if self.frame.stage == "waiting" and not isinstance(self.step.verb, Wait):
            if self.frame.form:
                self.ask_field()
            else:
                self.say(self.prompts.question(self.frame, self.step), self.step.say)
            self.listen()


def _plain(value: Data) -> Data:
    """JSON data only: a name that is not known is None."""
    return value if isinstance(value, str | int | float | bool | list | dict) else None


def _share(weights: Mapping[str, int], key: str) -> str:
    """The same key, the same name; over many keys each name by its weight."""
    point = int.from_bytes(sha256(key.encode()).digest()[:8]) % sum(weights.values())
    for name, weight in weights.items():
        point -= weight
        if point < 0:
            return name
    return next(iter(weights))
