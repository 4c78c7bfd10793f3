"""What follows from each way in which a channel can fail to take a message."""

from datetime import timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from conversation.errors import (
    AmbiguousError,
    MigratedError,
    RecipientGoneError,
    RefusedError,
    RetryLaterError,
    SendError,
    TransientError,
    WindowClosedError,
)
from engine.shell.outbox import MAX_ATTEMPTS, AmbiguousPolicy
from tests.support.posting import Post


async def tries(post: Post) -> list[float]:
    """Seconds between the tries."""
    await post.run()
    times = [at for at, _ in post.meter.tried]
    return [(after - before).total_seconds() for before, after in pairwise(times)]


async def test_what_surely_did_not_arrive_is_tried_less_and_less_often_and_then_given_up() -> None:
    post = Post()
    post.meter.moods["anna"] = [TransientError("the connection was refused")] * 100
    number = post.add("anna")
    waits = await tries(post)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert len(post.meter.tried) == MAX_ATTEMPTS
    assert post.notes.states[number] == "failed"
    assert post.notes.errors[number] == "the connection was refused"


@pytest.mark.parametrize(("chance", "first"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
async def test_chance_spreads_the_tries_over_the_second_half_of_the_pause(chance: float, first: float) -> None:
    post = Post(chance=lambda: chance)
    post.meter.moods["anna"] = [TransientError("busy")] * 3
    post.add("anna")
    assert await tries(post) == [first, 2 * first, 4 * first]


async def test_a_chat_that_was_told_to_wait_is_left_alone_for_as_long_and_keeps_its_order() -> None:
    post = Post()
    post.meter.moods["anna"] = [RetryLaterError(7)]
    for _ in range(3):
        post.add("anna")
    assert (await tries(post))[0] == 7
    assert post.meter.words() == ["1", "2", "3"]


async def test_what_may_have_arrived_is_sent_again_or_flagged_as_the_channel_is_set() -> None:
    again, flagged = Post(), Post(policy="flag")
    for post in (again, flagged):
        post.meter.moods["anna"] = [AmbiguousError("the connection broke")]
        post.add("anna")
        post.add("anna")
        await post.run()
    assert again.meter.words() == ["1", "2"]
    assert flagged.meter.words() == ["2"]
    assert flagged.notes.states == {1: "ambiguous", 2: "sent"}


@pytest.mark.parametrize(
    "error",
    [
        RefusedError("the message is too long"),
        WindowClosedError("free words only within a day after the customer's"),
    ],
)
async def test_what_no_retry_mends_is_put_aside_with_its_reason_and_the_next_goes_out(error: SendError) -> None:
    post = Post()
    post.meter.moods["anna"] = [error]
    post.add("anna")
    post.add("anna")
    await post.run()
    assert post.notes.states == {1: "failed", 2: "sent"}
    assert post.notes.errors[1] == str(error)
    assert post.gone == []


async def test_a_mistake_of_ours_is_an_error_in_the_log_and_no_other_failure_is() -> None:
    for error, said in ((RefusedError("bad"), ["send_refused"]), (WindowClosedError("late"), [])):
        post = Post()
        post.meter.moods["anna"] = [error]
        post.add("anna")
        with capture_logs() as logs:
            await post.run()
        assert [log["event"] for log in logs if log["log_level"] == "error"] == said


async def test_a_customer_who_is_gone_is_asked_no_more_until_reachable_again() -> None:
    post = Post()
    post.meter.moods["anna"] = [RecipientGoneError("blocked")]
    for _ in range(3):
        post.add("anna")
    post.add("boris")
    await post.run()
    assert [address for _, address in post.meter.tried] == ["anna", "boris"]
    assert post.gone == ["anna"]
    assert post.notes.states == {1: "failed", 2: "failed", 3: "failed", 4: "sent"}
    post.add("anna")
    await post.run()
    assert post.notes.states[5] == "failed"
    assert len(post.meter.tried) == 2
    post.outbox.reachable("anna")
    post.add("anna")
    await post.run()
    assert post.meter.words("anna") == ["6"]


async def test_what_failed_for_a_customer_who_is_gone_and_comes_again_is_tried() -> None:
    """As a row does that somebody made pending behind this process's back."""
    post = Post()
    post.meter.moods["anna"] = [RecipientGoneError("blocked")] * 2
    for _ in range(2):
        post.add("anna")
    await post.run()
    late = post.add("anna")
    await post.run()
    for number, tried in ((1, 2), (2, 3), (late, 4)):
        post.again(number)
        await post.run()
        assert len(post.meter.tried) == tried
    assert post.notes.states == {1: "failed", 2: "sent", late: "sent"}


async def test_a_chat_that_moved_is_rewritten_and_all_that_follows_goes_to_the_new_address_at_once() -> None:
    post = Post()
    post.meter.moods["anna"] = [MigratedError("anna-2")]
    for _ in range(3):
        post.add("anna")
    await post.run()
    assert [address for _, address in post.meter.tried] == ["anna", "anna-2", "anna-2", "anna-2"]
    assert post.notes.moved == [("anna", "anna-2")]
    assert set(post.notes.states.values()) == {"sent"}


async def test_a_chat_that_moves_again_and_again_does_not_loop() -> None:
    post = Post()
    post.meter.moods["anna"] = [MigratedError("boris")] * 10
    post.meter.moods["boris"] = [MigratedError("anna")] * 10
    post.add("anna")
    await post.run(most=timedelta(minutes=1))
    assert [address for _, address in post.meter.tried] == ["anna", "boris"]
    assert post.notes.states == {1: "failed"}


@pytest.mark.parametrize(("policy", "states"), [("resend", ["sent"]), ("flag", ["sending", "sent"])])
async def test_only_what_may_not_come_twice_is_noted_before_it_goes(policy: AmbiguousPolicy, states: list[str]) -> None:
    post = Post(policy=policy)
    post.add("anna")
    await post.run()
    assert post.notes.told == states
