"""Back-end calls: asked once, answered once."""

import asyncio

import msgspec

from conversation.effects import RunAction
from conversation.events import ActionDone
from conversation.records import ActionCall
from tests.support.storing import NOW, Store, talk, turn

ASK = RunAction(request="r1", name="find_order", arguments={"order": "4711", "deep": {"a": [1, None]}}, limit=2.5)
DONE = ActionDone(id="done", at=NOW, request="r1", result={"state": "on its way"})


async def test_saved_turn_gives_its_jobs(store: Store) -> None:
    conversation = msgspec.structs.replace(await talk(store), language="uk")
    saved = await store.save(turn(conversation, ASK, msgspec.structs.replace(ASK, request="r2")))
    assert [job.call.key for job in saved.jobs] == ["r1", "r2"]
    assert saved.jobs[0].call == ActionCall(
        name="find_order", arguments=ASK.arguments, key="r1", limit=2.5, chat=conversation.chat, language="uk"
    )
    assert (saved.jobs[0].chat, saved.jobs[0].conversation) == (conversation.chat, conversation.id)
    assert tuple(await store.open_jobs(10)) == saved.jobs
    assert tuple(await store.open_jobs(1)) == saved.jobs[:1]


async def test_started_job_says_so_to_the_next_process(store: Store) -> None:
    saved = await store.save(turn(await talk(store), ASK))
    await store.start_job(saved.jobs[0].number)
    assert [job.started for job in await store.open_jobs(10)] == [True]


async def test_answer_goes_into_the_inbox_and_the_job_away(store: Store) -> None:
    saved = await store.save(turn(await talk(store), ASK))
    accepted = await store.finish_job(saved.jobs[0], DONE)
    assert accepted.row is not None
    assert (accepted.row.chat, accepted.row.event) == ("chat-anna", DONE)
    assert await store.open_jobs(10) == []
    assert await store.unhandled(10) == [accepted.row]


async def test_job_answered_by_many_workers_has_one_answer(store: Store) -> None:
    saved = await store.save(turn(await talk(store), ASK))
    answers = [msgspec.structs.replace(DONE, id=f"done-{n}") for n in range(10)]
    done = await asyncio.gather(*(store.finish_job(saved.jobs[0], answer) for answer in answers))
    assert sum(accepted.row is not None for accepted in done) == 1
    assert (await store.finish_job(saved.jobs[0], DONE)).row is None
    assert len(await store.unhandled(10)) == 1


async def test_number_of_a_finished_job_is_not_given_again(store: Store) -> None:
    conversation = await talk(store)
    first = turn(conversation, ASK)
    saved = await store.save(first)
    await store.finish_job(saved.jobs[0], DONE)
    again = await store.save(turn(first.conversation, msgspec.structs.replace(ASK, request="r2")))
    assert again.jobs[0].number > saved.jobs[0].number


async def test_same_request_twice_is_one_job(store: Store) -> None:
    conversation = await talk(store)
    first = turn(conversation, ASK)
    await store.save(first)
    assert (await store.save(turn(first.conversation, ASK))).jobs == ()
    assert len(await store.open_jobs(10)) == 1


async def test_request_twice_in_one_turn_is_one_job(store: Store) -> None:
    saved = await store.save(turn(await talk(store), ASK, ASK))
    assert len(saved.jobs) == 1


async def test_unknown_job_can_be_started_without_effect(store: Store) -> None:
    await store.start_job(4711)
    assert await store.open_jobs(10) == []
