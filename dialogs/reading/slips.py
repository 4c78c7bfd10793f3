"""What the YAML parser stumbles over, in the words of people who write texts: what is wrong with the line, and what to do."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple


class Slip(NamedTuple):
    """``line`` counts from 1."""

    line: int
    message: str
    todo: str


_QUOTE_IT: Final = 'put the whole text in quotes: key: "…"'
_KNOWN: Final[Sequence[tuple[re.Pattern[str], str, str]]] = [
    (
        re.compile("mapping values are not allowed here"),
        "a colon with a space after it stands in a text, or the line is indented otherwise than its neighbours",
        _QUOTE_IT + "; or indent it as its neighbours are",
    ),
    (re.compile("found character '(.)' that cannot start any token"), "a text without quotes can't begin with {0}", _QUOTE_IT),
    (
        re.compile(r"found undefined alias '?(.*?)'?$"),
        "a text without quotes can't begin with * ({0})",
        _QUOTE_IT,
    ),
    (
        re.compile("unexpected end of stream|while scanning a quoted scalar"),
        "a quoted text begins here or above, and its quotes are not closed",
        "close them; within them write other quotes, such as ‘…’",
    ),
    (
        re.compile("while parsing a flow|expected ',' or"),
        "a bracket is opened and not closed, or a comma is missing between two entries",
        "look at this line and the one above for { or [ without } or ]",
    ),
    (
        re.compile("could not find expected ':'"),
        "here or in the line above no colon comes after the key, or no space after the colon",
        "write it as key: value",
    ),
    (
        re.compile("while parsing a block"),
        "this line does not go on from the one above: text goes on behind closing quotes or brackets, quotes are not closed, or the"
        " indentation differs",
        _QUOTE_IT + ", with other quotes inside; indent it as its neighbours are",
    ),
]  # fmt: skip
_OPENS: Final = re.compile(r"""[^"'#]*[:\-,{\[]\s*"(?:[^"\\]|\\.)*""")


def slip(text: str, line: int, reason: str) -> Slip:
    """``reason``: what the parser says at ``line``, which is often the line after the one to mend."""
    opened = _opened(text.splitlines()[: line - 1])
    if opened and reason.startswith("while parsing a"):
        return Slip(opened, "the quotes that are opened here are not closed", 'write " at the end of the text, too')
    for pattern, message, todo in _KNOWN:
        found = pattern.search(reason)
        if found:
            return Slip(line, message.format(*found.groups()), todo)
    return Slip(line, reason, "compare the line with its neighbours")


def _opened(above: Sequence[str]) -> int:
    """The nearest line above with an odd number of quotes, if a text begins with them there and its line ends first; else 0."""
    for number in range(len(above), 0, -1):
        line = above[number - 1].replace('\\"', "")
        if line.count('"') % 2:
            return number if _OPENS.fullmatch(line) else 0
    return 0
