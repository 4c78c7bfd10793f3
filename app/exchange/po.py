"""gettext PO, read and written by Babel; what Babel leaves to its callers is done here."""

import io
import re
from typing import Final

import babel.messages
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from app.exchange.plurals import header_of
from conversation.errors import ContentError
from conversation.value import Value

_MAX_BYTES: Final = 20_000_000
_COMMENT: Final = re.compile(r"\s*#")
_LINE: Final = re.compile(r'(?:msg(?:ctxt|id|id_plural|str(?:\[\d\])?) )?\s*"(?:[^"\\]|\\[\\"nrt])*"')
_LANGUAGE: Final = re.compile(r"^Language:\s*([A-Za-z]{2,3})\b", re.MULTILINE)
_PLURALS: Final = re.compile(r"^Plural-Forms:\s*(.+)$", re.MULTILINE)


class Message(Value, frozen=True, kw_only=True):
    """One text in a PO file. ``strings``: one for each ``msgstr[n]``, or one alone. ``plural`` is empty for one without
    plural; ``line`` counts from 1 and is that of ``msgid``."""

    context: str
    id: str
    strings: tuple[str, ...]
    plural: str = ""
    fuzzy: bool = False
    previous: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    most: int = 0
    """Characters that fit, 0 = no limit; Weblate holds translators to it."""
    line: int = 0


class Po(Value, frozen=True, kw_only=True):
    """``plurals``: what it says of its plural forms, empty for what is usual."""

    language: str
    messages: tuple[Message, ...]
    plurals: str = ""


def write(po: Po, title: str) -> bytes:
    """The same texts, the same bytes: no dates."""
    catalog = Catalog(locale=po.language)
    for message in po.messages:
        shown = catalog.add(
            (message.id, message.plural) if message.plural else message.id,
            message.strings if message.plural else message.strings[0],
            context=message.context,
            auto_comments=message.notes,
            previous_id=message.previous,
        )
        shown.flags = {"fuzzy"} if message.fuzzy else set()  # Babel guesses at placeholders of other languages
        if message.most:
            shown.flags.add(f"max-length:{message.most}")
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=True, include_previous=True)
    return _header(po.language, title).encode() + out.getvalue()


def _header(language: str, title: str) -> str:
    fields = {
        "Project-Id-Version": " ".join(title.replace("\\", "/").replace('"', "'").split()),
        "Language": language,
        "Plural-Forms": header_of(language),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    return f'msgid ""\nmsgstr ""\n{lines}\n'


def read(file: str, raw: bytes) -> Po:
    """Raises ContentError, with a line, for what is not PO or does not say its language."""
    if len(raw) > _MAX_BYTES:
        raise ContentError(f"{file}: the file has {len(raw):,} bytes; at most {_MAX_BYTES:,} are read")
    try:
        lines = raw.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ContentError(f"{file}:{line}: this is not UTF-8 text; save the file with the encoding UTF-8") from None
    _look_through(file, lines)
    catalog = _Read()
    parser = PoFileParser(catalog, ignore_obsolete=True, abort_invalid=True)
    try:
        parser.parse(lines)
    except PoFileError as error:
        raise ContentError(f"{file}:{error.lineno + 1}: this is not PO: {str(error).rpartition(' on ')[0]}") from None
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise ContentError(f"{file}:{parser.offset + 1}: this is not PO: {error}") from None
    language = _LANGUAGE.search(catalog.header)
    if not language:
        raise ContentError(f'{file}: it does not say its language; add the line "Language: uk\\n" to its first entry')
    plurals = _PLURALS.search(catalog.header)
    return Po(
        language=language[1].lower(),
        messages=tuple(_message(each) for each in catalog.found),
        plurals=plurals[1] if plurals else "",
    )


def _look_through(file: str, lines: list[str]) -> None:
    """Babel takes whatever stands first and last in a line for its quotes."""
    for number, line in enumerate(lines, 1):
        if line.strip() and not _COMMENT.match(line) and not _LINE.fullmatch(line.strip()):
            todo = 'a text stands in quotes, and a quote in it is written \\"'
            raise ContentError(f"{file}:{number}: this line can't be read; {todo}")


class _Read(Catalog):
    """Keeps the header as it was written, and texts that are named twice."""

    def __init__(self) -> None:
        super().__init__()
        self.header = ""
        self.found: list[babel.messages.Message] = []

    def __setitem__(self, id: str | tuple[str, ...] | list[str], message: babel.messages.Message) -> None:  # noqa: A002 - Babel's name
        if id == "" and message.context is None:
            self.header = str(message.string)
            super().__setitem__(id, message)  # sets how many plural forms there are
        else:
            self.found.append(message)


def _message(read_: babel.messages.Message) -> Message:
    ids = (read_.id,) if isinstance(read_.id, str) else tuple(read_.id)
    strings = (read_.string,) if isinstance(read_.string, str) else tuple(read_.string or ("",))
    return Message(
        context=read_.context or "",
        id=ids[0],
        plural=ids[1] if len(ids) > 1 else "",
        strings=strings,
        fuzzy=read_.fuzzy,
        line=read_.lineno or 0,
    )
