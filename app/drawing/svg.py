"""A bot's dialogs as one SVG: each dialog under its title, then what shapes and lines mean. Light and dark as the reader has it."""

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Final
from xml.sax import saxutils

from app.drawing.layout import (
    CARD,
    COMMON,
    HEAD,
    LABEL_SIZE,
    LINE,
    NAME_SIZE,
    PAD,
    ROW,
    SIZE,
    Card,
    Edge,
    Picture,
    layout,
)
from app.drawing.measure import width
from dialogs.shown import ShownDialog

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARGIN: Final = 28
_TITLE: Final = 44
_BETWEEN: Final = 36
_VERBS: Final = (
    ("say", "says a text"),
    ("choose", "a menu"),
    ("pick", "a menu from a list"),
    ("ask", "asks one thing"),
    ("form", "asks several things"),
    ("do", "calls the back-end"),
    ("route", "branches on data"),
    ("call", "runs another dialog"),
    ("handover", "to a person"),
    ("wait", "waits"),
    ("random", "tries variants"),
    ("end", "the end"),
)
_LINES: Final = (
    ("go", "goes on"),
    ("misses", "not understood"),
    ("silence", "no answer"),
    ("failed", "something failed"),
)


def escape(text: str) -> str:
    """Without the characters that XML can't have at all."""
    return saxutils.escape(_NO_XML.sub("", text))


def quoteattr(text: str) -> str:
    return saxutils.quoteattr(_NO_XML.sub("", text))


def draw(dialogs: Sequence[ShownDialog], title: str, language: str) -> str:
    """The whole file."""
    style = (files("app.drawing") / "picture.css").read_text(encoding="utf-8")
    parts: list[str] = []
    right, y = 640.0, float(_MARGIN)
    for dialog in dialogs:
        picture = layout(dialog)
        parts += _dialog(dialog, picture, y)
        right = max(right, picture.width)
        y += _TITLE + picture.height + _BETWEEN
    legend, height = _legend(y, right)
    wide, tall = round(right + 2 * _MARGIN), round(y + height + _MARGIN)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" '
        f'lang={quoteattr(language)} role="img" aria-label={quoteattr(title)}>'
    )
    body = [head, f"<title>{escape(title)}</title>", f"<style>\n{style}</style>"]
    return (
        "\n".join([*body, f'<rect class="ground" width="{wide}" height="{tall}"/>', *parts, *legend, "</svg>"]) + "\n"
    )


def _dialog(dialog: ShownDialog, picture: Picture, y: float) -> Iterator[str]:
    yield f'<g id={quoteattr(dialog.name)}><text class="title" x="{_MARGIN}" y="{y + 14:g}">{escape(dialog.title)}</text>'
    steps = f"{dialog.name} · {len(dialog.steps)} steps"
    yield f'<text class="muted" x="{_MARGIN}" y="{y + 31:g}">{escape(steps)}</text>'
    yield f'<g transform="translate({_MARGIN} {y + _TITLE:g})">'
    yield from (_edge(edge) for edge in picture.edges)
    for card in picture.cards:
        yield from _card(dialog, card)
    yield "</g></g>"


def _edge(edge: Edge) -> str:
    bend = (edge.x2 - edge.x1) / 2
    path = f"M{edge.x1:g} {edge.y1:g}C{edge.x1 + bend:g} {edge.y1:g} {edge.x2 - bend:g} {edge.y2:g} {edge.x2 - 5:g} {edge.y2:g}"
    tip = f"M{edge.x2 - 6:g} {edge.y2 - 4:g}l6 4l-6 4z"
    return f'<path class="way {edge.why}" d="{path}"/><path class="tip {edge.why}" d="{tip}"/>'


def _card(dialog: ShownDialog, card: Card) -> Iterator[str]:
    anchor = f" id={quoteattr(f'{dialog.name}/{card.name}')}" if card.name != COMMON else ""
    yield f'<g class="card {card.verb}"{anchor} transform="translate({card.x:g} {card.y:g})">'
    yield f"<title>{escape(' · '.join(card.lines) or card.title)}</title>"
    yield shape(card.verb, CARD, card.height)
    if card.first:
        yield f'<path class="flag" d="M{PAD} 8v13M{PAD} 8l9 4l-9 4z"/>'
    at = PAD + (14 if card.first else 0)
    yield f'<text class="name" font-size="{NAME_SIZE}" x="{at:g}" y="19">{escape(card.title)}</text>'
    tag = "" if card.name == COMMON else f"{card.verb} {card.about}".strip()
    yield f'<text class="tag" font-size="{LABEL_SIZE}" x="{CARD - PAD}" y="19">{escape(tag)}</text>'
    y = HEAD + 11.0
    for line in card.lines:
        yield f'<text class="says" font-size="{SIZE}" x="{PAD}" y="{y:g}">{escape(line)}</text>'
        y += LINE
    if card.starts:
        words = f"free text: {', '.join(card.starts)}"
        yield f'<text class="starts" font-size="{LABEL_SIZE}" x="{PAD}" y="{y + 2:g}">{escape(words)}</text>'
    for row in card.rows:
        middle = row.y - card.y
        yield f'<path class="rule" d="M1 {middle - ROW / 2:g}H{CARD - 1}"/>'
        yield f'<text class="label {row.why}" font-size="{LABEL_SIZE}" x="{PAD}" y="{middle + 4:g}">{escape(row.label)}</text>'
        if row.link:
            yield _link(dialog, row.link, row.to, row.why, middle)
        else:
            yield f'<circle class="port {row.why}" cx="{CARD}" cy="{middle:g}" r="3"/>'
    yield "</g>"


def _link(dialog: ShownDialog, words: str, to: str, why: str, y: float) -> str:
    wide = width(words, LABEL_SIZE) + 12
    x = CARD - wide - 5
    target = to if "/" in to else f"{dialog.name}/{to}"
    return (
        f'<a href={quoteattr("#" + target)}><rect class="link {why}" x="{x:g}" y="{y - 8.5:g}" width="{wide:g}" height="17" rx="8.5"/>'
        f'<text class="to {why}" font-size="{LABEL_SIZE}" x="{x + wide / 2:g}" y="{y + 4:g}">{escape(words)}</text></a>'
    )


def shape(verb: str, wide: float, tall: float) -> str:
    """The outline of a card, by its verb."""
    side = min(10.0, tall / 2)
    match verb:
        case "end":
            return f'<rect class="box" width="{wide:g}" height="{tall:g}" rx="{min(tall / 2, 15):g}"/>'
        case "route" | "random":  # pointed, as a decision is
            path = f"M0 0H{wide:g}L{wide:g} {tall:g}H0L-{side:g} {tall / 2:g}z"
            return f'<path class="box" d="{path}"/>'
        case "do" | "wait":  # corners cut off
            path = (
                f"M{side:g} 0H{wide - side:g}L{wide:g} {side:g}V{tall - side:g}L{wide - side:g} {tall:g}H{side:g}"
                f"L0 {tall - side:g}V{side:g}z"
            )
            return f'<path class="box" d="{path}"/>'
        case "form" | "call":  # more than one behind it
            behind = f'<path class="box" d="M5 -4H{wide + 4:g}V{tall - 5:g}"/>'
            return f'{behind}<rect class="box" width="{wide:g}" height="{tall:g}" rx="3"/>'
        case _:
            return f'<rect class="box" width="{wide:g}" height="{tall:g}" rx="{0 if verb == "say" else 7}"/>'


def _legend(y: float, right: float) -> tuple[list[str], float]:
    parts = [f'<g class="legend" transform="translate({_MARGIN} {y:g})">']
    x, top = 0.0, 0.0
    for kind, words in [*_VERBS, *_LINES]:
        wide = 46 + width(f"{kind} {words}", LABEL_SIZE) + 26
        if x + wide > right:
            x, top = 0.0, top + 26
        if (kind, words) in _LINES:
            drawn = f'<path class="way {kind}" d="M0 9H30"/><path class="tip {kind}" d="M30 5l6 4l-6 4z"/>'
            label = escape(words)
        else:
            drawn = f'<g class="card {kind}">{shape(kind, 32, 18)}</g>'
            label = f'<tspan class="name">{kind}</tspan> {escape(words)}'
        text = f'<text class="muted" font-size="{LABEL_SIZE}" x="44" y="13">{label}</text>'
        parts.append(f'<g transform="translate({x:g} {top:g})">{drawn}{text}</g>')
        x += wide
    return [*parts, "</g>"], top + 26
