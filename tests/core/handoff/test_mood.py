"""How a message sounds: tables in four languages, and what must hold for any words and any text."""

from datetime import UTC, datetime
from typing import Final
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bot_folder import product_texts
from conversation.reasons import Mood, MoodList, MoodWords
from dialogs.problems import BotError
from dialogs.reading.source import read_source
from engine.rules import Rules, compile_rules
from handoff import mood as module
from handoff.mood import MoodIndex, mood_of
from nlu.read import read_examples
from tests.support.bots import NORDNETZ, nordnetz, nordnetz_files
from tests.support.repository import ROOT

NOW: Final = datetime(2026, 11, 27, 9, tzinfo=UTC)
TABLE: Final = read_source("moods.yaml", (ROOT / "tests/support/moods.yaml").read_bytes()).data
ROWS: Final = [
    pytest.param(language, kind, text, id=f"{language}-{half}-{kind}-{number}")
    for language, halves in TABLE.items()
    for half, kinds in halves.items()
    for kind, texts in kinds.items()
    for number, text in enumerate(texts)
]
WORDS: Final = MoodWords(
    anger=MoodList(strong=("outrag*", "rip-off", "had enough"), weak=("again", "terrible")),
    urgency=MoodList(strong=("urgent*", "as soon as possible"), weak=("quickly",)),
    calm=("thanks", "no rush"),
    plain=("quick question", "again next week"),
    negations=("not", "no", "isn't"),
    degrees=("very", "that"),
)


def index_of(language: str) -> MoodIndex:
    index = nordnetz().mood_index(language)
    assert index is not None
    return index


def kind(text: str, words: MoodWords = WORDS) -> str:
    found = mood_of(text, MoodIndex(words), NOW)
    return found.kind if found else "none"


@pytest.mark.parametrize(("language", "meant", "text"), ROWS)
def test_a_customers_words_say_how_they_are(language: str, meant: str, text: str) -> None:
    found = mood_of(text, index_of(language), NOW)
    assert (found.kind if found else "none") == meant


def test_what_customers_usually_write_is_no_mood() -> None:
    """The bot's own examples: a few that do complain aside."""
    files = {path.stem: path.read_bytes() for path in (NORDNETZ / "nlu").glob("*.yaml")}
    told = [
        (found.language, text)
        for found in read_examples(files)
        for texts in found.intents.values()
        for text in texts
        if mood_of(text, index_of(found.language), NOW)
    ]
    total = sum(len(texts) for found in read_examples(files) for texts in found.intents.values())
    assert total > 1_000
    assert len(told) <= total / 100, told


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("It is urgent", "urgency"),
        ("It is not urgent", "none"),
        ("It is not very urgent", "none"),
        ("It isn’t that urgent", "none"),
        ("Not here. Urgent!", "urgency"),
        ("The line is not up, urgent", "urgency"),
        ("urgnet please", "urgency"),
        ("uuuuurgent", "urgency"),
        ("as soon as possible", "urgency"),
        ("as soon as we are back", "none"),
        ("quickly", "none"),
        ("quickly!!", "urgency"),
        ("again", "none"),
        ("again and it is terrible", "anger"),
        ("again next week, terrible", "none"),
        ("An outrageous rip-off", "anger"),
        ("I have had\nenough", "anger"),
        ("outrageous, and urgent", "anger"),
        ("WHERE IS MY TECHNICIAN!!!", "anger"),
        ("WHERE IS MY TECHNICIAN", "none"),
        ("THANKS TO ALL OF YOU!!!", "none"),
        ("OK!!!", "none"),
        ("DSL and WLAN!!!", "none"),
        ("hello hello hello!!!", "anger"),
        ("", "none"),
        ("!?", "none"),
    ],
)
def test_words_signs_and_negations_are_weighed(text: str, meant: str) -> None:
    assert kind(text) == meant


def test_a_mood_tells_the_customers_own_words() -> None:
    found = mood_of("This is OUTRAGEOUS, I have had enough!", MoodIndex(WORDS), NOW)
    assert found == Mood(kind="anger", words=("OUTRAGEOUS", "had enough"), at=NOW)
    loud = mood_of("WHERE IS MY TECHNICIAN!!!", MoodIndex(WORDS), NOW)
    assert loud is not None
    assert loud.words == ("!!!", "WHERE IS MY TECHNICIAN")


@given(st.text(max_size=300), st.lists(st.text(max_size=12), max_size=5))
def test_any_text_and_any_words_are_taken(text: str, words: list[str]) -> None:
    listed = MoodWords(anger=MoodList(strong=tuple(words)), urgency=MoodList(weak=tuple(words)), negations=tuple(words))
    found = mood_of(text, MoodIndex(listed), NOW)
    text = normalize("NFC", text)
    assert found is None or all(word in text or set(word.split()) for word in found.words)


@given(st.sampled_from(["a", "ab ", "а!", "urgnt ", "aaa", "\u0301", "ur-", "as soon as "]), st.integers(1, 6))
def test_long_texts_take_time_in_proportion(piece: str, size: int) -> None:
    """Counted in looks at the tree of phrases, not in seconds."""
    text = (piece * module.MAX_READ)[: 600 * size]
    index = _Counting(WORDS)
    mood_of(text, index, NOW)
    assert index.asked <= len(text) + 1


class _Counting(MoodIndex):
    def __init__(self, words: MoodWords) -> None:
        super().__init__(words)
        self.asked = 0
        self.meant = self._counted  # type: ignore[assignment]

    def _counted(self, said: str) -> tuple[str, ...]:
        self.asked += 1
        found = self._meant(said)
        assert len(found) <= 2 * module._LONGEST
        return found


OWN = "locales/en/_moods.yaml"


def bot_with(body: str) -> Rules:
    return compile_rules({**nordnetz_files(), OWN: body.encode()}, product_texts())


def test_a_bots_own_words_stand_beside_lotses() -> None:
    bot = bot_with("en: {anger: {strong: [sluggish]}, plain: [outrag*]}").bot
    assert kind("so sluggish", bot.moods["en"]) == "anger"
    assert kind("this is outrageous", bot.moods["en"]) == "none"
    assert kind("this is ridiculous", bot.moods["en"]) == "anger"


def test_a_bots_words_may_replace_lotses() -> None:
    bot = bot_with("en: {instead: true, anger: {strong: [sluggish]}}").bot
    assert kind("not sluggish", bot.moods["en"]) == "none"
    assert kind("sluggish", bot.moods["en"]) == "anger"
    assert kind("this is ridiculous", bot.moods["en"]) == "none"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("en: {anger: {strong: [a*b]}}", "a star that is not at the end"),
        ("en: {calm: [one two three four five six seven]}", "too long"),
        ("en: {calm: ['!']}", "is no word"),
        ("en: {anger: [x]}", "must hold keys and values"),
        ("en: {angry: {strong: [x]}}", "there is no key “angry”"),
        ("de: {calm: [ruhig]}", "there is no key “de”"),
    ],
)
def test_a_wrong_word_is_told_with_its_line(body: str, told: str) -> None:
    with pytest.raises(BotError) as caught:
        bot_with(f"# words\n{body}")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (OWN, 2)
    assert told in problem.message
