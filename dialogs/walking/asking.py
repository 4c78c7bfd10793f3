"""The questions of a walk: how each is asked, what can be chosen, and what is known before it is asked."""

from collections.abc import Mapping
from typing import Final

from conversation.content import Prompt, Text
from conversation.run import FormRun
from conversation.value import Data
from dialogs.hearing.matching import Choice
from dialogs.kinds import TIMES, Kind, Parsed, answer_in, check, parse
from dialogs.model import Ask, Field, Form, Pick, Step, Verb, Wait
from dialogs.outputs import Listen, Speak
from dialogs.saying import forms as form_texts
from dialogs.saying.filters import parse_moment
from dialogs.saying.forms import AFRESH
from dialogs.saying.prompts import NO, YES
from dialogs.saying.titles import of_place
from dialogs.saying.worded import with_hint
from dialogs.walking import form_runs
from dialogs.walking.place import Place

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
            key, prompt = self.asked()
            self.say(prompt, key)
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
        if verb.answer.pattern is None and verb.answer.name in TIMES:
            self.note(stage="waiting", offered=self._offered(verb), proposed=value)
            return False
        self.variables[step.save] = value
        self.go_on()
        return True

    def named(self, kind: Kind, limits: Mapping[str, Data]) -> Data:
        """The answer of that kind among what the customer named on the way here, if it would be taken; it is given once."""
        words = self.entities.pop(kind.entity or kind.name, None)
        return answer_in(kind, limits, Text(text=words), self.context()) if words else None

    def _begin_form(self, step: Step, verb: Form) -> None:
        form = self.frame.form or self._new_form(verb)
        self.note(stage="waiting", form=form)
        self.say(self.prompts.plain(self.frame.dialog, step), step.say)
        if form.resumed:
            answers = form_texts.summary(self.prompts, self.frame, step, form.answers)
            afresh = [choice for choice in self.choices() if choice.key == AFRESH]
            buttons = self.prompts.buttons(self.frame, afresh) if form.field else ()
            text = self.prompts.product("form.resumed", answers=answers, afresh=self.prompts.product("form.afresh"))
            self.outputs.append(Speak(origin="_product/form.resumed", prompt=Prompt(text=text, buttons=buttons)))
        self.ask_field()

    def _new_form(self, verb: Form) -> FormRun:
        left = self.forms.get(form_runs.place_of(self.frame))
        named = {field.name: self.named(field.kind, field.check) for field in verb.fields}
        known = {name: value for name, value in named.items() if value is not None}
        return form_runs.begun(verb, left.form if left else None, known, self._still_good)

    def _still_good(self, field: Field, value: Data) -> bool:
        """An answer from before."""
        return field.optional if value is None else self.good(field.kind, field.check, value)

    def good(self, kind: Kind, limits: Mapping[str, Data], value: Data) -> bool:
        """Whether a value that was an answer once still is: "today" may be over, and the bot may ask for something else."""
        ctx = self.context(free=True)
        if kind.pattern is not None and not isinstance(parse(kind, Text(text=str(value)), ctx), Parsed):
            return False
        if kind.pattern is None and kind.name in TIMES and parse_moment(str(value).partition("/")[0]) is None:
            return kind.name == "time_slot" and value in self.frame.offered
        return check(value, limits, ctx) is None

    def ask_field(self) -> None:
        """Ask the field that the form is at, or show the summary."""
        key, prompt = self.asked()
        self.say(prompt, key)

    # ── what is asked now ────────────────────────────────────────────────────────────────────────────────────────────

    def asked(self) -> tuple[str, Prompt]:
        """Text key and words of the question that waits for its answer."""
        frame, step = self.frame, self.step
        if frame.proposed is not None:
            return self._proposal(step, frame.form)
        if frame.form and isinstance(step.verb, Form):
            key, prompt = form_texts.prompt(self.prompts, frame, step, frame.form)
        else:
            key, prompt = step.say, self.prompts.question(frame, step, self.choices())
        asked = self.kind()
        return key, with_hint(self.prompts, prompt, asked[0] if asked else None)

    def kind(self) -> tuple[Kind, dict[str, Data]] | None:
        """The kind of answer that is asked for, and its limits; None where something is to be chosen."""
        verb, form = self.step.verb, self.frame.form
        if isinstance(verb, Ask):
            return verb.answer, verb.check
        if isinstance(verb, Form) and form and not form.correcting:
            return next(((field.kind, field.check) for field in verb.fields if field.name == form.field), None)
        return None

    def propose(self, value: Data) -> None:
        """Ask whether what was understood from free words is what was meant."""
        self.note(proposed=value, misses=0)
        self.repeat()

    def _proposal(self, step: Step, form: FormRun | None) -> tuple[str, Prompt]:
        asked = self.kind()
        value = form_texts.show(self.prompts, asked[0], self.frame.proposed) if asked else str(self.frame.proposed)
        key = f"{step.say}.{form.field}.confirm" if form else f"{step.say}.confirm"
        buttons = self.prompts.buttons(self.frame, self.choices())
        return key, Prompt(text=self.prompts.product("is_it", value=value), buttons=buttons)

    def choices(self) -> list[Choice]:
        """What the customer can choose now, in the order shown."""
        form = self.frame.form
        if self.frame.proposed is not None:
            return [
                Choice(key=YES, label=self.prompts.product("form.yes")),
                Choice(key=NO, label=self.prompts.product("is_it_no")),
            ]
        if form and isinstance(self.step.verb, Form):
            return form_texts.choices(self.prompts, self.frame, self.step, form)
        return [*self.prompts.choices(self.frame, self.step), *self._ways_back()]

    def open_choices(self) -> list[Choice]:
        """Also those of the other pages of a long list."""
        shown = self.choices()
        listed = (
            self.prompts.listed(self.frame, self.step) if self.frame.offered and self.frame.proposed is None else []
        )
        keys = {choice.key for choice in shown}
        return [*shown, *(choice for choice in listed if choice.key not in keys)]

    def turn_page(self, ahead: int) -> None:
        self.note(page=max(0, self.frame.page + ahead), misses=0)
        self.repeat()

    def _ways_back(self) -> list[Choice]:
        """At the menu: what was left can be gone on with."""
        menu = self.bot.commands.get("menu")
        if not self.left or menu is None or (menu.dialog, menu.step) != (self.frame.dialog, self.frame.step):
            return []
        left = self.left[-1]
        title = of_place(self.prompts, left.frames, left.trail)
        return [Choice(key=BACK, label=self.prompts.product("back_to" if title else "back_to_this", title=title))]

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
            key, prompt = self.asked()
            self.say(prompt, key)
            self.listen()
