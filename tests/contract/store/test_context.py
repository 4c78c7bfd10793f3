"""What back-ends know about a customer is kept by conversation and provider."""

import asyncio

import msgspec
import pytest

from conversation.knowing import Known
from tests.support.storing import NOW, Store, later

ORDERS = Known(provider="orders", title={"de": "Bestellungen", "en": "Orders"}, state="waiting", at=NOW)
FAULTS = Known(provider="faults", title="Faults", state="waiting", at=NOW)


async def test_what_was_asked_is_there_by_the_names_of_the_providers(store: Store) -> None:
    await store.context.put("one", [ORDERS, FAULTS])
    assert await store.context.of("one") == [FAULTS, ORDERS]
    assert await store.context.of("other") == []


async def test_an_answer_takes_the_place_of_the_waiting(store: Store) -> None:
    await store.context.put("one", [ORDERS, FAULTS])
    ready = msgspec.structs.replace(ORDERS, state="ready", rows=(("A-1", {"de": "versandt", "en": "sent"}),))
    await store.context.put("one", [ready])
    assert await store.context.of("one") == [FAULTS, ready]


async def test_an_answer_to_an_earlier_asking_changes_nothing(store: Store) -> None:
    again = msgspec.structs.replace(ORDERS, at=later(5))
    await store.context.put("one", [again])
    await store.context.put("one", [msgspec.structs.replace(ORDERS, state="late")])
    assert await store.context.of("one") == [again]


async def test_answers_that_come_together_are_all_kept(store: Store) -> None:
    many = [
        Known(provider=f"p{n:02}", title="x", state="ready", rows=((f"n\u0000{n}", "v"),), at=NOW) for n in range(40)
    ]
    await asyncio.gather(*(store.context.put("one", [each]) for each in many))
    assert await store.context.of("one") == many


async def test_what_is_dropped_is_gone_and_others_stay(store: Store) -> None:
    await store.context.put("one", [ORDERS])
    await store.context.put("other", [ORDERS])
    await store.context.drop("one")
    assert await store.context.of("one") == []
    assert await store.context.of("other") == [ORDERS]


@pytest.mark.parametrize("known", [[]])
async def test_nothing_to_keep_is_nothing(store: Store, known: list[Known]) -> None:
    await store.context.put("one", known)
    assert await store.context.of("one") == []
