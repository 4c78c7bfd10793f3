"""How fast messages go out: no limit is broken, nobody starves, replies come before bulk, and without limits nothing waits."""

from datetime import timedelta
from itertools import pairwise

import pytest

from app.channels import paces_of
from app.settings import Settings, TelegramSettings
from bots.limits import Bucket, Pace, limits_of
from conversation.errors import AccountDownError, RetryLaterError
from store.rates import MemoryRates
from tests.support.posting import Post, SwiftClock, most_within

TELEGRAM = limits_of("telegram").pace
ONLY_ACCOUNT = Pace(account=Bucket(rate=10, burst=1))


async def test_a_burst_of_3000_answers_breaks_no_limit_of_telegram_and_starves_nobody() -> None:
    post = Post(TELEGRAM)
    for line in range(10):
        for chat in range(300):
            post.add(f"{chat}", f"{line}")
    await post.run()
    begin = min(post.meter.times())
    took = (max(post.meter.times()) - begin).total_seconds()
    assert len(post.meter.got) == 3000
    assert most_within(post.meter.times(), 1) <= 30
    assert took <= 3000 / 27
    share = 3000 / 30
    for chat in range(300):
        times = post.meter.times(f"{chat}")
        assert post.meter.words(f"{chat}") == [str(line) for line in range(10)]
        assert most_within(times, 5) <= 3 + 5
        assert (times[-1] - begin).total_seconds() <= 2 * share
        gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
        assert max(gaps) <= 2 * 300 / 30
    assert set(post.notes.states.values()) == {"sent"}
    await post.close()


async def test_a_single_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    post = Post(TELEGRAM)
    for _ in range(20):
        post.add("7")
    await post.run()
    times = post.meter.times()
    assert most_within(times, 1) <= 3
    assert (times[-1] - times[0]).total_seconds() == pytest.approx(17, abs=0.5)
    await post.close()


async def test_a_group_gets_no_more_than_twenty_in_any_minute() -> None:
    post = Post(TELEGRAM)
    for _ in range(60):
        post.add("-100200")
    await post.run()
    assert 18 <= most_within(post.meter.times(), 60) <= 20
    await post.close()


async def test_one_account_is_shared_by_processes() -> None:
    clock = SwiftClock()
    rates = MemoryRates(clock)
    posts = [Post(TELEGRAM, rates=rates, clock=clock) for _ in range(3)]
    for post in posts:
        for chat in range(100):
            post.add(f"{chat}")
    await clock.run(lambda: all(post.settled() for post in posts))
    assert most_within([at for post in posts for at in post.meter.times()], 1) <= 30
    ends = [max(post.meter.times()) for post in posts]
    assert max(ends) - min(ends) < timedelta(seconds=1)
    for post in posts:
        await post.close()


async def test_replies_go_before_what_nobody_waits_for() -> None:
    post = Post(ONLY_ACCOUNT)
    for chat in range(30):
        post.add(f"bulk {chat}", "bulk", bulk=True)
    await post.clock.run(lambda: len(post.meter.got) == 5)  # type: ignore[attr-defined] # a SwiftClock
    for chat in range(10):
        post.add(f"reply {chat}", "reply")
    await post.run()
    words = post.meter.words()
    assert words[:5] == ["bulk"] * 5
    assert words.index("reply") <= 6
    assert words[6:16].count("reply") >= 9
    assert len(words) == 40
    await post.close()


async def test_a_reply_behind_its_chats_own_bulk_makes_haste_for_both_and_keeps_the_order() -> None:
    post = Post(ONLY_ACCOUNT)
    for chat in range(30):
        post.add(f"{chat}", "bulk", bulk=True)
    await post.clock.run(lambda: len(post.meter.got) == 2)  # type: ignore[attr-defined] # a SwiftClock
    post.add("29", "reply")
    await post.run()
    assert post.meter.words("29") == ["bulk", "reply"]
    assert post.meter.words().index("reply") <= 5
    await post.close()


async def test_where_no_pace_is_named_nothing_waits() -> None:
    post = Post(None)
    for number in range(1000):
        post.add(f"{number % 10}")
    begin = post.clock.now()
    await post.run()
    assert post.clock.now() == begin
    assert len(post.meter.got) == 1000
    await post.close()


async def test_who_is_far_from_the_limits_does_not_wait() -> None:
    post = Post(TELEGRAM)
    for chat in range(3):
        post.add(f"{chat}")
    begin = post.clock.now()
    await post.run()
    assert post.clock.now() == begin
    await post.close()


@pytest.mark.parametrize("error", [RetryLaterError(30, account_wide=True), AccountDownError("the token is wrong")])
async def test_nothing_is_sent_while_the_account_is_shut_whoever_has_his_turn(error: Exception) -> None:
    post = Post(TELEGRAM)
    post.meter.seconds = 0.2
    post.meter.moods["0"] = [error]
    for line in range(3):
        for chat in range(50):
            post.add(f"{chat}", f"{line}")
    await post.run()
    at, _ = post.meter.tried[0]
    shut = at + timedelta(seconds=0.2)
    opened = shut + timedelta(seconds=30 if isinstance(error, RetryLaterError) else 60)
    assert not [when for when, _ in post.meter.tried if shut < when < opened]
    assert len(post.meter.got) == 150
    assert most_within(post.meter.times(), 1) <= 30
    await post.close()


async def test_an_account_that_stays_down_is_tried_by_one_message_a_minute_and_keeps_all() -> None:
    post = Post(TELEGRAM)
    down: list[Exception] = [AccountDownError("the token is wrong")] * 5
    for chat in range(100):
        post.meter.moods[f"{chat}"] = down
        post.add(f"{chat}")
    await post.clock.run(lambda: len(post.meter.tried) >= 5)  # type: ignore[attr-defined] # a SwiftClock
    assert post.meter.got == []
    times = [at for at, _ in post.meter.tried]
    minutes = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert [round(minute) for minute in minutes] == [60, 60, 60, 60]
    await post.run()
    assert len(post.meter.got) == 100
    assert post.meter.words("7") == ["8"]
    await post.close()


def test_an_account_with_paid_broadcasts_goes_up_to_its_rate() -> None:
    assert Bucket(rate=1000, burst=3).within() == Bucket(rate=998, burst=3)
    assert Bucket(rate=30, burst=3).within() == Bucket(rate=28, burst=3)
    assert Bucket(rate=1, burst=3).within() == Bucket(rate=1, burst=1)
    assert Bucket(rate=0.5, burst=3).within() == Bucket(rate=0.5, burst=1)


@pytest.mark.parametrize(("rate", "account"), [(30, 30), (1000, 1000), (5, 5)])
def test_the_setting_of_an_account_changes_its_limit_and_no_chats(rate: float, account: float) -> None:
    settings = Settings(telegram=TelegramSettings(rate=rate), _env_file=None)
    pace = paces_of(settings, ["telegram"])["telegram"]
    assert pace.account == Bucket(rate=account, burst=3)
    assert (pace.chat, pace.group) == (TELEGRAM.chat, TELEGRAM.group)


def test_a_rate_of_zero_lifts_all_limits() -> None:
    settings = Settings(telegram=TelegramSettings(rate=0), _env_file=None)
    assert paces_of(settings, ["telegram"]) == {}
    assert paces_of(settings, []) == {}
