"""What one input changes besides the place: what is asked beside the step's own question, and how often nothing was understood."""

import msgspec

from conversation.content import Button, Content, Prompt, Text
from conversation.run import Guess, Leaving
from conversation.understanding import Did, Meaning
from dialogs.hearing.commands import language_name
from dialogs.hearing.matching import Choice
from dialogs.model import Wait
from dialogs.outputs import Speak
from dialogs.saying.prompts import NONE
from dialogs.saying.titles import of_intent, of_place
from dialogs.walking.walk import Walk

LEAVE, STAY = "^leave", "^stay"
RETURN, DROP = "^return", "^drop"


class Attention:
    """``guess``, ``leaving`` and ``returning`` are questions of the product that wait for an answer, at most one at a time.

    ``returning``: the outcome that the conversation has if the customer does not go on with what was left.
    ``understand``: the text that the NLU layer must look at. ``language``: the one to go on in, if it changed. ``took``: what the
    customer's words were taken for.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.understand = ""
        self.words: Content = Text(text=walk.run.heard)
        """What the customer said: now, or when the NLU layer was asked about it."""
        self.guess: Guess | None = walk.run.guess
        self.leaving: Leaving | None = walk.run.leaving
        self.returning = walk.run.returning if walk.left else ""
        self.languages = walk.run.languages
        self.out = walk.run.out
        self.answered = walk.run.answered
        self.lost = walk.run.lost
        self.lost_at = walk.run.lost_at
        self.language = ""
        self.tongue = walk.run.tongue
        self.took: Did | None = None
        self.weighed: Meaning | None = None
        """What the NLU layer said, and what it was weighed by."""

    def meaning(self) -> Meaning | None:
        """What the customer's words were taken for; None while that is not known, and for anything but words."""
        if self.took is None or self.understand:
            return None
        return msgspec.structs.replace(self.weighed or Meaning(did=self.took), did=self.took)

    def forget(self) -> None:
        """Nothing is asked beside the step's own question any more."""
        self.guess, self.leaving, self.returning, self.languages, self.out = None, None, "", False, ()

    def switch(self, language: str) -> None:
        """All texts from here on are in that language; the step stays."""
        self.language = language
        self.walk.speak(language)

    # ── what is asked beside ─────────────────────────────────────────────────────────────────────────────────────────

    def beside(self) -> list[Choice]:
        """The answers to the product's own question that waits; empty if none does."""
        product = self.walk.prompts.product
        if self.guess:
            titles = [Choice(key=f"?{name}", label=of_intent(self.walk.prompts, name)) for name in self.guess.intents]
            return [*titles, Choice(key=f"?{NONE}", label=product("none_of_these"))]
        if self.leaving:
            return [Choice(key=LEAVE, label=product("leave_yes")), Choice(key=STAY, label=product("leave_no"))]
        if self.returning:
            return [Choice(key=RETURN, label=product("return_yes")), Choice(key=DROP, label=product("return_no"))]
        if self.languages:
            languages = self.walk.bot.languages
            return [Choice(key=f"!language/{code}", label=language_name(code)) for code in languages]
        return []

    def ways_out(self) -> list[Choice]:
        """What was shown after the step's own choices."""
        return [Choice(key=key, label=self.way_out(key)) for key in self.out]

    def way_out(self, key: str) -> str:
        name, _, language = key.partition("/")
        return language_name(language) if language else self.walk.prompts.product(name.removeprefix("!"))

    def ask_beside(self) -> None:
        """Ask what waits."""
        walk = self.walk
        if self.guess:
            key, text = "did_you_mean", walk.prompts.product("did_you_mean")
        elif self.leaving:
            key, text = "leave", self._titled("leave", of_place(walk.prompts, walk.base(), walk.trail))
        elif self.languages:
            key, text = "which_language", walk.prompts.product("which_language")
        else:
            key, text = "return", self._titled("return", of_place(walk.prompts, walk.frames, walk.trail))
        buttons = tuple(Button(payload=choice.key, label=choice.label) for choice in self.beside())
        walk.outputs.append(Speak(origin=f"_product/{key}", prompt=Prompt(text=text, buttons=buttons)))
        waits = walk.frames and walk.frame.stage == "waiting" and not isinstance(walk.step.verb, Wait)
        if waits or self.returning:
            walk.listen()

    def _titled(self, key: str, title: str) -> str:
        return self.walk.prompts.product(key if title else f"{key}_this", title=title)

    def again(self) -> None:
        """The question once more; while nothing is asked, that it takes a moment."""
        walk = self.walk
        if not walk.frames or (walk.frame.stage == "enter" and not self.returning):
            return
        if walk.frame.stage == "doing" or isinstance(walk.step.verb, Wait):
            walk.say_product("one_moment")
        elif self.beside():
            self.ask_beside()
        else:
            walk.repeat()
