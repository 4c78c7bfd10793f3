"""A conversation of fifty turns through five publications: through the real engine, on SQLite, on a clock that is turned."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.bot_folder import compile_files
from conversation.bundles import Pointer
from conversation.state import Closed
from tests.support.editions import editions_of, put
from tests.support.engines import Process, Sends
from tests.support.story import Story, told


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    async with told(tmp_path) as story:
        yield story


async def without_shade(story: Story) -> None:
    """A version in which the step that waits is gone."""
    await story.publish(
        ("  shade: {ask: text, save: shade, go: nice}\n", ""), ("go: shade}", "go: nice}"),
        texts=(("{{ shade }} {{ colour }}", "{{ colour }}"),),
    )  # fmt: skip


async def rounds(story: Story, count: int) -> None:
    """Each is four turns that lead back to the menu."""
    for number in range(1, count + 1):
        assert (await story.say("order"))[-1:] == ["Your name?"]
        assert await story.say("Ann") == ["Which size, Ann?"]
        assert (await story.say(str(number)))[0] == f"Noted: Ann, size {number}."
        assert (await story.say("nonsense"))[0].startswith("I did not understand")


async def other_words_in_the_middle_of_a_question_count_at_once(story: Story) -> None:
    say = story.say
    await say("order", "Ann")
    await story.publish(texts=(("Which size, {{ name }}?", "What size are you, {{ name }}?"),))
    assert (await say("large"))[0] == "Please type a number."
    assert (await say("7"))[0] == "Noted: Ann, size 7."
    assert (await say("order"), await say("Ann"))[1] == ["What size are you, Ann?"]


async def a_new_step_behind_the_one_that_waits_is_asked_next(story: Story) -> None:
    """A size is asked for as it begins; nothing that was answered is asked for again."""
    say = story.say
    await story.publish(
        ("save: size, go: done}", "save: size, go: town}\n  town: {ask: text, save: town, go: done}"),
        texts=(("  done: {text: \"Noted: {{ name }}, size {{ size }}.", "  town: {text: \"Which town?\"}\n  done: {text: \"Noted: {{ name }}, size {{ size }}, {{ town }}."),),
    )  # fmt: skip
    assert await say("8") == ["Which town?"]
    assert (await say("Bonn"))[0] == "Noted: Ann, size 8, Bonn."


async def an_answer_counts_where_its_step_is_called_otherwise_now(story: Story) -> None:
    say = story.say
    await say("chat", "blue")
    await story.publish(
        ("  shade:", "  tone:"), ("go: shade}", "go: tone}"), ("steps:", "renamed: {shade: tone}\nsteps:"),
        texts=(("  shade: {", "  tone: {"),),
    )  # fmt: skip
    assert (await say("dark"))[0] == "dark blue, how nice."
    await say("chat", "red")
    assert (await story.state()).run.frames[-1].step == "tone"
    assert (await say("light"))[0] == "light red, how nice."


async def a_conversation_whose_step_is_gone_ends_what_it_began_and_then_follows(story: Story) -> None:
    say = story.say
    await say("chat", "green")
    old = (await story.state()).bundle
    await story.publish(
        ("  tone: {ask: text, save: shade, go: nice}\n", ""), ("go: tone}", "go: nice}"), ("renamed: {shade: tone}\n", ""),
        texts=(("{{ shade }} {{ colour }}", "{{ colour }}"),),
    )  # fmt: skip
    assert (await say("pale"))[0] == "pale green, how nice."
    assert (await story.state()).bundle == old
    assert (await say("chat"))[-1] == "Your colour?"
    assert (await story.state()).bundle == story.editions.version
    assert (await say("grey"))[0] == "grey, how nice."


async def a_step_that_is_of_another_kind_now_is_answered_as_what_it_was(story: Story) -> None:
    say = story.say
    await say("order", "Ann")
    old = (await story.state()).bundle
    await story.publish(
        ("size: {ask: number, save: size, go: town}", "size: {choose: {small: town, large: town}}"),
        texts=(("What size are you, {{ name }}?\"}", "Small or large?\", options: {small: S, large: L}}"), (", size {{ size }}, {{ town }}", ", {{ town }}")),
    )  # fmt: skip
    assert await say("9") == ["Which town?"]
    assert (await story.state()).bundle == old, "its next word may move it"
    assert (await say("Köln"))[0].startswith("Noted: Ann, Köln.")
    assert (await story.state()).bundle == story.editions.version
    assert (await say("order"), await say("Ann"))[1][0].startswith("Small or large?")
    assert await say("L") == ["Which town?"]
    assert (await say("Ulm"))[0].startswith("Noted: Ann, Ulm.")


async def test_fifty_turns_through_five_publications_never_die_loop_or_ask_again(story: Story) -> None:
    say = story.say
    await say("hi")
    await rounds(story, 4)
    await other_words_in_the_middle_of_a_question_count_at_once(story)
    await a_new_step_behind_the_one_that_waits_is_asked_next(story)
    await an_answer_counts_where_its_step_is_called_otherwise_now(story)
    await a_conversation_whose_step_is_gone_ends_what_it_began_and_then_follows(story)
    await a_step_that_is_of_another_kind_now_is_answered_as_what_it_was(story)

    await say("chat", "pink", "order", "Ann", "S", "Kiel", "chat", "teal")
    assert story.turns >= 50
    assert await say("leave") == ["Bye."]
    state = await story.state()
    assert isinstance(state.phase, Closed)
    assert (state.phase.outcome, state.variables["name"], state.variables["colour"]) == ("solved", "Ann", "teal")
    everything = await story.process.history("anna")
    assert [text for author, text in everything if author == "bot" and "went wrong" in text] == []


async def test_one_that_can_not_follow_ends_what_it_began_within_three_days(story: Story) -> None:
    await story.say("hi", "chat", "green")
    await without_shade(story)
    story.clock.moment += timedelta(hours=71)
    assert (await story.say("dark"))[0] == "dark green, how nice."


async def test_one_that_comes_back_after_three_days_is_told_and_begins_again_at_the_menu(story: Story) -> None:
    await story.say("hi", "chat", "green")
    await without_shade(story)
    story.clock.moment += timedelta(hours=73)
    said = await story.say("dark")
    assert said == ["Our service has changed in the meantime: let us begin again here.", "What is it?"]
    assert (await story.state()).bundle == story.editions.version
    assert await story.say("leave") == ["Bye."]


async def test_a_version_that_a_conversation_is_on_outlives_a_restart(story: Story, tmp_path: Path) -> None:
    await story.say("hi", "chat", "green")
    await without_shade(story)
    store = story.process.store
    for number in range(3):
        story.clock.moment += timedelta(minutes=1)
        await put(store, {**story.files(), "media/x.txt": str(number).encode()}, story.clock.now())
    assert await store.bundles.clear(story.clock.now() + timedelta(days=9), keep=1) != []
    fresh = editions_of(tmp_path / "bot", store, story.clock)
    await fresh.begin()
    await story.process.engine.stop()
    story.process = Process(store, story.clock, Sends(), editions=fresh)
    assert (await story.say("dark"))[0] == "dark green, how nice."


async def test_rolled_back_a_conversation_is_where_it_was(story: Story) -> None:
    first = story.editions.version
    await story.say("hi", "chat", "green")
    assert compile_files(story.files()).bot.version == first
    await without_shade(story)
    await story.process.store.bundles.point(Pointer(name="live", bundle=first, at=story.clock.now()))
    await story.editions.refresh()
    assert story.editions.version == first
    assert (await story.say("dark"))[0] == "dark green, how nice."
