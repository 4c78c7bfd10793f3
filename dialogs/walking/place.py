"""Where a walk through the dialogs stands, what is known there, what has been said, and how it moves on."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import msgspec

from conversation.content import Prompt
from conversation.run import Frame, Run
from conversation.value import Data
from dialogs.kinds import AnswerContext
from dialogs.model import Bot, Dialog, Step
from dialogs.outputs import Finish, Output, Speak
from dialogs.saying.filters import View
from dialogs.saying.prompts import Prompts
from dialogs.scene import Names, Scene, view_of
from dialogs.taken import Taken
from dialogs.walking import form_runs

_NOWHERE: Final = Frame(dialog="", step="")


class Place:
    """``target``: where the customer's first words lead, taken instead of the first question.

    ``ended``: the outcome of a walk that came to its end; whether the conversation does too, ``dialogs.advance`` decides.
    """

    def __init__(self, bot: Bot, run: Run, variables: Mapping[str, Data], scene: Scene) -> None:
        self.bot = bot
        self.scene = scene
        self.run = run
        self.frames = list(run.frames)
        self.trail = list(run.trail)
        self.forms = form_runs.kept(run.forms, scene.now)
        self.happened = dict(run.happened)
        self.variables = dict(variables)
        self.names = Names(bot, scene, self.variables)
        self.view: View = view_of(bot, scene.language, self.variables)
        self.prompts = Prompts(bot, scene, self.view, self.names)
        self.outputs: list[Output] = []
        self.target: tuple[str, str] | None = None
        self.entities: dict[str, str] = dict(run.entities)
        self.left = list(run.left)
        self.ended = ""
        self.aim = ""
        """Why the target: see ``Taken``."""
        self.taken: list[Taken] = []
        self._acts = 0
        self._at: Frame | None = None
        self._step: Step

    # ── where we are ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    @property
    def dialog(self) -> Dialog:
        return self.bot.dialogs[self.frame.dialog]

    @property
    def step(self) -> Step:
        """Asked for many times in an event, it is looked up once a place."""
        frame = self.frames[-1]
        if self._at is not frame:
            self._at, self._step = frame, self.bot.dialogs[frame.dialog].steps[frame.step]
        return self._step

    def base(self) -> list[Frame]:
        """The frames without an FAQ that is being answered beside the last of them."""
        for index, (below, above) in enumerate(pairwise(self.frames), start=1):
            if below.stage == "aside" and self.bot.dialogs[above.dialog].kind == "answer":
                return self.frames[:index]
        return list(self.frames)

    def note(self, **changes: object) -> None:
        """Change the innermost frame."""
        self.frames[-1] = msgspec.structs.replace(self.frame, **changes)

    def say(self, prompt: Prompt, key: str) -> None:
        self.outputs.append(Speak(origin=f"{self.frame.dialog}/{key}", prompt=prompt))

    def say_product(self, key: str, **variables: Data) -> None:
        """One of the product's own texts."""
        text = self.prompts.product(key, **variables)
        self.outputs.append(Speak(origin=f"_product/{key}", prompt=Prompt(text=text)))

    def context(self, offered: tuple[str, ...] = (), *, free: bool = False) -> AnswerContext:
        return self.prompts.context(offered, free=free)

    def speak(self, language: str) -> None:
        """All texts from here on are in that language."""
        self.scene = msgspec.structs.replace(self.scene, language=language)
        self.names = Names(self.bot, self.scene, self.variables)
        self.view = view_of(self.bot, language, self.variables)
        self.prompts = Prompts(self.bot, self.scene, self.view, self.names)

    # ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def jump(self, dialog: str, step: str, why: str) -> None:
        """Leave everything and go there: commands and intents do."""
        for frame in self.frames:
            self._put_by(frame, why)
        self._take(why, dialog, step)
        self.frames = [Frame(dialog=dialog, step=step)]

    def _take(self, why: str, dialog: str, step: str) -> None:
        """Note a way that is about to be taken; ``why`` as in ``Taken``."""
        here = self.frames[-1] if self.frames else _NOWHERE
        self.taken.append(taken(here, Frame(dialog=dialog, step=step), why))

    def move(self, step: str, why: str) -> None:
        """On to another step of the same dialog."""
        self._put_by(self.frame, why)
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

    def _put_by(self, frame: Frame, why: str) -> None:
        """A form that is left keeps its answers for a while; who goes back out of it takes them back."""
        place = form_runs.place_of(frame)
        if frame.form is None:
            return
        if why == "back" or not frame.form.answers:
            self.forms.pop(place, None)
        else:
            self.forms[place] = form_runs.left_at(frame.form, self.scene.now)

    def finish(self, outcome: str) -> None:
        for frame in self.frames:
            self._put_by(frame, outcome)
        self.frames.clear()
        self.outputs.append(Finish(outcome=outcome))


def taken(here: Frame, there: Frame, why: str) -> Taken:
    return Taken(dialog=here.dialog, step=here.step, why=why, to_dialog=there.dialog, to_step=there.step)
