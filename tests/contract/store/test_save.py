"""Turns: stored whole or not at all, and against one version only."""

import asyncio

import msgspec
import pytest

from conversation.effects import Amend, Post, Refuse, RunAction, SetTimer, Understand
from conversation.errors import StaleError
from conversation.run import Frame, Run
from conversation.state import Conversation
from conversation.understanding import Decision, Intent, Meaning
from tests.support.storing import (
    Store,
    arrive,
    closed,
    fresh,
    in_phase,
    later,
    message,
    said,
    says,
    talk,
    turn,
)


async def test_turn_is_read_back_as_it_was_saved(store: Store) -> None:
    row = await arrive(store, "1")
    conversation = msgspec.structs.replace(
        fresh(row.chat),
        language="uk",
        variables={"order": {"id": 7, "lines": ["a", None, 1.5, True]}},
        timers={"silence": later(60)},
        run=Run(frames=(Frame(dialog="support", step="menu"),), trail=(("support", "menu"),)),
    )
    saved = turn(conversation, says(conversation, 1, "customer"), says(conversation, 2), handled=(row.number,))
    await store.save(saved)
    snapshot = await store.load(row.chat)
    assert snapshot.conversation == saved.conversation
    assert await store.conversation(conversation.id) == saved.conversation
    assert (snapshot.chat.conversation, snapshot.chat.seq, snapshot.chat.language) == (conversation.id, 2, "uk")
    assert await store.unhandled(10) == []


async def test_unknown_conversation_is_none(store: Store) -> None:
    assert await store.conversation("nothing") is None


async def test_second_turn_replaces_the_first(store: Store) -> None:
    conversation = await talk(store)
    second = turn(msgspec.structs.replace(conversation, turns=5))
    await store.save(second)
    assert (await store.load(conversation.chat)).conversation == second.conversation


async def test_version_left_as_it_was_goes_up_by_the_save(store: Store) -> None:
    row = await arrive(store, "1")
    conversation = fresh(row.chat)
    await store.save(msgspec.structs.replace(turn(conversation), conversation=conversation))
    loaded = (await store.load(row.chat)).conversation
    assert loaded is not None
    assert loaded.version == 1
    await store.save(msgspec.structs.replace(turn(loaded), conversation=loaded))
    with pytest.raises(StaleError):
        await store.save(turn(loaded))


async def test_turn_on_an_old_version_is_refused_and_leaves_nothing(store: Store) -> None:
    conversation = await talk(store)
    await store.save(turn(conversation, says(conversation, 2)))
    late = turn(
        conversation,
        Post(message=message(conversation, 3, name="late")),
        SetTimer(name="late", due=later(1)),
        RunAction(request="late", name="find", arguments={}, limit=1),
    )
    with pytest.raises(StaleError) as caught:
        await store.save(late)
    assert caught.value.conversation == conversation.id
    assert [each.id for each in await store.history(conversation.chat, 1, 10)] == ["chat-anna-2"]
    assert await store.open_jobs(10) == []
    assert await store.next_timer() is None


async def test_refused_turn_leaves_its_event_to_be_handled(store: Store) -> None:
    conversation = await talk(store)
    await store.save(turn(conversation))
    row = await arrive(store, "next")
    with pytest.raises(StaleError):
        await store.save(turn(conversation, handled=(row.number,)))
    assert await store.unhandled(10) == [row]


async def test_event_handled_twice_is_refused(store: Store) -> None:
    row = await arrive(store, "1")
    first = turn(fresh(row.chat), handled=(row.number,))
    await store.save(first)
    with pytest.raises(StaleError):
        await store.save(turn(first.conversation, says(first.conversation, 1), handled=(row.number,)))
    assert await store.history(row.chat, 0, 10) == []
    assert (await store.load(row.chat)).conversation == first.conversation


async def test_event_that_never_was_is_refused(store: Store) -> None:
    row = await arrive(store, "1")
    with pytest.raises(StaleError):
        await store.save(turn(fresh(row.chat), handled=(row.number, 4711)))
    assert await store.unhandled(10) == [row]


async def test_rejected_event_is_not_handled_any_more(store: Store) -> None:
    row = await arrive(store, "1")
    await store.reject(row.number, "no dialog")
    with pytest.raises(StaleError):
        await store.save(turn(fresh(row.chat), handled=(row.number,)))


async def test_same_turn_by_twenty_workers_is_saved_once(store: Store) -> None:
    row = await arrive(store, "1")
    conversation = fresh(row.chat)
    each = turn(conversation, says(conversation, 1), handled=(row.number,))
    done = await asyncio.gather(*(store.save(each) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(result, StaleError) for result in done) == 19
    assert len(await store.history(row.chat, 0, 10)) == 1
    assert len(await store.open_sends(10)) == 1


async def test_two_first_turns_of_a_chat_open_one_conversation(store: Store) -> None:
    row = await arrive(store, "1")
    first, second = turn(fresh(row.chat, "one")), turn(fresh(row.chat, "two"))
    await store.save(first)
    with pytest.raises(StaleError):
        await store.save(second)
    assert (await store.load(row.chat)).chat.conversation == "one"


async def test_turns_of_one_chat_submitted_at_once_follow_each_other(store: Store) -> None:
    row = await arrive(store, "1")
    turns = [turn(fresh(row.chat))]
    for seq in range(1, 20):
        turns.append(turn(turns[-1].conversation, says(fresh(row.chat), seq)))
    await asyncio.gather(*(store.save(each) for each in turns))
    assert [each.seq for each in await store.history(row.chat, 0, 50)] == list(range(1, 20))
    assert (await store.load(row.chat)).conversation == turns[-1].conversation


async def test_turns_of_many_chats_at_once_all_stand(store: Store) -> None:
    rows = await asyncio.gather(*(arrive(store, str(n), f"customer-{n}") for n in range(300)))
    turns = [turn(fresh(row.chat), says(fresh(row.chat), 1), handled=(row.number,)) for row in rows]
    saved = await asyncio.gather(*(store.save(each) for each in turns))
    assert [each.sends[0].message for each in saved] == [message(fresh(row.chat), 1) for row in rows]
    loaded = await asyncio.gather(*(store.load(row.chat) for row in rows))
    assert [snapshot.conversation for snapshot in loaded] == [each.conversation for each in turns]
    assert await store.unhandled(10) == []


async def test_one_stale_turn_among_many_fails_alone(store: Store) -> None:
    rows = await asyncio.gather(*(arrive(store, str(n), f"customer-{n}") for n in range(40)))
    turns = [turn(fresh(row.chat), handled=(row.number,)) for row in rows]
    turns[17] = msgspec.structs.replace(turns[17], base=3)
    turns[23] = msgspec.structs.replace(turns[23], handled=(4711,))
    done = await asyncio.gather(*(store.save(each) for each in turns), return_exceptions=True)
    assert [index for index, result in enumerate(done) if isinstance(result, StaleError)] == [17, 23]
    assert [row.chat for row in await store.unhandled(50)] == ["chat-customer-17", "chat-customer-23"]


async def test_turn_of_an_unknown_chat_is_refused_and_leaves_nothing(store: Store) -> None:
    with pytest.raises(StaleError):
        await store.save(turn(fresh("nowhere"), says(fresh("nowhere"), 1)))
    assert await store.conversation("talk-nowhere") is None
    assert await store.history("nowhere", 0, 10) == []


async def test_seq_taken_by_another_message_is_stale(store: Store) -> None:
    conversation = await talk(store)
    twin = Post(message=message(conversation, 1, name="twin"))
    with pytest.raises(StaleError):
        await store.save(turn(conversation, twin))
    assert [each.id for each in await store.recent(conversation.chat, 10)] == ["chat-anna-1"]


async def test_closed_conversation_is_still_the_chats_newest(store: Store) -> None:
    conversation = await talk(store)
    done = turn(in_phase(conversation, closed()))
    await store.save(done)
    snapshot = await store.load(conversation.chat)
    assert snapshot.chat.conversation == ""
    assert snapshot.conversation == done.conversation


async def test_next_conversation_follows_a_closed_one(store: Store) -> None:
    first = await talk(store)
    await store.save(turn(in_phase(first, closed())))
    row = await arrive(store, "again")
    second = turn(msgspec.structs.replace(fresh(row.chat, "second"), seq=1), handled=(row.number,))
    await store.save(second)
    snapshot = await store.load(row.chat)
    assert (snapshot.chat.conversation, snapshot.conversation) == ("second", second.conversation)
    assert await store.conversation(first.id) is not None


async def test_opened_and_closed_in_one_turn_leaves_room_for_the_next(store: Store) -> None:
    row = await arrive(store, "1")
    await store.save(turn(in_phase(fresh(row.chat, "short"), closed())))
    await store.save(turn(fresh(row.chat, "next")))
    assert (await store.load(row.chat)).chat.conversation == "next"


async def test_language_of_the_chat_is_kept_while_a_conversation_has_none(store: Store) -> None:
    row = await arrive(store, "1")
    spoken = turn(msgspec.structs.replace(fresh(row.chat), language="ru"))
    await store.save(spoken)
    await store.save(turn(msgspec.structs.replace(spoken.conversation, language="")))
    assert (await store.load(row.chat)).chat.language == "ru"


async def test_effects_for_others_are_not_stored(store: Store) -> None:
    conversation = await talk(store)
    saved = await store.save(
        turn(
            conversation,
            Understand(request="r", text="t", language="de"),
            Refuse(operator="olga", event="e", reason="closed"),
        )
    )
    assert (saved.sends, saved.jobs) == ((), ())


async def test_event_accepted_while_a_turn_is_saved_waits_for_its_own_turn(store: Store) -> None:
    row = await arrive(store, "1")
    done = turn(fresh(row.chat), handled=(row.number,))
    _, second = await asyncio.gather(store.save(done), arrive(store, "2"))
    assert [each.event for each in await store.unhandled(10)] == [said("2")]
    assert second.chat == row.chat


async def test_event_claimed_by_two_chats_at_once_goes_to_the_first(store: Store) -> None:
    anna, boris = await arrive(store, "1", "anna"), await arrive(store, "2", "boris")
    turns = [turn(fresh(row.chat), handled=(anna.number,)) for row in (anna, boris)]
    done = await asyncio.gather(*(store.save(each) for each in turns), return_exceptions=True)
    assert [isinstance(result, StaleError) for result in done] == [False, True]
    assert await store.unhandled(10) == [boris]


async def test_event_named_twice_in_a_turn_is_handled_once(store: Store) -> None:
    row = await arrive(store, "1")
    await store.save(turn(fresh(row.chat), handled=(row.number, row.number)))
    assert await store.unhandled(10) == []


MEANT = Meaning(did="accepted", intent="order", intents=(Intent(name="order", score=0.9),), by=Decision(layer="local"))


def meant(conversation: Conversation, seq: int) -> Amend:
    said = message(conversation, seq, "customer")
    return Amend(message=msgspec.structs.replace(said, meaning=MEANT))


async def test_what_words_were_taken_for_is_stored_with_them(store: Store) -> None:
    row = await arrive(store, "1")
    conversation = fresh(row.chat)
    told = meant(conversation, 1)
    await store.save(turn(conversation, says(conversation, 1, "customer"), told, says(conversation, 2)))
    history = await store.history(row.chat, 0, 10)
    assert [each.meaning for each in history] == [MEANT, None]
    assert history[0] == told.message


async def test_a_message_of_an_earlier_turn_gets_its_meaning_and_keeps_all_else(store: Store) -> None:
    conversation = await talk(store)
    await store.save(turn(conversation, says(conversation, 1, "customer"), says(conversation, 2)))
    loaded = (await store.load(conversation.chat)).conversation
    assert loaded is not None
    before = await store.history(conversation.chat, 0, 10)
    await store.save(turn(loaded, meant(conversation, 1)))
    after = await store.history(conversation.chat, 0, 10)
    assert [each.meaning for each in after] == [MEANT, None]
    assert [msgspec.structs.replace(each, meaning=None) for each in after] == list(before)
    assert await store.message(conversation.chat, after[0].id) == after[0]
