"""PO → the texts of a bot: all of it or nothing, and nothing that is there is lost."""

import copy
from collections.abc import Mapping
from typing import Final

from app.exchange.bot_texts import BotTexts
from app.exchange.edit_yaml import edit
from app.exchange.export import FORM_MARK, ids_of, strings_of
from app.exchange.place import Place
from app.exchange.plurals import header_of, slots_of
from app.exchange.po import Message, Po
from app.exchange.refuse import complaint
from conversation.errors import ContentError
from conversation.value import Data, Value
from dialogs.reading.translations import (
    Forms,
    Lock,
    Text,
    Translated,
    digest,
    is_stale,
    locale_file,
    lock_file,
    write_lock,
)

_MOST: Final = 20
"""Complaints shown of one file."""


class Change(Value, frozen=True, kw_only=True):
    """A text that is another now. ``old`` is empty for one that was missing."""

    file: str
    context: str
    old: Forms
    new: Forms


class Taken(Value, frozen=True, kw_only=True):
    """What an import comes to. ``files``: what has to be written, by its name in the bot folder; ``left``: lines on what was
    not taken over, with the line of the PO file."""

    language: str
    files: dict[str, bytes]
    changes: tuple[Change, ...]
    left: tuple[str, ...]
    same: int


class PoError(ContentError):
    """A PO file with translations that can't be used. Nothing of it was taken over."""

    def __init__(self, file: str, complaints: list[str]) -> None:
        shown = [*complaints[:_MOST], *([f"… and {len(complaints) - _MOST} more"] if len(complaints) > _MOST else [])]
        super().__init__("\n".join([*shown, f"nothing was changed: correct {file} and import it again"]))


def take(bot: BotTexts, po: Po, file: str) -> Taken:
    """Raises PoError with every translation that can't be used, and ContentError for another bot's file."""
    bot.must_be_translated(po.language)
    work = _Taking(bot, po, file)
    for message in po.messages:
        work.message(message)
    if work.complaints:
        raise PoError(file, work.complaints)
    return work.result()


class _Taking:
    def __init__(self, bot: BotTexts, po: Po, file: str) -> None:
        self.bot = bot
        self.po = po
        self.file = file
        try:
            self.slots = slots_of(po.language, po.plurals or header_of(po.language))
        except ContentError as error:
            raise ContentError(f"{file}: {error}") from None
        self.lock = bot.lock(po.language)
        self.texts = {text.context: text for text in bot.texts(po.language)}
        self.made_from: dict[str, Forms] = {}
        self.new: dict[str, Forms] = {}
        self.seen: dict[str, int] = {}
        self.complaints: list[str] = []
        self.left: list[str] = []
        self.same = 0

    def message(self, message: Message) -> None:
        where = f"{self.file}:{message.line}"
        if message.context in self.seen:
            first = self.seen[message.context]
            self.complaints.append(f"{where}: {message.context} stands in line {first} already; keep one of the two")
            return
        self.seen[message.context] = message.line
        context, _, form = message.context.partition(FORM_MARK)
        text = self.texts.get(context)
        if not any(message.strings):
            return
        if text is None:
            self.left.append(f"{where}: {context or message.id[:40]}: the bot has no such text (any more)")
        elif form:
            self._form(text, form, message, where)
        else:
            self._text(text, message, where)

    def _form(self, text: Text, form: str, message: Message, where: str) -> None:
        """One plural form by itself; the text it belongs to stands before it."""
        if message.fuzzy or text.target.get(form) == message.strings[0]:
            return
        new = {**self.new.get(text.context, text.target), form: message.strings[0]}
        wrong = complaint(text, {form: message.strings[0]}, whole=False)
        if wrong:
            self.complaints.append(f"{where}: {text.context}: {wrong}")
        self.new[text.context] = new

    def _text(self, text: Text, message: Message, where: str) -> None:
        current = (message.id, message.plural) == ids_of(text)
        same = message.strings == strings_of(text.target, self.slots, plural=bool(message.plural))
        if message.fuzzy:
            if not same:
                self.left.append(f"{where}: {text.context}: it is marked as needing work (fuzzy)")
        elif same:
            self.same += 1
            if current:
                self.made_from[text.context] = text.source
        elif not current and text.target and not is_stale(text, self.lock):
            self.left.append(
                f"{where}: {text.context}: its source has changed since, and the bot has a newer translation"
            )
        else:
            self._changed(text, message, where, current=current)

    def _changed(self, text: Text, message: Message, where: str, *, current: bool) -> None:
        plural = text.plural
        if message.plural or not plural:
            strings = dict(zip(self.slots if message.plural else ("",), message.strings, strict=False))
        else:  # the file is older than the plural forms
            strings = dict.fromkeys(self.slots, message.strings[0])
        missing = [form for form, string in strings.items() if not string]
        if missing:
            self.complaints.append(f"{where}: {text.context}: the plural form {', '.join(missing)} is missing; add it")
            return
        kept = {form: string for form, string in text.target.items() if form and form not in strings}
        new = {**strings, **kept} if plural or len(set(strings.values())) > 1 else {"": message.strings[0]}
        wrong = complaint(text, strings, whole=True)
        if wrong:
            self.complaints.append(f"{where}: {text.context}: {wrong}")
        self.new[text.context] = new
        older = {"one": message.id, "other": message.plural} if message.plural else {"": message.id}
        self.made_from[text.context] = text.source if current else older

    def result(self) -> Taken:
        wanted = {topic: copy.deepcopy(self.bot.data.get(self._name(topic))) for topic in self.bot.topics()}
        by_leaf: dict[tuple[str, tuple[str, ...]], dict[int, Forms]] = {}
        for context, forms in self.new.items():
            text = self.texts[context]
            by_leaf.setdefault((text.topic, text.name), {})[text.variant] = forms
        for (topic, name), variants in by_leaf.items():
            place = Place(self.bot, self.po.language, topic, name)
            wanted[topic] = place.put(wanted[topic], variants)
        files = self._files(wanted)
        lock = write_lock(self._lock())
        if lock != self.bot.files.get(lock_file(self.po.language), write_lock(Lock())):
            files[lock_file(self.po.language)] = lock
        changes = tuple(
            Change(file=self._name(text.topic), context=context, old=text.target, new=self.new[context])
            for context, text in self.texts.items()
            if context in self.new
        )
        return Taken(language=self.po.language, files=files, changes=changes, left=tuple(self.left), same=self.same)

    def _name(self, topic: str) -> str:
        return locale_file(self.po.language, topic)

    def _files(self, wanted: Mapping[str, Data]) -> dict[str, bytes]:
        found = {}
        for topic, data in wanted.items():
            name = self._name(topic)
            raw = self.bot.files.get(name, b"")
            if data is not None and (changed := edit(name, raw, data)) != raw:
                found[name] = changed
        return found

    def _lock(self) -> Lock:
        """What was taken is remembered, and what is no more is forgotten."""
        known = {context: made for context, made in self.lock.texts.items() if context in self.texts}
        for context, source in self.made_from.items():
            translation = digest(self.new.get(context, self.texts[context].target))
            known[context] = Translated(source=source, translation=translation)
        return Lock(texts=known)
