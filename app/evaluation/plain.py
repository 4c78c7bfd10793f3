"""The report for machines: names and numbers, shares from 0 to 1."""

import json

from conversation.value import Data
from nlu.evaluation.compare import Comparison, Paired
from nlu.evaluation.judged import Judged
from nlu.evaluation.report import LanguageResult, Report
from nlu.measuring.metrics import Share


def as_json(report: Report, compared: Comparison | None) -> str:
    return json.dumps(plain(report, compared), ensure_ascii=False, indent=2)


def plain(report: Report, compared: Comparison | None) -> dict[str, Data]:
    """``worse`` is null where nothing was compared."""
    return {
        "bot": report.title,
        "layers": report.head,
        "folds": report.folds,
        "seed": report.seed,
        "near_duplicates": report.near,
        "translated": report.translated,
        "cost": report.cost,
        "languages": {each.language: _language(each) for each in report.languages},
        "worst": [_row(each.row) for each in report.worst],
        "merges": [{"intents": [each.one, each.other], "mixed": each.mixed, "of": each.of} for each in report.merges],
        "few": [{"language": each.language, "intent": each.intent, "examples": each.count} for each in report.few],
        "against": _comparison(compared) if compared else None,
    }


def _language(found: LanguageResult) -> dict[str, Data]:
    limits, suggested = found.limits, found.suggested
    return {
        "examples": found.examples,
        "limits": {"accept": limits.accept, "offer": limits.offer, "margin": limits.margin, "choices": limits.choices},
        "suggested": {"accept": suggested.accept, "offer": suggested.offer, "cost_kept": suggested.kept},
        "tasks": dict(found.tasks.counts),
        "others": dict(found.others.counts),
        "accuracy": _share(found.accuracy),
        "right_first": _share(found.first),
        "right_first_by_words_alone": _share(found.floor),
        "out_of_scope_recall": _share(found.left_alone),
        "macro_f1": round(found.macro_f1, 4),
        "calibration_error": found.calibration_error,
        "intents": {
            each.name: {
                "support": each.support,
                "precision": round(each.precision, 4),
                "recall": round(each.recall, 4),
                "f1": round(each.f1, 4),
            }
            for each in found.intents
        },
        "confused": [{"wanted": each.wanted, "read_as": each.read, "count": each.count} for each in found.confused],
        "reliability": [
            {"from": each.low, "to": each.high, "count": each.count, "score": each.score, "right": each.right}
            for each in found.bins
        ],
    }


def _share(share: Share) -> Data:
    if not share.of:
        return None
    low, high = share.interval
    return {
        "share": round(share.percent / 100, 4),
        "of": share.of,
        "low": round(low / 100, 4),
        "high": round(high / 100, 4),
    }


def _row(row: Judged) -> Data:
    return {"place": row.place, "text": row.text, "wanted": row.wanted, "read_as": row.best, "score": row.score}


def _comparison(found: Comparison) -> Data:
    return {
        "version": found.old,
        "worse": bool(found.worse),
        "shared": found.shared,
        "added": found.added,
        "moved": found.moved,
        "removed": found.removed,
        "level": round(found.level, 5),
        "tests": [_paired(each, found) for each in found.pairs],
        "lost": [_row(each.after) for each in found.lost],
    }


def _paired(each: Paired, found: Comparison) -> Data:
    return {
        "language": each.language,
        "with_new_examples": each.added,
        "measure": each.measure,
        "of": each.of,
        "before": round(each.before / 100, 4),
        "after": round(each.after / 100, 4),
        "gained": each.gained,
        "lost": each.lost,
        "chance": round(each.chance, 5),
        "worse": each in found.worse,
    }
