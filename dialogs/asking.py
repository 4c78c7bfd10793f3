"""The questions of a walk: how each is asked, what can be chosen, and what is known before it is asked."""

from collections.abc import Mapping
from typing import Final

from conversation.content import Prompt
from conversation.run import FormRun
from conversation.value import Data
from dialogs.kinds import Kind, NotThis, Parsed, check, parse
from dialogs.matching import Choice
from dialogs.model import Ask, Form, Pick, Step, Verb, Wait
from dialogs.outputs import Listen
from dialogs.place import Place
from dialogs.titles import of_place

MAX_TRAIL: Final = 20
BACK: Final = "!back"
"""The key of the menu's own way back to what was left."""


class Asking(Place):
    def _wait_for_answer(self, step: Step) -> bool:
        verb = step.verb
        if isinstance(verb, Ask) and self._prefill(step, verb):
            return True
        if isinstance(verb, Form):
            self._begin_form(step, verb)
        else:
            offered = self._offered(verb)
            if isinstance(verb, Pick) and not offered:
                self.fail()
                return True
            self.note(stage="waiting", offered=offered)
            self.say(self.question(), step.say)
        self.remember()
        self.listen()
        return False

    def _offered(self, verb: Verb) -> tuple[Data, ...]:
        offered = self.prompts.offered(verb)
        named = self.named(verb.answer, verb.check) if isinstance(verb, Ask) else None
        return offered if named is None or named in offered else (named, *offered)

    def _prefill(self, step: Step, verb: Ask) -> bool:
        """What the customer named already is not asked again; personal data never silently: that is a suggestion."""
        if step.save in self.dialog.personal:
            return False
        value = self.named(verb.answer, verb.check)
        if value is None:
            return False
        self.variables[step.save] = value
        self.go_on()
        return True

    def named(self, kind: Kind, limits: Mapping[str, Data]) -> Data:
        """The answer of that kind among what the customer named on the way here, if it would be taken; it is given once."""
        words = self.entities.pop(kind.entity or kind.name, None)
        parsed = parse(kind, self.prompts.as_text(words), self.context()) if words else None
        if not isinstance(parsed, Parsed) or isinstance(check(parsed.value, dict(limits), self.context()), NotThis):
            return None
        return parsed.value

    def _begin_form(self, step: Step, verb: Form) -> None:
        self.note(stage="waiting", form=self.frame.form or FormRun(field=verb.fields[0].name))
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
        return [*self.prompts.choices(self.frame, self.step), *self._ways_back()]

    def _ways_back(self) -> list[Choice]:
        """At the menu: what was left can be gone on with."""
        menu = self.bot.commands.get("menu")
        if not self.left or menu is None or (menu.dialog, menu.step) != (self.frame.dialog, self.frame.step):
            return []
        left = self.left[-1]
        title = of_place(self.prompts, left.frames, left.trail)
        return [Choice(key=BACK, label=self.prompts.product("back_to" if title else "back_to_this", title=title))]

    def question(self) -> Prompt:
        return self.prompts.question(self.frame, self.step, self.choices())

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
                self.say(self.question(), self.step.say)
            self.listen()
