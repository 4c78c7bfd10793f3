"""Where a translation stands in its file, in the form that the editor gave it there."""

from collections.abc import Mapping

from app.exchange.bot_texts import BotTexts
from conversation.errors import ContentError
from conversation.value import Data
from dialogs.reading.translations import GLOBAL, Forms, locale_file, split_words


class Place:
    """Of one text in one language."""

    def __init__(self, bot: BotTexts, language: str, topic: str, name: tuple[str, ...]) -> None:
        self.language = language
        self.topic = topic
        self.own = bot.leaves(language, topic).get(name)
        self.model = bot.leaves(bot.source, topic).get(name)
        self.source_root = (bot.data.get(f"locales/{bot.source}/{topic}.yaml") or {}).get(bot.source)
        self.name = name
        shown = self.own or self.model
        self.words = shown is not None and shown.words

    def put(self, data: Data, variants: Mapping[int, Forms]) -> Data:
        """The file's data with these variants in their places."""
        root = data if isinstance(data, dict) else {}
        path = self._path()
        return {**root, self.language: self._into(root.get(self.language), self.source_root, path, (), variants)}

    def _path(self) -> tuple[str, ...]:
        """Below the language. A text is written out as ``text:`` where something else stands beside it."""
        if self.own:
            return self.own.path[1:]
        return self.model.path[1:] if self.model else self.name

    def _into(
        self, data: Data, model: Data, path: tuple[str, ...], above: tuple[str, ...], variants: Mapping[int, Forms]
    ) -> Data:
        if not path:
            if isinstance(data, dict) and self._is_entry(above):
                text = self._value(data.get("text"), variants)
                return {**data, "text": text} if "text" in data else {"text": text, **data}
            value = self._value(data, variants)
            return {"text": value} if isinstance(value, dict) and self._is_entry(above) else value
        body = data
        if not isinstance(body, dict):
            if data is not None and path == ("text",):
                return self._into(data, model, (), above, variants)
            body = {} if data is None else self._written_out(data, above)
        key, *rest = path
        inner = model.get(key) if isinstance(model, dict) else None
        value = self._into(body.get(key), inner, tuple(rest), (*above, key), variants)
        return _with(body, key, value, list(model) if isinstance(model, dict) else [])

    def _written_out(self, data: Data, above: tuple[str, ...]) -> dict[str, Data]:
        """Raises ContentError where the file has something else than its source."""
        if not self._is_entry(above):
            name = ".".join(above)
            file = locale_file(self.language, self.topic)
            raise ContentError(
                f"{file}: “{name}” is not made as in the source; write it with the same keys and import again"
            )
        return {"text": data}

    def _is_entry(self, path: tuple[str, ...]) -> bool:
        return self.topic != GLOBAL and (len(path) == 1 or (len(path) > 2 and path[-2] == "by_channel"))

    def _value(self, old: Data, variants: Mapping[int, Forms]) -> Data:
        if self.words:
            return split_words(variants[0][""])
        if isinstance(old, dict) and not any(old.values()):
            old = None  # forms without a text say nothing
        if isinstance(old, dict):
            variants = {n: dict.fromkeys(old, forms[""]) if "" in forms else forms for n, forms in variants.items()}
        plural = any(form for forms in variants.values() for form in forms)
        if not plural:
            return _listed(old, {number: forms[""] for number, forms in variants.items()})
        before = old if isinstance(old, dict) else {}
        if old is not None and not isinstance(old, dict):  # one text for all numbers becomes one for each
            before = {form: old for forms in variants.values() for form in forms}
        names = [*before, *(form for forms in variants.values() for form in forms if form and form not in before)]
        return {
            form: _listed(before.get(form), {n: forms[form] for n, forms in variants.items() if form in forms})
            for form in dict.fromkeys(names)
        }


def _listed(old: Data, new: Mapping[int, str]) -> Data:
    """A list where there is more than one variant, or was a list."""
    items = list(old) if isinstance(old, list) else [] if old is None else [old]
    for number in sorted(new):
        if number < len(items):
            if str(items[number]) != new[number]:
                items[number] = new[number]
        else:
            items.append(new[number])
    return items if isinstance(old, list) or len(items) > 1 else (items[0] if items else old)


def _with(body: dict[str, Data], key: str, value: Data, order: list[str]) -> dict[str, Data]:
    """A new key stands behind the one that it follows in the source."""
    if key in body or key not in order:
        return {**body, key: value}
    earlier = [name for name in order[: order.index(key)] if name in body]
    if not earlier:
        return {key: value, **body}
    found: dict[str, Data] = {}
    for name, inner in body.items():
        found[name] = inner
        if name == earlier[-1]:
            found[key] = value
    return found
