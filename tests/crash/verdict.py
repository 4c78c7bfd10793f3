"""What must hold after a run, from the database and from what the customers got. Each figure but the first ones must be zero."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any

import msgspec

from bots.webchat.frames import ACCOUNT
from bots.webchat.frames import CHANNEL as WEBCHAT
from conversation.content import plain_text
from conversation.message import Message
from conversation.state import Parked
from handoff.desk import WARN_BEFORE
from store.sql import SqlStore
from tests.crash.campaign import BACK, FIRST, MANY, REMINDER, REMINDERS, Outcome
from tests.support.customers import Visitor
from tests.support.fake_telegram import TOKEN


class Verdict(msgspec.Struct, kw_only=True):
    """``lost``: messages that were confirmed and have no line in the history. ``twice``: with more than one. ``disordered``: conversations whose lines
    are in another order than they were written. ``wrong_answers``: conversations where what the bot or the operator said
    is not exactly what follows. ``page_faults``: gaps and doubles on the way to pages. ``telegram_flagged``: messages that are
    shown as unsure; ``telegram_hidden``: that did not arrive and are not. ``crowded``: more than one send in flight to a chat, more often
    than something was killed."""

    database: str
    ambiguous: str
    seed: int
    messages: int = 0
    conversations: int = 0
    kills: int = 0
    killed_at: dict[str, int] = {}
    killed: dict[str, int] = {}
    naps: int = 0
    operator_replies: int = 0
    redelivered: int = 0
    seconds: float = 0.0
    start_median: float = 0.0
    start_worst: float = 0.0
    stop_seconds: float = 0.0
    telegram_sends: int = 0
    telegram_doubles: int = 0
    telegram_doubles_over_limit: int = 0
    telegram_flagged: int = 0
    telegram_hidden: int = 0
    crowded: int = 0
    lost: int = 0
    twice: int = 0
    disordered: int = 0
    wrong_answers: int = 0
    page_faults: int = 0
    page_differs: int = 0
    timers_wrong: int = 0
    parked_lost: int = 0
    left_over: int = 0
    stuck: int = 0
    exit_code: int = 0
    examples: list[str] = []

    @property
    def faults(self) -> dict[str, int]:
        """What is not as it must be."""
        names = (
            "lost", "twice", "disordered", "wrong_answers", "page_faults", "page_differs", "timers_wrong", "parked_lost",
            "left_over", "stuck", "exit_code", "telegram_doubles_over_limit", "telegram_hidden",
            "crowded",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def blame(self, name: str, example: str) -> None:
        setattr(self, name, getattr(self, name) + 1)
        if len(self.examples) < 10:
            self.examples.append(f"{name}: {example}")


async def judge(outcome: Outcome) -> Verdict:
    lives, plan = outcome.lives, outcome.plan
    starts = sorted(lives.starts)
    verdict = Verdict(
        database=outcome.database.partition(":")[0],
        ambiguous=plan.ambiguous,
        seed=plan.seed,
        messages=outcome.messages,
        conversations=plan.conversations,
        kills=lives.killed.total(),
        killed_at=dict(sorted(lives.killed.items())),
        killed=dict(sorted(lives.who.items())),
        naps=plan.naps * plan.visitors,
        operator_replies=sum(outcome.replies.values()),
        redelivered=outcome.fake.twice if outcome.fake else 0,
        seconds=round(outcome.seconds, 1),
        start_median=round(starts[len(starts) // 2], 2),
        start_worst=round(starts[-1], 2),
        stop_seconds=round(lives.stop_seconds, 2),
        stuck=len(outcome.stuck),
        exit_code=outcome.exit_code,
        examples=[f"stuck: {', '.join(outcome.stuck[:5])}"] if outcome.stuck else [],
    )
    store = await SqlStore.open(outcome.database)
    try:
        for visitor in outcome.everybody:
            await _visitor(verdict, store, visitor, outcome.replies.get(visitor.name, 0))
        for visitor in outcome.parked:
            await _parked(verdict, store, visitor)
        for chat, texts in outcome.telegram.items():
            await _telegram(verdict, store, outcome, chat, texts)
        crowds = [each for each in outcome.fake.violations if "in flight" in each] if outcome.fake else []
        verdict.crowded = max(0, len(crowds) - verdict.kills)
        left = [*await store.unhandled(MANY), *await store.open_sends(MANY), *await store.open_jobs(MANY)]
        if left:
            verdict.left_over = len(left)
    finally:
        await store.close()
    return verdict


# ── one customer ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def _history(store: SqlStore, channel: str, account: str, address: str) -> Sequence[Message]:
    chat = await store.find_chat(channel, account, address)
    return await store.history(chat.id, 0, MANY) if chat else ()


async def _visitor(verdict: Verdict, store: SqlStore, visitor: Visitor, replies: int) -> None:
    history = await _history(store, WEBCHAT, ACCOUNT, visitor.chat)
    texts = [say.text for say in visitor.script]
    _lines(verdict, visitor.name, history, texts, visitor.confirmed, replies=replies)
    naps = sum(text.endswith(" nap") for text in texts)
    over = [plain_text(message.content) for message in history if plain_text(message.content).endswith("is over")]
    if over != [f"nap {number} is over" for number in range(1, naps + 1)]:
        verdict.blame("timers_wrong", f"{visitor.name}: {over} of {naps}")
    for fault in visitor.faults:
        verdict.blame("page_faults", fault)
    shown = [
        (message.seq, message.author, plain_text(message.content)) for message in history if message.author != "system"
    ]
    if [(seen.seq, seen.author, seen.text) for seen in visitor.seen] != shown:
        verdict.blame("page_differs", f"{visitor.name} saw {len(visitor.seen)} of {len(shown)}")


async def _parked(verdict: Verdict, store: SqlStore, visitor: Visitor) -> None:
    """Still in the queue since the same moment, with the two timers that are left, and each reminder came once."""
    chat = await store.find_chat(WEBCHAT, ACCOUNT, visitor.chat)
    conversation = await store.conversation(chat.conversation) if chat else None
    if conversation is None or not isinstance(conversation.phase, Parked):
        verdict.blame("parked_lost", visitor.name)
        return
    phase = conversation.phase
    due = {"wait_warn": phase.expires - timedelta(seconds=WARN_BEFORE), "wait_expire": phase.expires}
    set_ = {
        timer.name: timer.due
        for timer in await store.due_timers(phase.expires, MANY)
        if timer.conversation == conversation.id
    }
    reminded = sum(seen.text.startswith(REMINDER) for seen in visitor.seen)
    if conversation.timers != due or set_ != due:
        verdict.blame("parked_lost", f"{visitor.name}: timers {sorted(conversation.timers)} and {sorted(set_)}")
    if reminded != REMINDERS:
        verdict.blame("timers_wrong", f"{visitor.name} was reminded {reminded} times")


async def _telegram(verdict: Verdict, store: SqlStore, outcome: Outcome, chat: int, texts: Sequence[str]) -> None:
    """Under ``resend`` at least once, in order; a double for each kill at most, since one message of a chat is under way at a
    time. Under ``flag`` at most once, and what may not have arrived is shown."""
    assert outcome.fake is not None
    account = TOKEN.split(":", maxsplit=1)[0]
    history = await _history(store, "telegram", account, str(chat))
    _lines(verdict, str(chat), history, texts, outcome.fake.confirmed)
    found = await store.find_chat("telegram", account, str(chat))
    states = await store.send_states(found.id) if found else {}
    said = [(plain_text(message.content), states.get(message.id, "")) for message in history if message.author == "bot"]
    sent = Counter(str(call.fields["text"]) for call in outcome.fake.sent(chat))
    verdict.telegram_sends += sent.total()
    verdict.telegram_flagged += sum(state == "ambiguous" for _, state in said)
    hidden = [text for text, state in said if not sent[text] and state != "ambiguous"]
    if hidden:
        verdict.telegram_hidden += len(hidden)
        verdict.examples.append(f"{chat} never got {hidden[:3]}")
    doubles = sent.total() - len(sent)
    verdict.telegram_doubles += doubles
    if doubles > (outcome.lives.killed.total() if verdict.ambiguous == "resend" else 0):
        verdict.blame("telegram_doubles_over_limit", f"{chat}: {doubles}")
    _order(
        verdict, str(chat), [text for text, _ in said], [str(call.fields["text"]) for call in outcome.fake.sent(chat)]
    )


def _order(verdict: Verdict, name: str, said: Sequence[str], sent: Sequence[str]) -> None:
    """Each after the one before it; a double follows its original at once."""
    places = [said.index(text) if text in said else -1 for text in sent]
    if places != sorted(places) or -1 in places:
        verdict.blame("disordered", f"{name} got {list(sent)[:6]} of {list(said)[:6]}")


def _lines(
    verdict: Verdict,
    name: str,
    history: Sequence[Message],
    texts: Sequence[str],
    confirmed: AbstractSet[str],
    *,
    replies: int = 0,
) -> None:
    """The customer's lines: each once, in order, in a history without gaps; and between them what must follow."""
    if [message.seq for message in history] != list(range(1, len(history) + 1)):
        verdict.blame("disordered", f"{name}: the history has gaps")
    wrote = [plain_text(message.content) for message in history if message.author == "customer"]
    counts = Counter(wrote)
    lost = [text for text in texts if text in confirmed and not counts[text]]
    twice = [text for text in texts if counts[text] > 1]
    verdict.lost += len(lost)
    verdict.twice += len(twice)
    if lost or twice:
        verdict.examples[:] = [*verdict.examples, f"{name}: lost {lost[:3]}, twice {twice[:3]}"][:10]
    order = {text: number for number, text in enumerate(texts)}
    first = list(dict.fromkeys(wrote))
    if [order.get(text, -1) for text in first] != sorted(order.get(text, -1) for text in first):
        verdict.blame("disordered", f"{name}: {first[:6]}")
    spoken = [
        (message.author, plain_text(message.content))
        for message in history
        if message.author != "system" and not plain_text(message.content).startswith((REMINDER, FIRST))
    ]
    expected = list(_expected(texts, replies))
    if spoken != expected:
        at = next((index for index, pair in enumerate(zip(spoken, expected, strict=False)) if pair[0] != pair[1]), -1)
        verdict.blame("wrong_answers", f"{name}: line {at} is {spoken[at : at + 2]}, not {expected[at : at + 2]}")


def _expected(texts: Sequence[str], replies: int) -> Iterable[tuple[str, str]]:
    """The whole conversation, as the bot in ``bot/`` and the operator of the campaign hold it."""
    heard, naps, words, parked = 0, 0, "nothing", False
    for index, text in enumerate(texts):
        yield "customer", text
        if parked:
            continue
        if index == 0:
            yield "bot", "I count."
        elif text == "human":
            yield "bot", "A person will come."
            name = texts[0].split()[0]
            if not name.startswith("s"):
                parked = True
                continue
            yield from (("operator", f"{name} reply {number}") for number in range(replies))
            yield "bot", BACK
        else:
            words = text
        if text.endswith(" nap"):
            naps += 1
            yield "bot", f"nap {naps} begins"
            yield "bot", f"nap {naps} is over"
        heard += 1
        yield "bot", f"{heard} after {words}"


def line(verdict: Verdict) -> Any:
    """The figures as one line of JSON."""
    return msgspec.json.encode(verdict).decode()
