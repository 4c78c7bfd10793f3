"""Turns a message into parts that a channel can carry, so that every dialog works on every channel."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias

import msgspec

from bots.graphemes import clusters
from bots.limits import Limits, Unit, size_in
from conversation.content import (
    Button,
    Contact,
    Content,
    Example,
    Location,
    Media,
    Note,
    Prompt,
    Text,
    Unsupported,
    plain_text,
)
from conversation.message import Message
from conversation.value import Tagged, Value

_ELLIPSIS = "…"

Menu: TypeAlias = Literal["none", "buttons", "list"]


Link: TypeAlias = Callable[[Media], str]


def name_only(media: Media) -> str:
    """For a rehearsal, where nothing answers links: the file's name in the bot folder."""
    return media.ref


class TextPart(Tagged, frozen=True, kw_only=True):
    """Words, never blank. ``menu`` says how the channel shows ``buttons``."""

    text: str
    buttons: tuple[Button, ...] = ()
    menu: Menu = "none"


class MediaPart(Tagged, frozen=True, kw_only=True):
    """A file with its caption."""

    media: Media
    buttons: tuple[Button, ...] = ()


class LocationPart(Tagged, frozen=True, kw_only=True):
    location: Location


class ContactPart(Tagged, frozen=True, kw_only=True):
    contact: Contact


Part: TypeAlias = TextPart | MediaPart | LocationPart | ContactPart


class _Choices(Value, frozen=True, kw_only=True):
    """How the options are shown: on buttons or rows, or as ``lines`` after the text."""

    menu: Menu = "none"
    buttons: tuple[Button, ...] = ()
    lines: str = ""


def shape(message: Message, limits: Limits, link: Link = name_only) -> tuple[Part, ...]:
    """The message in as few parts as the channel allows, in order; options are on the last. Empty: nothing to show.

    ``link``: where the customer finds a file that the channel can't carry.
    """
    return shape_content(message.content, limits, link)


def shape_content(content: Content, limits: Limits, link: Link = name_only) -> tuple[Part, ...]:
    """``shape`` for a content without its message."""
    match content:
        case Prompt(text=text, buttons=buttons, attach=attach):
            return _prompt(text, _choices(buttons, limits), attach, limits, link)
        case Text(text=text):
            return _texts(text, _Choices(), limits)
        case Media():
            return _prompt("", _Choices(), content, limits, link)
        case Location():
            return (
                (LocationPart(location=content),)
                if limits.location
                else _texts(plain_text(content), _Choices(), limits)
            )
        case Contact(phone=phone, name=name):
            return (ContactPart(contact=content),) if limits.contact else _texts(f"{name} {phone}", _Choices(), limits)
        case Unsupported() | Example() | Note():
            return ()


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _prompt(text: str, choices: _Choices, attach: Media | None, limits: Limits, link: Link) -> tuple[Part, ...]:
    if attach is None:
        return _texts(text, choices, limits)
    if attach.type not in limits.media or attach.size > limits.upload:
        lines = (text, attach.caption, f"{attach.name} {link(attach)}".strip())
        return _texts("\n".join(line for line in lines if line.strip()), choices, limits)
    together = _one_message(text, choices, attach, limits)
    if together is not None:
        return (together,)
    file: tuple[Part, ...] = (MediaPart(media=attach),)
    if attach.caption and not _captions(attach, attach.caption, limits):
        file = (
            MediaPart(media=msgspec.structs.replace(attach, caption="")),
            *_texts(attach.caption, _Choices(), limits),
        )
    return (*file, *_texts(text, choices, limits))


def _one_message(text: str, choices: _Choices, attach: Media, limits: Limits) -> MediaPart | None:
    """File, words and buttons in one message, where the channel can: one push on the phone instead of two."""
    if text and attach.caption:
        return None
    caption = attach.caption or text + choices.lines
    if caption and not _captions(attach, caption, limits):
        return None
    if choices.menu == "list" or (choices.buttons and not limits.media_buttons):
        return None
    return MediaPart(media=msgspec.structs.replace(attach, caption=caption), buttons=choices.buttons)


def _captions(media: Media, words: str, limits: Limits) -> bool:
    return media.type in limits.captioned and size_in(limits.unit, words) <= limits.caption


# ── options ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _choices(buttons: tuple[Button, ...], limits: Limits) -> _Choices:
    """Buttons, else a list, else numbers; words are cut only where nothing shows them whole."""
    if not buttons:
        return _Choices()
    if all(len(button.payload.encode()) <= limits.payload for button in buttons):
        ways: list[tuple[Menu, int]] = []
        if len(buttons) <= limits.buttons:
            ways.append(("buttons", limits.label))
        if len(buttons) <= limits.rows:
            ways.append(("list", limits.row_label))
        whole = [way for way in ways if all(size_in(limits.unit, button.label) <= way[1] for button in buttons)]
        for menu, limit in (whole or ways)[:1]:
            labels = cut_labels([button.label for button in buttons], limit, limits.unit)
            shown = tuple(
                Button(payload=button.payload, label=label) for button, label in zip(buttons, labels, strict=True)
            )
            return _Choices(menu=menu, buttons=shown)
    lines = (f"\n{number}. {_one_line(button.label)}" for number, button in enumerate(buttons, 1))
    return _Choices(lines="".join(lines))


def cut_labels(labels: Sequence[str], limit: int, unit: Unit) -> tuple[str, ...]:
    """Labels of at most ``limit`` units. What was cut ends in "…"; labels that differ still differ.

    ``limit`` must leave room for "… 100": eight units.
    """
    lines = [_one_line(label) for label in labels]
    owners = {line: line for line in lines if size_in(unit, line) <= limit}
    return tuple(line if line in owners else _cut_apart(line, limit, unit, owners) for line in lines)


def _cut_apart(label: str, limit: int, unit: Unit, owners: dict[str, str]) -> str:
    """A cut form that no other label has; ``owners``: shown form to the label it stands for."""
    shown, number = _cut(label, limit, unit, _ELLIPSIS), 2
    while owners.setdefault(shown, label) != label:
        shown, number = _cut(label, limit, unit, f"{_ELLIPSIS} {number}"), number + 1
    return shown


def _cut(text: str, limit: int, unit: Unit, ending: str) -> str:
    head, room = "", limit - size_in(unit, ending)
    for cluster in clusters(text):
        room -= size_in(unit, cluster)
        if room < 0:
            break
        head += cluster
    return head.rstrip() + ending


def _one_line(label: str) -> str:
    return " ".join(label.split())


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _texts(text: str, choices: _Choices, limits: Limits) -> tuple[Part, ...]:
    words = text + choices.lines if text.strip() else choices.lines.removeprefix("\n")
    limit = limits.prompt_text if choices.buttons else limits.text
    pieces = [piece for piece in split(words, limit, limits.unit) if piece.strip()]
    if not pieces and choices.buttons:
        pieces = [_ELLIPSIS]  # no channel takes a menu without words
    if not pieces:
        return ()
    last = TextPart(text=pieces[-1], buttons=choices.buttons, menu=choices.menu)
    return (*(TextPart(text=piece) for piece in pieces[:-1]), last)


def split(text: str, limit: int, unit: Unit) -> list[str]:
    """Pieces of at most ``limit`` units that joined are ``text``: cut after a line in the latter half, else a word.

    A cluster that is longer than the limit by itself is cut between code points. ``limit`` is at least four.
    """
    if size_in(unit, text) <= limit:
        return [text]
    pieces: list[str] = []
    held: list[str] = []
    room = limit
    for cluster in _fitting(clusters(text), limit, unit):
        size = size_in(unit, cluster)
        if size > room:
            kept = _break(held)
            pieces.append("".join(held[:kept]))
            held = held[kept:]
            room = limit - size_in(unit, "".join(held))
            if size > room:
                pieces.append("".join(held))
                held, room = [], limit
        held.append(cluster)
        room -= size
    return [*pieces, "".join(held)]


def _fitting(parts: Iterable[str], limit: int, unit: Unit) -> Iterable[str]:
    for cluster in parts:
        if size_in(unit, cluster) <= limit:
            yield cluster
        else:
            yield from cluster


def _break(held: Sequence[str]) -> int:
    """How many of the clusters to let go: up to the last line end of the latter half, the last blank, or all."""
    blank = 0
    for index in range(len(held) - 1, -1, -1):
        if held[index] in ("\n", "\r\n") and index >= len(held) // 2:
            return index + 1
        if held[index].isspace() and not blank:
            blank = index + 1
    return blank or len(held)
