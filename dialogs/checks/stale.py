"""T08: no translation is older than its source."""

from collections.abc import Iterator

from conversation.errors import ContentError
from dialogs.checks.material import Material
from dialogs.problems import Problem
from dialogs.reading.translations import Forms, lock_file, stale_texts


def _in_one_line(forms: Forms) -> str:
    """The first form; words stand one below the other."""
    return ", ".join(next(iter(forms.values()), "").splitlines())


def stale(m: Material) -> Iterator[Problem]:
    """By what ``lotse texts`` wrote down when a translation was made; what it does not know counts as up to date."""
    data = {name: source.data for name, source in m.sources.items() if name.startswith("locales/")}
    for language in m.bot.languages:
        if language == m.bot.source:
            continue
        try:
            for text in stale_texts(data, m.files, (language,), m.bot.source):
                was, now = (_in_one_line(forms) for forms in (text.was, text.now))
                message = f"it translates “{was}”, which has become “{now}”"
                todo = "translate it again; if it is right as it is, say so with `lotse texts accept`"
                yield m.within(text.file, text.path, message, todo, severity="warning")
        except ContentError as error:
            yield m.within(lock_file(language), (), str(error), "put back an older version of the file")
