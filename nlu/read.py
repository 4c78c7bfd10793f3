"""Reads ``nlu/<language>.yaml``: what customers write for each intent, and how values in a text look."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

import re2
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from conversation.errors import ContentError
from conversation.value import Value
from nlu.kinds import COUNTRIES, KINDS
from nlu.patterns import compile_pattern

OTHER = "other"
"""The intent of everything the bot is not for; it is learnt and never reported."""

MAX_BYTES = 1_000_000
MAX_EXAMPLE = 500
_DEEP = re.compile(rb"(?:[\[{]\s*){200}")
MAX_LEVELS = 10
"""Lists and mappings inside each other: what is deeper is no file of examples, and the parser would brood over it."""
_STRING = "tag:yaml.org,2002:str"

Row: TypeAlias = tuple[str, str, str]
"""An example: language, intent, text."""

Letters: TypeAlias = Literal["", "upper", "lower"]


class EntityRule(Value, frozen=True, kw_only=True):
    """How one kind of value is found: by an RE2 ``pattern``, by ``values`` (canonical value to what customers write), or by a
    ready-made ``kind`` (see ``nlu.kinds``), for a ``country`` if that matters."""

    name: str
    pattern: str = ""
    letters: Letters = ""
    values: dict[str, tuple[str, ...]] = {}
    kind: str = ""
    country: str = ""


class Examples(Value, frozen=True, kw_only=True):
    """One language's file."""

    language: str
    intents: dict[str, tuple[str, ...]]
    entities: tuple[EntityRule, ...] = ()
    synonyms: dict[str, tuple[str, ...]] = {}
    """Word to others that mean the same to this bot."""


def synonyms_of(read: Iterable[Examples]) -> dict[str, tuple[str, ...]]:
    """Those of all languages together: one word may have synonyms in several."""
    found: dict[str, tuple[str, ...]] = {}
    for examples in read:
        for word, others in examples.synonyms.items():
            found[word] = tuple(dict.fromkeys((*found.get(word, ()), *others)))
    return found


class _Reader:
    """Walks one file's YAML nodes and gathers every problem, so that an editor mends them in one go."""

    def __init__(self, language: str) -> None:
        self.file = f"nlu/{language}.yaml"
        self.problems: list[str] = []
        self._seen: set[int] = set()

    def problem(self, node: Node, text: str) -> None:
        self.problems.append(f"{self.file}:{node.start_mark.line + 1}: {text}")

    def mapping(self, node: Node, what: str) -> Iterator[tuple[str, Node, Node]]:
        if not isinstance(node, MappingNode) or not self._first(node):
            self.problem(node, f"{what} must be a mapping (`name: …`)")
            return
        keys: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in keys:
                self.problem(key, f"`{name}` stands here twice; merge the two")
                continue
            keys.add(name)
            yield name, key, value

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        if not isinstance(node, SequenceNode) or not self._first(node):
            self.problem(node, f"{what} must be a list, one entry a line, each starting with `- `")
            return ()
        found: dict[str, None] = {}
        for entry in node.value:
            text = self.text(entry, what)
            if text in found:
                self.problem(entry, f"`{text}` stands in {what} twice; delete one")
            elif text:
                found[text] = None
        return tuple(found)

    def text(self, node: Node, what: str) -> str:
        if not isinstance(node, ScalarNode) or node.tag != _STRING:
            self.problem(node, f"{what} takes texts only; put quotes around it if it is a number or has a colon")
            return ""
        text = " ".join(str(node.value).split())
        if not text or len(text) > MAX_EXAMPLE:
            self.problem(node, f"a text in {what} must have 1 to {MAX_EXAMPLE} characters")
            return ""
        return text

    def _first(self, node: Node) -> bool:
        """Aliases (`*name`) are refused: a few of them can grow into gigabytes."""
        first = id(node) not in self._seen
        self._seen.add(id(node))
        return first


def read_examples(files: Mapping[str, bytes]) -> tuple[Examples, ...]:
    """``files``: language to the bytes of its YAML. Raises ContentError with every problem, each with file and line."""
    read, problems = [], []
    for language in sorted(files):
        reader = _Reader(language)
        read.append(_read_file(reader, language, files[language]))
        problems += reader.problems
    if not files:
        problems.append("nlu/: there is no <language>.yaml; add one with `intents:` and examples")
    if problems:
        raise ContentError("\n".join(problems))
    return tuple(read)


def _read_file(reader: _Reader, language: str, content: bytes) -> Examples:
    root = _compose(reader, content)
    if root is None:
        return Examples(language=language, intents={})
    intents: dict[str, tuple[str, ...]] = {}
    entities: tuple[EntityRule, ...] = ()
    synonyms: dict[str, tuple[str, ...]] = {}
    for name, key, node in reader.mapping(root, "the file"):
        match name:
            case "intents":
                intents = {i: reader.texts(n, f"intent `{i}`") for i, _, n in reader.mapping(node, "`intents`")}
                _check_intents(reader, node, intents)
            case "entities":
                rules = (_read_rule(reader, e, n) for e, _, n in reader.mapping(node, "`entities`"))
                entities = tuple(rule for rule in rules if rule is not None)
            case "synonyms":
                synonyms = {w: _read_synonyms(reader, w, k, n) for w, k, n in reader.mapping(node, "`synonyms`")}
            case _:
                reader.problem(key, f"unknown key `{name}`; known are `intents`, `entities` and `synonyms`")
    if not intents and not reader.problems:
        reader.problem(root, "there are no `intents`; add some with examples")
    return Examples(language=language, intents=intents, entities=entities, synonyms=synonyms)


def _compose(reader: _Reader, content: bytes) -> Node | None:
    if len(content) > MAX_BYTES:
        reader.problems.append(f"{reader.file}: larger than {MAX_BYTES // 1000} kB; delete examples that say the same")
        return None
    if _DEEP.search(content):
        reader.problems.append(f"{reader.file}: lists inside lists without end; write one entry a line")
        return None
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.max_depth = MAX_LEVELS
    try:
        root: Node | None = yaml.compose(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        reader.problems.append(f"{reader.file}: not UTF-8 (byte {error.start}); save it as UTF-8")
        return None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reader.problems.append(f"{reader.file}:{line}: this is not YAML: {error.problem}")
        return None
    except (YAMLError, RecursionError, ValueError) as error:
        reader.problems.append(f"{reader.file}: this is not YAML: {error}")
        return None
    if root is None:
        reader.problems.append(f"{reader.file}: the file is empty; write `intents:` with examples")
    return root


def _check_intents(reader: _Reader, node: Node, intents: Mapping[str, tuple[str, ...]]) -> None:
    """The same sentence under two intents can't be learnt."""
    owner: dict[str, str] = {}
    for intent, texts in intents.items():
        for text in texts:
            folded = text.casefold()
            if owner.setdefault(folded, intent) != intent:
                reader.problem(node, f"`{text}` is an example of `{owner[folded]}` and of `{intent}`; keep one")


def _read_synonyms(reader: _Reader, word: str, key: Node, node: Node) -> tuple[str, ...]:
    """Single words: the model compares words one by one."""
    found = reader.texts(node, f"synonyms of `{word}`")
    for each, place in ((word, key), *((other, node) for other in found)):
        if not each.isalpha():
            reader.problem(
                place,
                f"`{each}` among `synonyms` must be one word of letters only; a phrase is an example of an intent",
            )
    return tuple(each.lower() for each in found)


def _read_rule(reader: _Reader, name: str, node: Node) -> EntityRule | None:
    said: dict[str, str] = {}
    values: dict[str, tuple[str, ...]] = {}
    for key, key_node, value in reader.mapping(node, f"entity `{name}`"):
        match key:
            case "pattern" | "letters" | "kind" | "country":
                said[key] = reader.text(value, f"`{key}` of `{name}`")
                _check_said(reader, value, name, key, said[key])
            case "values":
                values = {
                    v: reader.texts(n, f"value `{v}`") for v, _, n in reader.mapping(value, f"values of `{name}`")
                }
            case _:
                known = "`kind`, `country`, `pattern`, `letters` and `values`"
                reader.problem(key_node, f"unknown key `{key}`; known are {known}")
    if [bool(said.get("pattern")), bool(values), bool(said.get("kind"))].count(True) != 1:
        reader.problem(node, f"entity `{name}` needs either a `kind`, a `pattern` or `values`")
        return None
    if said.get("country") and said.get("kind") not in ("phone", "postcode"):
        reader.problem(node, f"`country` of `{name}` is for `kind: phone` and `kind: postcode`; delete it")
        return None
    return EntityRule(name=name, values=values, **said)  # type: ignore[arg-type]  # checked above


def _check_said(reader: _Reader, node: Node, name: str, key: str, said: str) -> None:
    match key:
        case "pattern":
            _check_pattern(reader, node, name, said)
        case "letters" if said not in {"", "upper", "lower"}:
            reader.problem(node, f"`letters` of `{name}` is `upper` or `lower`")
        case "kind" if said not in KINDS:
            reader.problem(
                node, f"`kind` of `{name}` is one of {', '.join(KINDS)}; for anything else write a `pattern`"
            )
        case "country" if said not in COUNTRIES:
            reader.problem(node, f"`country` of `{name}` is two capital letters, such as DE or UA")


def _check_pattern(reader: _Reader, node: Node, name: str, pattern: str) -> None:
    try:
        compile_pattern(pattern)
    except (re2.error, UnicodeEncodeError) as error:
        reader.problem(node, f"the pattern of `{name}` can't be used (RE2 syntax, no look-around): {error}")
