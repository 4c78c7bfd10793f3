"""Values named in a text: patterns by RE2, lists by spaCy's PhraseMatcher."""

from collections.abc import Iterable, Mapping
from typing import Any

from conversation.letters import LATIN_LOOKALIKES
from conversation.understanding import Entity
from nlu.features import Tokenizers, calm
from nlu.read import EntityRule, compile_pattern

MAX_TEXT = 1_000
"""Characters of a text that are searched: a name, a number or a place stands in the first sentences."""


class EntityFinder:
    """Finds entities by the rules of one language. The longest match wins; of equal ones the rule that stands first."""

    def __init__(self, tokenizers: Tokenizers, rules: Mapping[str, Iterable[EntityRule]]) -> None:
        self._tokenizers = tokenizers
        self._patterns: dict[str, list[tuple[EntityRule, Any]]] = {}
        self._phrases: dict[str, Any] = {}
        self._values: dict[str, tuple[str, str]] = {}
        for language, listed in rules.items():
            kept = tuple(listed)
            self._patterns[language] = [(rule, compile_pattern(rule.pattern)) for rule in kept if rule.pattern]
            phrases = [rule for rule in kept if rule.values]
            if phrases:
                self._phrases[language] = self._phrase_matcher(language, phrases)

    def find(self, text: str, language: str) -> tuple[Entity, ...]:
        """``text``: at most ``MAX_TEXT`` characters."""
        found = [*self._by_pattern(text, language), *self._by_phrase(text, language)]
        found.sort(key=lambda entity: (entity.start - entity.end, entity.start))
        kept: list[Entity] = []
        for entity in found:
            if all(entity.end <= other.start or other.end <= entity.start for other in kept):
                kept.append(entity)
        return tuple(sorted(kept, key=lambda entity: entity.start))

    def _by_pattern(self, text: str, language: str) -> Iterable[Entity]:
        for rule, pattern in self._patterns.get(language, ()):
            meant = text.translate(LATIN_LOOKALIKES) if rule.pattern and rule.pattern.isascii() else text
            for match in pattern.finditer(meant):
                start, end = match.span()
                if start < end and _stands_alone(text, start, end) and _is_typed(text[start:end], match.group()):
                    yield Entity(name=rule.name, value=_normal(match.group(), rule), start=start, end=end)

    def _by_phrase(self, text: str, language: str) -> Iterable[Entity]:
        matcher = self._phrases.get(language)
        if matcher is None:
            return
        pipeline = self._tokenizers.pipeline(language)
        with pipeline.memory_zone():
            for span in matcher(pipeline.make_doc(calm(text)), as_spans=True):
                name, value = self._values[span.label_]
                yield Entity(name=name, value=value, start=span.start_char, end=span.end_char)

    def _phrase_matcher(self, language: str, rules: Iterable[EntityRule]) -> Any:
        from spacy.matcher import PhraseMatcher

        pipeline = self._tokenizers.pipeline(language)
        matcher = PhraseMatcher(pipeline.vocab, attr="LOWER")
        for rule in rules:
            for value, phrases in rule.values.items():
                key = f"{language}/{rule.name}/{value}"
                self._values[key] = (rule.name, value)
                matcher.add(key, [pipeline.make_doc(phrase) for phrase in (value, *phrases)])
        return matcher


def _stands_alone(text: str, start: int, end: int) -> bool:
    """No letter or digit touches the match: five digits inside of eight are no postcode."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not before.isalnum() and not after.isalnum()


def _is_typed(typed: str, meant: str) -> bool:
    """Cyrillic letters are read as Latin ones in numbers such as А-12345 only: a word of them is a word."""
    return typed == meant or any(char.isdigit() for char in meant)


def _normal(value: str, rule: EntityRule) -> str:
    match rule.letters:
        case "upper":
            return value.upper()
        case "lower":
            return value.lower()
        case _:
            return value
