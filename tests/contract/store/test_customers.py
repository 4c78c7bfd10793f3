"""People who write from several places: joined, parted, found, and what they wrote about before."""

import asyncio
import sqlite3
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from conversation.content import Contact
from conversation.effects import Post
from conversation.errors import BadInputError
from conversation.records import Operator
from conversation.state import Closed, Conversation, Phase
from store import customers
from store.sql import SqlStore
from tests.support.storing import NOW, arrive, closed, fresh, held, later, message, says, talk, turn


async def places(store: SqlStore, chat: str) -> set[str]:
    return {each.chat for each in (await store.people.customer_of(chat)).identities}


async def chats(store: SqlStore, *names: str) -> list[str]:
    return [(await talk(store, name)).chat for name in names]


async def test_a_customer_with_one_place_is_a_person_of_that_chats_name(store: SqlStore) -> None:
    (anna,) = await chats(store, "anna")
    customer = await store.people.customer_of(anna)
    assert (customer.id, [each.chat for each in customer.identities]) == (anna, [anna])
    assert (customer.identities[0].channel, customer.identities[0].address) == ("telegram", "anna")
    with pytest.raises(KeyError):
        await store.people.customer_of("nowhere")


async def test_joined_places_are_one_person_whichever_is_asked_for(store: SqlStore) -> None:
    a, b, c = await chats(store, "a", "b", "c")
    assert (await store.people.join_customers(a, b, "person-1")).changed
    assert {(await store.people.customer_of(chat)).id for chat in (a, b)} == {"person-1"}
    assert (await store.people.join_customers(c, b, "person-2")).changed, "a third place joins the person there is"
    assert [await places(store, chat) for chat in (a, b, c)] == [{a, b, c}] * 3
    assert (await store.people.customer_of(c)).id == "person-1"
    assert (await store.load(c)).chat.customer == "person-1"


async def test_two_persons_with_several_places_each_become_one(store: SqlStore) -> None:
    a, b, c, d = await chats(store, "a", "b", "c", "d")
    await store.people.join_customers(a, b, "one")
    await store.people.join_customers(c, d, "two")
    assert (await store.people.join_customers(d, a, "three")).changed
    assert await places(store, b) == {a, b, c, d}


async def test_joining_twice_and_a_chat_with_itself_changes_nothing(store: SqlStore) -> None:
    a, b = await chats(store, "a", "b")
    assert not (await store.people.join_customers(a, a, "self")).changed
    assert (await store.people.join_customers(a, b, "one")).changed
    assert not (await store.people.join_customers(b, a, "two")).changed
    assert (await store.people.customer_of(a)).id == "one"


async def test_a_parted_place_is_a_person_of_its_own_and_the_rest_stay_one(store: SqlStore) -> None:
    a, b, c = await chats(store, "a", "b", "c")
    await store.people.join_customers(a, b, "one")
    await store.people.join_customers(a, c, "two")
    assert (await store.people.part_customer(a, c)).changed
    assert [await places(store, chat) for chat in (a, b, c)] == [{a, b}, {a, b}, {c}]
    assert not (await store.people.part_customer(a, c)).changed, "it was parted already"
    assert (await store.people.part_customer(a, b)).changed
    assert [(await store.people.customer_of(chat)).id for chat in (a, b)] == [a, b]
    assert not (await store.people.part_customer(a, a)).changed


async def test_join_and_part_of_what_is_not_there_say_so_and_change_nothing(store: SqlStore) -> None:
    (a,) = await chats(store, "a")
    for done in (store.people.join_customers(a, "no", "x"), store.people.part_customer("no", a)):
        with pytest.raises(KeyError):
            await done
    assert await places(store, a) == {a}


async def test_a_person_has_at_most_twenty_places(store: SqlStore) -> None:
    first, *others = await chats(store, *(f"p{number:02}" for number in range(customers.PLACES + 1)))
    for other in others[:-1]:
        await store.people.join_customers(first, other, "one")
    with pytest.raises(BadInputError, match="20 places"):
        await store.people.join_customers(first, others[-1], "one")
    assert len(await places(store, first)) == customers.PLACES


async def test_joins_from_two_processes_at_once_leave_one_person_of_all(store: SqlStore, other: SqlStore) -> None:
    """a–b, b–c, c–d … by turns from either: nobody is lost between two persons."""
    names = await chats(store, *(f"n{number}" for number in range(8)))
    pairs = list(pairwise(names))
    both = (store, other)
    await asyncio.gather(
        *(both[at % 2].people.join_customers(one, two, f"person-{at}") for at, (one, two) in enumerate(pairs))
    )
    assert await places(store, names[0]) == set(names)


async def test_a_phone_number_that_the_channel_proved_twice_is_a_suggestion_and_no_more(store: SqlStore) -> None:
    for name, phone, own in (("a", "+49 40 123", True), ("b", "4940123", True), ("c", "+4940123", False)):
        conversation = await talk(store, name)
        said = msgspec.structs.replace(message(conversation, 2, "customer"), content=Contact(phone=phone, own=own))
        await store.save(turn(conversation, Post(message=said)))
    assert [each.chat for each in await store.people.suggested("chat-a")] == ["chat-b"]
    assert await store.people.suggested("chat-c") == [], "a number that anybody can type proves nothing"
    assert await places(store, "chat-a") == {"chat-a"}
    await store.people.join_customers("chat-a", "chat-b", "one")
    assert await store.people.suggested("chat-a") == []


# ── earlier conversations ────────────────────────────────────────────────────────────────────────────────────────────


async def follow_up(
    store: SqlStore, before: Conversation, name: str, at: float, phase: Phase | None = None
) -> Conversation:
    """The chat's next conversation, with one message of the customer."""
    row = await arrive(store, f"row-{name}", before.chat.removeprefix("chat-"))
    began = msgspec.structs.replace(
        fresh(before.chat, name),
        opened_at=later(at),
        seq=before.seq,
        begins=before.seq,
        phase=phase or fresh("x").phase,
    )
    made = turn(began, says(began, before.seq + 1, "customer", f"words of {name}"), handled=(row.number,))
    await store.save(made)
    return made.conversation


async def test_earlier_conversations_of_all_places_come_newest_first_without_the_one_that_is_open(
    store: SqlStore,
) -> None:
    await store.put_operator(Operator(id="olga", name="Olga", password=""))
    first = await talk(store, "a", phase=Closed(outcome="solved", at=later(9), topic="fault", operator="olga"))
    second = await follow_up(store, first, "second", 100, closed(110))
    mine = await follow_up(store, second, "mine", 300)
    there = await talk(store, "b", phase=held(20))
    assert [each.conversation for each in await store.people.episodes(mine.chat, 10, mine.id)] == ["second", first.id]
    await store.people.join_customers(mine.chat, there.chat, "one")
    found = await store.people.episodes(mine.chat, 10, mine.id)
    assert {each.conversation for each in found} == {"second", first.id, there.id}
    assert found[0].conversation == "second"
    told = {each.conversation: each for each in found}
    assert (told[first.id].outcome, told[first.id].topic, told[first.id].operator) == ("solved", "fault", "Olga")
    assert (told[first.id].closed_at, told[first.id].opened_at, told[first.id].preview) == (later(9), NOW, "line 1")
    assert (told[there.id].closed_at, told[there.id].operator) == (None, "Olga")
    assert [each.conversation for each in await store.people.episodes(mine.chat, 1)] == ["mine"]
    assert await store.people.episodes("nowhere", 10) == []


async def test_messages_of_an_earlier_conversation_are_those_and_no_others(store: SqlStore) -> None:
    first = await talk(store, "a", phase=closed(1))
    second = await follow_up(store, first, "second", 100, closed(110))
    third = await follow_up(store, second, "third", 200)
    assert [each.seq for each in await store.people.transcript(first.id, 10)] == [1]
    assert [each.seq for each in await store.people.transcript("second", 10)] == [2]
    await store.save(turn(third, says(third, 4), says(third, 5)))
    assert [each.seq for each in await store.people.transcript("third", 2)] == [4, 5]
    assert await store.people.transcript("nothing", 10) == []


# ── looking for somebody ─────────────────────────────────────────────────────────────────────────────────────────────


async def named(store: SqlStore, address: str, name: str, words: str) -> str:
    row = await arrive(store, f"named-{address}", address, words)
    conversation = msgspec.structs.replace(fresh(row.chat), name=name)
    await store.save(turn(conversation, says(conversation, 1, "customer", words), handled=(row.number,)))
    return row.chat


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("марія", {"chat-491"}),
        ("Мар", {"chat-491"}),
        ("492", {"chat-492"}),
        ("WEISS router", {"chat-492"}),
        ("weiss internet", set()),
        ("router", {"chat-492", "chat-493"}),
        ("49", {"chat-491", "chat-492", "chat-493"}),
        ("%", set()),
        ("  ", set()),
        ("nul\0l", set()),
    ],
)
async def test_customers_are_found_by_name_address_and_last_words(store: SqlStore, words: str, found: set[str]) -> None:
    await named(store, "491", "Марія Шевчук", "немає інтернету")
    await named(store, "492", "Jörg Weiß", "der Router blinkt")
    await named(store, "493", "", "mein Router ist kaputt")
    assert {each.chat for each in await store.people.find_customers(words, 10)} == found


async def test_a_found_customer_shows_who_it_is_the_newest_first_and_no_more_than_asked(store: SqlStore) -> None:
    for number in range(4):
        await named(store, f"a{number}", "Ann", "hello there")
    found = await store.people.find_customers("ann", 3)
    assert len(found) == 3
    assert (found[0].name, found[0].channel, found[0].preview) == ("Ann", "telegram", "hello there")
    assert found[0].conversation == f"talk-{found[0].chat}"


async def test_an_address_is_found_however_old_its_conversation_is(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "NEWEST", 1)
    old = await named(store, "old", "Ann", "hello")
    row = await arrive(store, "young", "young")
    began = msgspec.structs.replace(fresh(row.chat), opened_at=later(500))
    await store.save(turn(began, says(began, 1, "customer"), handled=(row.number,)))
    assert [each.chat for each in await store.people.find_customers("old", 10)] == [old]
    assert await store.people.find_customers("ann", 10) == [], "names only among the newest"


# ── what the customer has seen ───────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_seen_grows_and_never_shrinks(store: SqlStore) -> None:
    conversation = await talk(store, "a")
    await store.save(turn(conversation, says(conversation, 2), says(conversation, 3)))
    assert [await store.people.seen("chat-a", seq) for seq in (2, 1, 2, 3, 4, 0, -1)] == [
        True, False, False, True, False, False, False,
    ]  # fmt: skip
    assert (await store.load("chat-a")).chat.read_seq == 3
    assert not await store.people.seen("nowhere", 1)


# ── what it costs ────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_of(file: Path, query: str) -> list[str]:
    database = sqlite3.connect(file)
    some = {"wanted": "x", "most": 5, "newest": 10, "team": "support", "last": 100, "before": 1}
    try:
        return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", some)]
    finally:
        database.close()


async def test_looking_for_a_customer_reads_no_whole_table(sqlite: SqlStore, file: Path) -> None:
    for query, index in (
        (customers.BY_ADDRESS, "chats_place"),
        (customers.BY_PHONE, "chats_phone"),
        (customers.BY_WORDS, "conversations_opened"),
    ):
        plan = plan_of(file, query.text)
        assert any(index in step for step in plan), plan
        assert not any(step.startswith("SCAN chats") for step in plan), plan


async def test_earlier_conversations_are_read_from_an_index_already_in_order(sqlite: SqlStore, file: Path) -> None:
    plan = plan_of(file, "SELECT id FROM conversations WHERE chat = 'x' AND id <> 'y' ORDER BY opened_at DESC LIMIT 5")
    assert any("conversations_chat" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan
    named = plan_of(file, "SELECT id FROM chats WHERE customer <> '' AND customer = 'x' ORDER BY id")
    assert any("chats_customer" in step for step in named), named


async def test_places_of_somebody_else_are_left_alone(store: SqlStore) -> None:
    a, b, c = await chats(store, "a", "b", "c")
    before = await store.load(c)
    await store.people.join_customers(a, b, "one")
    await store.people.part_customer(a, b)
    assert await store.load(c) == before
