"""What a version of a bot takes for granted: at each step, the variables that are read from there on before they are set."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from conversation.run import Frame
from dialogs.model import Ask, Bot, CallDialog, Choose, Do, Form, Pick, Step, Verb
from dialogs.saying.templates import Expression, Template
from dialogs.saying.texts import Entry
from dialogs.scene import BUILT_IN_NAMES
from dialogs.ways import ways_on

_Place: TypeAlias = tuple[str, str]
_NOTHING: Final[frozenset[str]] = frozenset()
_GOES_ON: Final = ("go", "route")
"""Ways that are taken with the step's answer saved; the others leave without one."""


class Flow:
    """A bot with the data that flows through it. Made once a version: it looks at every step and text."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._writes = {name: self._written(name) for name in bot.dialogs}
        self._said = {place: _said(bot, *place) for place in self._places()}
        self._live: dict[_Place, frozenset[str]] = dict.fromkeys(self._said, _NOTHING)
        self._settle()

    def granted(self, frame: Frame) -> frozenset[str]:
        """What is taken for granted where a conversation stands: names that may be read before they are set."""
        step = self.bot.step(frame.dialog, frame.step)
        if step is None:
            return _NOTHING
        place = (frame.dialog, frame.step)
        match frame.stage:
            case "enter":
                return self._live[place]
            case "needs":
                return self._entered(place, step)
            case "waiting" | "aside":
                return self._said[place] | self._after(place, step)
            case _:
                return self._after(place, step)

    def written(self, dialog: str) -> frozenset[str]:
        """All that a dialog may set."""
        return self._writes.get(dialog, _NOTHING)

    def _places(self) -> Iterator[_Place]:
        for dialog in self.bot.dialogs.values():
            for name in dialog.steps:
                yield dialog.name, name

    def _settle(self) -> None:
        """Names only come, and there are finitely many: the last round finds none."""
        changed = True
        while changed:
            changed = False
            for place in reversed(list(self._live)):
                found = self._before(place)
                if found != self._live[place]:
                    self._live[place] = found
                    changed = True

    def _before(self, place: _Place) -> frozenset[str]:
        """On the way to a step: what the dialogs that it runs read counts too."""
        step = self.bot.dialogs[place[0]].steps[place[1]]
        live = self._entered(place, step)
        if isinstance(step.verb, CallDialog) and step.verb.dialog in self.bot.dialogs:
            live |= self._start(step.verb.dialog) - set(step.set) - {step.needs}
        filler = self.bot.fillers.get(step.needs)
        return live | self._start(filler) if filler else live

    def _entered(self, place: _Place, step: Step) -> frozenset[str]:
        """Once what the step needs is there."""
        live = (_taken(step) | self._said[place] | self._after(place, step)) - set(step.set)
        live |= _names(*step.set.values())
        filler = self.bot.fillers.get(step.needs, "")
        return live - self.written(filler) - {step.needs} - BUILT_IN_NAMES

    def _after(self, place: _Place, step: Step) -> frozenset[str]:
        """Once the step has what it waits for."""
        onward, aside = set(_names(*(line.when for line in step.ways))), set[str]()
        for target, why in ways_on(step):
            (onward if why in _GOES_ON else aside).update(self._live.get((place[0], target), _NOTHING))
        onward.discard(step.save)
        if isinstance(step.verb, CallDialog):
            onward -= self.written(step.verb.dialog)
        return frozenset(onward | aside) - BUILT_IN_NAMES

    def _start(self, dialog: str) -> frozenset[str]:
        return self._live.get((dialog, self.bot.dialogs[dialog].start), _NOTHING)

    def _written(self, dialog: str) -> frozenset[str]:
        """All that it may set: whoever runs it may count on that, as the checks have shown."""
        steps = self.bot.dialogs[dialog].steps.values()
        return frozenset({name for step in steps for name in (*step.set, step.save, step.needs) if name})


def _taken(step: Step) -> frozenset[str]:
    """What the verb itself reads."""
    match step.verb:
        case Do(arguments=arguments):
            return _names(*arguments.values())
        case Pick(items=items):
            return _names(items)
        case Ask(offer=offer):
            return _names(offer)
        case _:
            return _NOTHING


def _said(bot: Bot, dialog: str, name: str) -> frozenset[str]:
    """What the step's texts, in all languages, its buttons and its file read."""
    step = bot.dialogs[dialog].steps[name]
    found = _names(step.count, step.attach)
    if isinstance(step.verb, Choose):
        found |= _names(*(option.when for option in step.verb.options))
    for language in bot.languages:
        for key in {step.say, step.name}:
            entry = bot.texts.entry(language, dialog, key) if key else None
            found |= _words(entry, step.verb) if entry else _NOTHING
    own = {"item"} if isinstance(step.verb, Pick) else {step.save} if isinstance(step.verb, Form) else set[str]()
    return found - own - BUILT_IN_NAMES


def _words(entry: Entry, verb: Verb) -> frozenset[str]:
    """Of what a step of this kind says; what an editor left over in the text is never shown."""
    parts: list[Expression | Template | None] = [each for variants in entry.forms.values() for each in variants]
    match verb:
        case Choose():
            parts += [*entry.options.values(), entry.error]
        case Form():
            parts += [*entry.fields.values(), entry.confirm, entry.error]
        case Pick():
            parts += [entry.item, entry.error]
        case Ask():
            parts.append(entry.error)
        case _:
            pass
    return _names(*parts).union(*(_words(own, verb) for own in entry.by_channel.values()))


def _names(*parts: Expression | Template | None) -> frozenset[str]:
    """Of texts and conditions; None where there is none."""
    return frozenset().union(*(part.names for part in parts if part))
