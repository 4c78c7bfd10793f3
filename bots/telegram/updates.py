"""The parts of Telegram's ``Update`` that Lotse reads. Fields that are not named here are skipped unread."""

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An object of the Bot API; snake case, optional fields may be absent."""


class User(Record, frozen=True, kw_only=True):
    id: int
    first_name: str = ""
    last_name: str = ""
    language_code: str = ""


class Room(Record, frozen=True, kw_only=True):
    """A ``Chat``: ``type`` is private, group, supergroup or channel."""

    id: int
    type: str


class File(Record, frozen=True, kw_only=True):
    """What photos, documents, voices, audios, videos and stickers have in common."""

    file_id: str
    file_size: int = 0
    file_name: str = ""
    mime_type: str = ""


class Place(Record, frozen=True, kw_only=True):
    latitude: float
    longitude: float


class Venue(Record, frozen=True, kw_only=True):
    location: Place


class Card(Record, frozen=True, kw_only=True):
    """A ``Contact``; ``user_id`` is the Telegram account behind the number, if it has one."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int = 0


class Key(Record, frozen=True, kw_only=True):
    """An ``InlineKeyboardButton``."""

    text: str
    callback_data: str = ""


class Keyboard(Record, frozen=True, kw_only=True):
    inline_keyboard: list[list[Key]] = []


class Note(Record, frozen=True, kw_only=True, rename={"sender": "from"}):
    """A ``Message``."""

    message_id: int
    chat: Room
    sender: User | None = None
    text: str = ""
    caption: str = ""
    photo: list[File] = []
    document: File | None = None
    animation: File | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    sticker: File | None = None
    location: Place | None = None
    venue: Venue | None = None
    contact: Card | None = None


class MenuNote(Record, frozen=True, kw_only=True):
    """The message that carried a button. Only ids are left of an old one."""

    message_id: int
    chat: Room
    reply_markup: Keyboard = Keyboard()


class Press(Record, frozen=True, kw_only=True, rename={"sender": "from"}):
    """A ``CallbackQuery``."""

    id: str
    sender: User
    message: MenuNote | None = None
    data: str = ""


class Member(Record, frozen=True, kw_only=True):
    """``status``: kicked when the customer blocked the bot."""

    status: str


class Membership(Record, frozen=True, kw_only=True):
    """A ``ChatMemberUpdated`` about the bot itself."""

    chat: Room
    new_chat_member: Member


class Update(Record, frozen=True, kw_only=True):
    """One delivery; at most one of the optional fields is there."""

    update_id: int
    message: Note | None = None
    edited_message: Note | None = None
    callback_query: Press | None = None
    my_chat_member: Membership | None = None


READ_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""What the Bot API is asked to deliver."""

UNSHOWN_KINDS = (
    "poll",
    "dice",
    "story",
    "game",
    "checklist",
    "paid_media",
    "giveaway",
    "gift",
    "unique_gift",
    "invoice",
)
"""Contents of a message that a customer can send and Lotse can't show."""
