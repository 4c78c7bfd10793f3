"""Timers: set, moved, stopped, and fired once."""

import asyncio
from datetime import datetime

import pytest

from conversation.effects import CancelTimer, SetTimer
from conversation.events import TimerFired
from conversation.records import Timer
from tests.support.storing import Store, arrive, closed, fresh, in_phase, later, talk, turn


def timer(due: datetime, name: str = "silence", address: str = "anna") -> Timer:
    return Timer(chat=f"chat-{address}", conversation=f"talk-chat-{address}", name=name, due=due)


def fired(which: Timer, number: str = "1") -> TimerFired:
    return TimerFired(id=f"fired-{which.name}-{number}", at=which.due, name=which.name, due=which.due)


async def test_set_timer_is_due_at_its_time_and_not_before(store: Store) -> None:
    await talk(store, "anna", SetTimer(name="silence", due=later(60)))
    assert await store.due_timers(later(59.999999), 10) == []
    assert await store.due_timers(later(60), 10) == [timer(later(60))]
    assert await store.next_timer() == later(60)


async def test_without_timers_there_is_no_next(store: Store) -> None:
    assert await store.next_timer() is None
    assert await store.due_timers(later(1e9), 10) == []


async def test_due_timers_come_longest_overdue_first(store: Store) -> None:
    await talk(store, "anna", SetTimer(name="b", due=later(30)), SetTimer(name="a", due=later(40)))
    await talk(store, "boris", SetTimer(name="c", due=later(20)))
    due = await store.due_timers(later(100), 10)
    assert [each.name for each in due] == ["c", "b", "a"]
    assert [each.name for each in await store.due_timers(later(100), 2)] == ["c", "b"]
    assert await store.next_timer() == later(20)


async def test_moved_timer_has_only_its_new_time(store: Store) -> None:
    conversation = await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    await store.save(turn(conversation, SetTimer(name="silence", due=later(20))))
    assert await store.due_timers(later(100), 10) == [timer(later(20))]


async def test_cancelled_timer_is_gone(store: Store) -> None:
    conversation = await talk(store, "anna", SetTimer(name="silence", due=later(10)), SetTimer(name="x", due=later(5)))
    await store.save(turn(conversation, CancelTimer(name="silence")))
    assert [each.name for each in await store.due_timers(later(100), 10)] == ["x"]


async def test_cancelling_what_was_never_set_is_fine(store: Store) -> None:
    conversation = await talk(store)
    await store.save(turn(conversation, CancelTimer(name="silence")))
    assert await store.next_timer() is None


@pytest.mark.parametrize("count", [2, 3])
async def test_last_of_several_settings_in_a_turn_counts(store: Store, count: int) -> None:
    effects = [SetTimer(name="silence", due=later(n)) for n in range(1, count + 1)]
    await talk(store, "anna", CancelTimer(name="silence"), *effects)
    assert await store.due_timers(later(100), 10) == [timer(later(count))]


async def test_set_then_cancelled_in_a_turn_is_not_set(store: Store) -> None:
    await talk(store, "anna", SetTimer(name="silence", due=later(1)), CancelTimer(name="silence"))
    assert await store.next_timer() is None


async def test_fired_timer_goes_into_the_inbox_and_away(store: Store) -> None:
    await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    accepted = await store.fire(timer(later(10)), fired(timer(later(10))))
    assert accepted.row is not None
    assert (accepted.row.chat, accepted.row.event) == ("chat-anna", fired(timer(later(10))))
    assert await store.unhandled(10) == [accepted.row]
    assert await store.next_timer() is None


async def test_timer_fired_by_many_workers_fires_once(store: Store) -> None:
    await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    due = timer(later(10))
    done = await asyncio.gather(*(store.fire(due, fired(due, str(n))) for n in range(20)))
    assert sum(accepted.row is not None for accepted in done) == 1
    assert (await store.fire(due, fired(due, "late"))).row is None
    assert len(await store.unhandled(10)) == 1


async def test_moved_timer_does_not_fire_at_its_old_time(store: Store) -> None:
    conversation = await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    await store.save(turn(conversation, SetTimer(name="silence", due=later(20))))
    assert (await store.fire(timer(later(10)), fired(timer(later(10))))).row is None
    assert await store.unhandled(10) == []
    assert await store.next_timer() == later(20)


async def test_cancelled_timer_does_not_fire(store: Store) -> None:
    conversation = await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    await store.save(turn(conversation, CancelTimer(name="silence")))
    assert (await store.fire(timer(later(10)), fired(timer(later(10))))).row is None


async def test_cancel_and_fire_submitted_at_once_keep_their_order(store: Store) -> None:
    conversation = await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    due = timer(later(10))
    saved = store.save(turn(conversation, CancelTimer(name="silence")))
    _, accepted = await asyncio.gather(saved, store.fire(due, fired(due)))
    assert accepted.row is None


async def test_fire_and_reset_submitted_at_once_keep_their_order(store: Store) -> None:
    conversation = await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    due = timer(later(10))
    reset = turn(conversation, SetTimer(name="silence", due=later(30)))
    accepted, _ = await asyncio.gather(store.fire(due, fired(due)), store.save(reset))
    assert accepted.row is not None
    assert await store.next_timer() == later(30)


async def test_timers_of_one_name_in_two_conversations_are_two(store: Store) -> None:
    await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    await talk(store, "boris", SetTimer(name="silence", due=later(10)))
    due = timer(later(10))
    assert (await store.fire(due, fired(due))).row is not None
    assert await store.due_timers(later(10), 10) == [timer(later(10), address="boris")]


async def test_timer_set_again_after_it_fired_fires_again(store: Store) -> None:
    conversation = await talk(store, "anna", SetTimer(name="silence", due=later(10)))
    due = timer(later(10))
    await store.fire(due, fired(due, "1"))
    await store.save(turn(conversation, SetTimer(name="silence", due=later(10))))
    assert (await store.fire(due, fired(due, "2"))).row is not None


async def test_close_takes_all_timers_with_it(store: Store) -> None:
    conversation = await talk(store, "anna", SetTimer(name="silence", due=later(10)), SetTimer(name="x", due=later(5)))
    await talk(store, "boris", SetTimer(name="silence", due=later(50)))
    await store.save(turn(in_phase(conversation, closed()), SetTimer(name="late", due=later(1))))
    assert await store.due_timers(later(100), 10) == [timer(later(50), address="boris")]


async def test_refused_turn_moves_no_timer(store: Store) -> None:
    row = await arrive(store, "1")
    await store.save(turn(fresh(row.chat), SetTimer(name="silence", due=later(10))))
    done = await asyncio.gather(
        store.save(turn(fresh(row.chat), SetTimer(name="silence", due=later(99)))), return_exceptions=True
    )
    assert isinstance(done[0], Exception)
    assert await store.next_timer() == later(10)


async def test_times_keep_their_microseconds(store: Store) -> None:
    await talk(store, "anna", SetTimer(name="silence", due=later(0.000001)))
    assert (await store.due_timers(later(0.000001), 10))[0].due == later(0.000001)
    assert await store.due_timers(later(0), 10) == []
