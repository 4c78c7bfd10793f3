"""Whose a chat is: one worker's at a time, and nothing counts that is written under an older fence."""

import asyncio

import msgspec
import pytest

from conversation.effects import RunAction
from conversation.errors import StaleError
from conversation.records import Held, SendUpdate
from tests.support.storing import NOW, Store, arrive, claim, fresh, inbound, said, says, talk, turn, under

ASK = RunAction(request="r1", name="find_order", arguments={}, limit=2.5)


@pytest.fixture
async def store(store: Store) -> Store:
    """Only who has joined holds chats."""
    for worker in ("ada", "ben", *(f"worker-{number}" for number in range(20))):
        await store.join(worker, "")
    return store


async def test_first_event_opens_the_chat_in_the_hands_of_its_worker(store: Store) -> None:
    accepted = await store.accept(inbound("1"), "chat-anna", "ada")
    assert (accepted.holder, accepted.fence, accepted.opened) == ("ada", 1, True)


async def test_event_without_a_worker_leaves_the_chat_free(store: Store) -> None:
    accepted = await store.accept(inbound("1"), "chat-anna")
    assert (accepted.holder, accepted.fence) == ("", 0)


async def test_event_of_a_free_chat_makes_it_the_workers(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna")
    accepted = await store.accept(inbound("2"), "chat-anna", "ada")
    assert (accepted.holder, accepted.fence, accepted.opened) == ("ada", 1, False)


async def test_event_of_a_held_chat_names_its_holder_and_changes_nothing(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna", "ada")
    for worker in ("ben", "", "ada"):
        accepted = await store.accept(inbound(f"2{worker}"), "chat-anna", worker)
        assert (accepted.holder, accepted.fence, accepted.opened) == ("ada", 1, False)


async def test_own_event_makes_a_free_chat_the_workers_and_names_the_holder_of_another(store: Store) -> None:
    await arrive(store, "1")
    first = await store.accept_own("chat-anna", said("a"), "a", "ada")
    second = await store.accept_own("chat-anna", said("b"), "b", "ben")
    assert [(each.holder, each.fence) for each in (first, second)] == [("ada", 1), ("ada", 1)]


async def test_of_many_workers_that_claim_a_chat_at_once_one_has_it(store: Store) -> None:
    await arrive(store, "1")
    claimed = await asyncio.gather(*(store.claim(f"worker-{n}", ["chat-anna"]) for n in range(20)))
    assert sorted(len(each.held) for each in claimed) == [0] * 19 + [1]


async def test_claim_gives_what_is_open_in_the_chat_oldest_first(store: Store) -> None:
    saved = await store.save(turn(await talk(store), says(fresh("chat-anna"), 2), ASK))
    rows = [await arrive(store, number) for number in ("b", "a")]
    claimed = await store.claim("ada", ["chat-anna", "nobody"])
    assert claimed.held == (Held(chat="chat-anna", fence=1),)
    assert list(claimed.rows) == rows
    assert (claimed.sends, claimed.jobs) == (saved.sends, saved.jobs)


async def test_claim_again_gives_new_events_and_nothing_that_is_in_hand(store: Store) -> None:
    await store.save(turn(await talk(store), says(fresh("chat-anna"), 2), ASK))
    await store.claim("ada", ["chat-anna"])
    row = await arrive(store, "next")
    claimed = await store.claim("ada", ["chat-anna"])
    assert (claimed.held, claimed.rows) == ((Held(chat="chat-anna", fence=1),), (row,))
    assert (claimed.sends, claimed.jobs) == ((), ())


async def test_first_claim_of_a_chat_that_an_event_made_the_workers_gives_what_is_unfinished_in_it(
    store: Store,
) -> None:
    saved = await store.save(turn(await talk(store), says(fresh("chat-anna"), 2), ASK))
    accepted = await store.accept(inbound("next"), "chat-anna", "ada")
    first = await store.claim("ada", ["chat-anna"], {})
    assert (first.sends, first.jobs) == (saved.sends, saved.jobs)
    again = await store.claim("ada", ["chat-anna"], {"chat-anna": accepted.fence})
    assert (again.sends, again.jobs) == ((), ())


async def test_claim_of_anothers_chat_names_the_holder(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna", "ada")
    claimed = await store.claim("ben", ["chat-anna"])
    assert (claimed.held, claimed.rows, claimed.others) == ((), (), {"chat-anna": "ada"})


async def test_released_chat_is_claimed_under_a_higher_fence(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna", "ada")
    await store.release("ada", [Held(chat="chat-anna", fence=1)])
    assert await claim(store, "ben", "chat-anna") == {"chat-anna": 3}


async def test_turn_of_a_chat_that_was_given_back_is_refused(store: Store) -> None:
    row = (await store.accept(inbound("1"), "chat-anna", "ada")).row
    assert row
    await store.release("ada", [Held(chat="chat-anna", fence=1)])
    with pytest.raises(StaleError):
        await store.save(under(1, turn(fresh(row.chat), handled=(row.number,))))


async def test_late_release_leaves_the_next_holder_alone(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna", "ada")
    await store.release("ada", [Held(chat="chat-anna", fence=1)])
    await claim(store, "ben", "chat-anna")
    await store.release("ada", [Held(chat="chat-anna", fence=1)])
    assert await claim(store, "cleo", "chat-anna") == {}


async def test_turn_under_the_fence_of_the_claim_is_saved(store: Store) -> None:
    row = (await store.accept(inbound("1"), "chat-anna", "ada")).row
    assert row
    await store.save(under(1, turn(fresh(row.chat), handled=(row.number,))))
    assert await store.unhandled(10) == []


@pytest.mark.parametrize("fence", [0, 2])
async def test_turn_under_another_fence_is_refused_and_leaves_nothing(store: Store, fence: int) -> None:
    row = (await store.accept(inbound("1"), "chat-anna", "ada")).row
    assert row
    with pytest.raises(StaleError):
        await store.save(under(fence, turn(fresh(row.chat), says(fresh(row.chat), 1), handled=(row.number,))))
    assert await store.unhandled(10) == [row]
    assert (await store.load(row.chat)).conversation is None


async def test_turn_that_overtakes_an_older_event_of_its_chat_is_refused(store: Store) -> None:
    older, newer = await arrive(store, "1"), await arrive(store, "2")
    with pytest.raises(StaleError):
        await store.save(turn(fresh(newer.chat), handled=(newer.number,)))
    await store.save(turn(fresh(newer.chat), handled=(older.number, newer.number)))
    assert await store.unhandled(10) == []


async def test_older_event_of_another_chat_holds_nobody_up(store: Store) -> None:
    await arrive(store, "1", "boris")
    row = await arrive(store, "2")
    await store.save(turn(fresh(row.chat), handled=(row.number,)))
    assert len(await store.unhandled(10)) == 1


async def test_send_can_be_marked_under_the_fence_only_but_sent_is_true_whoever_says_it(store: Store) -> None:
    send = (await store.save(turn(await talk(store), says(fresh("chat-anna"), 2)))).sends[0]
    await claim(store, "ada", "chat-anna")

    def mark(state: str, fence: int) -> SendUpdate:
        return msgspec.convert(
            {"number": send.number, "state": state, "attempts": 1, "due": NOW, "fence": fence}, SendUpdate
        )

    assert not await store.update_send(mark("sending", 0))
    assert not await store.update_send(mark("failed", 0))
    assert await store.update_send(mark("sending", 1))
    assert await store.update_send(mark("sent", 0))
    assert not await store.update_send(mark("sending", 1))


async def test_call_is_begun_by_the_holder_only(store: Store) -> None:
    job = (await store.save(turn(await talk(store), ASK))).jobs[0]
    await claim(store, "ada", "chat-anna")
    assert not await store.start_job(job.number, 0)
    assert [each.started for each in await store.open_jobs(10)] == [False]
    assert await store.start_job(job.number, 1)


async def test_waiting_finds_events_of_free_and_own_chats_and_none_of_others(store: Store) -> None:
    rows = {name: (await store.accept(inbound(name, name), f"chat-{name}", name)).row for name in ("ada", "ben", "")}
    assert all(rows.values())
    waiting = await store.waiting("ada", 10)
    assert [chat for _, chat in waiting.events] == ["chat-ada", "chat-"]
    assert waiting.chats == ()


async def test_waiting_finds_free_chats_with_unfinished_sends_and_calls(store: Store) -> None:
    await store.save(turn(await talk(store, "anna"), says(fresh("chat-anna"), 2)))
    await store.save(turn(await talk(store, "boris"), ASK))
    assert (await store.waiting("ada", 10)).chats == ("chat-anna", "chat-boris")
    assert set(await claim(store, "ada", "chat-anna", "chat-boris")) == {"chat-anna", "chat-boris"}
    assert (await store.waiting("ada", 10)).chats == ()


async def test_sends_and_calls_of_a_worker_are_told_apart(store: Store) -> None:
    await store.save(turn(await talk(store, "anna"), says(fresh("chat-anna"), 2), ASK))
    await store.save(turn(await talk(store, "boris"), says(fresh("chat-boris"), 2)))
    await claim(store, "ada", "chat-anna")
    assert [send.chat for send in await store.open_sends(10, "ada")] == ["chat-anna"]
    assert [job.chat for job in await store.open_jobs(10, "ada")] == ["chat-anna"]
    assert await store.open_jobs(10, "ben") == []
