"""What a report says first, in sentences that need no knowledge of statistics."""

from collections.abc import Sequence
from typing import Final

from babel import Locale, UnknownLocaleError

from nlu.evaluation.compare import Comparison, Paired
from nlu.evaluation.judged import Outcome
from nlu.evaluation.report import LanguageResult, Report
from nlu.measuring.metrics import Share

OUTCOME_WORDS: Final[dict[Outcome, str]] = {
    "right": "are accepted at once and right",
    "wrong": "accepted at once and wrong",
    "asked": "asked back about with the right choice offered",
    "asked_wrong": "asked back about without it",
    "missed": "not understood",
}


def language_of(code: str) -> str:
    """Its English name; the code for one that nobody has named."""
    try:
        return Locale.parse(code).get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def verdict(found: LanguageResult) -> str:
    """A paragraph on one language."""
    name = language_of(found.language)
    if not found.tasks.of:
        return f"{name}: there are no examples of anything but `other`."
    of_100 = found.tasks.of_100
    parts = [f"{of_100[outcome]} {words}" for outcome, words in OUTCOME_WORDS.items() if of_100[outcome]]
    said = f"{name}: of 100 new sentences like your examples, {_listed(parts)}."
    if not found.others.of:
        return f"{said} There are no examples of `other`: what the bot does with sentences that are not for it, nobody knows."
    starts = found.others.of_100["wrong"]
    if not found.others.wrong:
        return f"{said} Of the {found.others.of} sentences that should start nothing, none does."
    return f"{said} Of 100 that should start nothing, {starts or 'fewer than 1'} would start a task."


def without_name(said: str) -> str:
    """A verdict under a heading that names the language."""
    return _upper(said.partition(": ")[2])


def _upper(said: str) -> str:
    return said[:1].upper() + said[1:]


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def trust(report: Report) -> str:
    """How it was measured, and how far it can be believed."""
    said = (
        f"Measured by cross-validation: {report.folds} models, each judged on examples that it was not trained on"
        f" (seed {report.seed}; layers: {report.head})."
    )
    doubled = []
    if report.near:
        doubled.append(f"{report.near} examples are near-duplicates of another")
    if report.translated:
        doubled.append(f"{report.translated} are translated in another language's file")
    if doubled:
        return f"{said} {_upper(_listed(doubled))}: such sentences were held out together, so that none gives another away."
    return said


def limits_yaml(report: Report) -> str:
    """The suggested limits as ``bot.yaml`` takes them."""
    lines = (
        f"    {each.language}: {{accept: {each.suggested.accept:.2f}, offer: {each.suggested.offer:.2f}}}"
        for each in report.languages
    )
    return "\n".join(["nlu:", "  languages:", *lines])


def limits_note(report: Report) -> str:
    """What they promise, and what they can't."""
    percent = f"{100 * report.cost:g} %"
    said = f"With these limits at most {percent} of what is accepted at once is expected to be wrong."
    failing = [language_of(each.language) for each in report.languages if not each.suggested.kept]
    if failing:
        return f"{said} Not so in {_listed(failing)}: no limit gets there with these examples; mend the examples first."
    return said


def percent(share: Share) -> str:
    """With its 95 % interval; a dash for a share of nothing."""
    if not share.of:
        return "–"
    low, high = share.interval
    return f"{share.percent:.0f} % ({low:.0f}–{high:.0f})"


def paired(each: Paired) -> str:
    """One comparison in a sentence."""
    where = language_of(each.language) if each.language else "all languages"
    which = "with the new examples" if each.added else "examples of both versions"
    what = "understood or asked back rightly" if each.measure == "right" else "acted on at once and wrong"
    low, high = each.interval
    return (
        f"{where}, {which}: {what} {each.before:.1f} % before, {each.after:.1f} % now"
        f" (change {low:+.1f} to {high:+.1f} points; {each.gained} gained, {each.lost} lost, p = {each.chance:.3f})"
    )


def comparison(found: Comparison) -> str:
    """The verdict, first."""
    if not found.pairs:
        return f"The versions share no example, and there is no new one: nothing can be said about {found.old}."
    judged = f"on {found.shared} examples of both" + (f" and {found.added} new ones" if found.added else "")
    if found.worse:
        return f"Worse than {found.old}, and not by chance ({judged}): " + "; ".join(map(paired, found.worse))
    return f"{'Better than' if found.better else 'Not worse than'} {found.old} ({judged})."


def left_out(found: Comparison) -> str:
    """What the comparison could not take into account; empty if it is everything."""
    parts = []
    if found.moved:
        parts.append(f"{found.moved} that have another intent now")
    if found.removed:
        parts.append(f"{found.removed} that are gone")
    return f"Not counted: {_listed(parts)}; who is right about them is for people to say." if parts else ""
