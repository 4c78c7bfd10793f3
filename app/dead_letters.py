"""What was not delivered, for who runs the service: a list, another try, a decision."""

from collections.abc import Sequence

from conversation.deliveries import Unarrived, Undelivered
from conversation.errors import LotseError
from conversation.ports import Clock
from conversation.stores import DeskStore, EngineStore

MOST = 1_000
"""Lines of a list, and messages that one command takes up."""


class NothingFoundError(LotseError):
    """None of the numbers is of a message that was not delivered."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(
            f"no message that failed or is unsure has the number {', '.join(map(str, numbers))};"
            " lotse outbox list shows which there are"
        )


async def find(store: DeskStore, *, state: Unarrived | None, channel: str) -> Sequence[Undelivered]:
    return await store.undelivered(state=state, channel=channel, limit=MOST)


async def resend(store: EngineStore, clock: Clock, numbers: Sequence[int]) -> int:
    """How many wait to be sent now; a running service finds them. Raises NothingFoundError."""
    again = await store.resend(numbers, clock.now())
    if numbers and not again:
        raise NothingFoundError(numbers)
    return len(again)


async def settle(store: EngineStore, numbers: Sequence[int]) -> int:
    """How many were decided on. Raises NothingFoundError."""
    settled = await store.settle(numbers)
    if not settled:
        raise NothingFoundError(numbers)
    return len(settled)


def line_of(letter: Undelivered) -> str:
    """One line, tabs between its fields; what is from outside can't break it."""
    fields = (
        str(letter.number),
        letter.state,
        letter.channel,
        f"{letter.at:%Y-%m-%d %H:%M}",
        letter.chat,
        letter.error,
    )
    return "\t".join(" ".join(field.split()) for field in fields)
