"""Templates that try to get out, to hang a worker or to fill its memory: each is refused or does nothing, in no time and little memory."""

import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from dialogs.saying.bounds import MAX_LEVELS, MAX_NUMBER, MAX_TEXT, MAX_VALUES
from dialogs.saying.filters import View, plural_form
from dialogs.saying.templates import Expression, Template, TemplateError
from tests.support.effort import least_seconds

EN = View(language="en", zone="Europe/Berlin")
CANARY: Final = "c4n4ry-must-not-be-read"
SECONDS: Final = 0.1
BYTES: Final = 8_000_000


class Object:
    """What no variable should be, should one slip in."""

    secret = CANARY

    def method(self) -> str:
        return CANARY

    def __str__(self) -> str:
        return "an object"


DATA: Final[Mapping[str, Any]] = {
    "name": "Eva",
    "customer": {"name": "Eva", "items": "goods", "values": 3},
    "object": Object(),
    "function": len,
    "long": "x" * 1_000_000,
    "wide": "\U0001f642" * 1_000_000,
    "sharp": "ß" * 10_000,
    "many": list(range(1_000_000)),
    "rows": [{"a": n, "b": [n]} for n in range(1_000)],
    "same": [{"a": n, "b": [n]} for n in range(1_000)],
    "deep": None,
    "huge": 10**4000,
    "huger": 10**5000,
    "float": 1e308,
    "nan": float("nan"),
    "inf": float("inf"),
    "number": 7,
    "typed": "{{ object.secret }}{% for x in many %}{{ x }}{% endfor %}{{ 7331 * 7 }}",
}


def bottomless(levels: int) -> Any:
    found: Any = "x"
    for _ in range(levels):
        found = [found, found]
    return found


HOSTILE: Final = {**DATA, "deep": bottomless(60)}
"""``deep`` has 2^60 values that share their parts."""

# ── attributes, methods, calls: why each can't get anywhere stands behind it ─────────────────────────────────────────

ESCAPES: Final[dict[str, str]] = {
    "{{ ''.__class__.__mro__[1].__subclasses__() }}": "underscores",
    "{{ name.__class__ }}": "underscores",
    "{{ object.__init__.__globals__ }}": "underscores",
    "{{ object.secret }}": "fields of mappings only",
    "{{ object.method }}": "fields of mappings only",
    "{{ object.method() }}": "no calls",
    "{{ object['secret'] }}": "fields of mappings only",
    "{{ object['__class__'] }}": "fields of mappings only",
    "{{ function('x') }}": "no calls",
    "{{ customer.items }}": "a mapping's key, not its method",
    "{{ customer.items() }}": "no calls",
    "{{ customer.update({'a': 1}) }}": "no calls",
    "{{ customer.get }}": "fields of mappings only",
    "{{ customer['__class__'] }}": "not a key",
    "{{ many.append(1) }}": "no calls",
    "{{ name.format }}": "fields of mappings only",
    "{{ '{0.__class__}'.format(name) }}": "no calls",
    "{{ '{0.secret}'.format(object) }}": "no calls",
    "{{ '{0.secret}' | format(object) }}": "no such filter",
    "{{ '%s' | format(object) }}": "no such filter",
    "{{ '%s' % object }}": "% needs numbers",
    "{{ '%(secret)s' % customer }}": "% needs numbers",
    "{{ object | attr('secret') }}": "no such filter",
    "{{ object | attr('__cl' ~ 'ass__') }}": "no such filter",
    "{{ [object] | map(attribute='secret') | join }}": "no such filter",
    "{{ [object] | map('attr', 'secret') | list }}": "no such filter",
    "{{ [object] | selectattr('secret') }}": "no such filter",
    "{{ [object] | groupby('secret') }}": "no such filter",
    "{{ [object] | sort(attribute='secret') }}": "no such filter",
    "{{ [object] | sum(attribute='secret') }}": "no such filter",
    "{{ object | tojson }}": "no such filter",
    "{{ object | pprint }}": "no such filter",
    "{{ object | xmlattr }}": "no such filter",
    "{{ object | string | safe }}": "no such filter",
    "{{ [object] | list }}": "its spelling only",
    "{{ customer | default(object) }}": "its spelling only",
    "{{ object | plural({'other': object}) }}": "its spelling only",
    "{{ self }}": "no such variable",
    "{{ self.__init__ }}": "underscores",
    "{{ self._TemplateReference__context }}": "underscores",
    "{{ caller }}{{ loop }}{{ varargs }}{{ kwargs }}": "no such variables",
    "{{ request.application }}{{ config }}{{ g }}{{ session }}": "no such variables",
    "{{ cycler.__init__.__globals__.os }}": "underscores",
    "{{ lipsum.__globals__['os'] }}": "underscores",
    "{{ joiner }}{{ namespace }}{{ dict }}{{ range }}": "no globals",
    "{{ namespace(a=1) }}": "no calls",
    "{{ dict(a=1) }}": "no calls",
    "{{ _view.zone }}": "underscores",
    "{{ _ }}": "underscores",
    "{{ ()|attr('\\x5f\\x5fclass\\x5f\\x5f') }}": "no such filter",
    "{{ object['\\x5f\\x5fclass\\x5f\\x5f'] }}": "fields of mappings only",
    "{{ object.\uff53ecret }}": "the letter is not the letter",
    "{{ object.ſecret }}": "the letter is not the letter",
    "{{ name\u200b.secret }}": "not a name",
    "{{ object is callable }}": "no such test",
    "{{ object is filter }}": "no such test",
    "{{ object is sameas object }}": "no such test",
    "{% for x in many %}{{ x }}{% endfor %}": "no loops",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}": "no loops",
    "{% set a = object %}{{ a }}": "no definitions",
    "{% set a %}{{ many }}{% endset %}": "no definitions",
    "{% set customer.name = 'x' %}": "no definitions",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": "no definitions",
    "{% call(x) name() %}{% endcall %}": "no calls",
    "{% with a = object %}{{ a }}{% endwith %}": "no definitions",
    "{% filter upper %}{{ object }}{% endfilter %}": "no blocks",
    "{% autoescape false %}{{ object }}{% endautoescape %}": "no blocks",
    "{% block b scoped %}{{ object }}{% endblock %}": "no blocks",
    "{% include '/etc/passwd' %}": "no other files",
    "{% include ['a', 'b'] ignore missing %}": "no other files",
    "{% import 'os' as os %}": "no other files",
    "{% from 'os' import path %}": "no other files",
    "{% extends 'bot.yaml' %}": "no other files",
    "{% do customer.clear() %}": "no such block",
    "{% trans %}x{% endtrans %}": "no such block",
    "{% debug %}": "no such block",
    "{% raw %}{{ object.secret }}": "never closed",
    "{# {{ object.secret }}": "never closed",
    "{{ typed }}": "what customers type is never rendered",
    "{{ typed ~ '' }}{{ typed + '' }}{{ [typed] | list }}{{ typed | default(1) }}": "what customers type is never rendered",
}  # fmt: skip

EXHAUSTION: Final[dict[str, str]] = {
    "{{ 9 ** 9 ** 9 ** 9 }}": "no powers",
    "{{ 2 ** 99999999 }}": "no powers",
    "{{ " + " * ".join(["999999999999999999"] * 400) + " }}": "too large a number",
    "{{ huge * huge }}": "too large to be read",
    "{{ huge }}": "too large to be read",
    "{{ huger }}{{ huger | number }}{{ huger ~ '' }}": "too large to be read",
    "{{ huger | money }}{{ huger | plural({'one': 'a', 'other': 'b'}) }}": "too large to be read",
    "{{ -huge }}{{ +huger }}{{ huge - 1 }}{{ 1 - huge }}": "too large to be read",
    "{{ huge // 7 }}{{ huge % 7 }}{{ huge / 7 }}": "too large to be read",
    "{{ " + "9" * 9_000 + " }}": "too many digits",
    "{{ " + "9" * 4_000 + " * 2 }}": "too many digits",
    "{{ 1e999 * 1e999 }}{{ 1e308 * 10 | money }}": "no number",
    "{{ float | money }}{{ float | number }}{{ float ~ float }}": "shown as it is",
    "{{ nan | money }}{{ nan | number }}{{ nan | plural({'other': 'x'}) }}{{ nan }}": "no number",
    "{{ inf | money }}{{ inf | number }}{{ inf | plural({'other': 'x'}) }}{{ inf }}": "no number",
    "{{ 'x' * 10 ** 9 }}": "no powers",
    "{{ 'x' * 999999999 }}": "* needs numbers",
    "{{ 999999999 * 'x' }}": "* needs numbers",
    "{{ [0] * 999999999 }}": "* needs numbers",
    "{{ (1, 2) * 999999999 }}": "* needs numbers",
    "{{ many + many + many }}": "+ needs numbers or texts",
    "{{ '%999999999d' % 1 }}": "% needs numbers",
    "{{ '%.999999999f' % 1.0 }}": "% needs numbers",
    "{{ '%*d' % (999999999, 1) }}": "% needs numbers",
    "{{ name | center(999999999) }}": "no such filter",
    "{{ name | indent(999999999) }}": "no such filter",
    "{{ name | wordwrap(1) }}": "no such filter",
    "{{ name | replace('E', 'x' ) }}": "no such filter",
    "{{ name | urlize }}": "no such filter",
    "{{ many | join(long) }}": "no such filter",
    "{{ many | sort }}": "no such filter",
    "{{ many | batch(1) | slice(2) }}": "no such filter",
    "{{ many | map('string') }}": "no such filter",
    "{{ many | select('odd') | reject('even') }}": "no such filter",
    "{{ many | unique | sum }}": "no such filter",
    "{{ range(999999999) }}": "no calls",
    "{{ lipsum(n=99999) }}": "no calls",
    "{{ many[::-1] }}": "no slices",
    "{{ long[0:999999] }}": "no slices",
    "{{ many }}": "too long to be read",
    "{{ many | list }}{{ rows | list }}": "a hundred items",
    "{{ many | list | list | upper | lower }}": "a hundred items",
    "{{ deep }}{{ deep | list }}{{ deep == deep }}": "too many values",
    "{{ [deep, deep] == [deep, deep] }}": "too many values",
    "{{ long }}{{ wide }}": "10,000 characters",
    "{{ long ~ long }}": "10,000 characters",
    "{{ " + " ~ ".join(["wide"] * 300) + " }}": "10,000 characters",
    "{{ " + " ~ ".join(["(long ~ wide)"] * 200) + " }}": "10,000 characters",
    "{{ " + " + ".join(["wide"] * 300) + " }}": "10,000 characters",
    "{{ " + "(" * 40 + "wide" + " ~ wide)" * 40 + " }}": "10,000 characters",
    "{{ wide }}" * 400: "10,000 characters",
    "{{ long | upper }}" * 300: "10,000 characters",
    "x{{ long }}": "10,000 characters",
    "{{ [" + "rows, " * 300 + "] | upper }}": "too many values",
    "{{ name | plural({'other': [" + "rows, " * 200 + "]}) }}": "too many values",
    "{{ sharp | upper | lower | upper | lower }}" * 90: "10,000 characters",
    "{% if long in wide %}x{% endif %}" * 150: "10,000 characters",
    "{% if rows == same %}{% endif %}" * 200: "as many comparisons as fit",
    "{% if rows in [same, same, same, same] %}{% endif %}" * 90: "as many comparisons as fit",
    "{{ " + " and ".join(["rows == same"] * 190) + " }}": "as many comparisons as fit",
    "{{ long | datetime }}" * 200: "no date",
    "{{ '" + "9." * 4000 + "' | date }}": "no date",
    "{{ '9999-12-31T23:59:59-12:00' | datetime }}{{ '9999-12-31T23:59:59-12:00' | date }}": "out of range",
    "{{ '0001-01-01T00:00:00+14:00' | time }}{{ '0001-01-01T00:00:00+14:00' | datetime }}": "out of range",
    "{{ '2026-13-99' | date }}{{ '24:61' | time }}{{ '32.13.2026' | date }}{{ '%Y%n' | date }}": "no date",
    "{{ '2026-11-23T15:30:00+01:00' | datetime }}" * 170: "as many dates as fit",
    "{{ 1234567.89 | money }}" * 300: "as many amounts as fit",
    "{{ '2026-03-01' | date('yyyy' * 9999) }}": "a date's form is the language's",
    "{{ number | plural(many) }}{{ number | plural(long) }}": "10,000 characters",
    "{{ " + "(" * 500 + "1" + ")" * 500 + " }}": "too deep",
    "{{ " + "[" * 900 + "]" * 900 + " }}": "too deep",
    "{{ " + "{1:" * 400 + "1" + "}" * 400 + " }}": "too deep",
    "{{ " + "not " * 2_000 + "1 }}": "too deep",
    "{{ " + "-" * 5_000 + "1 }}": "too deep",
    "{{ name" + ".a" * 900 + " }}": "too deep or nothing",
    "{{ name" + "[0]" * 900 + " }}": "too deep or nothing",
    "{{ name" + " | upper" * 900 + " }}": "too deep or 10,000 characters",
    "{{ 1" + " if 1 else 1" * 600 + " }}": "too deep or nothing",
    "{% if 1 %}" * 400 + "{% endif %}" * 400: "too deep",
    "{% if 1 %}a{% elif 1 %}" + "{% elif 1 %}" * 600 + "{% endif %}": "too many parts",
    "{{ [" + "1," * 4_000 + "] }}": "too many parts",
    "{{ '" + "x" * 20_000 + "' }}": "too long",
    "{{" * 4_000: "no template",
    "{%" * 4_000: "no template",
    "{#" * 4_000: "no template",
    "{{ '" + "\\" * 4_000 + " }}": "no template",
    "{{ " + "a " * 4_000 + " }}": "no template",
    "{% raw %}" * 1_000: "no template",
    "{{ " + "\U0001f642" * 4_000 + " }}": "no template",
    "{{ \x00 }}{{ name\x00 }}": "no template",
}  # fmt: skip

TEMPLATES: Final = {**ESCAPES, **EXHAUSTION}


def outcome(source: str) -> str:
    """What the customer would read; nothing when it is refused."""
    try:
        return Template(source)(HOSTILE, EN)
    except TemplateError:
        return ""


def peak(what: Callable[[], object]) -> int:
    """Bytes that were taken at once."""
    tracemalloc.start()
    try:
        what()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_there_are_enough_of_them() -> None:
    assert len(ESCAPES) >= 60
    assert len(EXHAUSTION) >= 60


@pytest.mark.parametrize(("source", "why"), TEMPLATES.items(), ids=range(len(TEMPLATES)))
def test_template_that_would_do_harm_is_stopped_at_once(source: str, why: str) -> None:
    shown = outcome(source)
    assert CANARY not in shown, why
    assert "<class" not in shown, why
    assert "built-in" not in shown, why
    assert "0x" not in shown, why
    assert "root:" not in shown, why
    assert "51317" not in shown, why
    assert len(shown) <= MAX_TEXT, why
    assert least_seconds(lambda: outcome(source), enough=SECONDS) < SECONDS, why


@pytest.mark.parametrize(("source", "why"), EXHAUSTION.items(), ids=range(len(EXHAUSTION)))
def test_template_that_would_fill_the_memory_takes_little(source: str, why: str) -> None:
    assert peak(lambda: outcome(source)) < BYTES, why


@pytest.mark.parametrize(
    "source",
    [
        "many", "deep", "[deep, deep]", "huge", "huger", "nan", "inf", "float", "1e308 * 10", "huge + 1", "object", "function",
        "[object]", "[nan, inf]", "object.secret", "[gone, 1]", "(1, 2)", "rows", "[rows, rows]", "long + long", "wide",
        "9 // 0", "9 % 0", "-huger", "[" * 20 + "]" * 20, "[many]", "customer", "sharp | upper",
    ],
)  # fmt: skip
def test_value_of_an_expression_is_plain_data_that_a_conversation_can_carry(source: str) -> None:
    expression = Expression(source)
    found = expression(HOSTILE)
    assert weight(found, MAX_LEVELS + 1) <= MAX_VALUES
    assert least_seconds(lambda: expression(HOSTILE), enough=SECONDS) < SECONDS


@pytest.mark.parametrize("name", ["date", "datetime", "time", "money", "number", "list", "plural"])
def test_filter_that_needs_a_language_is_refused_in_a_condition(name: str) -> None:
    with pytest.raises(TemplateError, match=f"“{name}” is for texts"):
        Expression(f"name | {name}")


def weight(value: Any, levels: int) -> int:
    assert levels, "too deep"
    if isinstance(value, dict):
        assert all(isinstance(key, str) for key in value)
        return sum(1 + weight(part, levels - 1) for part in value.values())
    if isinstance(value, list):
        return sum(1 + weight(part, levels - 1) for part in value)
    assert value is None or type(value) in (str, int, float, bool)
    if isinstance(value, str):
        assert len(value) <= MAX_TEXT
    elif isinstance(value, int | float):
        assert abs(value) < MAX_NUMBER
    return 0


@pytest.mark.parametrize(
    ("step", "start"),
    [("a + a", "xy"), ("a + a", 1), ("a * a", 3), ("[a, a]", 1), ("[a]", 1), ("a * 10.5", 2.5), ("a - a - a - a", 5)],
)
def test_step_that_doubles_a_variable_again_and_again_fills_nothing(step: str, start: Any) -> None:
    """As `set` does in a circle of steps: eighty turns."""
    expression = Expression(step)
    value = start

    def turns() -> None:
        nonlocal value
        for _ in range(80):
            value = expression({"a": value})
            assert weight(value, MAX_LEVELS + 2) <= MAX_VALUES

    assert peak(turns) < BYTES


@pytest.mark.parametrize("language", ["de", "en", "ru", "uk"])
def test_plural_of_what_is_no_number_is_other(language: str) -> None:
    for number in (float("nan"), float("inf"), -float("inf"), 10**5000, 1e308, True, "7", None, [1]):
        assert plural_form(language, number) == "other"


def test_words_of_a_customer_are_shown_as_they_were_typed() -> None:
    for source in ("{{ typed }}", "{{ typed ~ '' }}", "{{ typed | default('x') }}", "{{ [typed] | list }}"):
        assert Template(source)(HOSTILE, EN) == DATA["typed"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ [" + "1," * 1_100 + "] }}", "more than 1000 parts"),
        ("{{ '" + "x" * 10_001 + "' }}", "longer than 10,000 characters"),
        ("{{ " + "9" * 5_000 + " }}", "too many digits"),
        ("{{ 99999999999999999999 }}", "too many digits"),
        ("{{ 1e999 }}", "too many digits"),
        ("{% for x in y %}{% endfor %}", "for is not allowed"),
        ("{{ name | attr('x') }}", "there is no filter “attr”"),
    ],
)
def test_template_over_a_limit_is_refused_for_that_reason(source: str, words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        Template(source)


def test_list_names_a_hundred_items_at_most_and_amounts_are_short() -> None:
    assert Template("{{ [" + "name, " * 150 + "] | list }}")(HOSTILE, EN).count("Eva") == 100
    assert len(Template("{{ 1e17 | money }}{{ 1e18 | number }}")(HOSTILE, EN)) < 20


def test_large_data_that_is_only_asked_about_does_not_hide_the_rest_of_a_text() -> None:
    assert Template("{{ rows | length }} of {{ name }}{{ many }}")(HOSTILE, EN) == "1000 of Eva"
