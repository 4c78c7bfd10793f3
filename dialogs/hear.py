"""What the customer's words, presses and files mean where the conversation stands: first hit wins.

Button, global command, this step's choices, this step's kind of answer, then the NLU layer; else it is a miss.
"""

from typing import Final

from conversation.content import Button, Content, Prompt, Text, plain_text
from conversation.run import Guess
from conversation.understanding import Understanding
from conversation.value import Data
from dialogs import forms, meaning
from dialogs.commands import find_command, find_language, language_name
from dialogs.kinds import Kind, NotThis, Parsed, check, parse
from dialogs.matching import match
from dialogs.model import Ask, Choose, Form, Pick, Wait
from dialogs.outputs import Speak
from dialogs.prompts import NONE
from dialogs.walk import Walk

BEGIN: Final = "/start"
"""What messengers send for a customer who presses their button "Start", also in the middle of a conversation."""
OFFER_PERSON_AFTER: Final = 3
"""Misses in a conversation after which each further error also offers a person."""
SURE_OF_LANGUAGE: Final = 0.8


def press_id(menu: str, payload: str) -> str:
    """Names a press, so that the same one twice in a row is known; empty where the channel does not say which menu it was."""
    return f"{menu} {payload}" if menu else ""


class Hearing:
    """Applies one input to a walk. ``understand`` is the text that the NLU layer must look at, if nothing else hit."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.understand = ""
        self.guess: Guess | None = walk.run.guess
        self.answered = walk.run.answered
        self.lost = walk.run.lost
        self.language = ""

    # ── words and files ──────────────────────────────────────────────────────────────────────────────────────────────

    def content(self, content: Content) -> None:
        self.answered = ""
        text = plain_text(content).strip() if isinstance(content, Text) else ""
        if text and self._command(text):
            return
        if not self.walk.frames:
            self._first(text)
        elif self.guess and self._guessed(match(text, self.walk.prompts.guess_choices(self.guess)) if text else None):
            return
        else:
            self.guess = None
            self._answer(content, text)

    def _first(self, text: str) -> None:
        if any(char.isalpha() for char in text) and not text.startswith("/"):
            self.understand = text
            return
        self.walk.start()
        self.walk.proceed()

    def _answer(self, content: Content, text: str) -> None:
        walk = self.walk
        if walk.frame.stage == "parked":
            return
        if walk.frame.stage == "enter":
            return
        if walk.frame.stage == "doing" or isinstance(walk.step.verb, Wait):
            walk.say_product("one_moment")
            return
        key = match(text, self.walk.choices()) if text else None
        if key is not None:
            self.choose(key)
        elif not self._parsed(content):
            if any(char.isalpha() for char in text) and walk.bot.intents:
                self.understand = text
            else:
                self.miss()

    def _parsed(self, content: Content) -> bool:
        """True if the content was an answer of the kind asked for, good or not good enough."""
        walk = self.walk
        verb, form, field = walk.step.verb, walk.frame.form, forms.asked(walk)
        if isinstance(verb, Ask):
            offered = tuple(str(value) for value in walk.frame.offered)
            value = self._value(content, verb.answer, verb.check, offered)
            if value is not None:
                self._save(value)
            return value is not None
        value = self._value(content, field.kind, field.check, ()) if field else None
        if value is None or form is None or field is None:
            return False
        self._save_all(forms.answer(walk, form, field, value))
        return True

    def _value(self, content: Content, kind: Kind, limits: dict[str, Data], offered: tuple[str, ...]) -> Data:
        ctx = self.walk.context(offered)
        found = parse(kind, content, ctx)
        if not isinstance(found, Parsed) or isinstance(check(found.value, limits, ctx), NotThis):
            return None
        return found.value

    def _save(self, value: Data) -> None:
        walk = self.walk
        walk.variables[walk.step.save] = value
        self.lost = 0
        walk.go_on()
        walk.proceed()

    def _save_all(self, answers: forms.Answers | None) -> None:
        """A form's answers, once it has them all."""
        self.lost = 0
        if answers is not None:
            self._save(answers)

    # ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def press(self, payload: str, menu: str) -> None:
        self.answered = press_id(menu, payload)
        if payload.startswith("!"):
            self._run_command(payload[1:])
        elif payload.startswith("?"):
            if not self._guessed(payload[1:]):
                self._gone()
        else:
            self.guess = None
            self._press_step(payload)

    def _press_step(self, payload: str) -> None:
        walk = self.walk
        dialog, _, rest = payload.partition("/")
        step, _, key = rest.partition("/")
        if walk.frames and walk.frame.stage in ("parked", "doing"):
            self._answer(Text(text=""), "")
        elif walk.frames and walk.frame.stage == "waiting" and (walk.frame.dialog, walk.frame.step) == (dialog, step):
            if any(choice.key == key for choice in self.walk.choices()):
                self.choose(key)
            else:
                self._gone()
        else:
            self._press_old(dialog, step, key)

    def _press_old(self, dialog: str, step: str, key: str) -> None:
        """A button of an earlier question: a menu that was shown in this conversation may be answered again."""
        walk = self.walk
        found = walk.bot.step(dialog, step)
        menu = walk.bot.commands.get("menu")
        is_menu = menu is not None and (menu.dialog, menu.step) == (dialog, step)
        known = is_menu or ((dialog, step) in walk.trail and dialog not in walk.bot.fillers.values())
        options = found.verb.options if found and isinstance(found.verb, Choose) and known else ()
        go = next((option.go for option in options if option.name == key), "")
        if go and not walk.frames:
            walk.target, walk.aim = (dialog, go), "button"
            walk.start()
            walk.proceed()
        elif go:
            walk.jump(dialog, go, "button")
            walk.proceed()
        else:
            self._gone()

    def _gone(self) -> None:
        walk = self.walk
        walk.say_product("button_gone")
        if not walk.frames:
            walk.start()
            walk.proceed()
        else:
            walk.repeat()

    # ── choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def choose(self, key: str) -> None:
        walk = self.walk
        verb, form = walk.step.verb, walk.frame.form
        if form and isinstance(verb, Form):
            self._save_all(forms.choose(walk, verb, form, key))
        elif isinstance(verb, Choose):
            self.lost = 0
            walk.move(next(option.go for option in verb.options if option.name == key), f"option.{key}")
            walk.proceed()
        elif isinstance(verb, Pick | Ask):
            self._save(walk.frame.offered[int(key[1:])])

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _command(self, text: str) -> bool:
        language = find_language(self.walk.bot, text)
        if language:
            self._run_command(f"language/{language}")
            return True
        if text.partition(" ")[0] == BEGIN and self.walk.frames and self.walk.frame.stage == "waiting":
            self.guess = None
            self.walk.to_menu()
            return True
        name = find_command(self.walk.bot, self.walk.view.language, text)
        if name:
            self._run_command(name)
        return bool(name)

    def _run_command(self, name: str) -> None:
        walk = self.walk
        name, _, argument = name.partition("/")
        command = walk.bot.commands.get(name)
        self.guess = None
        if command is None:
            self._gone()
        elif command.dialog:
            walk.jump(command.dialog, command.step, f"command.{name}")
            walk.proceed()
        elif name == "stop":
            walk.say_product("stopped")
            walk.finish("stopped")
        elif not walk.frames and name != "language":
            walk.start()
            walk.proceed()
        elif name == "back":
            self._back()
        elif name == "repeat":
            self._repeat()
        elif name == "language":
            self._choose_language(argument)

    def _back(self) -> None:
        walk = self.walk
        if walk.frame.stage != "doing" and (forms.back(walk) or walk.back()):
            return
        if walk.frame.stage == "parked":
            walk.to_menu()
        else:
            self._repeat()

    def _repeat(self) -> None:
        """The question once more; while nothing is asked, that it takes a moment."""
        walk = self.walk
        if walk.frame.stage == "enter":
            return
        if walk.frame.stage == "doing" or isinstance(walk.step.verb, Wait):
            walk.say_product("one_moment")
        else:
            walk.repeat()

    def _choose_language(self, language: str) -> None:
        walk = self.walk
        if language in walk.bot.languages:
            self.switch(language)
            if walk.frames:
                self._repeat()
            else:
                walk.start()
                walk.proceed()
        else:
            buttons = tuple(
                Button(payload=f"!language/{code}", label=language_name(code)) for code in walk.bot.languages
            )
            prompt = Prompt(text=walk.prompts.product("which_language"), buttons=buttons)
            walk.outputs.append(Speak(origin="_product/which_language", prompt=prompt))

    def switch(self, language: str) -> None:
        """All texts from here on are in that language; the step stays."""
        self.language = language
        self.walk.speak(language)

    # ── what the NLU layer says ──────────────────────────────────────────────────────────────────────────────────────

    def understood(self, understanding: Understanding, *, language_open: bool) -> None:
        """``language_open``: the customer has not chosen a language, so the first words may."""
        walk = self.walk
        known = understanding.language in walk.bot.languages and understanding.language_score >= SURE_OF_LANGUAGE
        if known and language_open and not walk.frames:
            self.switch(understanding.language)
        intents = meaning.weigh(walk, understanding)
        accepted = meaning.accepted(walk, intents)
        walk.entities = {entity.name: entity.value for entity in understanding.entities}
        if not walk.frames:
            walk.target = walk.bot.intents[accepted] if accepted else None
            walk.aim = f"intent.{accepted}"
            walk.start()
            walk.proceed()
            return
        offered = [intent.name for intent in intents if intent.score >= walk.bot.thresholds.offer]
        if accepted and (meaning.wants_person(walk, accepted) or not self._in_the_middle()):
            self._follow(accepted)
        elif accepted or offered:
            self._offer(tuple(offered[: walk.bot.thresholds.choices]))
        else:
            self.miss(understanding.language if known else "")

    def _in_the_middle(self) -> bool:
        """A form, or a dialog inside another: leaving it by a guess would lose what was said."""
        return len(self.walk.frames) > 1 or self.walk.frame.form is not None

    def _follow(self, intent: str) -> None:
        self.lost = 0
        own = meaning.own_options(self.walk).get(intent)
        if own:
            self.choose(own.name)
        else:
            self.walk.jump(*self.walk.bot.intents[intent], f"intent.{intent}")
            self.walk.proceed()

    def _offer(self, intents: tuple[str, ...]) -> None:
        known = tuple(intent for intent in intents if meaning.leads_somewhere(self.walk, intent))
        if not known:
            self.miss()
            return
        self.guess = Guess(intents=known, text=self.walk.run.heard)
        self.walk.outputs.append(Speak(origin="_product/did_you_mean", prompt=self.walk.prompts.guess(self.guess)))
        self.walk.listen()

    def _guessed(self, key: str | None) -> bool:
        """The answer to "Did you mean …?": True if it was one."""
        guess = self.guess
        if guess is None or key is None or key not in (*guess.intents, NONE):
            return False
        self.guess = None
        if key == NONE or not meaning.leads_somewhere(self.walk, key):
            self._repeat()
        else:
            self._follow(key)
        return True

    # ── misses ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def miss(self, language: str = "") -> None:
        """An answer that was not understood. ``language``: the customer seems to write that one."""
        walk = self.walk
        step = walk.step
        walk.note(misses=walk.frame.misses + 1, reminders=0)
        self.lost += 1
        if step.misses and walk.frame.misses >= step.misses.limit:
            walk.move(step.misses.go, "misses")
            walk.proceed()
            return
        kind, example = self._asked()
        choices = self.walk.choices()
        example = example or (choices[0].label if choices else "")
        text = walk.prompts.error(walk.frame, step, kind, example, choices)
        buttons = (*walk.prompts.buttons(walk.frame, choices), *self._ways_out(language))
        walk.say(Prompt(text=text, buttons=buttons), f"{step.say}.error")
        walk.listen()

    def _asked(self) -> tuple[str, str]:
        """Name and example of the kind of answer that is asked for."""
        verb, form = self.walk.step.verb, self.walk.frame.form
        kind: Kind | None = verb.answer if isinstance(verb, Ask) else None
        if isinstance(verb, Form) and form:
            kind = next((field.kind for field in verb.fields if field.name == form.field), None)
        return (kind.name, kind.example or "") if kind else ("", "")

    def _ways_out(self, language: str) -> tuple[Button, ...]:
        walk = self.walk
        buttons = []
        if language and language != walk.view.language:
            buttons.append(Button(payload=f"!language/{language}", label=language_name(language)))
        if self.lost > OFFER_PERSON_AFTER and "human" in walk.bot.commands:
            buttons.append(Button(payload="!human", label=walk.prompts.product("human")))
        return tuple(buttons)
