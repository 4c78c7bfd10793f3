"""Telegram's updates, read into our own words. Of this folder only this and ``api.py`` know python-telegram-bot."""

from typing import Final

from telegram import Message, Update, User
from telegram.constants import ChatType

from bots.telegram_desk.heard import Attached, Heard, Person, Pressed, Wrote
from conversation.content import Location

KINDS: Final = ("message", "edited_message", "callback_query")
_ANONYMOUS: Final = 1_087_968_824
"""@GroupAnonymousBot: an administrator who hides who they are."""


def read_update(update: Update) -> Heard | None:
    """None for what is nobody's words: that a topic was made, that somebody joined."""
    query = update.callback_query
    if query is not None:
        note = query.message
        if note is None or query.data is None:
            return None
        topic = note.message_thread_id or 0 if isinstance(note, Message) and note.is_topic_message else 0
        return Pressed(
            query=query.id,
            chat=note.chat.id,
            topic=topic,
            message=note.message_id,
            by=_person(query.from_user),
            payload=query.data,
        )
    message = update.message or update.edited_message
    if message is None or _happened(message):
        return None
    place = message.location
    file = _file(message)
    text = message.text or message.caption or ""
    return Wrote(
        chat=message.chat.id,
        private=message.chat.type == ChatType.PRIVATE,
        topic=message.message_thread_id or 0 if message.is_topic_message else 0,
        message=message.message_id,
        by=Person(user=0) if message.sender_chat else _person(message.from_user),
        text=text,
        file=file,
        place=Location(latitude=place.latitude, longitude=place.longitude) if place else None,
        edited=update.edited_message is not None,
        strange=not (text or file or place),
    )


def _person(user: User | None) -> Person:
    if user is None or user.id == _ANONYMOUS:
        return Person(user=0)
    return Person(user=user.id, name=user.full_name, language=user.language_code or "")


def _happened(message: Message) -> bool:
    """What Telegram itself writes into a group."""
    parts = (
        message.forum_topic_created,
        message.forum_topic_edited,
        message.forum_topic_closed,
        message.forum_topic_reopened,
        message.general_forum_topic_hidden,
        message.general_forum_topic_unhidden,
        message.pinned_message,
        message.left_chat_member,
        message.new_chat_title,
        message.message_auto_delete_timer_changed,
        message.migrate_to_chat_id,
        message.migrate_from_chat_id,
    )
    return any(part is not None for part in parts) or bool(message.new_chat_members or message.new_chat_photo)


def _file(message: Message) -> Attached | None:
    if message.photo:
        largest = message.photo[-1]
        return Attached(id=largest.file_id, type="photo", mime="image/jpeg", size=largest.file_size or 0)
    if message.voice:
        return Attached(
            id=message.voice.file_id,
            type="voice",
            mime=message.voice.mime_type or "audio/ogg",
            size=message.voice.file_size or 0,
        )
    if message.sticker:
        return Attached(
            id=message.sticker.file_id, type="photo", mime="image/webp", size=message.sticker.file_size or 0
        )
    for kind, part in (("video", message.video), ("audio", message.audio), ("file", message.document)):
        if part is not None:
            return Attached(
                id=part.file_id,
                type=kind,  # type: ignore[arg-type]  # one of three literals
                name=part.file_name or "",
                mime=part.mime_type or "",
                size=part.file_size or 0,
            )
    if message.video_note:
        return Attached(
            id=message.video_note.file_id, type="video", mime="video/mp4", size=message.video_note.file_size or 0
        )
    return None
