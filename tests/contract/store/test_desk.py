"""What the desk reads: the queue, cards, history; and who may sign in."""

import asyncio

import msgspec
import pytest

from conversation.errors import StoreError
from conversation.events import QueuePlace
from conversation.records import Operator, Session, Standing
from conversation.state import Phase
from tests.support.storing import (
    NOW,
    Store,
    arrive,
    closed,
    fresh,
    held,
    in_phase,
    later,
    message,
    parked,
    says,
    talk,
    turn,
)

OLGA = Operator(id="olga", name="Olga", password="$argon2id$olga")
IVAN = Operator(id="ivan", name="Иван", password="$argon2id$ivan")


async def test_queue_is_first_come_first_served(store: Store) -> None:
    late = await talk(store, "late", phase=parked(30))
    early = await talk(store, "early", phase=parked(10))
    middle = await talk(store, "middle", phase=parked(20))
    places = [await store.place(each.id) for each in (early, middle, late)]
    assert places == [QueuePlace(position=n) for n in (1, 2, 3)]


async def test_parked_in_the_same_instant_still_have_different_places(store: Store) -> None:
    talks = [await talk(store, f"customer-{n}", phase=parked(10)) for n in range(4)]
    places = [await store.place(each.id) for each in talks]
    assert places == [QueuePlace(position=n) for n in (1, 2, 3, 4)]


async def test_teams_have_queues_of_their_own(store: Store) -> None:
    await talk(store, "a", phase=parked(10, team="sales"))
    second = await talk(store, "b", phase=parked(20, team="support"))
    assert await store.place(second.id) == QueuePlace(position=1)


async def test_claim_moves_the_queue_up(store: Store) -> None:
    first = await talk(store, "a", phase=parked(10))
    second = await talk(store, "b", phase=parked(20))
    await store.save(turn(in_phase(first, held(30))))
    assert await store.place(first.id) is None
    assert await store.place(second.id) == QueuePlace(position=1)


@pytest.mark.parametrize("phase", [None, held(), closed()])
async def test_conversation_that_does_not_wait_has_no_place(store: Store, phase: Phase | None) -> None:
    conversation = await talk(store, "a", phase=phase)
    assert await store.place(conversation.id) is None


async def test_unknown_conversation_has_no_place(store: Store) -> None:
    assert await store.place("nothing") is None


async def test_cards_show_who_waits_and_who_is_served(store: Store) -> None:
    await talk(store, "bot")
    await talk(store, "done", phase=closed())
    live = await talk(store, "live", phase=held(20))
    waiting = await talk(store, "waiting", phase=parked(10))
    cards = await store.cards()
    assert [(card.conversation, card.phase) for card in cards] == [(waiting.id, "parked"), (live.id, "with_operator")]
    assert (cards[0].team, cards[0].operator, cards[0].since) == ("support", "", later(10))
    assert (cards[1].operator, cards[1].operator_name, cards[1].since) == ("olga", "Olga", later(20))


async def test_card_carries_what_the_list_shows(store: Store) -> None:
    row = await arrive(store, "1")
    conversation = msgspec.structs.replace(
        fresh(row.chat), phase=parked(), name="Анна", language="ru", unanswered=True, version=6
    )
    first = turn(
        msgspec.structs.replace(conversation, version=0), says(conversation, 1, "customer", "нет\n интернета ")
    )
    await store.save(first)
    (card,) = await store.cards()
    assert (card.name, card.language, card.unanswered, card.version) == ("Анна", "ru", True, 1)
    assert (card.chat, card.channel, card.preview) == (row.chat, "telegram", "нет интернета")


async def test_preview_is_the_customers_last_words(store: Store) -> None:
    conversation = await talk(store, phase=parked())
    first = turn(
        conversation,
        says(conversation, 2, "customer", "eins"),
        says(conversation, 3, "customer", "zwei"),
        says(conversation, 4, "bot", "bot"),
    )
    await store.save(first)
    await store.save(turn(first.conversation, says(conversation, 5, "operator", "hallo")))
    assert [card.preview for card in await store.cards()] == ["zwei"]


async def test_preview_has_at_most_120_characters(store: Store) -> None:
    conversation = await talk(store, phase=parked())
    await store.save(turn(conversation, says(conversation, 2, "customer", "ß🙂" * 4000)))
    assert [card.preview for card in await store.cards()] == ["ß🙂" * 60]


async def test_history_pages_through_without_gap_or_double(store: Store) -> None:
    conversation = await talk(store)
    await store.save(turn(conversation, *(says(conversation, seq) for seq in range(2, 26))))
    seen: list[int] = []
    while page := await store.history(conversation.chat, seen[-1] if seen else 0, 7):
        seen += [each.seq for each in page]
    assert seen == list(range(1, 26))


async def test_history_of_another_chat_stays_there(store: Store) -> None:
    anna, boris = await talk(store, "anna"), await talk(store, "boris")
    assert await store.history(anna.chat, 0, 10) == [message(anna, 1, "customer")]
    assert await store.history(boris.chat, 0, 10) == [message(boris, 1, "customer")]
    assert await store.history("nowhere", 0, 10) == []


async def test_recent_gives_the_newest_in_order(store: Store) -> None:
    conversation = await talk(store)
    await store.save(turn(conversation, *(says(conversation, seq) for seq in range(2, 11))))
    assert [each.seq for each in await store.recent(conversation.chat, 3)] == [8, 9, 10]
    assert len(await store.recent(conversation.chat, 100)) == 10


async def test_find_chat_knows_only_exact_addresses(store: Store) -> None:
    await arrive(store, "1", "anna")
    assert await store.find_chat("telegram", "bot", "Anna") is None
    assert await store.find_chat("webchat", "bot", "anna") is None
    found = await store.find_chat("telegram", "bot", "anna")
    assert found is not None
    assert found.id == "chat-anna"


async def test_operators_are_found_and_listed_by_name(store: Store) -> None:
    assert await store.operators() == []
    await store.put_operator(IVAN)
    await store.put_operator(OLGA)
    assert await store.operators() == [OLGA, IVAN]
    assert await store.find_operator("ivan") == IVAN
    assert await store.find_operator("nobody") is None


async def test_operator_put_again_is_changed(store: Store) -> None:
    await store.put_operator(OLGA)
    changed = msgspec.structs.replace(OLGA, name="Olha", password="$argon2id$new")
    await store.put_operator(changed)
    assert await store.operators() == [changed]


async def test_operator_that_two_processes_make_is_the_one_of_the_first(store: Store, other: Store) -> None:
    """Each writes down a password of its own: only that of the one who made it may count."""
    told: list[str] = []
    added = await asyncio.gather(
        store.add_operator(OLGA, lambda: told.append("one")),
        other.add_operator(msgspec.structs.replace(OLGA, password="$argon2id$other"), lambda: told.append("two")),
    )
    assert sorted(added) == [False, True]
    assert told == ["one" if added[0] else "two"]
    assert [found.password == OLGA.password for found in await store.operators()] == [added[0]]


async def test_operator_whose_making_breaks_is_not_there(store: Store) -> None:
    def breaks() -> None:
        raise OSError("no room")

    with pytest.raises((OSError, StoreError)):
        await store.add_operator(OLGA, breaks)
    assert await store.operators() == []


async def test_session_holds_until_it_expires(store: Store) -> None:
    await store.put_operator(OLGA)
    await store.put_session(Session(token="t", operator="olga", expires=later(60)))
    assert await store.find_session("t", NOW) == OLGA
    assert await store.find_session("t", later(59.999999)) == OLGA
    assert await store.find_session("t", later(60)) is None
    assert await store.find_session("T", NOW) is None


async def test_dropped_session_is_gone(store: Store) -> None:
    await store.put_operator(OLGA)
    for token in ("one", "two"):
        await store.put_session(Session(token=token, operator="olga", expires=later(60)))
    await store.drop_session("one")
    assert await store.find_session("one", NOW) is None
    assert await store.find_session("two", NOW) == OLGA


async def test_all_sessions_of_an_operator_end_together_and_nobody_elses(store: Store) -> None:
    await store.put_operator(OLGA)
    await store.put_operator(IVAN)
    for token, operator in (("one", "olga"), ("two", "olga"), ("three", "ivan")):
        await store.put_session(Session(token=token, operator=operator, expires=later(60)))
    await store.drop_sessions("olga")
    assert [await store.find_session(token, NOW) for token in ("one", "two", "three")] == [None, None, IVAN]
    assert await store.find_operator("olga") == OLGA


async def test_a_dropped_operator_is_gone_with_all_sessions_also_under_the_same_name_again(store: Store) -> None:
    await store.put_operator(OLGA)
    await store.put_operator(IVAN)
    await store.put_session(Session(token="one", operator="olga", expires=later(60)))
    await store.drop_operator("olga")
    await store.drop_operator("nobody")
    assert await store.operators() == [IVAN]
    await store.put_operator(OLGA)
    assert await store.find_session("one", NOW) is None


async def test_session_put_again_lasts_longer(store: Store) -> None:
    await store.put_operator(OLGA)
    for seconds in (60, 120):
        await store.put_session(Session(token="t", operator="olga", expires=later(seconds)))
    assert await store.find_session("t", later(90)) == OLGA


async def test_session_of_nobody_opens_nothing(store: Store) -> None:
    await store.put_session(Session(token="t", operator="ghost", expires=later(60)))
    assert await store.find_session("t", NOW) is None


async def test_first_secret_stays(store: Store) -> None:
    assert await store.secret("cookie", b"one\x00\xff") == b"one\x00\xff"
    assert await store.secret("cookie", b"two") == b"one\x00\xff"
    assert await store.secret("token", b"three") == b"three"


async def test_secret_asked_by_many_at_once_is_one(store: Store) -> None:
    got = await asyncio.gather(*(store.secret("cookie", bytes([n])) for n in range(30)))
    assert len(set(got)) == 1


async def test_standings_are_those_asked_for_and_all_with_people(store: Store) -> None:
    anna = await talk(store, "anna")
    ben = await talk(store, "ben", phase=parked())
    await talk(store, "cleo")
    dora = await talk(store, "dora", phase=held())
    await talk(store, "emil", phase=closed())
    found = {each.chat: each for each in await store.standings([anna.chat, ben.chat, "nobody"])}
    assert set(found) == {anna.chat, ben.chat, dora.chat}
    assert found[anna.chat] == Standing(
        chat=anna.chat, seq=1, conversation=anna.id, version=1, preview="line 1", people=False
    )
    assert (found[ben.chat].people, found[dora.chat].people) == (True, True)
    await store.save(turn(anna, says(anna, 2)))
    (now,) = [each for each in await store.standings([anna.chat]) if each.chat == anna.chat]
    assert (now.seq, now.version) == (2, 2)


async def test_who_is_more_urgent_stands_before_who_came_a_little_earlier(store: Store) -> None:
    first = await talk(store, "first", phase=parked(0))
    second = await talk(store, "second", phase=parked(400))
    urgent = await talk(store, "urgent", phase=msgspec.structs.replace(parked(500), priority=1))
    places = [await store.place(each.id, 300) for each in (first, urgent, second)]
    assert places == [QueuePlace(position=n) for n in (1, 2, 3)]
    places = [await store.place(each.id, 600) for each in (urgent, first, second)]
    assert places == [QueuePlace(position=n) for n in (1, 2, 3)]


async def test_a_priority_that_was_raised_counts_from_then_on(store: Store) -> None:
    first = await talk(store, "first", phase=parked(0))
    second = await talk(store, "second", phase=parked(10))
    await store.save(turn(in_phase(second, msgspec.structs.replace(parked(10), priority=1))))
    assert await store.place(second.id) == QueuePlace(position=1)
    assert await store.place(first.id) == QueuePlace(position=2)
