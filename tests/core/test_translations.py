"""Which translation is older than its source: what people change by hand, and what Lotse remembers of it."""

import msgspec
import pytest

from conversation.errors import ContentError
from dialogs.reading.translations import (
    Lock,
    Text,
    Translated,
    context_of,
    digest,
    join_words,
    leaves,
    lock_file,
    pair,
    read_lock,
    split_words,
    stale_texts,
    write_lock,
)

DE = {
    "greeting": ["Hallo!", "Guten Tag!"],
    "menu": {"text": "Womit?", "options": {"a": "Eins"}, "words": {"a": ["ein", "eins"]}},
    "eta": {"text": {"one": "{{ n }} Stunde", "other": "{{ n }} Stunden"}},
    "bye": {"text": "Tschüss", "by_channel": {"sms": {"text": "Tsch."}}},
}
RU = {
    "greeting": "Здравствуйте!",
    "menu": {"text": "Чем помочь?", "options": {"a": "Один"}},
    "eta": {"text": {"one": "{{ n }} час", "few": "{{ n }} часа", "many": "{{ n }} часов"}},
    "bye": "Пока",
}


def texts(source: object = None, target: object = None) -> dict[str, Text]:
    own, other = leaves("main", "de", {"de": source or DE}), leaves("main", "ru", {"ru": target or RU})
    return {text.context: text for text in pair("main", own, other)}


def remembered() -> dict[str, bytes]:
    known = {
        text.context: Translated(source=text.source, translation=digest(text.target))
        for text in texts().values()
        if text.target
    }
    return {lock_file("ru"): write_lock(Lock(texts=known))}


def stale(source: dict[str, object], target: dict[str, object], locks: dict[str, bytes]) -> list[str]:
    data = {"locales/de/main.yaml": {"de": {**DE, **source}}, "locales/ru/main.yaml": {"ru": {**RU, **target}}}
    return [found.context for found in stale_texts(data, locks, ("de", "ru"), "de")]


def test_a_file_is_told_apart_into_texts_with_their_names() -> None:
    assert {context: (text.source, text.target) for context, text in texts().items()} == {
        "main/greeting": ({"": "Hallo!"}, {"": "Здравствуйте!"}),
        "main/greeting#2": ({"": "Guten Tag!"}, {}),
        "main/menu": ({"": "Womit?"}, {"": "Чем помочь?"}),
        "main/menu/options/a": ({"": "Eins"}, {"": "Один"}),
        "main/menu/words/a": ({"": "ein\neins"}, {}),
        "main/eta": (
            {"one": "{{ n }} Stunde", "other": "{{ n }} Stunden"},
            {"one": "{{ n }} час", "few": "{{ n }} часа", "many": "{{ n }} часов"},
        ),
        "main/bye": ({"": "Tschüss"}, {"": "Пока"}),
        "main/bye/by_channel/sms": ({"": "Tsch."}, {}),
    }


def test_a_channel_s_own_translation_stands_in_place_of_the_common_text() -> None:
    found = texts({"bye": "Tschüss"}, {"bye": {"text": "Пока", "by_channel": {"sms": "П."}}})
    assert found["main/bye/by_channel/sms"] == Text(
        context="main/bye/by_channel/sms",
        topic="main",
        name=("bye", "by_channel", "sms"),
        variant=0,
        source={"": "Tschüss"},
        target={"": "П."},
        optional=True,
    )


@pytest.mark.parametrize(
    ("source", "target", "older"),
    [
        pytest.param({}, {}, [], id="nothing has changed"),
        pytest.param({"greeting": ["Moin!", "Guten Tag!"]}, {}, ["main/greeting"], id="the source has"),
        pytest.param({"greeting": "Moin!"}, {"greeting": "Привет!"}, [], id="both have, by hand"),
        pytest.param({}, {"greeting": "Привет!"}, [], id="the translation has"),
        pytest.param(
            {"menu": {"text": "Womit?", "options": {"a": "1"}}}, {}, ["main/menu/options/a"], id="a label has"
        ),
        pytest.param({"eta": {"text": {"one": "eine", "other": "{{ n }}"}}}, {}, ["main/eta"], id="a plural form has"),
        pytest.param({"greeting": "Moin!"}, {"greeting": ""}, [], id="what is not there is missing, not old"),
    ],
)
def test_a_source_that_changes_makes_its_translation_old(
    source: dict[str, object], target: dict[str, object], older: list[str]
) -> None:
    assert stale(source, target, remembered()) == older


def test_a_bot_that_remembers_nothing_has_no_old_translations() -> None:
    assert stale({"greeting": "Moin!"}, {}, {}) == []


def test_an_old_translation_is_named_with_its_place_and_both_sources() -> None:
    data = {"locales/de/main.yaml": {"de": {**DE, "bye": "Ade"}}, "locales/ru/main.yaml": {"ru": RU}}
    (found,) = stale_texts(data, remembered(), ("de", "ru"), "de")
    assert (found.language, found.file, found.path) == ("ru", "locales/ru/main.yaml", ("ru", "bye"))
    assert (found.was, found.now) == ({"": "Tschüss"}, {"": "Ade"})


def test_a_lock_that_was_cut_says_what_to_do() -> None:
    with pytest.raises(ContentError, match=r"locales/ru\.sources\.json: .*lotse texts accept"):
        read_lock(b'{"texts": {"main', "ru")


def test_a_lock_stands_one_line_a_value_and_reads_back() -> None:
    raw = remembered()[lock_file("ru")]
    assert read_lock(raw, "ru").texts["main/bye"].source == {"": "Tschüss"}
    assert len(raw.splitlines()) > 20
    assert list(msgspec.json.decode(raw)["texts"]) == sorted(msgspec.json.decode(raw)["texts"])


def test_names_with_the_marks_of_a_context_stay_apart() -> None:
    contexts = {
        context_of("a", ("b/c",)),
        context_of("a", ("b", "c")),
        context_of("a", ("b#2",)),
        context_of("a", ("b",), 1),
    }
    assert len(contexts) == 4


@pytest.mark.parametrize("words", [["a"], ["a b", "c"], ["back\\slash", "\\n", "two\nlines", "\\\n"]])
def test_words_go_to_lines_and_back(words: list[str]) -> None:
    assert split_words(join_words(words)) == words


def test_what_is_not_as_it_should_be_is_passed_over() -> None:
    assert leaves("main", "de", {"de": {"a": None, "b": {"options": ["x"], "words": 3}, "c": True}}) != {}
    assert leaves("main", "de", ["de"]) == {}
    assert [text for text in texts({"a": None, "b": True}).values() if text.context in ("main/a", "main/b")] == []
