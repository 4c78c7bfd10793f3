"""An item in words, and in JSON for editors' own tools. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from app.review.items import ORIGINS, Item, Vote
from conversation.value import Data

NOBODY = "what nobody knows"


def as_text(items: Sequence[Item]) -> Iterator[str]:
    """Intent by intent."""
    for proposed, group in groupby(items, key=lambda item: item.proposed):
        yield proposed or NOBODY
        for item in group:
            yield f"  {item.id}  {item.language}  “{item.text}”{_times(item)}"
            yield from (f"{'':14}{line}" for line in about(item))
        yield ""


def about(item: Item) -> Iterator[str]:
    """What there is to know before deciding, a line each."""
    for vote in item.votes:
        yield _vote(vote)
    if item.then:
        yield f"the model then: {_scores(list(item.then.items()))}"
    if item.now:
        yield f"the model now: {_scores([(intent.name, intent.score) for intent in item.now])}"
    if item.remark:
        yield item.remark
    if item.ruling:
        what = f"accepted as {item.ruling.intent}" if item.ruling.verdict == "accepted" else "rejected"
        yield f"{what} on {item.ruling.at:%Y-%m-%d}"


def _vote(vote: Vote) -> str:
    what = ORIGINS[vote.origin]
    who = f" ({', '.join(vote.names)})" if vote.names else ""
    intent = f": {vote.intent}" if vote.intent else ": nothing of these" if vote.origin == "labelled" else ""
    return f"{what}{who}{intent}{f', {vote.times} times' if vote.times > 1 else ''}"


def _times(item: Item) -> str:
    times = f", {item.times} times" if item.times > 1 else ""
    return f"  {item.last:%Y-%m-%d}{times}"


def _scores(scores: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {score:.0%}" for name, score in scores[:3])


def as_json(items: Sequence[Item]) -> str:
    """Everything, also what is empty."""
    return msgspec.json.format(msgspec.json.encode([_data(item) for item in items]), indent=2).decode()


def _data(item: Item) -> Data:
    return {
        "id": item.id,
        "text": item.text,
        "language": item.language,
        "proposed": item.proposed or None,
        "times": item.times,
        "first": _moment(item.first),
        "last": _moment(item.last),
        "votes": [
            {"origin": v.origin, "intent": v.intent or None, "times": v.times, "by": v.names} for v in item.votes
        ],
        "then": item.then,
        "by": item.by,
        "now": {intent.name: intent.score for intent in item.now},
        "remark": item.remark,
        "known": item.known.place if item.known else None,
        "near": item.near.place if item.near else None,
        "chat": item.chat,
        "version": item.bundle,
        "decision": {"verdict": item.ruling.verdict, "intent": item.ruling.intent or None} if item.ruling else None,
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
