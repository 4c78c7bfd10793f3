"""Pictures of dialogs: every step and every way is in them, nothing lies over anything else, whatever the texts say."""

import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.drawing.layout import CARD, COMMON, HEAD, PAD, ROW, Card, layout
from app.drawing.measure import cut, width, wrapped
from app.drawing.mermaid import mermaid
from app.drawing.svg import draw, shape
from dialogs.shown import ShownDialog, ShownStep, ShownWay, plainly, shown_dialogs
from dialogs.ways import ways_on
from tests.support.bots import nordnetz

SVG = "{http://www.w3.org/2000/svg}"
VERBS = ("say", "choose", "pick", "ask", "form", "do", "route", "call", "handover", "wait", "random", "end")


def step(name: str, verb: str = "say", *ways: tuple[str, str, str], text: str = "") -> ShownStep:
    shown = tuple(ShownWay(to=to, why=why, label=label) for to, why, label in ways)
    return ShownStep(name=name, verb=verb, text=text, about="", ways=shown)


def dialog(*steps: ShownStep) -> ShownDialog:
    return ShownDialog(name="main", title="A & B", start=steps[0].name, steps=steps)


def overlap(cards: tuple[Card, ...]) -> list[tuple[str, str]]:
    return [
        (a.name, b.name)
        for index, a in enumerate(cards)
        for b in cards[index + 1 :]
        if a.x < b.x + CARD and b.x < a.x + CARD and a.y < b.y + b.height and b.y < a.y + a.height
    ]


whys = st.sampled_from(["go", "option", "route", "misses", "silence", "failed", "busy", "cancelled"])


@st.composite
def dialogs(draw_: st.DrawFn) -> ShownDialog:
    names = [f"s{number}" for number in range(draw_(st.integers(1, 12)))]
    steps = []
    for name in names:
        ways = draw_(
            st.lists(st.tuples(st.sampled_from([*names, "other/start"]), whys, st.text(max_size=30)), max_size=5)
        )
        steps.append(step(name, draw_(st.sampled_from(VERBS)), *ways, text=draw_(st.text(max_size=60))))
    return dialog(*steps)


@settings(deadline=None)
@given(dialogs())
def test_any_dialog_is_drawn_whole_and_nothing_lies_over_anything(shown: ShownDialog) -> None:
    picture = layout(shown)
    assert {card.name for card in picture.cards} - {COMMON} == {each.name for each in shown.steps}
    assert overlap(picture.cards) == []
    assert max(card.y + card.height for card in picture.cards) <= picture.height
    common = [row for card in picture.cards if card.name == COMMON for row in card.rows]
    for card in picture.cards:
        if card.name == COMMON:
            continue
        ways = {(way.to, way.why) for each in shown.steps if each.name == card.name for way in each.ways}
        drawn = {(row.to, row.why) for row in card.rows} | {(row.to, row.why) for row in common}
        straight = {to for to, why in ways if (to, why) not in drawn}
        behind = {
            other.name
            for other in picture.cards
            for edge in picture.edges
            if (edge.x2, edge.y2) == (other.x, other.y + HEAD / 2)
        }
        assert straight <= behind  # a way without a row is a line from the card's head
        for row in card.rows:
            assert width(row.label, 11.5) + (width(row.link, 11.5) + 18 if row.link else 0) <= CARD - 2 * PAD + 1
            assert card.y < row.y - ROW / 2 < row.y + ROW / 2 <= card.y + card.height
    ET.fromstring(draw([shown], "x", "en"))  # noqa: S314 - our own


def test_the_example_is_drawn_with_every_way_of_every_step() -> None:
    bot = nordnetz().bot
    shown = shown_dialogs(bot, "de")
    for each in shown:
        for one in each.steps:
            own = [(way.to, way.why) for way in one.ways if "/" not in way.to]
            assert own == ways_on(bot.dialogs[each.name].steps[one.name])
    root = ET.fromstring(draw(shown, bot.title, "de"))  # noqa: S314 - our own
    names = {group.get("id") for group in root.iter(f"{SVG}g")}
    assert {f"{each.name}/{one.name}" for each in shown for one in each.steps} <= names
    links = {(link.get("href") or "").removeprefix("#") for link in root.iter(f"{SVG}a")}
    assert links
    dialogs_ = {each.name for each in shown}
    assert {link for link in links if link not in names and link.split("/")[0] not in dialogs_} == set()


def test_labels_are_in_the_language_asked_for() -> None:
    shown = {each.name: each for each in shown_dialogs(nordnetz().bot, "uk")}["support"]
    menu = next(one for one in shown.steps if one.name == "menu")
    assert menu.text == "Чим допомогти?"
    assert next(way.label for way in menu.ways if way.why == "option") == "Немає інтернету"
    assert {way.why: way.label for way in menu.ways if way.why in ("misses", "silence")} == {
        "misses": "3×",
        "silence": "10m",
    }


def test_what_most_steps_say_alike_is_said_once() -> None:
    same = ("bye", "misses", "3×")
    picture = layout(
        dialog(
            step("a", "ask", ("b", "go", ""), same),
            step("b", "ask", ("c", "go", ""), same),
            step("c", "ask", ("bye", "go", ""), same),
            step("d", "ask", ("bye", "go", ""), ("a", "misses", "1×")),
            step("bye", "end"),
        )
    )
    rows = {card.name: [(row.to, row.why) for row in card.rows if row.why == "misses"] for card in picture.cards}
    assert rows == {"a": [], "b": [], "c": [], "bye": [], "d": [("a", "misses")], COMMON: [("bye", "misses")]}


def test_a_way_back_is_a_link_and_no_line() -> None:
    picture = layout(
        dialog(step("a", "choose", ("b", "option", "x"), ("a", "option", "again")), step("b", "say", ("a", "go", "")))
    )
    links = {(card.name, row.link) for card in picture.cards for row in card.rows if row.link}
    assert links == {("a", "→ a"), ("b", "→ a")}
    assert len(picture.edges) == 1


def test_texts_can_put_nothing_into_a_picture() -> None:
    bad = '"><script>alert(1)</script>&'
    shown = dialog(step("a", "choose", ("a", "option", bad), text=bad))
    root = ET.fromstring(draw([shown], bad, "en"))  # noqa: S314 - our own
    assert [element.tag for element in root.iter() if element.tag.endswith("script")] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_shape_and_stands_in_the_legend(verb: str) -> None:
    assert "path" in shape(verb, 100, 40) or "rect" in shape(verb, 100, 40)
    assert f'<tspan class="name">{verb}</tspan>' in draw([dialog(step("a"))], "x", "en")


def test_verbs_can_be_told_apart_without_colour() -> None:
    shapes = Counter(shape(verb, 100, 40) for verb in ("say", "choose", "do", "route", "form", "end"))
    assert set(shapes.values()) == {1}


def test_words_are_cut_where_the_room_ends() -> None:
    assert cut("short", 12, 100) == "short"
    assert width(cut("x" * 200, 12, 100), 12) <= 100
    assert wrapped("one two three four five six", 12, 60, 2) == ["one two", "three f…"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hallo{% if customer %} {{ customer.name }}{% endif %}!", "Hallo ‹customer.name›!"),
        ("{{ found.due | date }}", "‹found.due›"),
        ("two\n lines", "two lines"),
    ],
)
def test_templates_are_shown_plainly(text: str, shown: str) -> None:
    assert plainly(text) == shown


@pytest.mark.parametrize(
    ("way", "line"),
    [
        (("b", "go", ""), "d_main__a --> d_main__b"),
        (("b", "option", 'Say "no"'), 'd_main__a -->|"Say #quot;no#quot;"| d_main__b'),
        (("b", "route", "n <= 2"), 'd_main__a -->|"n #lt;= 2"| d_main__b'),
        (("b", "misses", "3×"), 'd_main__a -.->|"not understood 3×"| d_main__b'),
        (("b", "silence", "10m"), 'd_main__a -.->|"silent 10m"| d_main__b'),
        (("b", "failed", ""), 'd_main__a -->|"failed"| d_main__b'),
        (("b", "busy", ""), 'd_main__a -->|"nobody free"| d_main__b'),
    ],
)
def test_a_way_in_mermaid(way: tuple[str, str, str], line: str) -> None:
    assert f"  {line}\n" in mermaid([dialog(step("a", "choose", way), step("b", "end"))])


NODE = r'd_\w+(\{\{|\[/|\[\[|\[\\|\(\[|[\[({])"[^"<>`\\]*(<br/>[^"<>`\\]*)*"(\}\}|/\]|\]\]|\\\]|\]\)|[\])}])'
GRAMMAR = re.compile(
    rf'flowchart LR|  subgraph d_\w+ \["[^"<>`\\]*"\]|    {NODE}|  end|  d_\w+ (-->|-\.->)(\|"([^"<>`\\\n]|<br/>)*"\|)? d_\w+|'
    r"  linkStyle \d+(,\d+)* stroke:#c8102e"
)


@settings(deadline=None)
@given(dialogs())
def test_any_dialog_is_mermaid_line_by_line(shown: ShownDialog) -> None:
    assert [line for line in mermaid([shown]).split("\n")[:-1] if not GRAMMAR.fullmatch(line)] == []


def test_the_red_lines_of_mermaid_are_those_of_failures() -> None:
    lines = mermaid(shown_dialogs(nordnetz().bot, "en")).splitlines()
    ways = [line for line in lines if "-->" in line or "-.->" in line]
    red = [int(number) for number in re.findall(r"\d+", lines[-1].split("stroke")[0])]
    assert red
    assert {number for number, line in enumerate(ways) if '|"failed"|' in line} == set(red)


def test_a_dialog_of_two_thousand_steps_in_a_row_is_drawn() -> None:
    steps = [step(f"s{number}", "say", (f"s{number + 1}", "go", "")) for number in range(2000)]
    picture = layout(dialog(*steps, step("s2000", "end")))
    assert len(picture.cards) == 2001
    assert len(picture.edges) == 2000
