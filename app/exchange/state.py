"""How far the translations of a bot are."""

from collections.abc import Collection

from app.exchange.bot_texts import BotTexts
from app.exchange.plurals import header_of, slots_of
from conversation.errors import ContentError
from conversation.value import Value
from dialogs.reading.translations import Lock, Text, Translated, digest, is_stale


class State(Value, frozen=True, kw_only=True):
    """Of one language: the contexts of its texts. ``done`` counts the others."""

    language: str
    missing: tuple[str, ...]
    old: tuple[str, ...]
    done: int


def state_of(bot: BotTexts, language: str) -> State:
    """Raises ContentError."""
    lock = bot.lock(language)
    slots = slots_of(language, header_of(language))
    texts = [text for text in bot.texts(language) if not text.optional]
    missing = tuple(text.context for text in texts if not _whole(text, slots))
    old = tuple(text.context for text in texts if _whole(text, slots) and is_stale(text, lock))
    return State(language=language, missing=missing, old=old, done=len(texts) - len(missing) - len(old))


def _whole(text: Text, slots: tuple[str, ...]) -> bool:
    """A second variant may be left out where the first is translated: it is a text of its own only in its source."""
    if text.variant:
        return True
    return bool(text.target) and ("" in text.target or all(form in text.target for form in slots))


def accept(bot: BotTexts, language: str, contexts: Collection[str]) -> tuple[Lock, int]:
    """What to remember when the translations as they stand are right: all, or those named; and how many are new to it.

    Raises ContentError for a name that the bot does not have.
    """
    texts = {text.context: text for text in bot.texts(language)}
    unknown = sorted(set(contexts) - set(texts))
    if unknown:
        raise ContentError(f"there is no text {', '.join(unknown)}; `lotse texts status --list` shows the names")
    known = {context: made for context, made in bot.lock(language).texts.items() if context in texts}
    before = dict(known)
    for context, text in texts.items():
        if text.target and (not contexts or context in contexts):
            known[context] = Translated(source=text.source, translation=digest(text.target))
    return Lock(texts=known), sum(before.get(context) != made for context, made in known.items())
