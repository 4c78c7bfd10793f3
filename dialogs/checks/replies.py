"""T01, T03, T09, D14, D16 for the replies of operators: nobody sends a customer what is wrong."""

from collections.abc import Iterator, Mapping

from conversation.value import Data
from dialogs.checks.data import variables, wrong_name
from dialogs.checks.expressions import single_braces
from dialogs.checks.material import Material
from dialogs.checks.structure import one_of
from dialogs.checks.types import TEXT, Type, sample
from dialogs.checks.wording import file_of
from dialogs.problems import Problem
from dialogs.saying.reply import NAME, OPERATOR, REPLIES, Reply
from dialogs.saying.templates import RENDER_ERRORS
from dialogs.scene import view_of

MEDIA = "media/"


def missing(m: Material) -> Iterator[Problem]:
    """T01: a reply of one language is there in all."""
    for name in dict.fromkeys(name for replies in m.bot.replies.values() for name in replies):
        for language in m.bot.languages:
            if name not in m.bot.replies.get(language, {}):
                source = m.bot.replies.get(m.bot.source, {})
                there = m.bot.source if name in source else "another language"
                message = f"the reply “{name}” is missing: operators would have that of {there}"
                yield m.within(file_of(language, REPLIES), (language, name), message, "add it, with title and text")


def uneven(m: Material) -> Iterator[Problem]:
    """T03: a translation shows what its source shows."""
    source = m.bot.replies.get(m.bot.source, {})
    for language, reply in _each(m):
        if language == m.bot.source or reply.name not in source or _mistaken(m, reply):
            continue
        wanted, given = (m.reading(each.text).shown for each in (source[reply.name], reply))
        for name in sorted(wanted - given):
            message = f"“{{{{ {name} }}}}” is in the {m.bot.source} text, and not in this one"
            yield _at(m, language, reply, message, f"put “{{{{ {name} }}}}” where it belongs")
        for name in sorted(given - wanted):
            message = f"“{{{{ {name} }}}}” is not in the {m.bot.source} text"
            yield _at(
                m, language, reply, message, f"use what stands there, or add it to the {m.bot.source} text as well"
            )


def unknown(m: Material) -> Iterator[Problem]:
    """D14: what a reply shows is known to some dialog, to the channel or to Lotse."""
    for language, reply in _each(m):
        for told in _mistaken(m, reply):
            yield _at(m, language, reply, *told)


def files(m: Material) -> Iterator[Problem]:
    """D16."""
    for language, reply in _each(m):
        name = reply.attach
        if name and (name not in m.files or not name.startswith(MEDIA)):
            todo = f"put it into media/, or {one_of(name, [file for file in m.files if file.startswith(MEDIA)])}"
            path = (language, reply.name, "attach")
            yield m.within(file_of(language, REPLIES), path, f"there is no file {name}", todo)


def shown(m: Material) -> Iterator[Problem]:
    """T09: each is tried out with made-up values."""
    types = _types(m)
    for language, reply in _each(m):
        for name in single_braces(reply.text):
            message = f"customers would read “{{{name}}}” as it stands here: a placeholder has two braces"
            yield _at(m, language, reply, message, f"write {{{{ {name} }}}}")
        values: dict[str, Data] = {name: sample(types[name], "Muster") for name in reply.text.names if name in types}
        try:
            reply.text.attempt(values, view_of(m.bot, language, {}))
        except RENDER_ERRORS as error:
            message = f"this text can't be shown ({error}), tried with made-up values"
            yield _at(m, language, reply, message, "mend what stands in {{ … }} or {% … %}")


def _each(m: Material) -> Iterator[tuple[str, Reply]]:
    return ((language, reply) for language, replies in m.bot.replies.items() for reply in replies.values())


def _at(m: Material, language: str, reply: Reply, message: str, todo: str) -> Problem:
    return m.within(file_of(language, REPLIES), (language, reply.name, "text"), message, todo)


def _types(m: Material) -> Mapping[str, Type]:
    return {**variables(m).types, NAME: TEXT, OPERATOR: TEXT}


def _mistaken(m: Material, reply: Reply) -> list[tuple[str, str]]:
    """Message and what to do about each name that does not exist."""
    names = sorted(m.reading(reply.text).names)
    return [told for name in names if (told := wrong_name(name, _types(m)))]
