"""The place in the queue with an estimate that is true as far as anybody knows, and none where nobody does."""

import dataclasses

import msgspec
import pytest

from conversation.errors import StoreError
from conversation.events import QueuePlace
from conversation.policy import Live, Policy, Routing, RoutingMode, Team
from engine.shell.places import FRESH, Places
from tests.support.connector_surroundings import TurnedClock

POLICY = Policy(time_zone="UTC", live=Live(handle_time={"default": 120}), routing=Routing(step=60))


@dataclasses.dataclass
class Office:
    """The store and the desk."""

    position: int | None = 3
    mean: float | None = 90.0
    there: int = 2
    steps: list[int] = dataclasses.field(default_factory=list)
    reads: int = 0
    broken: bool = False

    async def place(self, conversation: str, step: int = 300) -> QueuePlace | None:
        del conversation
        self.steps.append(step)
        return None if self.position is None else QueuePlace(position=self.position)

    async def mean_handle(self, team: str, last: int = 100) -> float | None:
        assert (team, last) == ("support", 100)
        self.reads += 1
        if self.broken:
            raise StoreError("the server went away")
        return self.mean

    async def active(self, team: str) -> int:
        assert team == "support"
        return self.there


def places(office: Office, policy: Policy = POLICY, clock: TurnedClock | None = None) -> Places:
    return Places(queues=office, times=office, crew=office, policy=lambda: policy, clock=clock or TurnedClock())


@pytest.mark.parametrize(
    ("office", "expected"),
    [
        (Office(), QueuePlace(position=3, wait=180)),
        (Office(position=1), QueuePlace(position=1, wait=90)),
        (Office(there=1), QueuePlace(position=3, wait=270)),
        (Office(there=0), QueuePlace(position=3)),
        (Office(mean=None), QueuePlace(position=3, wait=240)),
        (Office(broken=True), QueuePlace(position=3)),
        (Office(position=None), None),
    ],
)
async def test_a_wait_is_rounds_of_the_operators_who_are_there_by_the_newest_handle_times(
    office: Office, expected: QueuePlace | None
) -> None:
    assert await places(office).of("c1", "support") == expected
    assert office.steps == [60]


async def test_where_the_company_gave_no_norm_and_nobody_has_worked_yet_nothing_is_promised() -> None:
    silent = msgspec.structs.replace(POLICY, live=Live())
    assert await places(Office(mean=None), silent).of("c1", "support") == QueuePlace(position=3)


async def test_the_mean_is_read_once_in_a_while_however_many_wait() -> None:
    office, clock = Office(), TurnedClock()
    found = places(office, clock=clock)
    for _ in range(50):
        await found.of("c1", "support")
    assert office.reads == 1
    clock.moment += FRESH * 2
    await found.of("c1", "support")
    assert office.reads == 2


class Foresees:
    """Knows all, or nothing."""

    def __init__(self, wait: float | None) -> None:
        self.known = wait

    async def wait(self, position: int, team: str) -> float | None:  # noqa: ARG002 - the port's
        return self.known


@pytest.mark.parametrize(
    ("mode", "foreseen", "wait"), [("automatic", 71.6, 72), ("automatic", None, 240), ("by_hand", 71.6, 240)]
)
async def test_a_wait_is_foreseen_where_chats_are_given_out(
    mode: RoutingMode, foreseen: float | None, wait: int
) -> None:
    office = Office(mean=None)
    policy = msgspec.structs.replace(POLICY, teams={"support": Team(name="support", routing=mode)})
    places = Places(
        queues=office,
        times=office,
        crew=office,
        policy=lambda: policy,
        clock=TurnedClock(),
        foresight=Foresees(foreseen),
    )

    assert await places.of("c1", "support") == QueuePlace(position=3, wait=wait)
