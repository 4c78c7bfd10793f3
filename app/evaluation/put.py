"""The suggested limits go into ``bot.yaml``; every other character stays."""

from pathlib import Path

from app.exchange.edit_yaml import edit
from conversation.value import Data
from dialogs.reading.source import read_source
from nlu.evaluation.report import Report


def put(path: Path, report: Report) -> bool:
    """True if it changed. Raises BotError for a file that can't be read, and ContentError as ``edit`` does."""
    before = path.read_bytes()
    after = with_limits(path.name, before, report)
    if after != before:
        path.write_bytes(after)
    return after != before


def with_limits(name: str, raw: bytes, report: Report) -> bytes:
    data = read_source(name, raw).data
    body: dict[str, Data] = data if isinstance(data, dict) else {}
    nlu = _mapping(body.get("nlu"))
    languages = _mapping(nlu.get("languages"))
    for each in report.languages:
        limits = {"accept": each.suggested.accept, "offer": each.suggested.offer}
        languages[each.language] = {**_mapping(languages.get(each.language)), **limits}
    return edit(name, raw, {**body, "nlu": {**nlu, "languages": languages}})


def _mapping(data: Data) -> dict[str, Data]:
    return dict(data) if isinstance(data, dict) else {}
