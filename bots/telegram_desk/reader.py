"""How the group reads: words, language, clock, and how to reach who is named."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from html import escape

import msgspec

from bots.telegram_desk.words import Words


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """``zone``: of its clocks. ``people``: operator to their number in Telegram, of those who are named."""

    words: Words
    language: str
    zone: tzinfo
    people: Mapping[str, int] = {}

    def say(self, key: str, **values: str | int) -> str:
        return self.words.say(self.language, key, **values)

    def find(self, key: str) -> str:
        return self.words.find(self.language, key)

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%d.%m. %H:%M}"

    def moment(self, text: str) -> str:
        """An ISO time as people read it; anything else as it is."""
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return text
        return self.time(at) if at.tzinfo else text


def calls(people: Mapping[str, int]) -> str:
    """HTML that rings at these people's phones."""
    return " ".join(f'<a href="tg://user?id={number}">@{escape(name)}</a>' for name, number in people.items())
