"""D22: a sentence means one thing. Also who uses what is learnt, and whether a language was left behind."""

from collections.abc import Iterator, Sequence
from typing import Final

from dialogs.checks.intents import ENOUGH, LEAST, meanings
from dialogs.checks.material import Material
from dialogs.examples import GREETING, OTHER, Near, Sentence, file_of, sentences
from dialogs.problems import Problem, Severity

BEHIND: Final = 3
"""So many times the examples of another language: then one was forgotten."""


def twice(m: Material) -> Iterator[Problem]:
    """The same sentence, or nearly, under two intents or twice under one."""
    for known in _known(m).values():
        near = Near(())
        for sentence in known:
            yield from _clashes(sentence, near)
            near.add(sentence)


def _known(m: Material) -> dict[str, list[Sentence]]:
    return m.once(_read)


def _read(m: Material) -> dict[str, list[Sentence]]:
    found = {language: m.sources.get(file_of(language)) for language in m.bot.languages}
    return {language: list(sentences(language, source)) for language, source in found.items() if source}


def _clashes(sentence: Sentence, before: Near) -> Iterator[Problem]:
    """With the sentences above it in its file: each pair is told of once, at the lower one, the worst first."""
    same = before.same(sentence.same)
    foreign = [each for each in same if each.intent != sentence.intent]
    if foreign:
        yield _problem(
            sentence,
            f"“{sentence.text}” is an example of “{sentence.intent}”, and in {_where(foreign)} of “{foreign[0].intent}”",
            "keep it under the one that it means: nobody can learn both",
            "error",
        )
    elif same:
        exact = any(each.text == sentence.text for each in same)
        yield _problem(
            sentence,
            f"“{sentence.text}” stands under “{sentence.intent}” twice, in {_where(same)} too{'' if exact else ', spelt otherwise'}",
            "delete one: it teaches nothing new",
            "error" if exact else "hint",
        )
    else:
        close = [each for each in before.near(sentence.same) if each.intent != sentence.intent]
        if close:
            yield _problem(
                sentence,
                f"“{sentence.text}” of “{sentence.intent}” is nearly “{close[0].text}” of “{close[0].intent}” ({_where(close)})",
                "keep the one that is meant, or write more of what makes the difference",
                "warning",
            )


def _problem(sentence: Sentence, message: str, todo: str, severity: Severity) -> Problem:
    return Problem(file=sentence.file, line=sentence.line, message=message, todo=todo, severity=severity)


def _where(found: Sequence[Sentence]) -> str:
    return ", ".join(each.place for each in found[:3])


def balance(m: Material) -> Iterator[Problem]:
    """What nothing uses, what is too little, and a language that has far less of an intent than another."""
    used = {meaning.intent for meaning in meanings(m)}
    counts = {
        language: {intent: sum(each.intent == intent for each in known) for intent in _intents(known)}
        for language, known in _known(m).items()
    }
    for language, known in counts.items():
        file = file_of(language)
        for intent, count in known.items():
            if used and intent not in used and intent not in (OTHER, GREETING):
                message = f"“{intent}” has {_examples(count)} here, and no dialog starts with it or offers it"
                todo = f"name it under `intents:` of a dialog, or move its examples to `{OTHER}`"
                yield m.within(file, ("intents", intent), message, todo, severity="warning")
            elif count < LEAST and intent not in used:
                message = f"“{intent}” has {_examples(count)}: too few to learn from"
                yield m.within(file, ("intents", intent), message, "write ten or more", severity="warning")
            yield from _behind(m, language, intent, counts)


def unlearnable(m: Material) -> Iterator[Problem]:
    """An intent with a single sentence stops the training; a file of a language that the bot does not speak is learnt for nobody."""
    files = {file: source for file, source in m.sources.items() if file.startswith("nlu/") and file.endswith(".yaml")}
    known = [each for file, source in files.items() for each in sentences(file[4:-5], source)]
    for sentence in known:
        if sum(each.intent == sentence.intent for each in known) == 1:
            message = f"“{sentence.intent}” has a single example: nothing can be learnt from it"
            yield _problem(
                sentence, message, "write ten sentences or more that customers write, or take the intent out", "error"
            )
    for file in files:
        if file[4:-5] not in m.bot.languages:
            todo = "add the language to `languages:` of bot.yaml, or delete the file"
            yield m.within(file, (), f"the bot does not speak “{file[4:-5]}”", todo, severity="warning")


def _behind(m: Material, language: str, intent: str, counts: dict[str, dict[str, int]]) -> Iterator[Problem]:
    here = counts[language][intent]
    best = max(counts, key=lambda other: counts[other].get(intent, 0))
    most = counts[best].get(intent, 0)
    if here >= ENOUGH and here * BEHIND < most:  # what has less is told of as too little
        message = f"“{intent}” has {here} examples in {language}, and {most} in {best}"
        todo = f"write more in {language}: who writes it is understood worse"
        yield m.within(file_of(language), ("intents", intent), message, todo, severity="warning")


def _examples(count: int) -> str:
    return "one example" if count == 1 else f"{count} examples"


def _intents(known: Sequence[Sentence]) -> list[str]:
    return list(dict.fromkeys(each.intent for each in known))
