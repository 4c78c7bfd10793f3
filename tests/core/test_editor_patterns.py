"""Patterns of editors run on RE2, in kinds of answers and in entities: none of them holds a worker up, whatever is typed."""

import pytest

from conversation.errors import ContentError
from dialogs.kinds import MAX_PATTERN, compile_pattern
from nlu.entities import MAX_TEXT, EntityFinder
from nlu.features import Tokenizers
from nlu.read import EntityRule, read_examples
from tests.support.effort import least_seconds

SECONDS = 0.1
TEXTS = ["a" * 10_000, "x" * 10_000, "aaaa1" * 2_000, "ß" * 10_000, " " * 10_000, "1" * 10_000, "a!" * 5_000]

CATASTROPHIC = [
    "(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*a){20}", "(x+x+)+y", "([a-z]+)*$", "^(([a-z])+.)+[A-Z]([a-z])+$", r"(\d+)*\.(\d+)*$",
    "((((a*)*)*)*)*b", ".*.*.*.*.*=.*", "(?s).*?x{50}.*?y{50}", "a{1000}", "(a?){1000}a{1000}", ".{0,1000}", "(?:(?:.?){100}){10}", "x*" * 250, "(" * 249 + "a" + ")" * 249, "(a)" * 160, "|".join(f"abc{n}" for n in range(70)),
    "(?i)" + "ß" * 400,
]  # fmt: skip
REFUSED = [
    "(a{100}){100}", "((a{100}){100}){100}", r"(a)\1", "(?=a)b", "(?<!a)b", "(?>a)", "*", "(", "[b-a]",
    r"\pL{1,9999}", r"(\pL{1,100}){10}", r"[\pL\pN]{1000}", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("pattern", CATASTROPHIC, ids=range(len(CATASTROPHIC)))
def test_pattern_that_would_hang_another_engine_takes_no_time(pattern: str) -> None:
    assert len(pattern) <= MAX_PATTERN
    compile_pattern.cache_clear()
    assert least_seconds(lambda: compile_pattern(pattern), enough=SECONDS) < SECONDS
    compiled = compile_pattern(pattern)
    for text in TEXTS:
        assert least_seconds(lambda text=text: compiled.fullmatch(text), enough=SECONDS) < SECONDS  # type: ignore[misc]


@pytest.mark.parametrize("pattern", CATASTROPHIC, ids=range(len(CATASTROPHIC)))
def test_entity_whose_pattern_would_hang_another_engine_takes_no_time(pattern: str) -> None:
    finder = EntityFinder(Tokenizers(["en"]), {"en": [EntityRule(name="e", pattern=pattern)]})
    for text in TEXTS:
        assert least_seconds(lambda text=text: finder.find(text[:MAX_TEXT], "en"), enough=SECONDS) < SECONDS  # type: ignore[misc]


@pytest.mark.parametrize("pattern", REFUSED, ids=range(len(REFUSED)))
def test_pattern_that_is_no_pattern_is_refused_at_once(pattern: str) -> None:
    def read() -> None:
        with pytest.raises(ContentError, match="pattern"):
            compile_pattern(pattern)

    assert least_seconds(read, enough=SECONDS) < SECONDS
    escaped = pattern.replace("\\", "\\\\").replace("\ud800", "\\ud800")
    with pytest.raises(ContentError, match=r"nlu/en\.yaml:3"):
        read_examples({"en": f'intents: {{a: ["x"]}}\nentities:\n  e: {{pattern: "{escaped}"}}\n'.encode()})


@pytest.mark.parametrize("length", [MAX_PATTERN + 1, 100_000])
def test_pattern_that_is_too_long_is_refused(length: int) -> None:
    with pytest.raises(ContentError, match="at most 500"):
        compile_pattern("a" * length)
    with pytest.raises(ContentError, match="500 characters"):
        read_examples({"en": f'intents: {{a: ["x"]}}\nentities:\n  e: {{pattern: "{"a" * length}"}}\n'.encode()})
