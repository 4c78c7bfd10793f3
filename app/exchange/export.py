"""The texts of a bot → PO."""

from app.exchange.bot_texts import BotTexts
from app.exchange.notes import Note
from app.exchange.plurals import header_of, slots_of
from app.exchange.po import Message, Po, write
from dialogs.reading.translations import Forms, Lock, Text, is_stale

FORM_MARK = "@"
"""Behind the context of a plural form that gettext has no place for, such as ``other`` (1,5 часа) in Russian."""


def export(bot: BotTexts, language: str) -> bytes:
    """The same bot, the same bytes. Raises ContentError for a language that the bot is not translated to."""
    bot.must_be_translated(language)
    slots = slots_of(language, header_of(language))
    lock = bot.lock(language)
    messages = [message for text in bot.texts(language) for message in messages_of(bot, text, lock, slots)]
    return write(Po(language=language, messages=tuple(messages)), bot.title)


def messages_of(bot: BotTexts, text: Text, lock: Lock, slots: tuple[str, ...]) -> list[Message]:
    """One, and one more for each plural form that gettext has no place for."""
    note = Note(bot, text)
    stale = is_stale(text, lock)
    first, plural = ids_of(text)
    found = [
        Message(
            context=text.context,
            id=first,
            plural=plural,
            strings=strings_of(text.target, slots, plural=bool(plural)),
            fuzzy=stale,
            previous=_previous(lock, text, bool(plural)) if stale else (),
            notes=tuple(note.lines),
            most=note.most,
        )
    ]
    for form in text.target if plural else ():
        if form and form not in slots:
            notes = (*note.lines, f"The plural form “{form}”, for numbers such as 1.5.")
            string = (text.target[form],)
            found.append(
                Message(context=f"{text.context}{FORM_MARK}{form}", id=plural, strings=string, fuzzy=stale, notes=notes)
            )
    return found


def ids_of(text: Text) -> tuple[str, str]:
    """``msgid`` and ``msgid_plural`` (empty for a text without plural in both languages)."""
    return _ids(text.source, plural=text.plural)


def _ids(source: Forms, *, plural: bool) -> tuple[str, str]:
    if not plural:
        return source[""], ""
    forms = list(source.values())
    return source.get("one", forms[0]), source.get("other", forms[-1])


def _previous(lock: Lock, text: Text, plural: bool) -> tuple[str, ...]:
    was = lock.texts[text.context].source
    ids = _ids(was, plural=plural or any(was)) if was else ()
    return tuple(each for each in ids if each)


def strings_of(target: Forms, slots: tuple[str, ...], *, plural: bool) -> tuple[str, ...]:
    """``msgstr``, or each ``msgstr[n]``; a translation without plural stands in all of them."""
    if not plural:
        return (target.get("", ""),)
    return tuple(target.get(form, target.get("", "")) for form in slots)
