"""One walk through the dialogs in answer to one event: the automatic part, from step to step until somebody must act.

A Walk is mutable while it lasts and never outlives the call that made it: from outside, walking is a pure function.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from conversation.run import Frame
from conversation.value import Data
from dialogs.model import Ask, CallDialog, Choose, Do, End, Form, Handover, Pick, Random, Say, Step, Wait
from dialogs.outputs import Act, HandOver, Sleep
from dialogs.walking.asking import Asking
from dialogs.walking.place import taken

MAX_STEPS: Final = 100
"""Steps in one event; a bot that needs more goes in circles."""
MAX_DEPTH: Final = 4
"""Dialogs inside each other: three levels of calls."""


class Walk(Asking):
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
        if len(self.frames) > 1 and self.frames[-2].stage == "aside":
            if self._ask_again(self.frames.pop(), failed=False):
                self.proceed()
            return True
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

    # ── entering a step ──────────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self) -> bool:
        """Do what the step says; False when the walk ends here."""
        step = self.step
        if step.needs and self.variables.get(step.needs) is None:
            return self._fill(step)
        if isinstance(step.verb, Choose | Pick | Ask | Form) and self.target:
            return self._go_straight(*self.target)
        for name, expression in step.set.items():
            self.variables[name] = expression(self.names)
        verb = step.verb
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
                name = share(weights, f"{self.scene.customer}/{self.frame.dialog}/{step.name}")
                self.move(name, f"random.{name}")
                return True
            case Say():
                self._speak(step)
                self.go_on()
                return True

    def _go_straight(self, dialog: str, step: str) -> bool:
        """Where the first words lead; an FAQ is answered before the first question, which is asked then."""
        self.target = None
        if self.bot.dialogs[dialog].kind == "answer":
            self.beside(dialog, step, self.aim)
        else:
            self.jump(dialog, step, self.aim)
        return True

    def beside(self, dialog: str, step: str, why: str) -> None:
        """Go there, and come back to this question when it ends."""
        self._take(why, dialog, step)
        self.note(stage="aside")
        self.frames.append(Frame(dialog=dialog, step=step))

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
            return self._end_all(outcome)
        over = self.frames.pop()
        if self.frame.stage == "aside":
            return self._ask_again(over, failed=outcome == "failed" and over.dialog in self.bot.fillers.values())
        self.trail = [place for place in self.trail if place[0] != over.dialog]
        if outcome == "failed":
            self.fail()
        elif self.frame.stage == "called":
            self.go_on()
        else:
            self.taken.append(taken(over, self.frame, "filled"))
            self.note(stage="enter")
        return True

    def _end_all(self, outcome: str) -> bool:
        """The end; but who only had a question answered gets the menu."""
        menu = self.bot.commands.get("menu")
        if self.dialog.kind == "answer" and menu and menu.dialog not in ("", self.frame.dialog):
            self.jump(menu.dialog, menu.step, "command.menu")
            return True
        self.frames.clear()
        self.ended = outcome
        return False

    def _ask_again(self, over: Frame, *, failed: bool) -> bool:
        """The question that waited, as it was left; one that had not been asked yet is asked. ``over``: where the other ended."""
        here = (self.frame.dialog, self.frame.step)
        if failed and self.step.failed:
            self.fail()
            return True
        self.taken.append(taken(over, self.frame, "returned"))
        if here in self.trail:
            self.trail = self.trail[: self.trail.index(here) + 1]
            self.note(stage="waiting")
            self.repeat()
            return False
        self.note(stage="enter")
        return True

    def _act(self, verb: Do) -> None:
        self._acts += 1
        request = f"{self.scene.key}.a{self._acts}"
        self.note(stage="doing", request=request)
        arguments = {name: _plain(value(self.names)) for name, value in verb.arguments.items()}
        self.outputs.append(Act(request=request, action=verb.action, arguments=arguments, limit=verb.limit))


def _plain(value: Data) -> Data:
    """JSON data only: a name that is not known is None."""
    return value if isinstance(value, str | int | float | bool | list | dict) else None


def share(weights: Mapping[str, int], key: str) -> str:
    """The same key, the same name; over many keys each name by its weight."""
    point = int.from_bytes(sha256(key.encode()).digest()[:8]) % sum(weights.values())
    for name, weight in weights.items():
        point -= weight
        if point < 0:
            return name
    return next(iter(weights))
