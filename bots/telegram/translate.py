"""Telegram's updates as events of a conversation. Pure: ids and times are arguments."""

from datetime import datetime

import msgspec

from bots.telegram.updates import (
    UNSHOWN_KINDS,
    File,
    Membership,
    Note,
    Press,
    Update,
    User,
)
from conversation.content import Contact, Content, Location, Media, MediaType, Text, Unsupported
from conversation.errors import BadInputError
from conversation.events import CustomerEdited, CustomerEvent, CustomerPressed, CustomerSaid, CustomerUnreachable
from conversation.records import Inbound
from conversation.value import Value

CHANNEL = "telegram"

_updates = msgspec.json.Decoder(Update)
_anything = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Arrival(Value, frozen=True, kw_only=True):
    """One update. ``inbound`` is None where it means nothing to Lotse. ``callback``: the id that stops a button's spinner."""

    update_id: int
    inbound: Inbound | None = None
    callback: str = ""


def read_update(raw: bytes | msgspec.Raw, *, account: str, id_: str, at: datetime) -> Arrival:
    """Translate one update. Raises BadInputError (``bad_json``, ``bad_update``) if it is not of the documented form."""
    try:
        update = _updates.decode(raw)
    except msgspec.ValidationError as error:
        raise BadInputError("bad_update", f"not a Telegram update: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError("bad_json", f"the body is not JSON: {error}") from None
    callback = update.callback_query.id if update.callback_query else ""
    found = _event(update, raw, id_, at)
    if found is None:
        return Arrival(update_id=update.update_id, callback=callback)
    chat, event = found
    inbound = Inbound(
        channel=CHANNEL,
        account=account,
        external_id=str(update.update_id),
        address=str(chat),
        event=event,
    )
    return Arrival(update_id=update.update_id, inbound=inbound, callback=callback)


def _event(update: Update, raw: bytes | msgspec.Raw, id_: str, at: datetime) -> tuple[int, CustomerEvent] | None:
    """The customer's chat and what they did. Groups and channels are not customers."""
    match update:
        case Update(message=Note(chat=chat) as note) if chat.type == "private":
            said = _said(note, raw, id_, at)
            return (chat.id, said) if said else None
        case Update(edited_message=Note(chat=chat) as note) if chat.type == "private":
            edited = _edited(note, id_, at)
            return (chat.id, edited) if edited else None
        case Update(callback_query=Press() as press):
            return _pressed(press, id_, at)
        case Update(my_chat_member=Membership(chat=chat, new_chat_member=member)) if chat.type == "private":
            blocked = member.status == "kicked"
            return (chat.id, CustomerUnreachable(id=id_, at=at, reason="blocked")) if blocked else None
    return None


def message_id(number: int) -> str:
    """A Telegram message's id among the ids of messages."""
    return f"tg:{number}"


def language(user: User | None) -> str:
    """``pt-br`` -> ``pt``; empty for codes that are not two letters."""
    code = user.language_code.split("-")[0].lower() if user else ""
    return code if len(code) == 2 and code.isalpha() else ""


def display_name(user: User | None) -> str:
    """First and last name, empty for a sender who is not told."""
    return f"{user.first_name} {user.last_name}".strip() if user else ""


def _said(note: Note, raw: bytes | msgspec.Raw, id_: str, at: datetime) -> CustomerSaid | None:
    content = _content(note) or _unsupported(raw)
    if content is None:
        return None
    return CustomerSaid(
        id=id_,
        at=at,
        content=content,
        client_id=message_id(note.message_id),
        language=language(note.sender),
        name=display_name(note.sender),
    )


def _edited(note: Note, id_: str, at: datetime) -> CustomerEdited | None:
    """A live location "edits" its message every few seconds: that is not a change of words."""
    content = _content(note)
    if content is None or isinstance(content, Location):
        return None
    return CustomerEdited(id=id_, at=at, of=message_id(note.message_id), content=content)


def _pressed(press: Press, id_: str, at: datetime) -> tuple[int, CustomerPressed] | None:
    """A press without ``message`` came from an inline result, one without ``data`` from a game: neither is ours."""
    menu = press.message
    if menu is None or menu.chat.type != "private" or not press.data:
        return None
    labels = (key.text for row in menu.reply_markup.inline_keyboard for key in row if key.callback_data == press.data)
    pressed = CustomerPressed(
        id=id_,
        at=at,
        payload=press.data,
        label=next(labels, ""),
        menu=message_id(menu.message_id),
        client_id=f"tg:press:{press.id}",
        language=language(press.sender),
        name=display_name(press.sender),
    )
    return menu.chat.id, pressed


def _content(note: Note) -> Content | None:
    if note.text:
        return Text(text=note.text)
    if note.contact:
        card = note.contact
        own = bool(note.sender and card.user_id == note.sender.id)
        return Contact(phone=card.phone_number, name=f"{card.first_name} {card.last_name}".strip(), own=own)
    place = note.location or (note.venue and note.venue.location)
    if place:
        return Location(latitude=place.latitude, longitude=place.longitude)
    return _media(note)


def _media(note: Note) -> Media | None:
    """Sizes of a photo come smallest first. An animation has a document too: it plays, so it is a video."""
    found: tuple[tuple[MediaType, File | None], ...] = (
        ("photo", note.photo[-1] if note.photo else None),
        ("video", note.animation or note.video or note.video_note),
        ("voice", note.voice),
        ("audio", note.audio),
        ("sticker", note.sticker),
        ("file", note.document),
    )
    for type_, file in found:
        if file:
            return Media(
                type=type_,
                ref=file.file_id,
                name=file.file_name,
                mime=file.mime_type or _MIME.get(type_, ""),
                size=file.file_size,
                caption=note.caption,
            )
    return None


_MIME = {"photo": "image/jpeg"}
"""Telegram re-codes photos, and says nothing of it."""


def _unsupported(raw: bytes | msgspec.Raw) -> Unsupported | None:
    """A content that Lotse can't show is said to be there; a service note ("pinned a message") is not a message."""
    fields = _anything.decode(_anything.decode(raw)["message"])
    return next((Unsupported(what=kind) for kind in UNSHOWN_KINDS if kind in fields), None)
