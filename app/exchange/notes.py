"""What a translator should know of a text: where it is said, by whom, how long it may be, what must stay as it is."""

from typing import Final

from app.exchange.bot_texts import BotTexts
from app.exchange.placeholders import placeholders
from bots.limits import Limits, all_limits
from conversation.value import Data
from dialogs.reading.translations import GLOBAL, Text
from dialogs.saying.reply import REPLIES

_VERBS: Final = ("choose", "pick", "ask", "form", "do", "call", "handover", "wait", "random", "end")
_WORDS: Final = "What customers type for this, one word or phrase a line: as many as people use, not word for word."


class Note:
    """About one text. ``most``: characters that fit on every channel of the bot, 0 = no limit."""

    def __init__(self, bot: BotTexts, text: Text) -> None:
        self.bot = bot
        self.text = text
        self.step, self.body = self._step()
        tightest = min(self._limits(), default=(0, ""))
        self.most = tightest[0]
        self.lines = [line for line in (self._where(), self._what(), *self._more(tightest[1])) if line]

    def _step(self) -> tuple[str, dict[str, Data]]:
        """The first step that says the text."""
        key = self.text.name[0]
        steps = {name: body for name, body in self.bot.steps(self.text.topic).items() if isinstance(body, dict)}
        for name, body in steps.items():
            if body.get("say", name) == key:
                return name, body
        return (key, steps[key]) if key in steps else ("", {})

    def _where(self) -> str:
        if not self.step:
            return ""
        verb = next((verb for verb in _VERBS if verb in self.body), "says a text")
        return f"dialogs/{self.text.topic}.yaml, step {self.step} ({verb})"

    def _what(self) -> str:
        name = self.text.name
        if self.text.topic == GLOBAL:
            return f"{_WORDS} Works everywhere: {name[-1]}." if self.text.words else "The bot says this anywhere."
        if self.text.topic == REPLIES:
            return (
                "What operators look for it by."
                if name[-1] == "title"
                else "Operators send this; they may change it first."
            )
        kind = name[-2] if len(name) > 2 else ""
        last = name[-1] if len(name) > 1 else ""
        if self.text.words:
            return f"{_WORDS} Button: {last}."
        if kind == "options":
            return "A button: short, no full stop."
        if kind == "fields":
            return f"The bot asks for “{last}” in a form."
        return {
            "item": "One button of a list: short.",
            "confirm": "The bot shows all answers of a form, and asks whether they are right.",
            "error": "The bot says this when it did not understand the answer.",
        }.get(last, "The bot says this.")

    def _more(self, channel: str) -> list[str]:
        text = self.text
        channels = [text.name[at + 1] for at, part in enumerate(text.name[:-1]) if at and part == "by_channel"]
        shown = sorted(set().union(*(placeholders(form) for form in text.source.values()))) if not text.words else []
        count = self.body.get("count")
        return [
            f"Only on {channels[-1]}, in place of the common text." if channels else "",
            f"Another way of saying it (number {text.variant + 1}); may stay empty." if text.variant else "",
            f"At most {self.most:,} characters ({channel})." if self.most else "",
            f"By the number in {count}." if len(text.source) > 1 and count else "",
            f"Keep what stands in curly brackets as it is: {', '.join(shown)}." if shown else "",
        ]

    def _limits(self) -> list[tuple[int, str]]:
        """(characters, channel)"""
        if self.text.words:
            return []
        known = all_limits()
        name = self.text.name
        only = [name[at + 1] for at, part in enumerate(name[:-1]) if at and part == "by_channel"]
        found = [(self._fits(known[each]), each) for each in (only or self.bot.channels) if each in known]
        return [(most, channel) for most, channel in found if most]

    def _fits(self, limits: Limits) -> int:
        name = self.text.name
        if len(name) > 2 and name[-2] == "options":
            return self._label(limits, len(self.body.get("choose") or ()))
        if name[-1] == "item" and len(name) > 1:
            return self._label(limits, limits.rows)
        menu = "choose" in self.body or "pick" in self.body
        return limits.prompt_text if menu else limits.text

    def _label(self, limits: Limits, count: int) -> int:
        """Of a button, else of a row, else of a numbered line, which has no limit."""
        if 0 < count <= limits.buttons:
            return limits.label
        return limits.row_label if count <= limits.rows else 0
