"""What need not be known any more is forgotten; what must be is kept."""

from conversation.ports import Operator, Session
from tests.support.storing import NOW, Store, arrive, fresh, inbound, later, turn


async def test_handled_delivery_is_forgotten_when_it_is_old(store: Store) -> None:
    row = await arrive(store, "1")
    await store.save(turn(fresh("chat-anna"), handled=(row.number,)))
    await store.tidy(later(10_000_000_000), NOW)
    assert (await store.accept(inbound("1"), "chat-anna")).row is not None


async def test_handled_delivery_is_known_again_while_it_is_young(store: Store) -> None:
    row = await arrive(store, "1")
    await store.save(turn(fresh("chat-anna"), handled=(row.number,)))
    await store.tidy(later(-10_000_000), NOW)
    assert (await store.accept(inbound("1"), "chat-anna")).row is None


async def test_unhandled_event_stays_however_old(store: Store) -> None:
    row = await arrive(store, "1")
    await store.tidy(later(10_000_000_000), NOW)
    assert [kept.number for kept in await store.unhandled(10)] == [row.number]


async def test_expired_session_goes_and_valid_one_stays(store: Store) -> None:
    await store.put_operator(Operator(id="maria", name="Maria", password="x"))
    await store.put_session(Session(token="old", operator="maria", expires=later(-1)))
    await store.put_session(Session(token="new", operator="maria", expires=later(1)))
    await store.tidy(later(-1), NOW)
    assert await store.find_session("old", later(-2)) is None
    assert await store.find_session("new", NOW) is not None
