"""The product's own texts say the same in every language."""

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.repository import ROOT, tracked

LANGUAGES = ("de", "en", "ru", "uk")
PLURAL_FORMS = {"zero", "one", "two", "few", "many", "other"}
# Russian and Ukrainian use "other" for fractions only, and nothing that is counted here comes in fractions.
NEEDED_FORMS = {
    "de": {"one", "other"},
    "en": {"one", "other"},
    "ru": {"one", "few", "many"},
    "uk": {"one", "few", "many"},
}
FILES = sorted({path.name for path in tracked("locales/*/*.yaml")})


def texts(language: str, file: str) -> dict[str, Any]:
    """The leaves of one file by their dotted keys: a text, or the map of a plural. A root key that names the
    language is not part of the keys."""
    path = ROOT / "locales" / language / file
    loaded = YAML(typ="safe").load(path) if path.exists() else {}
    return dict(leaves("", loaded[language] if set(loaded) == {language} else loaded))


def leaves(key: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, dict) or is_plural(value):
        return [(key, value)]
    return [leaf for name, inner in value.items() for leaf in leaves(f"{key}.{name}" if key else str(name), inner)]


def is_plural(value: Any) -> bool:
    return isinstance(value, dict) and {"one", "other"} & set(value) != set() and set(value) <= PLURAL_FORMS


def placeholders(value: Any) -> set[str]:
    forms = value.values() if is_plural(value) else value if isinstance(value, list) else [value]
    return {found for form in forms for found in re.findall(r"\{+\s*(\w+)", str(form))}


def test_languages_are_the_promised_ones() -> None:
    folders = {path.parent.name for path in tracked("locales/*/*.yaml")}
    assert folders == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES)
def test_every_language_has_the_same_keys(file: str, language: str) -> None:
    assert set(texts(language, file)) ^ set(texts("en", file)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES)
def test_every_text_fills_in_the_same_values(file: str, language: str) -> None:
    english = texts("en", file)
    differing = {
        key: (placeholders(english[key]), placeholders(value))
        for key, value in texts(language, file).items()
        if key in english and placeholders(english[key]) != placeholders(value)
    }
    assert differing == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES)
def test_plurals_have_the_forms_of_their_language(file: str, language: str) -> None:
    incomplete = {
        key: sorted(NEEDED_FORMS[language] - set(value))
        for key, value in texts(language, file).items()
        if is_plural(value) and not NEEDED_FORMS[language] <= set(value)
    }
    assert incomplete == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES)
def test_no_text_is_empty(file: str, language: str) -> None:
    assert [key for key, value in texts(language, file).items() if value in (None, "", [], {})] == []
