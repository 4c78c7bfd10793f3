"""What the customer's words, presses and files mean where the conversation stands: first hit wins.

Button, global command, this step's choices, this step's kind of answer, then the NLU layer; else it is a miss.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from conversation.content import Content, Prompt, Text, plain_text
from conversation.understanding import Understanding
from conversation.value import Data
from dialogs.answers.remarks import remark
from dialogs.hearing import asides, intents, meaning
from dialogs.hearing.attention import DROP, LEAVE, RETURN, STAY, Attention
from dialogs.hearing.commands import find_command, find_language, language_name
from dialogs.hearing.matching import Choice, match
from dialogs.hearing.misses import asked_in, miss, nothing_then, off_limits
from dialogs.hearing.obeying import gone, run_command
from dialogs.kinds import AnswerContext, Kind, agreed, answer_in, certain, narrowed
from dialogs.model import Ask, Choose, Form, Pick, Wait
from dialogs.outputs import Speak
from dialogs.saying import worded
from dialogs.saying.prompts import LESS, MAX_ITEMS, MORE, NO, YES
from dialogs.walking import forms
from dialogs.walking.asking import BACK

BEGIN: Final = "/start"
"""What messengers send for a customer who presses their button "Start", also in the middle of a conversation."""
SURE_OF_LANGUAGE: Final = 0.8


def press_id(menu: str, payload: str) -> str:
    """Names a press, so that the same one twice in a row is known; empty where the channel does not say which menu it was."""
    return f"{menu} {payload}" if menu else ""


class Hearing(Attention):
    """Applies one input to a walk."""

    # ── words and files ──────────────────────────────────────────────────────────────────────────────────────────────

    def content(self, content: Content) -> None:
        self.answered = ""
        self.words = content
        text = plain_text(content).strip() if isinstance(content, Text) else ""
        if text and self._command(text):
            self.took = "command"
            return
        self.took = "answered" if text else None
        if self._beside(text):
            return
        if self.walk.frames:
            self._answer(content, text)
        else:
            self._first(text)

    def _beside(self, text: str) -> bool:
        """The answer to a question of the product's own. Anything else is for the step: nothing is asked beside it any more."""
        choices = self.beside()
        key = match(text, choices) if text and choices else None
        if key is None and (self.leaving or self.returning):
            yes = agreed(Text(text=text), self.walk.context())
            key = None if yes is None else choices[0 if yes else 1].key
        if key is not None:
            return self._settle(key)
        returning, out = self.returning, self.out
        self.forget()
        self.out = out
        return bool(returning) and not asides.come_back(self.walk, ask=False)

    def _settle(self, key: str) -> bool:
        """An answer to what was asked beside; False if that is not asked now."""
        guess, leaving, outcome = self.guess, self.leaving, self.returning
        if key.startswith("!"):
            run_command(self, key[1:])
            return True
        if key not in [choice.key for choice in self.beside()]:
            return False
        self.forget()
        if guess:
            intents.choose_guess(self, guess, key[1:])
        elif leaving and key == LEAVE:
            intents.leave(self, leaving.intent, leaving.entities)
        elif key == STAY:
            self.again()
        elif key == RETURN:
            asides.come_back(self.walk)
        elif key == DROP:
            self.walk.left.pop()
            self.walk.ended = outcome
            self.walk.frames.clear()
        return True

    def _first(self, text: str) -> None:
        if any(char.isalpha() for char in text) and not text.startswith("/"):
            self.understand = text
            return
        self.took = "began" if text else None
        self.walk.start()
        self.walk.proceed()

    def _answer(self, content: Content, text: str) -> None:
        walk = self.walk
        if walk.frame.stage in ("parked", "enter"):
            self.took = None
            return
        if walk.frame.stage == "doing" or isinstance(walk.step.verb, Wait):
            self.took = None
            walk.say_product("one_moment")
            return
        out, self.out = self.ways_out(), ()
        key = self._chosen(text, out)
        if key is not None and key in [way.key for way in out]:
            run_command(self, key[1:])
        elif key is not None:
            self.choose(key)
        elif (
            not self._confirmed(content)
            and not self._parsed(content)
            and not self._put(worded.address(self._kind(), text))
        ):
            if nothing_then(walk, content):
                miss(self)
            elif any(char.isalpha() for char in text) and walk.bot.intents and not off_limits(walk, content):
                self.understand = text
            elif not self._put(worded.described(self._kind(), walk.scene.channel, text)):
                miss(self)

    def _chosen(self, text: str, out: list[Choice]) -> str | None:
        """What is chosen by its number, or by its label; of a long list also what is on another page."""
        walk = self.walk
        if not text or forms.answers_itself(walk, text):
            return None
        key = match(text, [*walk.choices(), *out])
        if key is None and len(walk.frame.offered) > MAX_ITEMS and not text.strip(" .)").isdecimal():
            key = match(text, walk.open_choices())
        return key

    def _confirmed(self, content: Content) -> bool:
        """The answer to "is it …?": yes, no, or what it is instead."""
        walk = self.walk
        if walk.frame.proposed is None:
            return False
        yes = agreed(content, walk.context())
        if yes is not None:
            self.choose(YES if yes else NO)
            return True
        before = walk.frame.proposed
        walk.note(proposed=None)
        rest = remark(plain_text(content))
        instead = Text(text=rest.rest) if rest.refuses and rest.rest else content
        if self._parsed(instead):
            return True
        walk.note(proposed=before)
        return False

    def _parsed(self, content: Content) -> bool:
        """True if the content was an answer of the kind asked for, or means something to the form."""
        walk = self.walk
        verb = walk.step.verb
        if isinstance(verb, Form):
            heard = forms.hear(walk, content)
            if heard.understood:
                self._save_all(heard.done)
            return heard.understood
        if not isinstance(verb, Ask):
            return False
        narrow = asked_in(walk)
        for ctx in (narrow, *self._wider(verb, narrow)):
            value = answer_in(verb.answer, verb.check, content, ctx)
            if value is not None:
                self._heard(verb, content, ctx, value)
                return True
            if self._narrowed(verb, content, ctx):
                return True
        return False

    def _wider(self, verb: Ask, narrow: AnswerContext) -> tuple[AnswerContext, ...]:
        """Who was shown Sunday's times may still say Monday: all that the question offers."""
        if verb.answer.name != "time_slot" or not narrow.offered:
            return ()
        offered = tuple(str(value) for value in self.walk.prompts.offered(verb))
        return () if set(offered) <= set(narrow.offered) else (msgspec.structs.replace(narrow, offered=offered),)

    def _heard(self, verb: Ask, content: Content, ctx: AnswerContext, value: Data) -> None:
        self.lost = 0
        if certain(verb.answer, content, ctx):
            self._save(value)
        else:
            self.walk.propose(value)

    def _narrowed(self, verb: Ask, content: Content, ctx: AnswerContext) -> bool:
        """Words that mean several of the times offered: those are offered then."""
        found = narrowed(verb.answer, content, ctx)
        if not 1 < len(found) < len(ctx.offered):
            return False
        self.walk.note(offered=found, page=0, misses=0)
        self.walk.repeat()
        return True

    def _put(self, value: Data) -> bool:
        """Take it as the answer to what is asked; False if it is None."""
        form, field = self.walk.frame.form, forms.asked(self.walk)
        if value is not None and form and field:
            self._save_all(forms.answer(self.walk, form, field, value))
        elif value is not None:
            self._save(value)
        return value is not None

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
            forms.close(self.walk)
            self._save(answers)

    # ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def press(self, payload: str, menu: str) -> None:
        self.answered = press_id(menu, payload)
        if payload.startswith("!"):
            run_command(self, payload[1:])
        elif payload[:1] in ("?", "^"):
            if not self._settle(payload):
                gone(self)
        else:
            returning = self.returning
            self.forget()
            if not returning or asides.come_back(self.walk, ask=False):
                self._press_step(payload)

    def _press_step(self, payload: str) -> None:
        walk = self.walk
        dialog, _, rest = payload.partition("/")
        step, _, key = rest.partition("/")
        step = walk.bot.renamed(dialog, step)
        key = walk.prompts.pressed(walk.frame, key) if walk.frames else key
        if walk.frames and walk.frame.stage in ("parked", "doing"):
            self._answer(Text(text=""), "")
        elif walk.frames and walk.frame.stage == "waiting" and (walk.frame.dialog, walk.frame.step) == (dialog, step):
            if any(choice.key == key for choice in self.walk.open_choices()):
                self.choose(key)
            else:
                gone(self)
        elif key == BACK and walk.left:
            asides.come_back(walk)
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
            gone(self)

    # ── choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def choose(self, key: str) -> None:
        walk = self.walk
        verb, form = walk.step.verb, walk.frame.form
        if key == BACK:
            self.lost = 0
            asides.come_back(walk)
        elif walk.frame.proposed is not None:
            self._settle_proposal(key == YES)
        elif key in (MORE, LESS):
            walk.turn_page(1 if key == MORE else -1)
        elif form and isinstance(verb, Form):
            self._save_all(forms.choose(walk, verb, form, key))
        elif isinstance(verb, Choose):
            self.lost = 0
            walk.move(next(option.go for option in verb.options if option.name == key), f"option.{key}")
            walk.proceed()
        elif isinstance(verb, Pick | Ask):
            self._save(walk.frame.offered[int(key[1:])])

    def _settle_proposal(self, right: bool) -> None:
        """ "Is it …?": then it is the answer; or the question is asked again, also where it is over by now."""
        walk = self.walk
        value, asked = walk.frame.proposed, walk.kind()
        walk.note(proposed=None)
        if right and asked and walk.good(*asked, value):
            self._put(value)
        else:
            walk.repeat()

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _command(self, text: str) -> bool:
        language = find_language(self.walk.bot, text)
        if language:
            run_command(self, f"language/{language}")
            return True
        if text.partition(" ")[0] == BEGIN and self.walk.frames and self.walk.frame.stage == "waiting":
            self.forget()
            self.walk.entities = {}
            self.walk.to_menu()
            return True
        name = find_command(self.walk.bot, self.walk.view.language, text)
        if name:
            run_command(self, name)
        return bool(name)

    # ── what the NLU layer says ──────────────────────────────────────────────────────────────────────────────────────

    def understood(self, understanding: Understanding, *, language_open: bool) -> None:
        """``language_open``: the customer has not chosen a language, so the first words may."""
        walk = self.walk
        known = understanding.language in walk.bot.languages and understanding.language_score >= SURE_OF_LANGUAGE
        if known and language_open and not walk.frames:
            self.switch(understanding.language)
        found = meaning.weigh(walk, understanding)
        accepted = meaning.accepted(walk, found)
        self.weighed, self.took = meaning.reasons(walk, understanding, accepted), "accepted" if accepted else "began"
        entities = {entity.name: entity.value for entity in understanding.entities}
        if not walk.frames:
            walk.entities = entities if accepted else {}
            walk.target = walk.bot.intents[accepted] if accepted else None
            walk.aim = f"intent.{accepted}"
            walk.start()
            walk.proceed()
            return
        self.took = "answered"
        if self._named(entities, accepted):
            return
        if not accepted and self._put(worded.described(self._kind(), walk.scene.channel, walk.run.heard)):
            return
        limits = meaning.limits_of(walk)
        offered = [intent for intent in found if intent.score >= limits.offer]
        if known and (accepted or offered):
            self._offer_language(understanding.language)
        if accepted:
            self.took = "accepted"
            intents.follow(self, accepted, entities)
        elif offered:
            intents.offer(self, offered[: limits.choices], entities)
        else:
            miss(self, understanding.language if known else "")

    def _named(self, entities: Mapping[str, str], accepted: str) -> bool:
        """The answer stands in a sentence: "it is A-12345, I think". True if it was taken."""
        walk = self.walk
        here = [(frame.dialog, frame.step) for frame in walk.frames]
        elsewhere = bool(accepted) and walk.bot.intents.get(accepted) not in here
        if elsewhere or walk.frame.stage != "waiting":
            return False
        if walk.frame.form:
            heard = forms.named(walk, entities)
            if heard.understood:
                self._save_all(heard.done)
            return heard.understood
        verb = walk.step.verb
        words = entities.get(verb.answer.entity or verb.answer.name) if isinstance(verb, Ask) else None
        return bool(words) and self._parsed(Text(text=words or ""))

    def _kind(self) -> Kind | None:
        asked = self.walk.kind()
        return asked[0] if asked else None

    def _offer_language(self, language: str) -> None:
        """Once, to who is understood in another language than the bot speaks: not forced."""
        walk = self.walk
        if language not in (walk.view.language, self.tongue):
            self.tongue = language
            words = walk.bot.texts.product(language, "switch", walk.view, tongue=language_name(language))
            walk.outputs.append(Speak(origin="_product/switch", prompt=Prompt(text=words)))
