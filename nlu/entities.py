"""Values named in a text: patterns by RE2, ready-made kinds, lists by spaCy's PhraseMatcher and with one slip of the finger."""

from collections.abc import Iterable, Mapping
from typing import Any

from conversation.letters import LATIN_LOOKALIKES
from conversation.understanding import Entity
from nlu.features import Tokenizers, calm
from nlu.kinds import find
from nlu.patterns import compile_pattern
from nlu.read import EntityRule
from nlu.slips import SlipFinder

MAX_TEXT = 1_000
"""Characters of a text that are searched: a name, a number or a place stands in the first sentences."""


class EntityFinder:
    """Finds entities by the rules of one language. The longest match wins; of equal ones the rule that stands first."""

    def __init__(self, tokenizers: Tokenizers, rules: Mapping[str, Iterable[EntityRule]]) -> None:
        self._tokenizers = tokenizers
        self._rules: dict[str, tuple[EntityRule, ...]] = {}
        self._patterns: dict[str, list[tuple[EntityRule, Any]]] = {}
        self._phrases: dict[str, Any] = {}
        self._values: dict[str, tuple[str, str]] = {}
        self._kinds: dict[str, list[EntityRule]] = {}
        self._slips: dict[str, SlipFinder] = {}
        for language, listed in rules.items():
            kept = tuple(listed)
            self._rules[language] = kept
            self._patterns[language] = [(rule, compile_pattern(rule.pattern)) for rule in kept if rule.pattern]
            self._kinds[language] = [rule for rule in kept if rule.kind]
            phrases = [rule for rule in kept if rule.values]
            if phrases:
                self._slips[language] = SlipFinder({rule.name: rule.values for rule in phrases})
                self._phrases[language] = self._phrase_matcher(language, phrases)

    def find(self, text: str, language: str) -> tuple[Entity, ...]:
        """``text``: at most ``MAX_TEXT`` characters."""
        by_pattern = [*self._by_pattern(text, language), *self._by_kind(text, language)]
        order = {rule.name: number for number, rule in enumerate(self._rules.get(language, ()))}
        by_pattern.sort(key=lambda entity: order.get(entity.name, 0))
        kept = _longest([*by_pattern, *self._by_phrase(text, language)], [])
        if language in self._slips:
            kept = _longest(self._slips[language].find(text), kept)
        return tuple(sorted(kept, key=lambda entity: entity.start))

    def _by_kind(self, text: str, language: str) -> Iterable[Entity]:
        for rule in self._kinds.get(language, ()):
            for start, end, value in find(rule.kind, text, language, rule.country):
                if _stands_alone(text, start, end):
                    yield Entity(name=rule.name, value=value, start=start, end=end)

    def _by_pattern(self, text: str, language: str) -> Iterable[Entity]:
        patterns = self._patterns.get(language, ())
        latin = text.translate(LATIN_LOOKALIKES) if patterns and not text.isascii() else text
        for rule, pattern in patterns:
            meant = latin if rule.pattern and rule.pattern.isascii() else text
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


def _longest(found: Iterable[Entity], kept: Iterable[Entity]) -> list[Entity]:
    """``kept``, and of the others those that overlap with nothing longer."""
    taken = list(kept)
    for entity in sorted(found, key=lambda entity: (entity.start - entity.end, entity.start)):
        if all(entity.end <= other.start or other.end <= entity.start for other in taken):
            taken.append(entity)
    return taken


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
