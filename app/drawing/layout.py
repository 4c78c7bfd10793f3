"""A dialog as a tree from left to right: each step stands once, behind the step that a customer most likely comes from.

A way that leads elsewhere, back or to a step that stands already, is a link in its line: so no line crosses a card.
Units are pixels.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Final

from app.drawing.measure import cut, width, wrapped
from conversation.value import Value
from dialogs.shown import ShownDialog, ShownStep, ShownWay

CARD: Final = 248
COLUMN: Final = CARD + 62
GAP: Final = 16
PAD: Final = 10
HEAD: Final = 28
LINE: Final = 16
ROW: Final = 22
NAME_SIZE: Final = 13
SIZE: Final = 12
LABEL_SIZE: Final = 11.5
_MAIN: Final = ("go", "option", "route", "cancelled", "busy", "wait")
_SHARED: Final = 3
"""So many steps that say the same about misses, silence or failure: it is said once for all of them."""
COMMON: Final = ":common"
_WORDS: Final = {
    "misses": "not understood",
    "silence": "silent for",
    "failed": "failed",
    "busy": "nobody free",
    "cancelled": "cancelled",
    "needs": "needs",
    "wait": "did not happen",
}


class Row(Value, frozen=True, kw_only=True):
    """One way on. ``link`` is shown where no line is drawn; ``y`` is its middle."""

    label: str
    why: str
    to: str
    link: str
    y: float


class Card(Value, frozen=True, kw_only=True):
    name: str
    verb: str
    about: str
    title: str
    lines: tuple[str, ...]
    rows: tuple[Row, ...]
    starts: tuple[str, ...]
    x: float
    y: float
    height: float
    first: bool = False


class Edge(Value, frozen=True, kw_only=True):
    """From (x1, y1), the right side of a card, to (x2, y2), the left side of another."""

    why: str
    x1: float
    y1: float
    x2: float
    y2: float


class Picture(Value, frozen=True, kw_only=True):
    cards: tuple[Card, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


def layout(dialog: ShownDialog) -> Picture:
    return _Layout(dialog).picture()


class _Layout:
    def __init__(self, dialog: ShownDialog) -> None:
        self.dialog = dialog
        self.common = _common(dialog)
        self.steps = {step.name: self._own(step) for step in dialog.steps}
        if self.common:
            self.steps[COMMON] = ShownStep(
                name=COMMON,
                verb="common",
                text="where a step says nothing else",
                about="",
                ways=tuple(self.common.values()),
            )
        self.behind = self._tree()
        self.bottom: dict[int, float] = defaultdict(float)
        self.cards: dict[str, Card] = {}

    def _own(self, step: ShownStep) -> ShownStep:
        """Without what is said once for all."""
        ways = tuple(way for way in step.ways if self.common.get(way.why) != way)
        return ShownStep(
            name=step.name, verb=step.verb, text=step.text, about=step.about, ways=ways, intents=step.intents
        )

    def _tree(self) -> dict[str, list[str]]:
        """Step to those that stand behind it; breadth first, ordinary ways before others."""
        behind: dict[str, list[str]] = defaultdict(list)
        placed = {self.dialog.start}
        starts = [self.dialog.start, *([COMMON] if self.common else []), *self.steps]
        for start in starts:
            if start != self.dialog.start and start in placed:
                continue
            placed.add(start)
            ahead = deque([start])
            while ahead:
                name = ahead.popleft()
                for way in sorted(self.steps[name].ways, key=lambda way: way.why not in _MAIN):
                    if way.to in self.steps and way.to not in placed:
                        placed.add(way.to)
                        behind[name].append(way.to)
                        ahead.append(way.to)
        return behind

    def picture(self) -> Picture:
        reached = {name for names in self.behind.values() for name in names}
        for name in [self.dialog.start, *([COMMON] if self.common else []), *self.steps]:
            if name not in reached and name not in self.cards:
                self._place(name, 0, self.bottom[0])
        edges = tuple(self._edges())
        right = max(card.x + CARD for card in self.cards.values())
        return Picture(
            cards=tuple(self.cards.values()), edges=edges, width=right, height=max(self.bottom.values()) - GAP
        )

    def _place(self, root: str, depth: int, wish: float) -> None:
        """A step, then all behind it, as high as there is room."""
        ahead = [(root, depth, wish)]
        while ahead:
            name, column, wanted = ahead.pop()
            card = self._card(name, column * COLUMN, max(wanted, self.bottom[column]))
            self.cards[name] = card
            self.bottom[column] = card.y + card.height + GAP
            rows = {row.to: row.y for row in card.rows}
            ordered = sorted(self.behind[name], key=lambda child: rows.get(child, card.y))
            ahead += [(child, column + 1, card.y) for child in reversed(ordered)]

    def _card(self, name: str, x: float, y: float) -> Card:
        step = self.steps[name]
        lines = tuple(wrapped(step.text, SIZE, CARD - 2 * PAD, 2))
        said = len(lines) + bool(step.intents)
        top = y + HEAD + said * LINE + (6 if said else 0)
        ways = [way for way in step.ways if way.why != "go" or way.to not in self.behind[name]]
        rows = tuple(self._row(name, way, top + ROW * (index + 0.5)) for index, way in enumerate(ways))
        title = cut("everywhere" if name == COMMON else name, NAME_SIZE, CARD - 2 * PAD - 62)
        first = name == self.dialog.start
        room = CARD - 2 * PAD - width(title, NAME_SIZE) - width(step.verb, LABEL_SIZE) - (34 if first else 20)
        about = cut(step.about, LABEL_SIZE, room) if room > 20 else ""
        return Card(
            name=name,
            verb=step.verb,
            about=about,
            title=title,
            lines=lines,
            rows=rows,
            starts=step.intents,
            x=x,
            y=y,
            height=top + ROW * len(rows) + (6 if rows else 2) - y,
            first=first,
        )

    def _row(self, name: str, way: ShownWay, y: float) -> Row:
        drawn = way.to in self.behind[name] and self._first(name, way)
        words = " ".join(part for part in (_WORDS.get(way.why, ""), "" if way.why == "needs" else way.label) if part)
        words = words or ("runs" if "/" in way.to else "then" if way.why == "go" else "")
        room = CARD - 2 * PAD
        link = (
            "" if drawn else cut(f"→ {way.to.split('/')[0]}", LABEL_SIZE, room - 18 - min(width(words, LABEL_SIZE), 80))
        )
        taken = width(link, LABEL_SIZE) + 18 if link else 8
        return Row(label=cut(words, LABEL_SIZE, room - taken), why=way.why, to=way.to, link=link, y=y)

    def _first(self, name: str, way: ShownWay) -> bool:
        """Of two ways to the same step the first gets the line."""
        return next(each for each in self.steps[name].ways if each.to == way.to) == way

    def _edges(self) -> Iterator[Edge]:
        for name, children in self.behind.items():
            card = self.cards[name]
            for child in children:
                to = self.cards[child]
                row = next((row for row in card.rows if row.to == child and not row.link), None)
                yield Edge(
                    why=row.why if row else "go",
                    x1=card.x + CARD,
                    y1=row.y if row else card.y + HEAD / 2,
                    x2=to.x,
                    y2=to.y + HEAD / 2,
                )


def _common(dialog: ShownDialog) -> dict[str, ShownWay]:
    """What most steps say of misses, silence and failure, if it is the same."""
    counted: dict[ShownWay, int] = defaultdict(int)
    for step in dialog.steps:
        for way in step.ways:
            if way.why in ("misses", "silence", "failed"):
                counted[way] += 1
    found: dict[str, ShownWay] = {}
    for way, count in sorted(counted.items(), key=lambda item: -item[1]):
        if count >= _SHARED:
            found.setdefault(way.why, way)
    return {why: found[why] for why in ("misses", "silence", "failed") if why in found}
