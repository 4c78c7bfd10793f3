"""The events of a life, and what somebody makes of them who has nothing but them and the bot's files.

Run as a module it is such a somebody: another process, which reads recordings and writes what it came to.
"""

import hashlib
import sys
from collections.abc import Sequence
from functools import cache

import msgspec

from app.bot_folder import product_texts
from conversation.effects import Effect
from conversation.events import Event
from conversation.state import Conversation
from conversation.value import Value
from engine.rules import Rules, compile_rules
from engine.step import step
from tests.support.random_lives import Life


class Turn(Value, frozen=True, kw_only=True):
    """``begins``: the conversation that the event met, where it is not the one that the event before left."""

    event: Event
    begins: Conversation | None = None


class Recording(Value, frozen=True, kw_only=True):
    files: dict[str, bytes]
    turns: tuple[Turn, ...]


def recorded(life: Life, first: int = 0) -> tuple[Turn, ...]:
    """From the event with that number on."""
    turns, state = [], None
    for before, event, after, _ in life.log[first:]:
        turns.append(Turn(event=event, begins=None if before == state else before))
        state = after
    return tuple(turns)


def lived(life: Life, first: int = 0) -> list[str]:
    return [digest(state, effects) for _, _, state, effects in life.log[first:]]


def replayed(rules: Rules, turns: Sequence[Turn]) -> list[str]:
    """Digests of what follows from each event. Whatever passes from one event to the next is written and read as a store does."""
    found, state = [], None
    for turn in msgspec.json.decode(msgspec.json.encode(turns), type=list[Turn]):
        before = turn.begins or state
        assert before is not None
        after, effects = step(before, turn.event, rules)
        found.append(digest(after, effects))
        state = msgspec.json.decode(msgspec.json.encode(after), type=Conversation)
    return found


def digest(state: Conversation, effects: tuple[Effect, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode((state, effects))).hexdigest()[:16]


@cache
def _rules(files: tuple[tuple[str, bytes], ...]) -> Rules:
    return compile_rules(dict(files), product_texts())


def main() -> None:
    recordings = msgspec.json.decode(sys.stdin.buffer.read(), type=list[Recording])
    found = [replayed(_rules(tuple(recording.files.items())), recording.turns) for recording in recordings]
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
