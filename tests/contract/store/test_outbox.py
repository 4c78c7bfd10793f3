"""Messages on their way: who gets one, in which order, and what their states may become."""

import msgspec
import pytest

from conversation.message import Author
from conversation.records import SendState, SendUpdate
from tests.support.storing import NOW, Store, arrive, fresh, inbound, later, message, says, talk, turn


def update(number: int, state: SendState, attempts: int = 1, error: str = "") -> SendUpdate:
    return SendUpdate(number=number, state=state, attempts=attempts, due=later(attempts), error=error)


async def test_saved_turn_gives_its_sends_in_order(store: Store) -> None:
    conversation = await talk(store)
    saved = await store.save(turn(conversation, *(says(conversation, seq) for seq in range(2, 6))))
    assert [send.message for send in saved.sends] == [message(conversation, seq) for seq in range(2, 6)]
    first = saved.sends[0]
    assert (first.chat, first.channel, first.account, first.address) == ("chat-anna", "telegram", "bot", "anna")
    assert (first.state, first.attempts, first.due) == ("pending", 0, NOW)
    numbers = [send.number for send in saved.sends]
    assert numbers == sorted(set(numbers))


async def test_new_process_takes_over_the_same_sends(store: Store) -> None:
    conversation = await talk(store)
    saved = await store.save(turn(conversation, says(conversation, 2), says(conversation, 3, "operator")))
    assert tuple(await store.open_sends(10)) == saved.sends


async def test_only_bot_and_operator_are_sent(store: Store) -> None:
    conversation = await talk(store)
    authors: tuple[Author, ...] = ("customer", "bot", "operator", "system")
    posts = [says(conversation, seq, author) for seq, author in enumerate(authors, 2)]
    saved = await store.save(turn(conversation, *posts))
    assert [send.message.author for send in saved.sends] == ["bot", "operator"]
    assert len(await store.history(conversation.chat, 1, 10)) == 4


async def test_channel_that_reads_itself_needs_no_sends(store: Store) -> None:
    conversation = await talk(store)
    saved = await store.save(turn(conversation, says(conversation, 2), outgoing=False))
    assert saved.sends == ()
    assert await store.open_sends(10) == []
    assert await store.send_states(conversation.chat) == {}


async def test_message_saved_again_is_not_sent_again(store: Store) -> None:
    conversation = await talk(store)
    first = turn(conversation, says(conversation, 2))
    await store.save(first)
    saved = await store.save(turn(first.conversation, says(conversation, 2), says(conversation, 3)))
    assert [send.message.seq for send in saved.sends] == [3]
    assert [each.seq for each in await store.history(conversation.chat, 0, 10)] == [1, 2, 3]
    assert [send.message.seq for send in await store.open_sends(10)] == [2, 3]


async def test_open_sends_are_oldest_first_over_all_chats(store: Store) -> None:
    one, two = await talk(store, "anna"), await talk(store, "boris")
    for seq in (2, 3):
        for conversation in (one, two):
            step = turn(conversation, says(conversation, seq))
            await store.save(msgspec.structs.replace(step, base=conversation.version + seq - 2))
    sends = await store.open_sends(10)
    assert [(send.address, send.message.seq) for send in sends] == [
        ("anna", 2),
        ("boris", 2),
        ("anna", 3),
        ("boris", 3),
    ]
    assert [send.number for send in await store.open_sends(2)] == [send.number for send in sends[:2]]


@pytest.mark.parametrize("state", ["pending", "sending"])
async def test_send_in_progress_stays_open_with_what_is_known(store: Store, state: SendState) -> None:
    conversation = await talk(store)
    saved = await store.save(turn(conversation, says(conversation, 2)))
    await store.update_send(update(saved.sends[0].number, state, attempts=3, error="busy"))
    (send,) = await store.open_sends(10)
    assert (send.state, send.attempts, send.due, send.error) == (state, 3, later(3), "busy")


@pytest.mark.parametrize("state", ["sent", "failed", "ambiguous"])
async def test_settled_send_is_not_open(store: Store, state: SendState) -> None:
    conversation = await talk(store)
    saved = await store.save(turn(conversation, says(conversation, 2)))
    await store.update_send(update(saved.sends[0].number, state))
    assert await store.open_sends(10) == []
    assert await store.send_states(conversation.chat) == ({} if state == "sent" else {"chat-anna-2": state})


@pytest.mark.parametrize("late", ["pending", "sending", "failed", "ambiguous"])
async def test_sent_stays_sent_whatever_is_reported_later(store: Store, late: SendState) -> None:
    conversation = await talk(store)
    saved = await store.save(turn(conversation, says(conversation, 2)))
    await store.update_send(update(saved.sends[0].number, "sent"))
    await store.update_send(update(saved.sends[0].number, late))
    assert await store.send_states(conversation.chat) == {}


async def test_failed_can_only_turn_out_to_be_sent(store: Store) -> None:
    conversation = await talk(store)
    saved = await store.save(turn(conversation, says(conversation, 2)))
    number = saved.sends[0].number
    await store.update_send(update(number, "failed"))
    await store.update_send(update(number, "pending"))
    assert await store.send_states(conversation.chat) == {"chat-anna-2": "failed"}
    await store.update_send(update(number, "sent"))
    assert await store.send_states(conversation.chat) == {}


async def test_ambiguous_can_be_tried_again(store: Store) -> None:
    conversation = await talk(store)
    saved = await store.save(turn(conversation, says(conversation, 2)))
    await store.update_send(update(saved.sends[0].number, "ambiguous"))
    await store.update_send(update(saved.sends[0].number, "pending"))
    assert len(await store.open_sends(10)) == 1


async def test_unreachable_customer_drops_what_waits(store: Store) -> None:
    conversation = await talk(store)
    first = turn(conversation, says(conversation, 2), says(conversation, 3))
    saved = await store.save(first)
    await store.update_send(update(saved.sends[0].number, "sending"))
    gone = await store.save(turn(first.conversation, says(conversation, 4), unreachable="blocked"))
    assert gone.sends == ()
    assert [send.state for send in await store.open_sends(10)] == ["sending"]
    assert await store.send_states(conversation.chat) == {
        "chat-anna-2": "sending",
        "chat-anna-3": "failed",
        "chat-anna-4": "failed",
    }
    assert (await store.load(conversation.chat)).chat.unreachable == "blocked"


async def test_unreachable_customer_leaves_others_alone(store: Store) -> None:
    anna, boris = await talk(store, "anna"), await talk(store, "boris")
    await store.save(turn(boris, says(boris, 2)))
    await store.save(turn(anna, unreachable="blocked"))
    assert [send.address for send in await store.open_sends(10)] == ["boris"]
    assert (await store.load(boris.chat)).chat.unreachable == ""


async def test_nothing_is_sent_to_an_unreachable_customer(store: Store) -> None:
    conversation = await talk(store)
    gone = turn(conversation, unreachable="blocked")
    await store.save(gone)
    saved = await store.save(turn(gone.conversation, says(conversation, 2, "operator")))
    assert saved.sends == ()
    assert await store.open_sends(10) == []
    assert await store.send_states(conversation.chat) == {"chat-anna-2": "failed"}


async def test_customer_who_writes_again_is_reachable(store: Store) -> None:
    conversation = await talk(store)
    gone = turn(conversation, unreachable="blocked")
    await store.save(gone)
    row = await arrive(store, "back")
    back = turn(gone.conversation, says(conversation, 2, "customer"), says(conversation, 3), handled=(row.number,))
    saved = await store.save(back)
    assert len(saved.sends) == 1
    assert (await store.load(conversation.chat)).chat.unreachable == ""


async def test_number_of_a_send_is_unknown_changes_nothing(store: Store) -> None:
    conversation = await talk(store)
    await store.save(turn(conversation, says(conversation, 2)))
    await store.update_send(update(4711, "sent"))
    assert len(await store.open_sends(10)) == 1


async def test_edit_is_stored_beside_the_original(store: Store) -> None:
    conversation = await talk(store)
    original = msgspec.structs.replace(message(conversation, 2, "customer", "altes Wort"), client_id="c1")
    edit = msgspec.structs.replace(message(conversation, 3, "customer", "neues Wort"), edits="c1")
    first = turn(conversation, says(conversation, 2))
    await store.save(
        msgspec.structs.replace(first, effects=(msgspec.structs.replace(first.effects[0], message=original),))
    )
    second = turn(first.conversation, says(conversation, 3))
    await store.save(
        msgspec.structs.replace(second, effects=(msgspec.structs.replace(second.effects[0], message=edit),))
    )
    assert await store.history(conversation.chat, 1, 10) == [original, edit]


async def test_sends_of_one_batch_go_to_their_own_turns(store: Store) -> None:
    chats = [(await store.accept(inbound(str(n), f"c{n}"), f"chat-{n}")).row for n in range(3)]
    conversations = [fresh(row.chat) for row in chats if row]
    saved = [await store.save(turn(each, says(each, 1), says(each, 2))) for each in conversations]
    assert [[send.address for send in each.sends] for each in saved] == [[f"c{n}"] * 2 for n in range(3)]


async def test_zero_bytes_in_words_from_outside_harm_nothing(store: Store) -> None:
    conversation = await talk(store)
    first = turn(conversation, says(conversation, 2, "customer", "a\0b"), says(conversation, 3))
    saved = await store.save(first)
    await store.update_send(update(saved.sends[0].number, "pending", error="bad\0reply"))
    assert (await store.open_sends(10))[0].error == "badreply"
    assert await store.history(conversation.chat, 1, 1) == [message(conversation, 2, "customer", "a\0b")]
    await store.save(turn(first.conversation, unreachable="gone\0"))
    assert (await store.load(conversation.chat)).chat.unreachable == "gone"
