"""The calls that make up nearly all traffic, as records: JSON in microseconds, where aiogram's methods take a quarter of a millisecond.

Everything rarer (files, places, set-up) is one of aiogram's methods.
"""

from typing import ClassVar, Literal

from bots.limits import size_in
from bots.telegram.updates import Key, Keyboard, Record
from conversation.content import Button

_HALF_ROW = 16
"""UTF-16 units that fit on a button which shares its row, on a small phone."""


class Request(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Arguments of the Bot API's method called ``method``."""

    method: ClassVar[str]


class SendText(Request, frozen=True, kw_only=True):
    """Plain text: without ``parse_mode`` nothing in it is markup."""

    method = "sendMessage"
    chat_id: int
    text: str
    reply_markup: Keyboard | None = None


class ShowAction(Request, frozen=True, kw_only=True):
    """Dots for about five seconds."""

    method = "sendChatAction"
    chat_id: int
    action: Literal["typing"]


class AnswerPress(Request, frozen=True, kw_only=True):
    """Ends the spinner of a pressed button."""

    method = "answerCallbackQuery"
    callback_query_id: str


def keyboard(buttons: tuple[Button, ...]) -> Keyboard | None:
    """Two buttons a row where all labels are short, else one; None without buttons."""
    if not buttons:
        return None
    columns = 2 if all(size_in("utf16", button.label) <= _HALF_ROW for button in buttons) else 1
    keys = [Key(text=button.label, callback_data=button.payload) for button in buttons]
    return Keyboard(inline_keyboard=[keys[at : at + columns] for at in range(0, len(keys), columns)])
