"""The schemas that text editors complete words from: every file fits its own, and they know what the reader knows."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.bot_folder import product_texts
from app.starter.new import SPOKEN, new_bot, schemas
from conversation.value import Data
from dialogs.reading.reader import Reader
from dialogs.reading.source import read_source
from engine.rules import compile_rules
from handoff.complaints import Complaints
from nlu.read import read_examples
from tests.support.bots import NORDNETZ

MODELINE = re.compile(r"# yaml-language-server: \$schema=((?:\.\./)*schemas/[a-z]+\.schema\.json)\n")
SCHEMAS = {
    name.removeprefix("schemas/").removesuffix(".schema.json"): json.loads(raw) for name, raw in schemas().items()
}


def starter() -> dict[str, bytes]:
    return new_bot("mybot", SPOKEN, "Test")


def example() -> dict[str, bytes]:
    names = [path for path in NORDNETZ.rglob("*") if path.suffix in (".yaml", ".json") and "data.json" not in path.name]
    return {path.relative_to(NORDNETZ).as_posix(): path.read_bytes() for path in names}


FOLDERS = {"example": example(), "starter": starter()}
YAML_FILES = [(folder, name) for folder, files in FOLDERS.items() for name in sorted(files) if name.endswith(".yaml")]


@pytest.mark.parametrize(("folder", "name"), YAML_FILES)
def test_every_file_names_its_schema_and_fits_it(folder: str, name: str) -> None:
    raw = FOLDERS[folder][name]
    line = MODELINE.match(raw.decode())
    assert line, f"put `# yaml-language-server: $schema=…` into the first line of {name}"
    shown = Path(name).parent / line[1]
    assert len(Path(name).parts) - 1 == line[1].count("../")
    assert shown.name.removesuffix(".schema.json") == schema_of(name)
    jsonschema.validate(read_source(name, raw).data, SCHEMAS[schema_of(name)])


def schema_of(name: str) -> str:
    folder, _, rest = name.partition("/")
    match folder:
        case "dialogs":
            return "answers" if rest == "_answers.yaml" else "dialog"
        case "locales":
            return {"_global.yaml": "global", "_moods.yaml": "moods", "_replies.yaml": "replies"}.get(
                rest.partition("/")[2], "locale"
            )
        case "nlu":
            return "nlu"
        case "actions":
            return "catalogue"
        case _:
            return "bot"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_has_the_schemas_of_this_version(folder: str) -> None:
    """`lotse schema examples/nordnetz` puts them there; what they say is decided in app/starter/schemas."""
    assert {name: raw for name, raw in FOLDERS[folder].items() if name.startswith("schemas/")} == schemas()


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"{name}.schema.json"


@pytest.mark.parametrize(
    ("schema", "bad"),
    [
        ("dialog", {"title": "x", "start": "a", "steps": {"a": {"chose": {"b": "c", "d": "e"}}}}),
        ("dialog", {"title": "x", "start": "a", "steps": {"a": {"ask": "text", "go": "b"}}}),
        ("bot", {"languages": {"source": "de", "all": ["de"]}, "time_zone": "Europe/Berlin", "start": "a", "team": {}}),
        ("bot", {"languages": {"source": "de"}, "time_zone": "Europe/Berlin", "start": "a"}),
        ("answers", {"postcode": {"patern": "x"}}),
        ("locale", {"de": {"menu": {"texts": "x"}}}),
        ("locale", {"de": {"eta": {"text": {"several": "x"}}}}),
        ("global", {"de": {"commands": {"menu": "menü"}}}),
        ("replies", {"en": {"x": {"title": "x"}}}),
        ("moods", {"en": {"anger": ["x"]}}),
        ("nlu", {"intents": {"a": "x"}}),
        ("catalogue", {"find": {"take": {}}}),
    ],
)
def test_a_mistake_is_marked(schema: str, bad: Data) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, SCHEMAS[schema])


# --- the reader and the schemas know the same keys

WHOLE_BOT = """
title: x
languages: {source: en, all: [en]}
time_zone: Europe/Berlin
currency: EUR
country: DE
channels: [webchat]
start: main
commands: {menu: {dialog: main, step: a, intent: x}, back: {}}
nlu: {accept: 0.8, offer: 0.4, margin: 0.1, choices: 3, languages: {en: {accept: 0.7, offer: 0.3, margin: 0.1}}}
teams:
  care:
    hours: {mon-fri: ["09:00-17:00"]}
    holidays: {country: DE, region: HH, also: {"2026-12-24": closed}}
    callbacks: {slot: 30m, each: 2, ahead: 5d, notice: 1h}
waiting: {remind: [2m], expires: 15m, then: a}
live: {customer_silent: {remind: 5m, close: 15m}, operator_silent: {remind: 2m, reassign: 5m}, handle_time: {default: 90s}}
"""
WHOLE_DIALOG = """
title: x
owner: x
kind: task
start: a
fills: x
intents: {x: a}
defaults: {misses: {limit: 3, go: a}, silence: {after: 1m, reminders: 1, go: a}, failed: a}
personal: [x]
renamed: {old: a}
steps:
  a: {choose: {b: {go: a, when: x, intent: y}, c: a}, digress: return, misses: {limit: 3, go: a}, silence: {after: 1m, reminders: 1, go: a}}
  b: {ask: text, save: x, offer: x, check: {min: 1, max: 2, from: today, to: today}, route: [{when: x, go: a}, {go: b}]}
  c: {form: {x: {ask: text, check: {min: 1}, optional: true}}, save: x, confirm: true, cancelled: a, go: a}
  d: {do: find, with: {x: x}, limit: 1s, save: x, go: a, failed: a}
  e: {handover: care, busy: {after: 1m, go: a}, go: a}
  f: {wait: {event: x, after: 1d, go: a}, go: a}
  g: {pick: x, save: x, go: a}
  h: {call: main, go: a}
  i: {random: {a: 1, b: 2}}
  j: {say: x, needs: x, set: {x: 1}, attach: media/x.jpg, count: x, end: solved}
"""
WHOLE = {
    "bot.yaml": WHOLE_BOT,
    "dialogs/main.yaml": WHOLE_DIALOG,
    "dialogs/_answers.yaml": "x: {pattern: x, example: x, entity: x}",
    "actions/catalogue.yaml": "find: {takes: {x: text}, gives: {x: text}, repeat: safe, may_be_empty: [x]}",
    "locales/en/main.yaml": "en: {a: {text: {one: x, other: y}, options: {b: x}, words: {b: [x]}, by_channel: {sms: {text: x}}}}",
    "locales/en/_moods.yaml": "en: {instead: true, anger: {strong: [x], weak: [x]}, calm: [x], plain: [x], negations: [x], degrees: [x]}",
    "locales/en/_replies.yaml": "en: {x: {title: x, text: x, attach: x}}",
    "nlu/en.yaml": "intents: {x: [x, y], z: [a, b]}\nentities: {x: {values: {a: [b]}, letters: upper}}",
}


def schema_at(schema: Any, node: Any, path: tuple[str | int, ...]) -> Iterator[Any]:
    """The objects of a schema that say what stands at a path."""
    if "$ref" in node:
        yield from schema_at(schema, schema["definitions"][node["$ref"].rpartition("/")[2]], path)
        return
    for choice in node.get("oneOf", []):
        yield from schema_at(schema, choice, path)
    if not path:
        if "object" in node.get("type", ""):
            yield node
        return
    key, *rest = path
    if isinstance(key, int):
        inner = [node["items"]] if "items" in node else []
    elif key in node.get("properties", {}):
        inner = [node["properties"][key]]
    else:
        inner = [node["additionalProperties"]] if isinstance(node.get("additionalProperties"), dict) else []
    for found in inner:
        yield from schema_at(schema, found, tuple(rest))


def test_the_schemas_know_exactly_the_keys_that_the_reader_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, tuple[str | int, ...], Collection[str]]] = []
    read, complain = Reader.mapping, Complaints.mapping

    def mapping(
        self: Reader, data: Data, path: tuple[str | int, ...], known: Collection[str] | None = None, *code: str
    ) -> Any:
        if known is not None:
            asked.append((self.source.file, path, known))
        return read(self, data, path, known, *code)

    def entries(self: Complaints, path: tuple[str | int, ...], data: Any, known: Collection[str] | None = None) -> Any:
        if known is not None:
            asked.append(("bot.yaml", path, known))
        return complain(self, path, data, *([] if known is None else [known]))

    monkeypatch.setattr(Reader, "mapping", mapping)
    monkeypatch.setattr(Complaints, "mapping", entries)
    files = {name: text.encode() for name, text in WHOLE.items()}
    with pytest.raises(Exception, match="find"):  # a bot of everything makes no sense, and need not
        compile_rules(
            {
                **files,
                "actions/catalogue.yaml": b"find: {takes: {y: text}, gives: {x: text}, repeat: safe, may_be_empty: [x]}",
            },
            product_texts(),
        )
    known: dict[str, set[str]] = defaultdict(set)
    offered: dict[str, set[str]] = defaultdict(set)
    for file, path, keys in asked:
        if file in WHOLE and not (file == "bot.yaml" and path == () and "title" not in keys):
            for node in schema_at(SCHEMAS[schema_of(file)], SCHEMAS[schema_of(file)], path):
                if node.get("additionalProperties") is False:
                    where = f"{schema_of(file)}: {','.join(sorted(node['properties']))}"
                    known[where] |= set(keys)
                    offered[where] |= set(node["properties"])
    assert known == offered
    assert len(known) > 20


def test_the_schema_of_examples_knows_the_keys_of_their_reader() -> None:
    (found,) = read_examples({"en": WHOLE["nlu/en.yaml"].encode()})
    assert set(found.intents) == {"x", "z"}
    entity = SCHEMAS["nlu"]["properties"]["entities"]["additionalProperties"]["properties"]
    assert set(entity) == {"pattern", "letters", "values", "kind", "country"}
    assert set(SCHEMAS["nlu"]["properties"]) == {"intents", "entities", "synonyms"}
