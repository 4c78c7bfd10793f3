"""Sentences that may become examples are kept with the turn that found them, until an editor has decided."""

import msgspec
import pytest

from conversation.candidates import Candidate, Reviewed, Ruling
from conversation.effects import Suggest, Unsuggest
from conversation.errors import StaleError
from conversation.state import Conversation
from store.sql import SqlStore
from tests.support.storing import later, says, talk, turn

NET = Candidate(
    id="m1/meant",
    text="net geht ned",
    alike="net geht ned",
    language="de",
    intent="report_outage",
    origin="meant",
    scores={"report_outage": 0.55, "order_status": 0.2},
    chat="chat-anna",
    conversation="talk-chat-anna",
    message="m1",
    at=later(1),
    bundle="abc",
)
BILL = msgspec.structs.replace(
    NET, id="m2/desk", text="Rechnung?", alike="rechnung", intent="", origin="labelled", at=later(2), name="Olga"
)
SHUT = msgspec.structs.replace(
    NET, id="m3/x", language="en", text="shut", alike="shut", origin="taken_back", at=later(3)
)
ACCEPTED = Ruling(verdict="accepted", intent="report_outage", at=later(60))


async def suggest(store: SqlStore, *effects: Suggest | Unsuggest, address: str = "anna") -> None:
    await talk(store, address, *effects)


async def test_a_candidate_is_there_as_it_was_suggested(store: SqlStore) -> None:
    await suggest(store, Suggest(candidate=NET))
    assert await store.candidates.all() == [Reviewed(candidate=NET)]


async def test_the_newest_comes_first_and_no_more_than_asked_for(store: SqlStore) -> None:
    await suggest(store, *(Suggest(candidate=each) for each in (BILL, SHUT, NET)))
    assert [each.candidate for each in await store.candidates.all()] == [SHUT, BILL, NET]
    assert [each.candidate for each in await store.candidates.all(limit=1)] == [SHUT]


async def test_they_are_found_by_language_intent_origin_and_time(store: SqlStore) -> None:
    await suggest(store, *(Suggest(candidate=each) for each in (BILL, SHUT, NET)))

    async def found(**wanted: object) -> list[Candidate]:
        return [each.candidate for each in await store.candidates.all(**wanted)]  # type: ignore[arg-type]

    assert await found(language="en") == [SHUT]
    assert await found(intent="report_outage") == [SHUT, NET]
    assert await found(intent="") == [BILL]
    assert await found(origin="labelled") == [BILL]
    assert await found(since=later(2)) == [SHUT, BILL]
    assert await found(language="de", origin="taken_back") == []


async def test_a_turn_that_came_too_late_suggests_nothing(store: SqlStore) -> None:
    conversation = await talk(store)
    late = turn(msgspec.structs.replace(conversation, version=7), Suggest(candidate=NET))
    with pytest.raises(StaleError):
        await store.save(late)
    assert await store.candidates.all() == []


async def test_who_says_something_else_of_it_takes_its_place(store: SqlStore) -> None:
    conversation = await talk(store, "anna", Suggest(candidate=NET))
    other = msgspec.structs.replace(NET, intent="order_status", at=later(9))
    await store.save(turn(conversation, says(conversation, 2), Suggest(candidate=other)))
    assert await store.candidates.all() == [Reviewed(candidate=other)]


async def test_what_is_taken_back_is_gone(store: SqlStore) -> None:
    conversation = await talk(store, "anna", Suggest(candidate=NET), Suggest(candidate=BILL))
    await store.save(turn(conversation, Unsuggest(id=NET.id), Unsuggest(id="none")))
    assert [each.candidate for each in await store.candidates.all()] == [BILL]


async def test_suggested_and_taken_back_in_one_turn_is_nothing(store: SqlStore) -> None:
    await suggest(store, Suggest(candidate=NET), Unsuggest(id=NET.id))
    assert await store.candidates.all() == []


async def test_a_decision_counts_for_all_that_say_the_same_in_the_language(store: SqlStore, other: SqlStore) -> None:
    twin = msgspec.structs.replace(NET, id="m9/meant", text="NET GEHT NED", intent="order_status")
    foreign = msgspec.structs.replace(NET, id="m8/meant", language="en")
    await suggest(store, *(Suggest(candidate=each) for each in (NET, twin, foreign, BILL)))
    assert await store.candidates.decide("de", NET.alike, ACCEPTED) == 2
    decided = {each.candidate.id: each.ruling for each in await other.candidates.all()}
    assert decided == {NET.id: ACCEPTED, twin.id: ACCEPTED, foreign.id: None, BILL.id: None}


async def test_nothing_is_decided_about_what_there_is_not(store: SqlStore) -> None:
    assert await store.candidates.decide("de", "hallo", ACCEPTED) == 0


async def test_the_same_suggestion_again_leaves_the_decision_and_another_asks_anew(store: SqlStore) -> None:
    conversation = await talk(store, "anna", Suggest(candidate=NET))
    await store.candidates.decide("de", NET.alike, ACCEPTED)
    conversation = await again(store, conversation, msgspec.structs.replace(NET, at=later(99)))
    assert await store.candidates.all() == [Reviewed(candidate=NET, ruling=ACCEPTED)]
    fresh = msgspec.structs.replace(NET, intent="order_status", at=later(100))
    await again(store, conversation, fresh)
    assert await store.candidates.all() == [Reviewed(candidate=fresh)]


async def again(store: SqlStore, conversation: Conversation, candidate: Candidate) -> Conversation:
    made = turn(conversation, Suggest(candidate=candidate))
    await store.save(made)
    return made.conversation


async def test_what_was_decided_on_is_not_taken_back(store: SqlStore) -> None:
    conversation = await talk(store, "anna", Suggest(candidate=NET))
    rejected = Ruling(verdict="rejected", at=later(60))
    await store.candidates.decide("de", NET.alike, rejected)
    await store.save(turn(conversation, Unsuggest(id=NET.id)))
    assert await store.candidates.all() == [Reviewed(candidate=NET, ruling=rejected)]


async def test_a_long_text_of_any_alphabet_is_kept(store: SqlStore) -> None:
    """An index of PostgreSQL takes no more than 2,700 bytes."""
    text = "".join(chr(0x1F600 + number % 60) for number in range(4_000)) + "\0"
    long = msgspec.structs.replace(NET, text=text, alike=text)
    await suggest(store, Suggest(candidate=long))
    assert [each.candidate for each in await store.candidates.all()] == [long]
    assert await store.candidates.decide("de", text, ACCEPTED) == 1
