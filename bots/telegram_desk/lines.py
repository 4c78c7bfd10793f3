"""A message of a conversation as the group reads it: HTML in which everything from outside is escaped. Pure."""

from html import escape
from typing import Final

import msgspec

from bots.shape import split
from bots.telegram_desk.words import Words
from conversation.content import Contact, Content, Example, Location, Media, Note, Prompt, Text, Unsupported, media_of
from conversation.message import Message

LONGEST: Final = 4000
"""UTF-16 units of one of our messages: Telegram takes 4,096, without the tags."""
CAPTION: Final = 1000
"""Of words below a file: Telegram takes 1,024."""
_UNIT: Final = "utf16"


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """``html`` of ``units``: what Telegram counts of it."""

    html: str
    units: int


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def who(message: Message, customer: str, words: Words, language: str) -> str:
    """Plain: the sign and the name of whoever spoke."""
    match message.author:
        case "customer":
            return f"👤 {customer}"
        case "bot":
            return f"🤖 {words.say(language, 'bot')}"
        case "operator":
            return f"🎧 {message.name}"
        case "system":
            return f"📝 {message.name}" if isinstance(message.content, Note) else "—"


def blocks(message: Message, customer: str, words: Words, language: str) -> list[Block]:
    """The message in pieces that each fit; empty where operators need not read it."""
    text = words_of(message, words, language)
    if not text:
        return []
    said_by = who(message, customer, words, language)
    edited = f" ({words.say(language, 'edited')})" if message.edits else ""
    head = Block(html=f"<b>{escape(said_by)}</b>{escape(edited)}: ", units=units(f"{said_by}{edited}: "))
    if message.author == "system" and not isinstance(message.content, Note):
        return [Block(html=f"<i>{escape(f'— {text}')}</i>", units=units(text) + 2)]
    tag = "i" if isinstance(message.content, Note) else ""
    pieces = split(text, LONGEST - 300, _UNIT)
    return [
        Block(
            html=(head.html if number == 0 else "… ") + _tagged(piece, tag),
            units=units(piece) + (head.units if number == 0 else 2),
        )
        for number, piece in enumerate(pieces)
    ]


def short(message: Message, customer: str, words: Words, language: str, limit: int = 240) -> Block | None:
    """One line of the conversation so far."""
    text = " ".join(words_of(message, words, language).split())
    if not text or (message.author == "system" and not isinstance(message.content, Note)):
        return None
    said_by = who(message, customer, words, language)
    text = cut(text, limit)
    return Block(html=f"<b>{escape(said_by)}</b>: {escape(text)}", units=units(f"{said_by}: {text}"))


def cut(text: str, limit: int) -> str:
    """At most ``limit`` units, with a sign where something was left out."""
    return text if units(text) <= limit else split(text, limit - 1, _UNIT)[0].rstrip() + "…"


def words_of(message: Message, words: Words, language: str) -> str:
    """Plain text of a message; of a system note what happened."""
    if message.author != "system":
        return _said(message.content, words, language)
    match message.content:
        case Note(text=text):
            return text
        case Example():
            return ""
    known = words.find(language, f"notes.{message.origin}")
    more = _said(message.content, words, language)
    told = known.replace("{name}", message.name) if known else f"{message.origin} {message.name}".strip()
    return f"{told}: {more}" if more and known else told


def _said(content: Content, words: Words, language: str) -> str:
    match content:
        case Text(text=text):
            return text
        case Prompt(text=text, buttons=buttons, attach=attach):
            labels = " ".join(f"[{button.label}]" for button in buttons)
            file = _file(attach, words, language) if attach else ""
            return "\n".join(part for part in (file, text, labels) if part)
        case Media():
            return "\n".join(part for part in (_file(content, words, language), content.caption) if part)
        case Location(latitude=latitude, longitude=longitude):
            return f"📍 {latitude:.5f}, {longitude:.5f}"
        case Contact(phone=phone, name=name):
            return f"☎ {name} {phone}".replace("  ", " ")
        case Unsupported(what=what):
            return words.say(language, "unsupported", what=what)
        case Note() | Example():
            return ""


def _file(media: Media, words: Words, language: str) -> str:
    kind = words.say(language, f"media.{media.type}")
    return f"📎 {kind} {media.name}".rstrip()


def is_file(message: Message) -> bool:
    """Whether it is shown as more than words: a file, or a point on the map."""
    return message.author != "system" and (
        media_of(message.content) is not None or isinstance(message.content, Location)
    )


def _tagged(text: str, tag: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text)
