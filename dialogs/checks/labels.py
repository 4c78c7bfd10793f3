"""T06, T07: what a customer may type means one thing."""

from collections.abc import Iterator
from typing import Final

from dialogs.checks.material import Material
from dialogs.checks.samples import Samples
from dialogs.checks.wording import Wording, file_of
from dialogs.hearing.commands import LANGUAGE_NAMES
from dialogs.hearing.matching import TYPO_FROM, folded, one_typo
from dialogs.model import Choose, Dialog, Option, Step
from dialogs.problems import Problem
from dialogs.reading.source import Path
from dialogs.saying.texts import PRODUCT

_SUMMARY: Final = ("form.yes", "form.change", "form.cancel")
"""What closes a form is chosen like an option."""


class Spoken:
    """What a customer may type for one option: its label and its words, with where each stands."""

    def __init__(self, m: Material, language: str, dialog: Dialog, step: Step) -> None:
        words = m.once(Wording)
        key = words.labels_key(language, dialog, step)
        entry = words.entry(language, dialog, key)
        self.file = file_of(language, dialog.name)
        self.said: list[tuple[Option, str, Path]] = []
        options = step.verb.options if isinstance(step.verb, Choose) else ()
        for option in options if entry else ():
            label = entry.options.get(option.name) if entry else None
            if label is not None:
                text = m.once(Samples).text(label, language)
                self.said.append((option, text, (language, key, "options", option.name)))
        for option in options if entry else ():
            for number, word in enumerate(entry.words.get(option.name, ()) if entry else ()):
                self.said.append((option, word, (language, key, "words", option.name, number)))


def duplicates(m: Material) -> Iterator[Problem]:
    """Two options that are called the same: a customer who types it gets neither. A number picks by place."""
    for dialog, step in m.steps():
        for language in m.bot.languages if isinstance(step.verb, Choose) else ():
            spoken = Spoken(m, language, dialog, step)
            owners: dict[str, Option] = {}
            for option, text, path in spoken.said:
                first = owners.setdefault(folded(text), option)
                if first.name != option.name:
                    message = f"“{text}” means the option “{option.name}” as well as “{first.name}”"
                    yield m.within(spoken.file, path, message, "use different words", step=step.name)
                elif folded(text).isdigit():
                    message = f"“{text}” is a number, and numbers pick options by their place"
                    yield m.within(spoken.file, path, message, "use a word", step=step.name)


class CommandWords:
    """The words of the commands, as ``dialogs.hearing.commands`` understands them: in one's own language also with a typo."""

    def __init__(self, m: Material) -> None:
        self.m = m
        self._exact: dict[str, dict[str, str]] = {}
        anywhere: dict[str, str] = {}
        for language in m.bot.languages:
            own = {folded(word): name for name, words in self._of(language) for word in words}
            self._exact[language] = own
            anywhere = {**own, **anywhere}
            for word in LANGUAGE_NAMES.get(language, ()):
                anywhere[folded(word)] = "language"
        self._exact = {language: {**anywhere, **own} for language, own in self._exact.items()}
        self._long = {
            language: [
                (folded(word), name) for name, words in self._of(language) for word in words if len(word) >= TYPO_FROM
            ]
            for language in m.bot.languages
        }

    def _of(self, language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        for name, words in self.m.bot.texts.command_words(language).items():
            if name in self.m.bot.commands:
                yield name, words

    def meant(self, language: str, text: str) -> str:
        """The command that the text would be taken for, or empty."""
        said = folded(text)
        found = self._exact[language].get(said, "")
        return found or next((name for word, name in self._long[language] if one_typo(said, word)), "")


def collisions(m: Material) -> Iterator[Problem]:
    """Words that a command takes before any menu hears them. An option that does what the command does may be called so."""
    commands = m.once(CommandWords)
    for dialog, step in m.steps():
        for language in m.bot.languages if isinstance(step.verb, Choose) else ():
            spoken = Spoken(m, language, dialog, step)
            for option, text, path in spoken.said:
                name = commands.meant(language, text)
                if name and not _the_same(m, dialog, option, name):
                    message = f"“{text}” is taken for the command “{name}”: this option is not chosen by it"
                    yield m.within(spoken.file, path, message, "use other words", step=step.name)
    yield from _among_commands(m)
    yield from _in_summaries(m)


def _the_same(m: Material, dialog: Dialog, option: Option, name: str) -> bool:
    command = m.bot.commands[name]
    return option.name == name or (command.dialog, command.step) == (dialog.name, option.go)


def _among_commands(m: Material) -> Iterator[Problem]:
    for language in m.bot.languages:
        owners: dict[str, str] = {}
        for name, words in m.bot.texts.command_words(language).items():
            for number, word in enumerate(words if name in m.bot.commands else ()):
                first = owners.setdefault(folded(word), name)
                if first != name:
                    message = f"“{word}” is a word of the command “{first}” already"
                    path = (language, "commands", name, number)
                    yield m.within(file_of(language, "_global"), path, message, "keep one of the two")


def _in_summaries(m: Material) -> Iterator[Problem]:
    commands = m.once(CommandWords)
    for language in m.bot.languages:
        texts = m.bot.texts.dialog(language, PRODUCT)
        for key in _SUMMARY:
            for template in texts[key].forms.get("other", ()) if key in texts else ():
                name = commands.meant(language, template.source)
                if name:
                    message = f"“{template.source}” is taken for the command “{name}”: a form can't be closed by it"
                    yield m.within(
                        file_of(language, "_global"), (language, *key.split(".")), message, "use other words"
                    )
