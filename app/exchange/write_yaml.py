"""Plain data as YAML that an editor would have written: no quotes where none are needed, short things on one line."""

import json
import re
from typing import Final

from conversation.value import Data
from dialogs.reading.source import read_source

NEVER_PLAIN: Final = " \n\r"
_WIDTH: Final = 100
_PLAIN: Final = re.compile(r"[^\W_][\w .!?;()/+%&@$€„“”«»’…–—'*~^=<>|-]*(:[\w/]+[\w .!?;()]*)*")
_LOOSE: Final = re.compile(_PLAIN.pattern.replace("[\\w .", "[\\w .,{}[\\]"))
"""Outside of brackets, brackets and commas need no quotes."""
_ODD: Final = re.compile(
    "[^\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]"
)


def scalar(text: str, style: str, *, inside: bool) -> str:
    """In the quotes of ``style``, or with none, wherever that means the same. ``inside`` of brackets more needs quotes."""
    if style == "'" and not _ODD.search(text):
        return "'" + text.replace("'", "''") + "'"
    plain = _PLAIN if inside else _LOOSE
    if style == "" and text == text.strip() and plain.fullmatch(text) and not _ODD.search(text) and _is_text(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _is_text(text: str) -> bool:
    return bool(read_source("", text.encode()).data == text)


def literal(text: str, indent: int) -> str:
    """As a ``|`` block, if it can be one."""
    lines = text.removesuffix("\n").split("\n")
    if not lines[0].strip() or lines[0][0] == " " or text.endswith("\n\n") or _ODD.search(text.replace("\n", "")):
        return scalar(text, '"', inside=False)
    mark = "|" if text.endswith("\n") else "|-"
    return "\n".join([mark, *(" " * indent + line if line else "" for line in lines)])


def flow(data: Data) -> str:
    """On one line."""
    match data:
        case dict():
            return (
                "{"
                + ", ".join(f"{scalar(str(key), '', inside=True)}: {flow(value)}" for key, value in data.items())
                + "}"
            )
        case list():
            return "[" + ", ".join(flow(item) for item in data) + "]"
        case str():
            return scalar(data, "", inside=True)
        case _:
            return json.dumps(data)


def block(data: Data, indent: int) -> str:
    """The keys of a mapping below each other; what is short behind its key."""
    lines = []
    for key, value in data.items():
        start = " " * indent + scalar(str(key), "", inside=True) + ":"
        short = _short(value)
        if isinstance(value, dict) and value and (indent == 0 or len(start) + len(short) > _WIDTH):
            lines.append(f"{start}\n{block(value, indent + 2)}")
        else:
            lines.append(f"{start} {short}\n")
    return "".join(lines)


def items(data: list[Data], indent: int) -> str:
    """A list, one item a line; the first line is not indented."""
    return ("\n" + " " * indent).join(f"- {_short(item)}" for item in data)


def _short(data: Data) -> str:
    return scalar(data, "", inside=False) if isinstance(data, str) else flow(data)
