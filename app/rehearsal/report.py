"""What `lotse test` says: for an editor's eyes, and as data."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from app.rehearsal.coverage import Coverage, Share
from app.rehearsal.suite import Result
from app.rehearse import marked
from conversation.value import Data

FIRST: Final = 8
"""What was never entered, shown without being asked for more."""


def words(coverage: Coverage) -> str:
    """The coverage in a line, as a release keeps it."""
    return (
        f"steps {_of(coverage.steps)}, ways on {_of(coverage.ways)}, "
        f"actions that work {_of(coverage.actions_ok)}, that fail {_of(coverage.actions_failed)}"
    )


def _of(share: Share) -> str:
    return f"{share.seen} of {share.all}"


def result_lines(results: Sequence[Result]) -> Iterator[Text]:
    """A line for each transcript that holds, with the place it was played in where there are several; more for one that does not."""
    by_file: dict[str, list[Result]] = {}
    for result in results:
        by_file.setdefault(result.file, []).append(result)
    for file, found in by_file.items():
        failed = [result for result in found if result.difference]
        if not failed:
            title = found[0].transcript.title if found[0].transcript else ""
            times = f"  ({len(found)} times)" if len(found) > 1 else ""
            yield Text.assemble(("ok    ", "green"), f"{file}{times}  ", (title, "dim"))
        for result in failed:
            yield from _failure(result, many=len(found) > 1)


def _failure(result: Result, *, many: bool) -> Iterator[Text]:
    difference = result.difference
    if difference is None:
        return
    where = f"  (in {result.place[0]} on {result.place[1]})" if many else ""
    yield Text.assemble(("FAIL  ", "bold red"), f"{difference.file}:{difference.line}{where}")
    yield Text(f"      {difference.message}", style="red")
    for line in marked(result.transcript, difference) if result.transcript else ():
        yield Text(f"      {line}", style="bold" if line.startswith("→") else "dim")


def coverage_lines(coverage: Coverage, *, whole: bool) -> Iterator[Text]:
    """The table, then what was never entered: the first few, or all of it."""
    rows = [
        ("steps", coverage.steps),
        ("ways on", coverage.ways),
        ("actions that work", coverage.actions_ok),
        ("actions that fail", coverage.actions_failed),
    ]
    for name, share in rows:
        style = "green" if share.seen == share.all else "yellow"
        yield Text.assemble(f"  {name:<18}", (f"{share.seen:>5} of {share.all:<5}{share.percent:>6.1f} %", style))
    spoken = ", ".join(f"{language} {count}" for language, count in coverage.languages.items())
    yield Text(f"  {'languages':<18}    {spoken}")
    missing = [f"{place.file}:{place.line}  step {place.step}" for place in coverage.missing_steps]
    missing += [f"{way.file}:{way.line}  {way}" for way in coverage.missing_ways]
    missing += [f"action {name} is never seen to work" for name in coverage.missing_ok]
    missing += [f"action {name} is never seen to fail" for name in coverage.missing_failed]
    if not missing:
        return
    yield Text("\nnever entered:")
    for line in missing if whole else missing[:FIRST]:
        yield Text(f"  {line}")
    if len(missing) > FIRST and not whole:
        yield Text(
            f"  … and {len(missing) - FIRST} more: --cover shows all, --suggest writes transcripts for them",
            style="dim",
        )


def as_data(results: Sequence[Result], coverage: Coverage) -> Data:
    """For programs."""
    return {
        "transcripts": [
            {
                "file": result.file,
                "title": result.transcript.title if result.transcript else "",
                "language": result.place[0],
                "channel": result.place[1],
                "passed": result.difference is None,
                "line": result.difference.line if result.difference else 0,
                "message": result.difference.message if result.difference else "",
            }
            for result in results
        ],
        "coverage": {
            "steps": _share(coverage.steps),
            "ways": _share(coverage.ways),
            "actions_ok": _share(coverage.actions_ok),
            "actions_failed": _share(coverage.actions_failed),
            "languages": coverage.languages,
            "missing_steps": [
                {"file": place.file, "line": place.line, "dialog": place.dialog, "step": place.step}
                for place in coverage.missing_steps
            ],
            "missing_ways": [
                {
                    "file": way.file,
                    "line": way.line,
                    "dialog": way.dialog,
                    "step": way.step,
                    "why": way.why,
                    "to": way.to,
                }
                for way in coverage.missing_ways
            ],
            "missing_actions_ok": list(coverage.missing_ok),
            "missing_actions_failed": list(coverage.missing_failed),
        },
    }


def _share(share: Share) -> Data:
    return {"seen": share.seen, "all": share.all, "percent": round(share.percent, 1)}
