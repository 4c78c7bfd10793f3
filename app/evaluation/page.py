"""The report as one page that needs nothing else: pictures are drawn into it, and it is read without a network or on paper."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.evaluation import words
from nlu.evaluation.compare import Comparison
from nlu.evaluation.judged import OUTCOMES
from nlu.evaluation.report import LanguageResult, Report

HERE: Final = Path(__file__).parent


def page(report: Report, compared: Comparison | None) -> str:
    """HTML. What editors and customers wrote is escaped."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html.j2").render(
        report=report,
        compared=compared,
        languages=[_language(each) for each in report.languages],
        names={each.language: words.language_of(each.language) for each in report.languages},
        outcomes={outcome: said.removeprefix("are ") for outcome, said in words.OUTCOME_WORDS.items()},
        trust=words.trust(report),
        limits=words.limits_yaml(report),
        limits_note=words.limits_note(report),
        percent=words.percent,
        paired=words.paired,
        comparison=words.comparison(compared) if compared else "",
        left_out=words.left_out(compared) if compared else "",
    )


def _language(found: LanguageResult) -> Mapping[str, Any]:
    """What the pictures of a language show."""
    names = [each.name for each in found.intents]
    return {
        "code": found.language,
        "name": words.language_of(found.language),
        "verdict": words.verdict(found),
        "said": words.without_name(words.verdict(found)),
        "found": found,
        "bar": [(outcome, found.tasks.of_100[outcome]) for outcome in OUTCOMES],
        "intents": sorted(found.intents, key=lambda each: (each.f1, each.name)),
        "names": names,
        "heat": _heat(found, names),
        "scores": _histogram(found.scores),
        "bins": [each for each in found.bins if each.count],
    }


def _heat(found: LanguageResult, names: Sequence[str]) -> Sequence[Sequence[tuple[int, float]]]:
    """Rows: what is meant; columns: what is read. Count, and its share of the row."""
    counts = {(each.name, each.name): each.hits for each in found.intents}
    counts |= {(each.wanted, each.read): each.count for each in found.confused}
    supports = {each.name: each.support for each in found.intents}
    return [
        [(counts.get((one, other), 0), counts.get((one, other), 0) / supports[one]) for other in names] for one in names
    ]


def _histogram(scores: Sequence[tuple[float, bool]]) -> Sequence[tuple[int, int]]:
    """Right and wrong guesses in twenty bins of the score."""
    bins = [[0, 0] for _ in range(20)]
    for score, right in scores:
        bins[min(int(score * 20), 19)][0 if right else 1] += 1
    return [(right, wrong) for right, wrong in bins]
