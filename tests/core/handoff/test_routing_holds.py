"""Routing under any queue and any desk: what must hold of each answer, said again in other words than routing's own."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.policy import Policy, Routing, Span, Team
from handoff.hours import is_open
from handoff.routing import MOST, Routed, Waiter, route
from handoff.seats import Seat

AT = datetime(2026, 3, 2, 17, 58, tzinfo=UTC)
"""A Monday, shortly before the teams go."""
DAY: tuple[Span, ...] = (Span(start=time(8), end=time(18)),)
WEEK = dict.fromkeys(range(5), DAY)
TEAMS = ("support", "billing", "hand")
LANGUAGES, SKILLS, NAMES = ("de", "en", "uk"), ("fibre", "sales"), tuple(f"o{number}" for number in range(7))
RULES = Routing(prefer=60, language=180, skill=240, step=300)
POLICY = Policy(
    time_zone="UTC",
    teams={
        "support": Team(name="support", hours=WEEK, routing="automatic"),
        "billing": Team(name="billing", routing="automatic"),
        "hand": Team(name="hand", hours=WEEK),
    },
    routing=RULES,
)

some = st.sets
moments = st.integers(0, 1800).map(lambda seconds: AT - timedelta(seconds=seconds))
operators = st.builds(
    Seat,
    operator=st.sampled_from(NAMES),
    teams=some(st.sampled_from(TEAMS)).map(tuple),
    skills=some(st.sampled_from(SKILLS)).map(tuple),
    languages=some(st.sampled_from(LANGUAGES)).map(tuple),
    capacity=st.integers(0, 4),
    load=st.integers(0, 5),
    status=st.sampled_from(["available", "available", "available", "busy", "away"]),
    present=st.sampled_from([True, True, True, False]),
    since=st.none() | moments,
)
desks = st.lists(operators, max_size=6, unique_by=lambda seat: seat.operator)


@st.composite
def chats(draw: st.DrawFn) -> Waiter:
    since = draw(moments)
    return Waiter(
        conversation="",
        team=draw(st.sampled_from(TEAMS)),
        language=draw(st.sampled_from(("", *LANGUAGES))),
        skills=tuple(draw(some(st.sampled_from(SKILLS)))),
        priority=draw(st.integers(-1, 3) | st.just(10_000)),
        since=since,
        came=draw(
            st.just(since) | st.integers(0, 300).map(lambda seconds: max(since, AT - timedelta(seconds=seconds)))
        ),
        prefer=draw(st.sampled_from(("", "", *NAMES))),
        avoid=draw(st.sampled_from(("", "", *NAMES))),
    )


queues = st.lists(chats(), max_size=14).map(
    lambda found: [msgspec.structs.replace(chat, conversation=f"c{number}") for number, chat in enumerate(found)]
)


# ── the rules once more ──────────────────────────────────────────────────────────────────────────────────────────────


def automatic(chat: Waiter) -> bool:
    return chat.team != "hand"


def closed(chat: Waiter) -> bool:
    team = POLICY.teams[chat.team]
    return bool(team.hours) and not (is_open(team, "UTC", AT) or is_open(team, "UTC", chat.came))


def takes(seat: Seat) -> bool:
    return seat.present and seat.status == "available"


def in_team(chat: Waiter, seat: Seat) -> bool:
    return takes(seat) and seat.operator != chat.avoid and (not seat.teams or chat.team in seat.teams)


def speaks(chat: Waiter, seat: Seat) -> bool:
    return not chat.language or not seat.languages or chat.language in seat.languages


def waited(chat: Waiter, at: datetime) -> float:
    return (at - chat.came).total_seconds()


def keeper(chat: Waiter, there: Sequence[Seat], at: datetime = AT) -> Seat | None:
    found = next((seat for seat in there if seat.operator == chat.prefer), None)
    if found and found.present and found.status != "away" and found.operator != chat.avoid and automatic(chat):
        return found if waited(chat, at) < RULES.prefer else None
    return None


def may_have(chat: Waiter, seat: Seat, there: Sequence[Seat], at: datetime = AT) -> bool:
    """Whether the operator may be given the chat, room or not."""
    kept = keeper(chat, there, at)
    if kept:
        return kept.operator == seat.operator and takes(seat)
    spoken = speaks(chat, seat) or waited(chat, at) >= RULES.language
    able = set(chat.skills) <= set(seat.skills) or waited(chat, at) >= RULES.skill
    return in_team(chat, seat) and spoken and able and not closed(chat)


def ahead(one: Waiter, other: Waiter) -> bool:
    """Whether one is served before the other."""

    def worth(chat: Waiter) -> tuple[float, datetime, str]:
        waits = (AT - chat.since).total_seconds() + RULES.step * max(-MOST, min(MOST, chat.priority))
        return -waits, chat.since, chat.conversation

    return worth(one) < worth(other)


def after(routed: Routed, there: Sequence[Seat]) -> list[Seat]:
    """The desk with what was given."""
    given_ = Counter(each.operator for each in routed.assigned)
    return [msgspec.structs.replace(seat, load=seat.load + given_[seat.operator]) for seat in there]


# ── what must hold ───────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=200)
@given(queue=queues, there=desks)
def test_each_chat_has_one_holder_or_a_reason_and_nobody_gets_more_than_there_is_room_for(
    queue: list[Waiter], there: list[Seat]
) -> None:
    routed = route(queue, there, POLICY, AT)
    known = {seat.operator: seat for seat in there}
    by_name = {chat.conversation: chat for chat in queue}

    told = [each.conversation for each in routed.assigned]
    assert Counter([*told, *routed.why]) == Counter(list(by_name))
    for before, now in zip(there, after(routed, there), strict=True):
        assert now.load == before.load or now.load <= now.capacity
    for each in routed.assigned:
        assert automatic(by_name[each.conversation])
        assert may_have(by_name[each.conversation], known[each.operator], there)


@settings(max_examples=200)
@given(queue=queues, there=desks)
def test_nobody_idles_who_could_have_a_waiting_chat(queue: list[Waiter], there: list[Seat]) -> None:
    routed = route(queue, there, POLICY, AT)
    idle = [seat for seat in after(routed, there) if seat.load < seat.capacity]

    left = [chat for chat in queue if chat.conversation in routed.why and automatic(chat)]
    assert [(chat, seat) for chat in left for seat in idle if may_have(chat, seat, there)] == []


@settings(max_examples=200)
@given(queue=queues, there=desks)
def test_nobody_is_overtaken_but_by_whom_their_operators_may_not_have_them(
    queue: list[Waiter], there: list[Seat]
) -> None:
    """No inversion: whoever got an operator is ahead of all who still wait and could have had that one."""
    routed = route(queue, there, POLICY, AT)
    by_name = {chat.conversation: chat for chat in queue}
    known = {seat.operator: seat for seat in there}

    for each in routed.assigned:
        for left in (by_name[name] for name in routed.why if automatic(by_name[name])):
            if may_have(left, known[each.operator], there):
                assert ahead(by_name[each.conversation], left)


@settings(max_examples=200)
@given(queue=queues, there=desks)
def test_reason_why_a_chat_waits_is_true(queue: list[Waiter], there: list[Seat]) -> None:
    routed = route(queue, there, POLICY, AT)
    now = after(routed, there)
    by_name = {chat.conversation: chat for chat in queue}

    for name, why in routed.why.items():
        assert reason_holds(by_name[name], why, now, [by_name[other] for other in routed.why])


def reason_holds(chat: Waiter, why: str, there: list[Seat], left: list[Waiter]) -> bool:
    team = [seat for seat in there if in_team(chat, seat)]
    able = [seat for seat in there if may_have(chat, seat, there)]
    match why.split(" "):
        case ["nobody_here"]:
            return not team
        case ["team_closed"]:
            return closed(chat) or (not team and not is_open(POLICY.teams[chat.team], "UTC", AT))
        case ["nobody_speaks", language]:
            return language == chat.language and bool(team) and not any(speaks(chat, seat) for seat in team)
        case ["nobody_with_skill", skill]:
            speakers = [seat for seat in team if speaks(chat, seat) or waited(chat, AT) >= RULES.language]
            others = [seat for seat in speakers if set(chat.skills[: chat.skills.index(skill)]) <= set(seat.skills)]
            return bool(others) and not any(skill in seat.skills for seat in others)
        case ["kept_for", operator]:
            kept = keeper(chat, there)
            return kept is not None and kept.operator == operator and (not takes(kept) or kept.load >= kept.capacity)
        case ["all_full"]:
            return bool(able) and all(seat.load >= seat.capacity for seat in able)
        case ["others_first", number]:
            rivals = [other for other in left if automatic(other) and ahead(other, chat) and shares(other, able, there)]
            return all(seat.load >= seat.capacity for seat in able) and len(rivals) == int(number) > 0
        case ["manual"]:
            return not automatic(chat) and any(seat.load < seat.capacity for seat in able)
    return False


def shares(other: Waiter, able: list[Seat], there: list[Seat]) -> bool:
    """Whether it waits for one of the same operators."""
    kept = keeper(other, there)
    return any(seat.operator == kept.operator if kept else may_have(other, seat, there) for seat in able)


@settings(max_examples=200)
@given(queue=queues, there=desks, data=st.data())
def test_same_queue_and_desk_in_any_order_give_the_same_answer(
    queue: list[Waiter], there: list[Seat], data: st.DataObject
) -> None:
    others = data.draw(st.permutations(queue)), data.draw(st.permutations(there))

    assert route(*others, POLICY, AT) == route(queue, there, POLICY, AT)


@settings(max_examples=150)
@given(queue=queues, there=desks, later=st.integers(0, 1200))
def test_nothing_changes_before_the_next_look(queue: list[Waiter], there: list[Seat], later: int) -> None:
    """Who waits for the answer of time alone need not look until ``again``; but the reason may go over from one to another."""
    first = route(queue, there, POLICY, AT)
    at = AT + timedelta(seconds=later)
    if first.again is not None and at >= first.again:
        return
    left = [chat for chat in queue if chat.conversation in first.why]

    assert route(left, after(first, there), POLICY, at).assigned == ()


# ── nobody starves ───────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(
    low=st.integers(-2, 2),
    high=st.integers(-2, 12),
    every=st.integers(10, 40),
    service=st.integers(20, 200),
    capacities=st.lists(st.integers(1, 3), min_size=1, max_size=3),
)
def test_one_waits_though_urgent_ones_never_cease_and_is_served_within_the_bound(
    low: int, high: int, every: int, service: int, capacities: list[int]
) -> None:
    """More come than can be served, all of them with a higher priority. Who waits is overtaken only by those that come within
    the length of waiting that the difference is worth, and served once these are."""
    there = [Seat(operator=f"o{number}", capacity=each) for number, each in enumerate(capacities)]
    rules = Routing(step=60)
    policy = Policy(time_zone="UTC", teams={"billing": POLICY.teams["billing"]}, routing=rules)
    start = AT
    window = max(0, min(MOST, high) - max(-MOST, low)) * rules.step
    waiting = [Waiter(conversation="patient", team="billing", priority=low, since=start, came=start)]
    free_at: list[tuple[datetime, str]] = []
    came = served = 0
    bound = window // every + 2 + sum(capacities)
    for second in range(0, (bound + 2) * service + window, 10):
        now = start + timedelta(seconds=second)
        while came * every <= second:
            since = start + timedelta(seconds=came * every)
            waiting.append(Waiter(conversation=f"u{came}", team="billing", priority=high, since=since, came=since))
            came += 1
        free_at = [(at, operator) for at, operator in free_at if at > now]
        held = Counter(operator for _, operator in free_at)
        desk = [msgspec.structs.replace(seat, load=held[seat.operator]) for seat in there]
        for each in route(waiting, desk, policy, now).assigned:
            if each.conversation == "patient":
                assert served <= bound
                return
            served += 1
            free_at.append((now + timedelta(seconds=service), each.operator))
            waiting = [chat for chat in waiting if chat.conversation != each.conversation]
    raise AssertionError(f"the patient one still waits after {served} others")


@settings(max_examples=100, deadline=None)
@given(
    arrivals=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), min_size=2, max_size=40), room=st.integers(1, 3)
)
def test_chats_of_the_same_priority_are_served_in_the_order_in_which_they_came(
    arrivals: list[tuple[int, int]], room: int
) -> None:
    """With one place that becomes free again and again."""
    policy = Policy(time_zone="UTC", teams={"billing": POLICY.teams["billing"]}, routing=RULES)
    waiting = [
        Waiter(conversation=f"{number:02}", team="billing", priority=priority, since=at, came=at)
        for number, (seconds, priority) in enumerate(sorted(arrivals))
        for at in [AT + timedelta(seconds=seconds)]
    ]
    order: list[Waiter] = []
    for number in range(len(waiting)):
        now = AT + timedelta(seconds=60 + 30 * number)
        given_ = {
            each.conversation for each in route(waiting, [Seat(operator="o", capacity=room)], policy, now).assigned
        }
        order += [chat for chat in sorted(waiting, key=lambda chat: chat.since) if chat.conversation in given_]
        waiting = [chat for chat in waiting if chat.conversation not in given_]

    assert not waiting
    for priority in range(4):
        same = [chat.since for chat in order if chat.priority == priority]
        assert all(one <= other for one, other in pairwise(same))
