"""Which texts of a bot have a translation, and which translation is older than its source.

A *text* is what a translator gets as one: one way of saying one thing, with all its plural forms, or all the words that
customers type for one option. It is named by its *context*: ``support/menu/options/outage``, with ``#2`` for a second variant.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import msgspec

from conversation.errors import ContentError
from conversation.value import Data, Value
from dialogs.reading.moods import MOODS
from dialogs.reading.source import Path
from dialogs.reading.texts import PLURALS

Forms: TypeAlias = dict[str, str]
"""Plural form to text; the form ``""`` alone for what has no plural. Forms without a text are left out."""

WORDS: Final = "words"
_MARKS: Final = str.maketrans({"~": "~0", "/": "~1", "#": "~2", "@": "~3"})
GLOBAL: Final = "_global"
_TEXTS: Final = ("title", "item", "confirm", "error")
_GROUPS: Final = ("options", "fields")


class Leaf(Value, frozen=True, kw_only=True):
    """All variants of one text in one file. ``path``: where its value stands in the file (``("de", "menu", "options", "outage")``)."""

    name: tuple[str, ...]
    path: tuple[str, ...]
    variants: tuple[Forms, ...]
    words: bool = False

    @property
    def plural(self) -> bool:
        return any(form for forms in self.variants for form in forms)


class Text(Value, frozen=True, kw_only=True):
    """One text for a translator: what it says in the source language, and in the other as far as there is something."""

    context: str
    topic: str
    name: tuple[str, ...]
    variant: int
    source: Forms
    target: Forms
    words: bool = False
    """Its forms hold one word or phrase a line."""
    plural: bool = False
    """It has plural forms in one of the two languages, this variant or another."""
    optional: bool = False
    """The source says nothing of its own here; ``source`` then is what it stands in place of."""


class Translated(Value, frozen=True, kw_only=True):
    """What is remembered of a translation: which source it was made from, and (hashed) what it said then."""

    source: Forms
    translation: str


class Lock(Value, frozen=True, kw_only=True):
    """``locales/<language>.sources.json``: context to what its translation was made from."""

    texts: dict[str, Translated] = {}


class Stale(Value, frozen=True, kw_only=True):
    """A translation that is older than its source. ``path`` is where it stands in ``file``."""

    language: str
    file: str
    path: Path
    context: str
    was: Forms
    now: Forms


def lock_file(language: str) -> str:
    return f"locales/{language}.sources.json"


def read_lock(raw: bytes | None, language: str) -> Lock:
    """An absent lock remembers nothing. Raises ContentError for one that can't be read."""
    if raw is None:
        return Lock()
    try:
        return msgspec.json.decode(raw, type=Lock)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContentError(
            f"{lock_file(language)}: this is not what Lotse wrote there ({error}); "
            "put back an older version of the file, or delete it and run `lotse texts accept`"
        ) from None


def write_lock(lock: Lock) -> bytes:
    """One text below the other by name, so that two people's changes can be merged."""
    texts = {context: lock.texts[context] for context in sorted(lock.texts)}
    return msgspec.json.format(msgspec.json.encode(Lock(texts=texts)), indent=1) + b"\n"


def stale_texts(
    data: Mapping[str, Data], locks: Mapping[str, bytes], languages: tuple[str, ...], source: str
) -> Iterator[Stale]:
    """Translations whose source has changed since, while they have not. ``data``: ``locales/…/*.yaml`` to what is in it;
    ``locks``: the files of the bot folder, of which only ``locales/*.sources.json`` are looked at.

    What no lock remembers counts as up to date. Raises ContentError for a lock that can't be read.
    """
    own = {topic: leaves(topic, source, data.get(locale_file(source, topic))) for topic in topics(data, source)}
    for language in languages:
        lock = read_lock(locks.get(lock_file(language)), language)
        if language == source or not lock.texts:
            continue
        for topic, texts in own.items():
            target = leaves(topic, language, data.get(locale_file(language, topic)))
            for text in pair(topic, texts, target):
                if is_stale(text, lock):
                    yield Stale(
                        language=language,
                        file=locale_file(language, topic),
                        path=target[text.name].path,
                        context=text.context,
                        was=lock.texts[text.context].source,
                        now=text.source,
                    )


def is_stale(text: Text, lock: Lock) -> bool:
    """Someone who changes both by hand has translated it again."""
    known = lock.texts.get(text.context)
    return bool(known and text.target and known.source != text.source and known.translation == digest(text.target))


def digest(forms: Forms) -> str:
    """Names a translation: 16 characters."""
    return hashlib.sha256(msgspec.json.encode(forms, order="sorted")).hexdigest()[:16]


def locale_file(language: str, topic: str) -> str:
    return f"locales/{language}/{topic}.yaml"


def topics(data: Mapping[str, Data], language: str) -> list[str]:
    """The files of a language that hold texts, without folder and ending."""
    start = f"locales/{language}/"
    found = [name.removeprefix(start).removesuffix(".yaml") for name in sorted(data) if name.startswith(start)]
    return [topic for topic in found if topic != MOODS]


def pair(topic: str, source: Mapping[tuple[str, ...], Leaf], target: Mapping[tuple[str, ...], Leaf]) -> Iterator[Text]:
    """Source and translation side by side, in the order of the source. A translation that has no source is left out."""
    names = [*source, *(name for name in target if name not in source)]
    for name in names:
        own, other = source.get(name), target.get(name)
        shown = own or source.get(_without_channel(name))
        if shown is None or not shown.variants:
            continue
        variants = other.variants if other else ()
        usual = next(forms for forms in shown.variants if forms)
        count = max(len(own.variants) if own else 0, len(variants), 1 if own else 0)
        for number in range(count):
            source_ = own.variants[number] if own and number < len(own.variants) else {}
            target_ = variants[number] if number < len(variants) else {}
            if source_ or target_:
                yield Text(
                    context=context_of(topic, name, number),
                    topic=topic,
                    name=name,
                    variant=number,
                    source=source_ or usual,
                    target=target_,
                    words=shown.words,
                    plural=shown.plural or bool(other and other.plural),
                    optional=not source_,
                )


def context_of(topic: str, name: tuple[str, ...], variant: int = 0) -> str:
    parts = [
        part.replace("~", "~0").replace("/", "~1").replace("#", "~2").replace("@", "~3") for part in (topic, *name)
    ]
    return "/".join(parts) + (f"#{variant + 1}" if variant else "")


def _without_channel(name: tuple[str, ...]) -> tuple[str, ...]:
    """The text that a channel's own text stands in place of."""
    if "by_channel" not in name[1:]:
        return name
    at = name.index("by_channel", 1)
    return name[:at] + name[at + 2 :]


def leaves(topic: str, language: str, data: Data) -> dict[tuple[str, ...], Leaf]:
    """Everything in one file that has words. What is not as it should be is passed over: reading the bot complains of it."""
    root = data.get(language) if isinstance(data, dict) else None
    if not isinstance(root, dict):
        return {}
    found: dict[tuple[str, ...], Leaf] = {}
    for key, value in root.items():
        if topic == GLOBAL:
            walk = (
                _commands(key, value, (language, key)) if key == "commands" else _flat((key,), value, (language, key))
            )
        else:
            walk = _entry((key,), value, (language, key))
        found |= {leaf.name: leaf for leaf in walk}
    return found


def _commands(key: str, value: Data, path: tuple[str, ...]) -> Iterator[Leaf]:
    for name, words in _pairs(value):
        yield _words((key, name), words, (*path, name))


def _flat(name: tuple[str, ...], value: Data, path: tuple[str, ...]) -> Iterator[Leaf]:
    if isinstance(value, dict) and not set(value) <= PLURALS:
        for key, inner in value.items():
            yield from _flat((*name, key), inner, (*path, key))
    else:
        yield _text(name, value, path)


def _entry(name: tuple[str, ...], value: Data, path: tuple[str, ...]) -> Iterator[Leaf]:
    if not isinstance(value, dict):
        yield _text(name, value, path)
        return
    for key, inner in value.items():
        at = (*path, key)
        if key == "text":
            yield _text(name, inner, at)
        elif key in _TEXTS:
            yield _text((*name, key), inner, at)
        elif key in _GROUPS:
            for part, text in _pairs(inner):
                yield _text((*name, key, part), text, (*at, part))
        elif key == WORDS:
            for part, words in _pairs(inner):
                yield _words((*name, key, part), words, (*at, part))
        elif key == "by_channel":
            for part, entry in _pairs(inner):
                yield from _entry((*name, key, part), entry, (*at, part))


def _pairs(value: Data) -> Iterator[tuple[str, Data]]:
    yield from value.items() if isinstance(value, dict) else ()


def _text(name: tuple[str, ...], value: Data, path: tuple[str, ...]) -> Leaf:
    if isinstance(value, str):  # nearly all are
        return Leaf(name=name, path=path, variants=({"": value},) if value else ())
    forms = value if isinstance(value, dict) else {"": value}
    spelled = {form: [_spell(item) for item in (v if isinstance(v, list) else [v])] for form, v in forms.items()}
    count = max((len(items) for items in spelled.values()), default=0)
    variants = tuple(
        {form: items[number] for form, items in spelled.items() if number < len(items) and items[number]}
        for number in range(count)
    )
    return Leaf(name=name, path=path, variants=variants if any(variants) else ())


def _words(name: tuple[str, ...], value: Data, path: tuple[str, ...]) -> Leaf:
    words = [_spell(item) for item in value] if isinstance(value, list) else []
    joined = join_words(words)
    return Leaf(name=name, path=path, variants=({"": joined},) if joined else (), words=True)


def join_words(words: list[str]) -> str:
    """One a line; a line break inside of one is written ``\\n``."""
    return "\n".join(word.replace("\\", "\\\\").replace("\n", "\\n") for word in words)


def split_words(text: str) -> list[str]:
    """The words of some lines, without empty ones."""
    words = [line.strip() for line in text.split("\n")]
    return ["\\".join(part.replace("\\n", "\n") for part in word.split("\\\\")) for word in words if word]


def _spell(value: Data) -> str:
    return "" if value is None or isinstance(value, bool | dict | list) else str(value)
