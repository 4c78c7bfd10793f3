"""Topics of the operators' group: what is behind, and who may be whom."""

from datetime import UTC, datetime, timedelta

from conversation.records import Operator
from conversation.topics import Topic
from store.sql import SqlStore

NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)


async def test_topic_is_found_by_its_chat_and_by_its_number(store: SqlStore) -> None:
    topic = Topic(chat="c", forum=-100, topic=7, seq=3, title="Ann", open=True)
    await store.topics.put(Topic(chat="c", forum=-100))
    await store.topics.put(topic)
    assert await store.topics.of_chat("c", -100) == topic
    assert await store.topics.at(-100, 7) == topic
    assert await store.topics.at(-200, 7) is None
    assert await store.topics.of_chat("c", -200) is None


async def test_code_is_good_once_and_not_when_it_is_late(store: SqlStore) -> None:
    await store.topics.offer("hash", "anna", NOW + timedelta(minutes=10))
    assert await store.topics.redeem("other", 5, NOW) == ""
    assert await store.topics.redeem("hash", 5, NOW) == "anna"
    assert await store.topics.redeem("hash", 6, NOW) == ""
    assert (await store.topics.operator_of(5), await store.topics.operator_of(6)) == ("anna", "")
    await store.topics.offer("late", "anna", NOW - timedelta(seconds=1))
    assert await store.topics.redeem("late", 6, NOW) == ""


async def test_newer_code_of_an_operator_makes_the_older_one_void(store: SqlStore) -> None:
    for code in ("first", "second"):
        await store.topics.offer(code, "anna", NOW + timedelta(minutes=10))
    assert await store.topics.redeem("first", 5, NOW) == ""
    assert await store.topics.redeem("second", 5, NOW) == "anna"


async def test_one_person_is_one_operator_and_one_operator_one_person(store: SqlStore) -> None:
    for code, operator, user in (("a", "anna", 5), ("b", "ben", 5), ("c", "ben", 6)):
        await store.topics.offer(code, operator, NOW)
        assert await store.topics.redeem(code, user, NOW) == operator
    assert [await store.topics.operator_of(user) for user in (5, 6)] == ["", "ben"]
    assert await store.topics.user_of("ben") == 6


async def test_operator_who_is_dropped_is_nobody_in_the_group(store: SqlStore) -> None:
    await store.put_operator(Operator(id="anna", name="Anna", password="x"))
    await store.topics.offer("a", "anna", NOW)
    await store.topics.redeem("a", 5, NOW)
    await store.topics.offer("b", "anna", NOW)
    await store.drop_operator("anna")
    assert await store.topics.operator_of(5) == ""
    assert await store.topics.redeem("b", 5, NOW) == ""
