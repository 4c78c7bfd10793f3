"""What an operator's file is, by its bytes, and what it may be called."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.kinds import LONGEST_NAME, PDF, PNG, TEXT, TYPES, Kind, clean_name, kind_of


def zipped(*names: str, mimetype: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, b"<x/>")
    return made.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
        (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"ID3\x04\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + b"\0" * 8, "audio/mpeg"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"\0\0\0\x20ftypisom\0\0", "video/mp4"),
        (zipped(*WORD), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
        ("Grüße,\n\tІван".encode(), "text/plain"),
        ("\ufeffa;b\r\n".encode(), "text/plain"),
        (b"<svg onload=alert(1)>", "text/plain"),
        (b"<!doctype html><script>alert(1)</script>", "text/plain"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says(body: bytes, mime: str) -> None:
    kind = kind_of(body)
    assert kind
    assert kind.mime == mime
    assert TYPES[kind.mime] == kind.type


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \n",
        b"MZ\x90\0",
        b"\x7fELF\x02",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"XXXX\0\0\0\0WEBP",
        b"\0\0\0\x20ftypheic\0\0",
        b"PK\x03\x04 broken",
        zipped("a.txt"),
        zipped("word/document.xml"),
        zipped(*WORD, "word/vbaProject.bin"),
        zipped(mimetype=b"application/epub+zip"),
        b"\xff\xfe\0\0binary",
        b"text with a \0 in it",
        b"\x1b[31mred",
        "Grüße".encode("latin-1"),
        b"#!/bin/sh\n\x08",
    ],
)
def test_what_nobody_should_send_is_no_kind(body: bytes) -> None:
    assert kind_of(body) is None


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_packed_file_that_is_damaged_is_no_kind(method: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument.text")
    body = bytearray(made.getvalue())
    first = body.index(b"mimetype") + len(b"mimetype")
    for at in range(first, first + 24):
        body[at] ^= 0xFF
    assert kind_of(bytes(body)) is None


@given(st.binary(max_size=64))
def test_random_bytes_are_never_our_fault(body: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"%PDF-", b"\xff", b"\0\0\0\x20ftyp"):
        kind_of(start + body)


@pytest.mark.parametrize(
    ("name", "kind", "clean"),
    [
        ("Rechnung März.pdf", PDF, "Rechnung März.pdf"),
        ("invoice.exe", PDF, "invoice.exe.pdf"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("C:\\Users\\a\\photo.PNG", PNG, "photo.PNG"),
        ("a\r\nX-Evil: 1.pdf", PDF, "aX-Evil: 1.pdf"),
        ("fdp.\u202egnp.png", PNG, "fdp.gnp.png"),
        ("", PDF, "file.pdf"),
        (".pdf", PDF, "pdf.pdf"),
        ("  .. ", TEXT, "file.txt"),
        ("data.csv", TEXT, "data.csv"),
        ("page.html", TEXT, "page.html.txt"),
        ("x.svg", TEXT, "x.svg.txt"),
    ],
)
def test_a_name_loses_what_could_mislead_and_ends_as_the_file_is(name: str, kind: Kind, clean: str) -> None:
    assert clean_name(name, kind) == clean


@given(st.text(max_size=400), st.sampled_from([PDF, PNG, TEXT]))
def test_any_name_becomes_a_plain_one_of_limited_length(name: str, kind: Kind) -> None:
    clean = clean_name(name, kind)
    assert 0 < len(clean) <= LONGEST_NAME
    assert clean.isprintable()
    assert not set("/\\") & set(clean)
    assert clean.lower().endswith(kind.endings)
