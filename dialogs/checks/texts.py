"""T01–T03, T05–T08: every language says the same, completely, and nothing twice."""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from conversation.value import Data
from dialogs.checks.data import mistaken
from dialogs.checks.expressions import single_braces
from dialogs.checks.material import Material
from dialogs.checks.structure import one_of
from dialogs.checks.wording import Group, Piece, Wording, file_of, pieces
from dialogs.model import Choose, Dialog, Form, Pick, Step
from dialogs.problems import Problem
from dialogs.reading.moods import MOODS
from dialogs.reading.texts import PLURALS
from dialogs.saying.filters import plural_form
from dialogs.saying.reply import REPLIES
from dialogs.saying.templates import Template
from dialogs.saying.texts import PRODUCT, Entry
from dialogs.saying.titles import TITLE

Forms: TypeAlias = Mapping[str, tuple[Template, ...]]
GLOBAL: Final = "_global"
_COUNTED: Final = range(201)
"""Whole numbers that show all plural forms a language has for things one can count."""


# ── T01: every text in every language ────────────────────────────────────────────────────────────────────────────────


def missing(m: Material) -> Iterator[Problem]:
    for language in m.bot.languages:
        for dialog in m.bot.dialogs.values():
            yield from _missing_in(m, language, dialog)


def _missing_in(m: Material, language: str, dialog: Dialog) -> Iterator[Problem]:
    file = file_of(language, dialog.name)
    speaking = [step for step in dialog.steps.values() if step.say]
    if file not in m.sources and speaking:
        message = f"the file is missing: {len(speaking)} texts of {dialog.file} have no words in {language}"
        yield m.within(file, (), message, f"copy it from {file_of(m.bot.source, dialog.name)} and translate it")
        return
    told: set[str] = set()
    for step in speaking:
        for path, name in _gaps(m, language, dialog, step):
            if name not in told:
                told.add(name)
                message = f"the text “{name}” is missing (used by {dialog.file}:{step.line})"
                yield m.within(file, (language, *path), message, "add it", step=step.name)


def _gaps(m: Material, language: str, dialog: Dialog, step: Step) -> Iterator[tuple[Group, str]]:
    """(where in the file, name) of what a step has no words for."""
    words = m.once(Wording)
    entry = words.entry(language, dialog, step.say)
    if entry is None or not any(template.source.strip() for form in entry.forms.values() for template in form):
        yield (step.say,), step.say
        return
    parts: list[tuple[str, str]] = []
    match step.verb:
        case Choose(options=options):
            labels, key = words.labels(language, dialog, step), words.labels_key(language, dialog, step)
            for option in options:
                if option.name not in labels or not labels[option.name].source.strip():
                    yield (key, "options", option.name), f"{key}.options.{option.name}"
        case Form(fields=fields, confirm=confirm):
            parts = [("fields", field.name) for field in fields if field.name not in entry.fields]
            parts += [("confirm", "")] if confirm and entry.confirm is None else []
        case Pick() if entry.item is None:
            parts = [("item", "")]
        case _:
            pass
    for part in parts:
        names = tuple(name for name in part if name)
        yield (step.say, *names), ".".join((step.say, *names))


def uneven(m: Material) -> Iterator[Problem]:
    """What is not needed, but said in one language, is said in all: else customers read another language, or less."""
    for dialog in m.bot.dialogs.values():
        texts = {language: m.bot.texts.dialog(language, dialog.name) for language in m.bot.languages}
        keys = dict.fromkeys(key for entries in texts.values() for key in entries)
        for key in keys:
            extras = {
                language: _extras(key, entries.get(key))
                for language, entries in texts.items()
                if key in entries or key == TITLE
            }
            every = dict.fromkeys(group for groups in extras.values() for group in groups)
            for group in every:
                there = [language for language, groups in extras.items() if group in groups]
                for language in extras:
                    if language not in there:
                        message = f"“{'.'.join((key, *group))}” is there in {', '.join(there)}, and not in {language}"
                        file = file_of(language, dialog.name)
                        yield m.within(file, (language, key), message, "add it, or tick this", severity="warning")
    yield from _global(m)


def _extras(key: str, entry: Entry | None) -> list[Group]:
    if entry is None:
        return []
    found: list[Group] = [("error",)] if entry.error is not None else []
    if key == TITLE:
        found += [("text",)] if entry.forms else []
        found += [("options", intent) for intent in entry.options]
    return found + [("by_channel", channel) for channel in entry.by_channel]


def _global(m: Material) -> Iterator[Problem]:
    """``_global.yaml``: texts that one language has and another has not, nor the product; words of commands."""
    keys = dict.fromkeys(key for language in m.bot.languages for key in _flat_keys(m, language))
    for language in m.bot.languages:
        file = file_of(language, GLOBAL)
        own = m.bot.texts.dialog(language, PRODUCT)
        for key in keys:
            if key not in own:
                message = f"the text “{key}” is missing: customers would read it in {m.bot.source}"
                yield m.within(file, (language, *key.split(".")), message, "add it")
        words = m.bot.texts.command_words(language)
        for name in m.bot.commands:
            if not words.get(name):
                message = f"the command “{name}” has no words in {language}"
                yield m.within(file, (language, "commands"), message, f"add `{name}: [...]` under `commands:`")


def _flat_keys(m: Material, language: str) -> list[str]:
    """The keys of ``_global.yaml`` as the bot names them: ``errors.date``."""
    data = m.data(file_of(language, GLOBAL))
    root = data.get(language) if isinstance(data, dict) else None
    found: list[str] = []
    ahead: list[tuple[str, Data]] = [(key, value) for key, value in (root or {}).items() if key != "commands"]
    while ahead:
        key, value = ahead.pop(0)
        if isinstance(value, dict) and not set(value) <= PLURALS:
            ahead += [(f"{key}.{name}", inner) for name, inner in value.items()]
        else:
            found.append(key)
    return found


# ── T02: plural forms ────────────────────────────────────────────────────────────────────────────────────────────────


def plurals(m: Material) -> Iterator[Problem]:
    words = m.once(Wording)
    needed = {language: _needed(language) for language in m.bot.languages}
    for (name, key), steps in words.said.items():
        dialog = m.bot.dialogs[name]
        entries = {language: words.entry(language, dialog, key) for language in m.bot.languages}
        counted = {language: entry for language, entry in entries.items() if entry and _has_plural(entry)}
        saying = [step for step in steps if step.say == key]
        for language, entry in entries.items():
            if entry:
                yield from _forms(m, file_of(language, name), (language, key), entry, needed[language])
                if counted and language not in counted and any(step.count for step in saying):
                    message = f"it is the same for every number; {', '.join(counted)} has plural forms"
                    todo = f"write the forms {', '.join(sorted(needed[language]))}"
                    yield m.within(file_of(language, name), (language, key), message, todo, step=saying[0].name)
        for step in saying:
            if counted and step.count is None:
                message = f"its text has plural forms ({', '.join(counted)}), and nothing says which number picks one"
                yield m.at(dialog, step, message, "add `count: <number>` to the step")
            if step.count is not None and not counted and any(entries.values()):
                message = "`count` picks a plural form, and its text has none in any language"
                yield m.at(
                    dialog, step, message, "write the forms, or delete `count`", path=("count",), severity="warning"
                )


def _has_plural(entry: Entry) -> bool:
    forms = [entry.forms, *(own.forms for own in entry.by_channel.values())]
    return any(set(found) - {"other"} for found in forms)


def _needed(language: str) -> set[str]:
    return {plural_form(language, number) for number in _COUNTED}


def _forms(m: Material, file: str, at: tuple[str, str], entry: Entry, needed: set[str]) -> Iterator[Problem]:
    language, key = at
    found: list[tuple[Group, Forms]] = [(("text",), entry.forms)]
    found += [(("by_channel", channel, "text"), own.forms) for channel, own in entry.by_channel.items()]
    for path, forms in found:
        if not set(forms) - {"other"}:
            continue
        where = (file, (*at, *path))
        lacking = needed - set(forms)
        if lacking:
            message = f"the text “{key}” lacks the plural form {', '.join(sorted(lacking))}"
            yield m.within(*where, message, f"{language} needs {', '.join(sorted(needed))}")
        for form in sorted(set(forms) - needed - {"other"}):
            message = f"{language} has no plural form “{form}”: this text is never said"
            yield m.within(where[0], (*where[1], form), message, "delete it", severity="warning")


# ── T03: the same placeholders ───────────────────────────────────────────────────────────────────────────────────────


def placeholders(m: Material) -> Iterator[Problem]:
    for dialog in m.bot.dialogs.values():
        source = m.bot.texts.dialog(m.bot.source, dialog.name)
        for language in m.bot.languages:
            if language != m.bot.source:
                for key, entry in m.bot.texts.dialog(language, dialog.name).items():
                    if key in source:
                        yield from _compared(m, dialog, (language, key), entry, source[key])


def _compared(m: Material, dialog: Dialog, at: tuple[str, str], entry: Entry, source: Entry) -> Iterator[Problem]:
    language, key = at
    wanted, _ = _shown(m, dialog, (m.bot.source, key), source)
    given, paths = _shown(m, dialog, at, entry)
    for group in given.keys() & wanted.keys():
        path = (language, key, *paths[group].path[: len(group)])
        for name in sorted(wanted[group] - given[group]):
            message = f"{_braces(name)} is in the {m.bot.source} text, and not in this one"
            yield m.within(file_of(language, dialog.name), path, message, f"put {_braces(name)} where it belongs")
        for name in sorted(given[group] - wanted[group]):
            message = f"{_braces(name)} is not in the {m.bot.source} text"
            todo = f"use what stands there, or add it to the {m.bot.source} text as well"
            yield m.within(file_of(language, dialog.name), path, message, todo)


def _braces(name: str) -> str:
    return f"“{{{{ {name} }}}}”"


def _shown(
    m: Material, dialog: Dialog, at: tuple[str, str], entry: Entry
) -> tuple[dict[Group, set[str]], dict[Group, Piece]]:
    """What each group of an entry shows, all its forms and variants together, and where the group stands.

    Without the groups in which a placeholder is wrong by itself: that is told once, where it is, and the others are compared
    when it is mended.
    """
    found: dict[Group, set[str]] = {}
    first: dict[Group, Piece] = {}
    wrong: set[Group] = set()
    for piece in pieces(entry):
        first.setdefault(piece.group, piece)
        found.setdefault(piece.group, set()).update(m.reading(piece.template).shown)
        place = file_of(at[0], dialog.name), (*at, *piece.path)
        if place in m.once(mistaken) or single_braces(piece.template):
            wrong.add(piece.group)
    return {group: shown for group, shown in found.items() if group not in wrong}, first


# ── T05: texts that nobody says ──────────────────────────────────────────────────────────────────────────────────────


def unused(m: Material) -> Iterator[Problem]:
    for file in m.sources:
        folder, _, rest = file.partition("/")
        language, _, topic = rest.removesuffix(".yaml").partition("/")
        if folder != "locales":
            continue
        if language not in m.bot.languages:
            message = f"the bot does not speak {language}"
            yield _idle(m, file, (), message, "add it to `languages:` in bot.yaml, or delete the file")
        elif topic == GLOBAL:
            yield from _unused_global(m, file, language)
        elif topic in (MOODS, REPLIES):
            continue
        elif topic not in m.bot.dialogs:
            yield _idle(
                m, file, (), f"there is no dialog “{topic}”", f"delete the file, or {one_of(topic, m.bot.dialogs)}"
            )
        else:
            yield from _unused_in(m, file, language, m.bot.dialogs[topic])


def _idle(m: Material, file: str, path: Group, message: str, todo: str) -> Problem:
    return m.within(file, path, message, todo, severity="warning")


def _unused_in(m: Material, file: str, language: str, dialog: Dialog) -> Iterator[Problem]:
    said = m.once(Wording).said
    for key, entry in m.bot.texts.dialog(language, dialog.name).items():
        steps = said.get((dialog.name, key), [])
        if key == TITLE:
            yield from _unused_titles(m, file, language, dialog, entry)
            continue
        if not steps:
            todo = f"delete it, or {one_of(key, [known for name, known in said if name == dialog.name])}"
            yield _idle(m, file, (language, key), f"no step says the text “{key}”", todo)
            continue
        options, fields = _named(steps)
        for part, given, known in (
            ("options", entry.options, options),
            ("words", entry.words, options),
            ("fields", entry.fields, fields),
        ):
            for name in given:
                if name not in known:
                    message = f"no step has the {part[:-1] if part != 'words' else 'option'} “{name}”"
                    yield _idle(m, file, (language, key, part, name), message, f"delete it, or {one_of(name, known)}")
        for channel in entry.by_channel:
            if channel not in m.bot.channels:
                todo = f"delete it, or {one_of(channel, m.bot.channels)}"
                yield _idle(
                    m, file, (language, key, "by_channel", channel), f"the bot has no channel “{channel}”", todo
                )


def _unused_titles(m: Material, file: str, language: str, dialog: Dialog, entry: Entry) -> Iterator[Problem]:
    """What “Did you mean …?” calls the dialog, and its intents."""
    intents = {intent for intent, (name, _) in m.bot.intents.items() if name == dialog.name}
    for name in entry.options:
        if name not in intents:
            todo = f"delete it, or {one_of(name, intents)}"
            yield _idle(m, file, (language, TITLE, "options", name), f"no intent “{name}” leads to this dialog", todo)


def _named(steps: list[Step]) -> tuple[set[str], set[str]]:
    """The options and the fields that texts of these steps can have labels for."""
    options = {option.name for step in steps if isinstance(step.verb, Choose) for option in step.verb.options}
    fields = {field.name for step in steps if isinstance(step.verb, Form) for field in step.verb.fields}
    return options, fields


def _unused_global(m: Material, file: str, language: str) -> Iterator[Problem]:
    data = m.data(file)
    root = data.get(language) if isinstance(data, dict) else None
    commands = root.get("commands") if isinstance(root, dict) else None
    for name in commands if isinstance(commands, dict) else ():
        if name not in m.bot.commands:
            todo = f"add it to `commands:` in bot.yaml, or {one_of(name, m.bot.commands)}"
            yield _idle(m, file, (language, "commands", name), f"the bot has no command “{name}”", todo)
    answers = m.data("dialogs/_answers.yaml")
    kinds = {f"errors.{kind}" for kind in answers} if isinstance(answers, dict) else set()
    for key in _flat_keys(m, language):
        if key not in m.product_keys and key not in kinds:
            todo = f"delete it, or {one_of(key, m.product_keys | kinds)}"
            yield _idle(m, file, (language, *key.split(".")), f"nothing says the text “{key}”", todo)
