"""What a file is, by its content: what its name says, or the browser that sends it, counts for nothing. Pure."""

import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from typing import Final, NamedTuple

from conversation.content import MediaType


class Kind(NamedTuple):
    """``endings``: what its name may end in; the first one is put behind a name that ends in none of them."""

    mime: str
    type: MediaType
    endings: tuple[str, ...]


PNG: Final = Kind("image/png", "photo", (".png",))
JPEG: Final = Kind("image/jpeg", "photo", (".jpg", ".jpeg"))
WEBP: Final = Kind("image/webp", "photo", (".webp",))
GIF: Final = Kind("image/gif", "file", (".gif",))
PDF: Final = Kind("application/pdf", "file", (".pdf",))
MP3: Final = Kind("audio/mpeg", "audio", (".mp3",))
MP4: Final = Kind("video/mp4", "video", (".mp4", ".m4v"))
OGG: Final = Kind("audio/ogg", "file", (".ogg", ".oga", ".opus"))
TEXT: Final = Kind("text/plain", "file", (".txt", ".csv", ".md", ".log"))
_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_OFFICE: Final = {
    "word/document.xml": Kind(f"{_OOXML}wordprocessingml.document", "file", (".docx",)),
    "xl/workbook.xml": Kind(f"{_OOXML}spreadsheetml.sheet", "file", (".xlsx",)),
    "ppt/presentation.xml": Kind(f"{_OOXML}presentationml.presentation", "file", (".pptx",)),
}
_OPEN: Final = {
    b"application/vnd.oasis.opendocument.text": Kind("application/vnd.oasis.opendocument.text", "file", (".odt",)),
    b"application/vnd.oasis.opendocument.spreadsheet": Kind(
        "application/vnd.oasis.opendocument.spreadsheet", "file", (".ods",)
    ),
    b"application/vnd.oasis.opendocument.presentation": Kind(
        "application/vnd.oasis.opendocument.presentation", "file", (".odp",)
    ),
}
_MARKS: Final = (
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"GIF87a", GIF),
    (0, b"GIF89a", GIF),
    (8, b"WEBP", WEBP),
    (0, b"%PDF-", PDF),
    (0, b"ID3", MP3),
    (0, b"OggS", OGG),
    (4, b"ftyp", MP4),
)
"""Where which bytes stand."""
_MOVIES: Final = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"qt  ")
TYPES: Final[dict[str, MediaType]] = {
    kind.mime: kind.type
    for kind in (PNG, JPEG, WEBP, GIF, PDF, MP3, MP4, OGG, TEXT, *_OFFICE.values(), *_OPEN.values())
}
"""What is sent as what."""
LONGEST_NAME: Final = 120
"""Characters."""
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, NotImplementedError, RuntimeError, OSError, EOFError
)  # fmt: skip
"""What looking into an archive raises."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_BLANKS: Final = re.compile(r"\s+")


def kind_of(body: bytes) -> Kind | None:
    """None for what nobody should send: programs, archives, macros, unknown things, nothing at all."""
    for at, mark, kind in _MARKS:
        if body[at : at + len(mark)] == mark and _holds(kind, body):
            return kind
    if body[:4] == b"PK\x03\x04":
        return _zipped(body)
    if body[:1] == b"\xff" and len(body) > 3 and body[1] & 0xE6 == 0xE2 and body[2] & 0xF0 not in (0x00, 0xF0):
        return MP3  # a frame of layer III without a tag before it
    return TEXT if _is_text(body) else None


def _holds(kind: Kind, body: bytes) -> bool:
    if kind is WEBP:
        return body[:4] == b"RIFF"
    return body[8:12] in _MOVIES if kind is MP4 else True


def _zipped(body: bytes) -> Kind | None:
    """An office document, as its parts say; one with macros is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = frozenset(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return _OPEN.get(archive.read("mimetype").strip())
    except _DAMAGED:
        return None
    if "[Content_Types].xml" not in names or any("vbaproject" in name.casefold() for name in names):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _is_text(body: bytes) -> bool:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not _CONTROL.search(text)


def clean_name(name: str, kind: Kind) -> str:
    """A name without folders, control signs and signs that turn the line round, that ends as its kind does."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    words = _BLANKS.sub(" ", plain).strip(" .")
    stem, dot, ending = words.rpartition(".")
    if dot and f".{ending.lower()}" in kind.endings:
        return f"{(stem.strip() or 'file')[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return f"{(words or 'file')[: LONGEST_NAME - len(kind.endings[0])]}{kind.endings[0]}"
