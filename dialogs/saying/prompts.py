"""The words and buttons of a question, and what each of them means."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from conversation.content import Button, Media, MediaType, Prompt
from conversation.run import Frame
from conversation.value import Data
from dialogs.hearing.matching import Choice
from dialogs.kinds import AnswerContext
from dialogs.model import Ask, Bot, Choose, Pick, Step, Verb
from dialogs.saying.filters import View, parse_moment, show_datetime
from dialogs.saying.texts import Entry
from dialogs.scene import Scene

MAX_ITEMS: Final = 10
"""Buttons of one message. Longer lists are shown in pages, with ways on and back among the ten."""
MAX_OFFERED: Final = 200
YES, NO, MORE, LESS, NONE = "!yes", "!no", "!more", "!less", "!none"
_PICTURES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
}
_FILES: Final = {"pdf": "application/pdf", "txt": "text/plain", "mp3": "audio/mpeg", "mp4": "video/mp4"}


def media_of(ref: str) -> Media:
    """A file of the bot folder, typed by its name's ending."""
    name = ref.rsplit("/", 1)[-1]
    ending = name.rsplit(".", 1)[-1].lower()
    type_: MediaType = "photo" if ending in _PICTURES else "file"
    return Media(
        type=type_, ref=ref, name=name, mime=_PICTURES.get(ending) or _FILES.get(ending, "application/octet-stream")
    )


class Prompts:
    """Renders for one conversation at one moment."""

    def __init__(self, bot: Bot, scene: Scene, view: View, names: Mapping[str, Data]) -> None:
        self.bot = bot
        self.scene = scene
        self.view = view
        self.names = names

    def context(self, offered: tuple[str, ...] = (), *, free: bool = False) -> AnswerContext:
        """``offered``: the moments that a ``time_slot`` can be; ``free``: it can be any other too."""
        now = self.scene.now.astimezone(ZoneInfo(self.view.zone))
        return AnswerContext(
            now=now,
            language=self.view.language,
            offered=offered,
            free=free,
            country=self.bot.country,
            currency=self.bot.currency,
        )

    def product(self, key: str, **variables: Data) -> str:
        return self.bot.texts.product(self.view.language, key, self.view, **variables)

    def entry(self, dialog: str, key: str) -> Entry | None:
        return self.bot.texts.entry(self.view.language, dialog, key)

    # ── what a step says ─────────────────────────────────────────────────────────────────────────────────────────────

    def plain(self, dialog: str, step: Step) -> Prompt:
        """The step's text and file, without buttons."""
        return Prompt(text=self.text(dialog, step), attach=self._attach(step))

    def question(self, frame: Frame, step: Step, choices: list[Choice]) -> Prompt:
        """The step's text with the buttons of what can be chosen."""
        buttons = self.buttons(frame, choices)
        return Prompt(text=self.text(frame.dialog, step), buttons=buttons, attach=self._attach(step))

    def text(self, dialog: str, step: Step) -> str:
        count = step.count(self.names) if step.count else None
        return self.bot.texts.say(
            self.entry(dialog, step.say),
            step.say,
            variables=self.names,
            view=self.view,
            channel=self.scene.channel,
            count=count,
            turn=sum(self.scene.key.encode()),
        )

    def _attach(self, step: Step) -> Media | None:
        ref = step.attach(self.names, self.view) if step.attach else ""
        return media_of(ref) if ref else None

    # ── what can be chosen ───────────────────────────────────────────────────────────────────────────────────────────

    def offered(self, verb: Verb) -> tuple[Data, ...]:
        """The values behind a list that is made from data."""
        match verb:
            case Pick(items=expression):
                found = expression(self.names)
            case Ask(offer=expression) if expression:
                found = expression(self.names)
                found = [found] if isinstance(found, str) else found
            case _:
                return ()
        return tuple(found[:MAX_OFFERED]) if isinstance(found, list | tuple) else ()

    def choices(self, frame: Frame, step: Step) -> list[Choice]:
        """What the customer can choose at this step, in the order shown."""
        match step.verb:
            case Choose(options=options):
                shown = [option for option in options if option.when is None or option.when(self.names)]
                entry = self._options_of(frame.dialog, step)
                return [self._option(entry, option.name) for option in shown]
            case Pick() | Ask():
                return self._page(frame, self.listed(frame, step))
            case _:
                return []

    def listed(self, frame: Frame, step: Step) -> list[Choice]:
        """All that a list from data offers, whatever page is shown."""
        if isinstance(step.verb, Pick):
            entry = self.entry(frame.dialog, step.say)
            return [self._item(entry, index, item) for index, item in enumerate(frame.offered)]
        return [Choice(key=f"#{index}", label=self.label(value)) for index, value in enumerate(frame.offered)]

    def _page(self, frame: Frame, listed: list[Choice]) -> list[Choice]:
        if len(listed) <= MAX_ITEMS:
            return listed
        begin = 0 if frame.page == 0 else (MAX_ITEMS - 1) + (frame.page - 1) * (MAX_ITEMS - 2)
        end = begin + MAX_ITEMS - (2 if frame.page else 1)
        more = [Choice(key=MORE, label=self.product("more"))] if end < len(listed) else []
        less = [Choice(key=LESS, label=self.product("earlier"))] if begin else []
        return [*listed[begin:end], *more, *less]

    def option(self, dialog: str, step: Step, name: str) -> Choice:
        return self._option(self._options_of(dialog, step), name)

    def _options_of(self, dialog: str, step: Step) -> Entry | None:
        return self.entry(dialog, step.name) or self.entry(dialog, step.say)

    def _option(self, entry: Entry | None, name: str) -> Choice:
        template = entry.options.get(name) if entry else None
        words = entry.words.get(name, ()) if entry else ()
        label = template(self.names, self.view) if template else name
        return Choice(key=name, label=label or name, words=words)

    def _item(self, entry: Entry | None, index: int, item: Data) -> Choice:
        template = entry.item if entry else None
        label = template({**self.names, "item": item}, self.view) if template else self.label(item)
        return Choice(key=f"#{index}", label=label or str(index + 1))

    def label(self, value: Data) -> str:
        """A value as a button shows it: moments in the customer's words, the rest as it is."""
        if isinstance(value, str) and "T" in value and parse_moment(value.partition("/")[0]):
            return show_datetime(value, self.view)
        return str(value)

    def buttons(self, frame: Frame, choices: list[Choice]) -> tuple[Button, ...]:
        where = f"{frame.dialog}/{frame.step}"
        return tuple(Button(payload=f"{where}/{_marked(frame, choice.key)}", label=choice.label) for choice in choices)

    @staticmethod
    def pressed(frame: Frame, key: str) -> str:
        """The key of what a button stood for: in a list from data that is the same thing, wherever it stands by now."""
        place, dot, mark = key.partition(".")
        if not dot or not place.startswith("#"):
            return key
        here = [f"#{index}" for index, value in enumerate(frame.offered) if _mark(value) == mark]
        return place if place in here else next(iter(here), "")

    # ── errors ──────────────────────────────────────────────────────────────────────────────────────────────

    def error(self, frame: Frame, step: Step, kind: str, *, limit: str = "", example: str = "") -> str:
        """Why the answer was not taken: the step's own words, the bot's, or the product's; from the second miss on an example.

        ``limit``: what of the question's ``check`` it broke, in words; the editor's own words come first, and then it is said at the second miss.
        """
        entry = self.entry(frame.dialog, step.say)
        if entry and entry.error:
            text = entry.error(self.names, self.view)
        elif limit and not self.bot.texts.own(self.view.language, f"errors.{kind}"):
            text = limit
        elif kind and self.product(f"errors.{kind}") != f"errors.{kind}":
            text = self.product(f"errors.{kind}", currency=self.bot.currency)
        else:
            text = self.product("not_understood")
        if frame.misses > 1:
            text = f"{text} {limit}" if limit and limit not in text else text
            text = f"{text} {self.product('example', example=example)}" if example and example not in text else text
        return text


def _marked(frame: Frame, key: str) -> str:
    """Lists from data change: the id of a button says also which thing was there when it was shown."""
    number = key[1:]
    known = key.startswith("#") and number.isdecimal() and int(number) < len(frame.offered)
    return f"{key}.{_mark(frame.offered[int(number)])}" if known else key


def _mark(value: Data) -> str:
    return sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:6]
