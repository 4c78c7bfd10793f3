"""What customers of random bots send and back-ends answer: good answers of every kind, and bad ones."""

from typing import Final

from conversation.content import Contact, Content, Location, Media, Unsupported
from conversation.state import Conversation
from conversation.value import Data
from dialogs.model import Ask, Form, Step, Wait
from engine.rules import Rules

PHOTO: Final = Media(type="photo", ref="p1", name="p.jpg", mime="image/jpeg")
FILE: Final = Media(type="file", ref="f1", name="a.pdf", mime="application/pdf", caption="menu")
PLACE: Final = Location(latitude=53.55, longitude=9.99)
NOTHING: Final = Unsupported(what="poll")
"""No answer of any kind."""
CONTENTS: Final[tuple[Content, ...]] = (
    PLACE,
    PHOTO,
    FILE,
    Media(type="sticker", ref="s1"),
    Media(type="voice", ref="v1", mime="audio/ogg"),
    Contact(phone="4940123456", own=True),
    NOTHING,
    Location(latitude=1e300, longitude=0.0),
)
GOOD: Final[dict[str, tuple[str | Content, ...]]] = {
    "text": ("Mia Krause", "Bo", "a quite long answer with many words"),
    "number": ("5", "42", "3", "0"),
    "yes_no": ("yes", "nein", "так"),
    "date": ("05.11.2026", "01.12.2026", "30.01.2027"),
    "time": ("15:30", "09:00"),
    "code": ("A-123", "b456"),
    "rating": ("4", "1", "5"),
    "phone": ("+49 40 1234567", "040 1234567"),
    "email": ("mia@example.net",),
    "location": (PLACE, "53.55, 9.99"),
    "photo": (PHOTO,),
    "file": (FILE, PHOTO),
    "time_slot": ("05.11.2026 15:30", "06.11.2026 09:00"),
}
JUNK: Final = ("???", "xyz", "", "/start", "/nothing", "99", "-1", "😀", "a" * 3000, "5 5", "\x00", "１", "next year")
COMMANDS: Final = (
    "menu", "back", "human", "repeat", "stop", "language", "zurück", "Hauptmenü", "/menu", "/back", "/human", "0", "Deutsch",
    "English", "Українська", "/language", "again", "оператор",
)  # fmt: skip
FORGED: Final = (
    "main/human/x", "main/closed/again", "!human", "!menu", "!back", "!stop", "!language/ru", "!language/xx", "!nothing", "?wish1",
    "?!none", "?", "", "/", "main//", "main/closed/#0", "main/ask0/#9", "main/form0/!yes", "main/form0/.f0", "main/choose0/o1",
)  # fmt: skip
RESULTS: Final[tuple[dict[str, Data], ...]] = (
    {"found": True, "n": 5, "name": "Mia", "all": [{"name": "Bo", "price": 9.5, "day": "2026-11-05"}, {"name": "Ada"}]},
    {"found": False, "n": 0, "name": "", "all": []},
    {"found": True, "n": 1, "name": "Bo", "all": [{"name": f"N{number}", "price": 1, "day": None} for number in range(14)]},
    {},
    {"found": None, "n": None, "name": None, "all": None},
)  # fmt: skip


def question_of(rules: Rules, state: Conversation) -> str | None:
    """The kind of answer that is asked for, empty for a menu; None where nothing is asked."""
    frame = state.run.frames[-1]
    asked: Step | None = rules.bot.step(frame.dialog, frame.step)
    if asked is None or isinstance(asked.verb, Wait):
        return None
    if isinstance(asked.verb, Ask):
        return asked.verb.answer.name
    if isinstance(asked.verb, Form) and frame.form and not frame.form.correcting:
        return next((field.kind.name for field in asked.verb.fields if field.name == frame.form.field), "")
    return ""
