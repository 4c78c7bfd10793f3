"""The report in a terminal: the verdict first, then tables, then what to do."""

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.evaluation.words import (
    comparison,
    language_of,
    left_out,
    limits_note,
    limits_yaml,
    paired,
    percent,
    trust,
    verdict,
)
from nlu.evaluation.compare import Comparison
from nlu.evaluation.figures import IntentFigures
from nlu.evaluation.report import LanguageResult, Report
from nlu.service import TrainReport

PAIRS: Final = 10
WORST: Final = 8
FEW: Final = 12
LOST: Final = 8
_WEAK: Final = 0.8
"""An F1 below it is shown in colour."""


def show(console: Console, report: Report) -> None:
    for each in report.languages:
        console.print(Text(verdict(each)))
        console.print()
    console.print(Text(trust(report), style="dim"))
    _section(console, "Languages", _languages(report.languages))
    _section(console, "Intents", _intents(report.languages))
    if any(each.confused for each in report.languages):
        _section(console, "Taken for another", _confused(report.languages))
    _list(console, "Examples that read like another intent", [each.sentence for each in report.worst], WORST)
    _list(console, "Intents to merge or to make distinct", [each.sentence for each in report.merges], PAIRS)
    _list(console, "Too few examples", [each.sentence for each in report.few], FEW)
    _section(console, "Suggested limits for bot.yaml", Text(limits_yaml(report)))
    console.print(Padding(Text(limits_note(report), style="dim"), (0, 2)))


def show_comparison(console: Console, found: Comparison) -> None:
    console.print(Text(comparison(found), style="red" if found.worse else "bold"))
    if found.pairs:
        console.print()
    for each in found.pairs:
        console.print(Padding(Text(paired(each), style="red" if each in found.worse else ""), (0, 2)))
    lost = [
        f"‘{each.after.text}’ ({each.after.place}) is `{each.after.wanted}`: {found.old} understood it, now it is"
        f" {f'`{each.after.best}` at {each.after.score:.2f}' if each.after.best else 'nothing'}"
        for each in found.lost
    ]
    _list(console, "Understood before and not now", lost, LOST)
    if said := left_out(found):
        console.print(Text(said, style="dim"))


def show_training(console: Console, report: TrainReport) -> None:
    """What ``lotse nlu train`` says."""
    table = _table("", "intents", "examples", "right\nfirst", "accepted,\nright", "accepted,\nwrong")
    for each in report.languages:
        table.add_row(
            language_of(each.language),
            str(each.intents),
            str(each.examples),
            *(f"{100 * share:.1f} %" for share in (each.accuracy, each.accepted, each.wrong)),
        )
    console.print(table)
    console.print(Text(f"Trained in {report.seconds:.1f} s. `lotse nlu evaluate` says more."))


def _section(console: Console, title: str, body: RenderableType) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    console.print(Padding(body, (0, 2)))


def _list(console: Console, title: str, sentences: Sequence[str], most: int) -> None:
    if not sentences:
        return
    console.print()
    console.print(Text(title, style="bold"))
    for sentence in sentences[:most]:
        bullet = Table.grid(padding=(0, 1))
        bullet.add_row("  -", Text(sentence))
        console.print(bullet)
    if len(sentences) > most:
        console.print(Text(f"    and {len(sentences) - most} more; --html FILE and --json list all", style="dim"))


def _table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="dim")
    for number, title in enumerate(titles):
        table.add_column(
            title, justify="right" if number else "left", no_wrap="\n" not in title and not number, overflow="fold"
        )
    return table


def _languages(languages: Sequence[LanguageResult]) -> Table:
    table = _table("", "examples", "right\nfirst", "words\nalone", "others\nleft alone", "F1", "score\nerror")
    for each in languages:
        table.add_row(
            language_of(each.language),
            str(each.examples),
            percent(each.first),
            f"{each.floor.percent:.0f} %" if each.floor.of else "–",
            percent(each.left_alone),
            f"{each.macro_f1:.2f}",
            f"{each.calibration_error:.3f}",
        )
    return table


def _intents(languages: Sequence[LanguageResult]) -> Table:
    """Weakest first. Of one language all figures, of several the F1 with the number of examples."""
    found = {(each.language, intent.name): intent for each in languages for intent in each.intents}
    names = sorted({name for _, name in found})
    names.sort(
        key=lambda name: min(found[each.language, name].f1 for each in languages if (each.language, name) in found)
    )
    if len(languages) == 1:
        table = _table("intent", "examples", "precision", "recall", "F1")
        for name in names:
            each = found[languages[0].language, name]
            shares = f"{each.precision:.2f}", f"{each.recall:.2f}"
            table.add_row(Text(name), str(each.support), *shares, _f1(each))
        return table
    table = _table("F1 (examples)", *(language_of(each.language) for each in languages))
    for name in names:
        cells = (found.get((each.language, name)) for each in languages)
        table.add_row(
            Text(name), *(_f1(cell).append(f" ({cell.support})", "dim") if cell else Text("–") for cell in cells)
        )
    return table


def _f1(each: IntentFigures) -> Text:
    return Text.assemble((f"{each.f1:.2f}", "yellow" if each.f1 < _WEAK else ""))


def _confused(languages: Sequence[LanguageResult]) -> Table:
    """Of all languages, most frequent first."""
    supports = {(each.language, intent.name): intent.support for each in languages for intent in each.intents}
    pairs = [(each.language, pair) for each in languages for pair in each.confused]
    pairs.sort(key=lambda pair: (-pair[1].count, pair[0]))
    table = Table.grid(padding=(0, 1))
    for language, each in pairs[:PAIRS]:
        count = Text(f"{each.count} of {supports[language, each.wanted]}", justify="right")
        table.add_row(language if len(languages) > 1 else "", count, Text(_read_as(each.wanted, each.read)))
    rest = sum(each.count for _, each in pairs[PAIRS:])
    if rest:
        table.add_row("", Text(str(rest), justify="right"), Text("more, in pairs that are rarer", style="dim"))
    return table


def _read_as(wanted: str, read: str) -> str:
    if read == "other":
        return f"of `{wanted}` are not understood"
    return f"of `{wanted}` are read as `{read}`"
