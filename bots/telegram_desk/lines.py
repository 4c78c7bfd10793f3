"""A message of a conversation as the group reads it: HTML in which everything from outside is escaped. Pure."""

from html import escape
from typing import Final

import msgspec

from bots.shape import split
from bots.telegram_desk.reader import Reader, calls
from conversation.content import Contact, Content, Example, Location, Media, Note, Prompt, Text, Unsupported, media_of
from conversation.message import Message

LONGEST: Final = 4000
"""UTF-16 units of one of our messages: Telegram takes 4,096, without the tags."""
CAPTION: Final = 1000
"""Of words below a file: Telegram takes 1,024."""
_NAMES: Final = 150
"""Room that is kept for the names of those whom a note is for."""
_UNIT: Final = "utf16"


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """``html`` of ``units``: what Telegram counts of it."""

    html: str
    units: int


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def who(message: Message, customer: str, reader: Reader) -> str:
    """Plain: the sign and the name of whoever spoke."""
    match message.author:
        case "customer":
            return f"👤 {customer}"
        case "bot":
            return f"🤖 {reader.say('bot')}"
        case "operator":
            return f"🎧 {message.name}"
        case "system":
            return f"📝 {message.name}" if is_note(message) else "—"


def blocks(message: Message, customer: str, reader: Reader) -> list[Block]:
    """The message in pieces that each fit; empty where operators need not read it."""
    text = words_of(message, reader)
    if not text:
        return []
    said_by = who(message, customer, reader)
    edited = f" ({reader.say('edited')})" if message.edits else ""
    head = Block(html=f"<b>{escape(said_by)}</b>{escape(edited)}: ", units=units(f"{said_by}{edited}: "))
    if message.author == "system" and not is_note(message):
        return [_called(Block(html=f"<i>{escape(f'— {text}')}</i>", units=units(text) + 2), message, reader)]
    tag = "i" if isinstance(message.content, Note) else ""
    pieces = [
        Block(
            html=(head.html if number == 0 else "… ") + _tagged(piece, tag),
            units=units(piece) + (head.units if number == 0 else 2),
        )
        for number, piece in enumerate(split(text, LONGEST - head.units - (_NAMES if named(message) else 4), _UNIT))
    ]
    return [*pieces[:-1], _called(pieces[-1], message, reader)]


def is_note(message: Message) -> bool:
    """Words of a colleague, and not what Lotse notes of what happened."""
    return isinstance(message.content, Note) and message.origin in ("", "note")


def named(message: Message) -> tuple[str, ...]:
    """The operators whom it is for."""
    return message.content.mentions if isinstance(message.content, Note) else ()


def _called(block: Block, message: Message, reader: Reader) -> Block:
    people = {name: reader.people[name] for name in named(message) if name in reader.people}
    if not people:
        return block
    length = sum(units(name) + 2 for name in people)
    if block.units + length > LONGEST:
        return block
    return Block(html=f"{block.html} {calls(people)}", units=block.units + length)


def short(message: Message, customer: str, reader: Reader, limit: int = 240) -> Block | None:
    """One line of the conversation so far."""
    text = " ".join(words_of(message, reader).split())
    if not text or (message.author == "system" and not is_note(message)):
        return None
    said_by = who(message, customer, reader)
    text = cut(text, limit)
    return Block(html=f"<b>{escape(said_by)}</b>: {escape(text)}", units=units(f"{said_by}: {text}"))


def cut(text: str, limit: int) -> str:
    """At most ``limit`` units, with a sign where something was left out."""
    return text if units(text) <= limit else split(text, limit - 1, _UNIT)[0].rstrip() + "…"


def words_of(message: Message, reader: Reader) -> str:
    """Plain text of a message; of a system note what happened."""
    content = message.content
    if message.author != "system":
        return _said(content, reader)
    if isinstance(content, Example):
        return ""
    if is_note(message) and isinstance(content, Note):
        return content.text
    known = reader.find(f"events.{message.origin}") or reader.find(f"notes.{message.origin}")
    name = reader.find(f"card.{message.name}") if message.origin == "mood" else reader.moment(message.name)
    to = content.to if isinstance(content, Note) else ""
    told = known.replace("{name}", name).replace("{to}", to)
    more = content.text if isinstance(content, Note) else _said(content, reader)
    return f"{told}: {more}" if told and more else told or more


def _said(content: Content, reader: Reader) -> str:
    match content:
        case Text(text=text):
            return text
        case Prompt(text=text, buttons=buttons, attach=attach):
            labels = " ".join(f"[{button.label}]" for button in buttons)
            file = _file(attach, reader) if attach else ""
            return "\n".join(part for part in (file, text, labels) if part)
        case Media():
            return "\n".join(part for part in (_file(content, reader), content.caption) if part)
        case Location(latitude=latitude, longitude=longitude):
            return f"📍 {latitude:.5f}, {longitude:.5f}"
        case Contact(phone=phone, name=name):
            return f"☎ {name} {phone}".replace("  ", " ")
        case Unsupported(what=what):
            return reader.say("unsupported", what=what)
        case Note() | Example():
            return ""


def _file(media: Media, reader: Reader) -> str:
    kind = reader.say(f"media.{media.type}")
    return f"📎 {kind} {media.name}".rstrip()


def is_file(message: Message) -> bool:
    """Whether it is shown as more than words: a file, or a point on the map."""
    return message.author != "system" and (
        media_of(message.content) is not None or isinstance(message.content, Location)
    )


def _tagged(text: str, tag: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text)
