"""What happened so far, in a few sentences of the operator's language: made here, from what is written down, and from nothing else."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from conversation.content import Prompt, plain_text
from conversation.message import Message
from conversation.state import Conversation
from conversation.value import Data, Value
from dialogs.model import Handover
from dialogs.saying.filters import View
from dialogs.saying.texts import SUMMARY
from dialogs.scene import zone_of
from engine.panel import title_of
from engine.rules import Rules

MOST: Final = 6
"""Sentences."""
LONGEST: Final = 120
"""Characters of a quotation."""
_SHOWN: Final = 3
"""Of a list: values of an identity, names of actions."""
_GREETING: Final = 5
"""Of the customer's first words the longest is taken: greetings are short."""
_ORDER: Final = ("callback", "wanted", "mood", "known", "operator", "failed", "passed", "done", "missed", "bot")
"""Which sentences are kept where there are more than ``MOST``."""


class _Line(Value, frozen=True, kw_only=True):
    """``sort``: one of ``_ORDER``; ``key``: of the text; ``count``: what its plural goes by."""

    sort: str
    key: str
    values: dict[str, Data]
    count: int | None = None


def summary_of(
    rules: Rules, conversation: Conversation, messages: Sequence[Message], language: str, now: datetime
) -> tuple[str, ...]:
    """At most six sentences, in the order in which things happened. ``messages``: of the chat, as many as are at hand, oldest first;
    ``language``: the operator's, one of Lotse's own."""
    own = [message for message in messages if message.seq > conversation.begins]
    view = View(language=language, zone=zone_of(rules.bot, {}), currency=rules.bot.currency)
    lines = [line for find in _FINDERS for line in find(rules, conversation, own, language, now)]
    kept = sorted(lines, key=lambda line: _ORDER.index(line.sort))[:MOST]
    return tuple(_said(rules, line, view) for line in lines if line in kept)


def sentence(rules: Rules, key: str, language: str) -> str:
    """A text of ``summary.yaml`` that has no values."""
    return _said(rules, _Line(sort="", key=key, values={}), View(language=language, zone=rules.bot.policy.time_zone))


def _said(rules: Rules, line: _Line, view: View) -> str:
    texts = rules.bot.texts
    entry = texts.entry(view.language, SUMMARY, line.key) or texts.entry("en", SUMMARY, line.key)
    return texts.say(entry, line.key, variables={**line.values, "count": line.count}, view=view, count=line.count)


def _wanted(
    rules: Rules, conversation: Conversation, messages: list[Message], language: str, now: datetime
) -> Iterator[_Line]:
    reason = conversation.reason
    if reason is not None:
        title = title_of(rules, conversation, reason.intent, language, now)
        text = "" if reason.text.casefold() == title.casefold() else _cut(reason.text)
        yield _Line(sort="wanted", key="wanted", values={"title": title, "text": text})
        return
    until = _person(messages)
    words = [
        plain_text(each.content)
        for each in messages
        if each.author == "customer" and not each.origin and (until is None or each.seq < until)
    ]
    longest = max(words[:_GREETING], key=len, default="")
    if longest.strip():
        yield _Line(sort="wanted", key="first_words", values={"text": _cut(longest)})


def _known(rules: Rules, conversation: Conversation, *_: object) -> Iterator[_Line]:
    for name in rules.bot.fillers:
        value = conversation.variables.get(name)
        parts = list(value.values()) if isinstance(value, dict) else [value]
        shown = [str(part) for part in parts if isinstance(part, str | int) and part not in ("", True, False)]
        if shown:
            yield _Line(sort="known", key="known", values={"who": _cut(", ".join(shown[:_SHOWN]))})
            return


def _asked(_: Rules, conversation: Conversation, *__: object) -> Iterator[_Line]:
    done = [f"{_plain(each.name)} ({each.result})" for each in conversation.ran if each.state == "done" and each.result]
    failed = [_plain(each.name) for each in conversation.ran if each.state == "failed"]
    if done:
        yield _Line(sort="done", key="done", values={"what": "; ".join(map(_cut, done[-_SHOWN:]))})
    if failed:
        what = ", ".join(dict.fromkeys(failed[-_SHOWN:]))
        yield _Line(sort="failed", key="failed", values={"what": what})


def _told(rules: Rules, _: Conversation, messages: list[Message], *__: object) -> Iterator[_Line]:
    """The bot's last answer before a person came; questions, notices and "I am connecting you" are none."""
    until = _person(messages)
    said = [
        plain_text(each.content)
        for each in messages
        if each.author == "bot"
        and (until is None or each.seq < until)
        and not each.origin.startswith("_product/")
        and not _hands_over(rules, each.origin)
        and not (isinstance(each.content, Prompt) and each.content.buttons)
        and not plain_text(each.content).rstrip().endswith("?")
    ]
    if said and said[-1].strip():
        yield _Line(sort="bot", key="bot", values={"text": _cut(said[-1])})


def _person(messages: Sequence[Message]) -> int | None:
    """Where the customer came to wait for a person, or had one."""
    return next((each.seq for each in messages if each.origin in ("parked", "claimed", "assigned")), None)


def _hands_over(rules: Rules, origin: str) -> bool:
    step = rules.bot.step(*origin.partition("/")[::2])
    return step is not None and isinstance(step.verb, Handover)


def _missed(_: Rules, conversation: Conversation, *__: object) -> Iterator[_Line]:
    count = len(conversation.run.lost_at)
    if count:
        yield _Line(sort="missed", key="missed", values={}, count=count)


def _mood(_: Rules, conversation: Conversation, *__: object) -> Iterator[_Line]:
    mood = conversation.mood
    if mood is not None:
        words = _cut(", ".join(mood.words))
        yield _Line(sort="mood", key=mood.kind, values={"words": words})


def _passed(_: Rules, __: Conversation, messages: list[Message], *___: object) -> Iterator[_Line]:
    """Whose hands it went through, and waits that came to nothing."""
    notes = [each for each in messages if each.author == "system"]
    names = dict.fromkeys(each.name for each in notes if each.origin in ("claimed", "assigned") and each.name)
    if len(names) > 1:
        yield _Line(sort="passed", key="hands", values={"names": _cut(", ".join(names))})
    waits = sum(each.origin in ("wait_expired", "left_queue", "reassigned") for each in notes)
    if waits:
        yield _Line(sort="passed", key="waits", values={}, count=waits)


def _operator(_: Rules, __: Conversation, messages: list[Message], *___: object) -> Iterator[_Line]:
    said = [
        each for each in messages if each.author == "operator" and not each.origin and plain_text(each.content).strip()
    ]
    if said:
        values: dict[str, Data] = {"name": said[-1].name, "text": _cut(plain_text(said[-1].content))}
        yield _Line(sort="operator", key="operator", values=values)


def _callback(_: Rules, conversation: Conversation, *__: object) -> Iterator[_Line]:
    planned = conversation.callback
    if planned is not None:
        values: dict[str, Data] = {"begin": planned.begin.isoformat(), "phone": planned.phone, "topic": planned.topic}
        yield _Line(sort="callback", key="callback", values=values)


_Find = Callable[[Rules, Conversation, list[Message], str, datetime], Iterator[_Line]]
_FINDERS: Final[tuple[_Find, ...]] = (
    _wanted, _known, _asked, _told, _missed, _mood, _passed, _operator, _callback,
)  # fmt: skip


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _cut(text: str) -> str:
    """Without a full stop at its end: the sentence has its own."""
    plain = " ".join(text.split())
    plain = plain.removesuffix(".") if not plain.endswith("..") else plain
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
