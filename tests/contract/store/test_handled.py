"""How long chats took, who had a customer last, and what reports read."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from conversation.content import Prompt
from conversation.effects import Post
from conversation.errors import StaleError
from conversation.reasons import Rating
from conversation.records import Handled
from conversation.state import Conversation, WithBot
from store import handled as rows
from store.sql import SqlStore
from tests.support.storing import held, in_phase, later, message, talk, turn


async def ends(
    store: SqlStore,
    conversation: Conversation,
    began: float,
    ended: float,
    *,
    operator: str = "olga",
    outcome: str = "closed",
) -> Conversation:
    """The operator takes the chat and lets it go."""
    team = "support"
    taken = turn(in_phase(conversation, held(began, operator=operator, team=team)))
    await store.save(taken)
    left = Handled(
        conversation=conversation.id, chat=conversation.chat, team=team, operator=operator, intent="fault",
        began=later(began), ended=later(ended), outcome=outcome,
    )  # fmt: skip
    over = msgspec.structs.replace(turn(in_phase(taken.conversation, WithBot())), left=left)
    await store.save(over)
    return over.conversation


async def test_mean_handle_time_is_that_of_the_newest_chats_of_the_team(store: SqlStore) -> None:
    assert await store.people.mean_handle("support") is None
    conversation = await talk(store, "a")
    for began, ended in ((0, 1000), (1000, 1010), (2000, 2020.5)):
        conversation = await ends(store, conversation, began, ended)
    assert await store.people.mean_handle("support", last=2) == pytest.approx(15.25)
    assert await store.people.mean_handle("support") == pytest.approx(1030.5 / 3)
    assert await store.people.mean_handle("sales") is None


async def test_a_turn_that_is_refused_leaves_nothing_handled(store: SqlStore) -> None:
    conversation = await talk(store, "a")
    done = await ends(store, conversation, 0, 10)
    late = msgspec.structs.replace(turn(msgspec.structs.replace(done, version=1)), left=(await one(store))[0])
    with pytest.raises(StaleError):
        await store.save(late)
    assert len(await one(store)) == 1


async def one(store: SqlStore) -> list[Handled]:
    return list(await store.people.handled(later(-100), later(10_000)))


async def test_last_operator_is_whoever_had_any_place_of_the_customer_last(store: SqlStore) -> None:
    a, b = await talk(store, "a"), await talk(store, "b")
    assert await store.people.last_operator(a.chat) == ""
    a = await ends(store, a, 0, 10, operator="olga")
    b = await ends(store, b, 20, 30, operator="ivan")
    assert await store.people.last_operator(a.chat) == "olga"
    await store.people.join_customers(a.chat, b.chat, "one")
    assert [await store.people.last_operator(each.chat) for each in (a, b)] == ["ivan", "ivan"]
    assert await store.people.last_operator("nowhere") == ""


async def test_who_let_a_chat_starve_is_not_asked_again(store: SqlStore) -> None:
    conversation = await ends(store, await talk(store, "a"), 0, 10, operator="olga")
    await ends(store, conversation, 20, 30, operator="ivan", outcome="reassigned")
    assert await store.people.last_operator("chat-a") == "olga"


async def test_a_report_reads_what_ended_in_its_time_in_order(store: SqlStore) -> None:
    conversation = await talk(store, "a")
    for ended in (10, 20, 30):
        conversation = await ends(store, conversation, 0, ended)
    assert [each.ended for each in await store.people.handled(later(10), later(30))] == [later(10), later(20)]
    (found,) = await store.people.handled(later(0), later(99), limit=1)
    assert (found.intent, found.outcome, found.operator) == ("fault", "closed", "olga")


async def test_the_mean_reads_only_the_newest_by_an_index(sqlite: SqlStore, file: Path) -> None:
    with sqlite3.connect(file) as database:
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {rows.MEAN.text}", {"team": "x", "last": 9})]
    database.close()
    assert any("handled_team" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN handled") for step in plan), plan


async def test_a_rating_goes_to_the_last_person_of_the_conversation(store: SqlStore) -> None:
    conversation = await talk(store, "a")
    conversation = await ends(store, conversation, 0, 10, operator="olga")
    conversation = await ends(store, conversation, 20, 30, operator="ivan")
    other = await ends(store, await talk(store, "b"), 40, 50)
    rated = msgspec.structs.replace(conversation, rating=Rating(stars=4, at=later(60)), seq=conversation.seq + 1)
    note = msgspec.structs.replace(
        message(conversation, rated.seq), author="system", origin="rated", content=Prompt(text="")
    )
    await store.save(turn(rated, Post(message=note)))
    assert [(each.operator, each.rating) for each in await one(store)] == [("olga", 0), ("ivan", 4), ("olga", 0)]
    assert other.rating is None


async def test_handle_times_are_those_of_the_newest_chats_of_the_team(store: SqlStore) -> None:
    assert await store.people.handle_times("support") == []
    conversation = await talk(store, "a")
    for began, ended in ((0, 1000), (1000, 1010), (2000, 2020.5)):
        conversation = await ends(store, conversation, began, ended)
    assert await store.people.handle_times("support", last=2) == [20.5, 10.0]
    assert await store.people.handle_times("sales") == []
