"""A bot's dialogs as Mermaid text: a picture that shows in reviews, and whose changes can be read line by line."""

from collections.abc import Iterator, Sequence
from typing import Final

from dialogs.shown import ShownDialog, ShownStep, ShownWay

_WORDS: Final = 40
_SHAPES: Final = {
    "choose": ("{{", "}}"),
    "pick": ("{{", "}}"),
    "ask": ("[/", "/]"),
    "form": ("[/", "/]"),
    "do": ("[[", "]]"),
    "call": ("[[", "]]"),
    "route": ("{", "}"),
    "random": ("{", "}"),
    "handover": ("[\\", "\\]"),
    "wait": ("(", ")"),
    "end": ("([", "])"),
}
_WHY: Final = {"misses": "not understood", "silence": "silent", "busy": "nobody free", "wait": "did not happen"}
_DOTTED: Final = ("misses", "silence", "needs")


def mermaid(dialogs: Sequence[ShownDialog]) -> str:
    """A flow chart with a group for each dialog."""
    lines = ["flowchart LR"]
    numbers: list[int] = []
    count = 0
    for dialog in dialogs:
        lines.append(f"  subgraph {_id(dialog.name)} [{_quoted(dialog.title)}]")
        lines += [f"    {_node(dialog, step)}" for step in dialog.steps]
        lines.append("  end")
    known = {f"{dialog.name}/{step.name}" for dialog in dialogs for step in dialog.steps}
    for dialog in dialogs:
        for step in dialog.steps:
            for way, line in _ways(dialog, step, known):
                lines.append(f"  {line}")
                numbers += [count] if way.why == "failed" else []
                count += 1
    if numbers:
        lines.append(f"  linkStyle {','.join(map(str, numbers))} stroke:#c8102e")
    return "\n".join(lines) + "\n"


def _node(dialog: ShownDialog, step: ShownStep) -> str:
    opening, closing = _SHAPES.get(step.verb, ("[", "]"))
    words = step.text if len(step.text) <= _WORDS else step.text[: _WORDS - 1].rstrip() + "…"
    head = f"{step.name} · {step.verb} {step.about}".strip()
    label = _quoted(f"{head}\n{words}" if words else head)
    return f"{_id(f'{dialog.name}/{step.name}')}{opening}{label}{closing}"


def _ways(dialog: ShownDialog, step: ShownStep, known: set[str]) -> Iterator[tuple[ShownWay, str]]:
    """What leads to a dialog that is not drawn is left out."""
    for way in step.ways:
        to = way.to if "/" in way.to else f"{dialog.name}/{way.to}"
        if to in known:
            words = " ".join(part for part in (_WHY.get(way.why, _reason(way)), way.label) if part)
            arrow = "-.->" if way.why in _DOTTED else "-->"
            quoted = _quoted(words)
            label = f"|{quoted}|" if quoted.strip('" ') else ""
            yield way, f"{_id(f'{dialog.name}/{step.name}')} {arrow}{label} {_id(to)}"


def _reason(way: ShownWay) -> str:
    return "" if way.why in ("go", "option", "route") else way.why


def _id(name: str) -> str:
    """No word of Mermaid's own begins with ``d_``."""
    return "d_" + name.replace("/", "__")


def _quoted(text: str) -> str:
    """Mermaid has no escapes but these; a line break is ``<br/>``."""
    marks = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;", "\n": "<br/>"}
    return (
        '"'
        + "".join(marks.get(character, character) for character in text if character >= " " or character == "\n")
        + '"'
    )
