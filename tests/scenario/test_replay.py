"""Real conversations by the version that runs and by a draft: where their paths part, and what of it a person may read."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from app.bot_folder import compile_files
from app.live_nlu import NoNlu
from app.replay import Parted, Replay, Replayed, mask
from conversation.events import ActionDone
from conversation.records import InboxRow
from conversation.state import Conversation
from conversation.understanding import Decision, Understanding
from engine.rules import Rules
from tests.support.bots import ENDS, MONDAY, Talk, main_bot, means, nordnetz
from tests.support.story import Story, told


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    async with told(tmp_path) as story:
        yield story


async def replayed(story: Story, old: Rules, new: Rules) -> list[Replayed]:
    before = await everything(story)
    play = Replay((old, NoNlu()), (new, NoNlu()))
    found = [await play.play(each, rows) for each, rows in await story.process.store.recordings(10)]
    assert await everything(story) == before, "nothing is written"
    return found


async def everything(story: Story) -> object:
    state = await story.state()
    return state, await story.process.store.history(state.chat, 0, 1000), await story.process.store.unhandled(10)


async def test_the_same_version_goes_the_same_way(story: Story) -> None:
    await story.say("hi", "order", "Ann", "?", "7", "chat", "blue", "dark", "leave")
    await story.say("hello again", "leave")
    rules = compile_files(story.files())
    assert [(each.turns, each.parted) for each in await replayed(story, rules, rules)] == [(2, None), (9, None)]


async def test_where_a_draft_goes_another_way_is_named_with_both_ways(story: Story) -> None:
    await story.say("hi", "chat", "blue", "dark", "leave")
    state, old = await story.state(), compile_files(story.files())
    story.edit(("go: shade}", "go: nice}"), ("  shade: {ask: text, save: shade, go: nice}\n", ""), texts=(("{{ shade }} ", ""),))  # fmt: skip
    (found,) = await replayed(story, old, compile_files(story.files()))
    assert found.parted == Parted(
        conversation=state.id, turn=3, at="main/colour", said="“blue”", old="main/shade", new="main/nice"
    )


async def test_a_step_that_was_only_renamed_is_no_other_way(story: Story) -> None:
    await story.say("hi", "chat", "blue", "dark", "leave")
    old = compile_files(story.files())
    story.edit(("  shade:", "  tone:"), ("go: shade}", "go: tone}"), ("steps:", "renamed: {shade: tone}\nsteps:"), texts=(("  shade: {", "  tone: {"),))  # fmt: skip
    (found,) = await replayed(story, old, compile_files(story.files()))
    assert (found.turns, found.parted) == (5, None)


async def test_what_one_version_understands_and_the_other_does_not_is_another_way(story: Story) -> None:
    await story.say("hi", "order", "Ann", "7", "leave")
    old = compile_files(story.files())
    story.edit(("size: {ask: number", "size: {ask: date"))
    (found,) = await replayed(story, old, compile_files(story.files()))
    assert found.parted is not None
    assert (found.parted.turn, found.parted.at, found.parted.said) == (4, "main/size", "“7”")


class Knows:
    """To it everything means the same."""

    def __init__(self, layer: str, **scores: float) -> None:
        self._found = msgspec.structs.replace(means(**scores), by=Decision(layer=layer))

    async def understand(self, text: str, language: str) -> Understanding:  # noqa: ARG002 - the port's
        return self._found


async def test_words_that_mean_something_else_by_now_are_told_with_both_meanings(story: Story) -> None:
    """And with who said so, but without a word of the customer."""
    story.edit(("title: Main", "title: Main\nintents: {colour: colour, leave: bye}"))
    await story.say("paint my bike blue")
    rules = compile_files(story.files())
    play = Replay((rules, Knows("local", leave=0.9)), (rules, Knows("local+multilingual", colour=0.824, leave=0.03)))
    ((told, rows),) = await story.process.store.recordings(10)
    parted = (await play.play(told, rows)).parted
    assert parted is not None
    assert (parted.old, parted.new) == ("main/bye", "main/colour")
    assert parted.understood == "leave 90% by local → colour 82% by local+multilingual"


async def test_a_timer_that_fired_fires_in_both(story: Story) -> None:
    await story.say("hi", "chat")
    story.clock.moment = (await story.state()).timers["silence"]
    await story.process.engine.timers.fire_due()
    await story.process.settled()
    old = compile_files(story.files())
    story.edit(("after: 10m, reminders: 1", "after: 20m, reminders: 0"))
    (found,) = await replayed(story, old, compile_files(story.files()))
    assert found.parted is not None
    assert (found.parted.at, found.parted.said, found.parted.new) == ("main/colour", "(timer_fired)", "main/asleep")


LOOKS = "  menu: {choose: {look: look, leave: bye}}\n  look: {do: look_up, with: {a: channel}, save: found, go: rest}\n  rest: {choose: {again: menu, done: bye}}\n"


async def test_what_a_back_end_answered_then_is_its_answer_now() -> None:
    """Under another call's number too; what was never called is not made up."""
    old = main_bot(LOOKS + ENDS)
    talk = Talk(old)
    events = []
    take = talk._take
    talk._take = lambda event: (events.append(event), take(event))[1]  # type: ignore[method-assign, func-returns-value]
    talk.say("hi", "look")
    talk.act({"hours": 3})
    talk.say("done")
    rows = [InboxRow(number=number, chat="chat1", event=event) for number, event in enumerate(events)]
    assert any(isinstance(row.event, ActionDone) for row in rows)
    told = Conversation(id="c1", chat="chat1", channel="webchat", opened_at=MONDAY)
    more = main_bot(LOOKS.replace("go: rest}", "go: tell}\n  tell: {say: tell, go: rest}", 1) + ENDS)
    same = await Replay((old, NoNlu()), (old, NoNlu())).play(told, rows)
    assert (same.turns, same.parted) == (3, None)
    other = await Replay((old, NoNlu()), (more, NoNlu())).play(told, rows)
    assert other.parted is not None
    assert (other.parted.at, other.parted.said, other.parted.new) == ("main/look", "(action_done)", "main/tell")
    never = main_bot(LOOKS.replace("do: look_up", "do: look_down") + ENDS)
    calls = (await Replay((old, NoNlu()), (never, NoNlu())).play(told, rows)).parted
    assert calls is not None
    assert (calls.old, calls.new) == ("calls look_up", "calls look_down")


# ── what may be read ─────────────────────────────────────────────────────────────────────────────────────────────────


def at(*said: str, **variables: object) -> Conversation:
    talk = Talk(nordnetz())
    talk.say("42", *said)
    state = talk.state
    return Conversation(
        id="c", chat="c", channel="webchat", opened_at=MONDAY, run=state.run, variables={**state.variables, **variables}
    )


def test_an_answer_to_a_personal_question_is_not_shown() -> None:
    asked = at("1")
    assert asked.run.frames[-1].step == "contract"
    assert mask("NN-204817", nordnetz().bot, asked) == "•••"


def test_personal_values_and_long_numbers_are_not_shown_anywhere() -> None:
    state = at(customer={"name": "Ann Adams", "contract": 204817}, phone="+49 30 1234")
    said = "it is ann adams, NN-204817, call +49 30 1234 or 0171 2345678, order 12"
    assert mask(said, nordnetz().bot, state) == "“it is •••, NN-•••, call ••• or •••, orde…”"
    assert mask("12", nordnetz().bot, state) == "“12”"
