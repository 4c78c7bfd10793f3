"""Texts in many languages, each with a permissive licence: see README.md beside this file."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

SPOKEN = ("de", "en", "ru", "uk")
OTHERS = (
    ["fr", "pl", "es", "it", "nl", "tr", "pt", "cs", "sk", "hu", "ro", "sv", "da", "nb", "fi", "et", "lt", "lv", "hr", "sl", "ca", "id", "vi", "eu", "gl", "sq", "az", "bg", "be", "mk", "sr", "kk"]
)  # fmt: skip
_SAME = {"bs": "hr", "sr-latn": "hr", "sr_latn": "hr", "no": "nb", "nn": "nb", "pt-br": "pt", "pt_br": "pt", "en-gb": "en", "en_gb": "en",
         "en_au": "en", "es-419": "es", "es_ar": "es", "es_co": "es", "es_mx": "es", "es_ve": "es", "de_de": "de",
         "ru_ru": "ru", "uk_ua": "uk"}  # fmt: skip
_OF_COUNTRY = {"de_DE": "de", "ru_RU": "ru", "uk_UA": "uk"}
_HOLES = re.compile(
    r"<[^>]*>|\{[^}]*\}|%\([^)]*\)[sd]|%[sd]|\S*(?:://|www\.|@)\S*|\[[^\]]*\]|\\n|&\w+;|`[^`]*`|[\w.]+_\w+|[/\\]\S+"
)
_PO = re.compile(r'msgid ((?:"[^"\n]*"\n)+)(?:msgid_plural (?:"[^"\n]*"\n)+)?((?:msgstr(?:\[\d\])? (?:"[^"\n]*"\n)+)+)')
_LINES = re.compile(r'"([^"\n]*)"')


def language_of(name: str) -> str:
    low = name.lower()
    return _SAME.get(low, low)


def interface(folder: Path, *, of_countries: bool = False) -> dict[str, dict[str, set[str]]]:
    """Language to source to strings, of the wheels in ``folder``: their own words for the same things, untranslated ones left out.
    ``of_countries``: also those of folders such as ``uk_UA``."""
    found: dict[str, dict[str, set[str]]] = {}
    for wheel in sorted(folder.glob("*.whl")):
        strings = dict(_strings(zipfile.ZipFile(wheel)))
        english = {text for name, texts in strings.items() if language_of(name) == "en" for text in texts}
        for name, texts in strings.items():
            language = _OF_COUNTRY.get(name, language_of(name)) if of_countries else language_of(name)
            if language in (*SPOKEN, *OTHERS):
                kept = texts if language == "en" else texts - english
                found.setdefault(language, {}).setdefault(wheel.name, set()).update(kept)
    return found


def _strings(archive: zipfile.ZipFile) -> Iterator[tuple[str, set[str]]]:
    gathered: dict[str, set[str]] = {}
    for path in archive.namelist():
        if path.endswith(".json") and "/translations/" in path:
            name = path.rsplit("/", 1)[1][: -len(".json")]
            name = re.sub(r"-[0-9a-f]{32}$", "", name).removeprefix("sensor.").removeprefix("select.")
            gathered.setdefault(name, set()).update(_leaves(json.loads(archive.read(path))))
        elif "/LC_MESSAGES/" in path and path.endswith(".po"):
            name = path.split("/LC_MESSAGES/")[0].rsplit("/", 1)[1]
            content = archive.read(path).decode("utf-8")
            for source, target in _PO.findall(content):
                for part in re.split(r"msgstr(?:\[\d\])?", target):
                    text = "".join(_LINES.findall(part))
                    gathered.setdefault(name, set()).update(_sentences(text))
                gathered.setdefault("en", set()).update(_sentences("".join(_LINES.findall(source))))
    yield from gathered.items()


def _leaves(node: object) -> Iterator[str]:
    match node:
        case dict():
            for value in node.values():
                yield from _leaves(value)
        case str():
            yield from _sentences(node)


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?])\s+|\n|\\n", _HOLES.sub(" ", text)):
        plain = " ".join(sentence.split())
        if sum(char.isalpha() for char in plain) >= 2 and len(plain) <= 300:
            yield plain


def chat() -> dict[str, list[str]]:
    """Language (or ``ru-latn``, ``uk-latn``) to everyday messages written for this purpose."""
    found = {path.stem: path.read_text().split("\n")[:-1] for path in sorted((HERE / "chat").glob("??.txt"))}
    for line in (HERE / "chat" / "others.txt").read_text().splitlines():
        name, _, texts = line.partition(": ")
        found.setdefault(name, []).extend(text.strip() for text in texts.split(" | "))
    return found


def examples() -> dict[str, list[str]]:
    """What customers write to the example bot."""
    found = {}
    for path in sorted((ROOT / "examples" / "nordnetz" / "nlu").glob("??.yaml")):
        found[path.stem] = re.findall(r"^    - [\"']?(.*?)[\"']?$", path.read_text(), re.MULTILINE)
    return found


def data_sets(folder: Path, split: str) -> dict[str, list[str]]:
    """Language to the distinct texts of one split of the intent data sets; ``test`` adds the short messages kept for measuring."""
    found: dict[str, dict[str, None]] = {}
    for path in sorted(folder.glob("*_??.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                if row["split"] == split:
                    found.setdefault(row["lang"], {})[row["text"]] = None
    return {language: list(texts) for language, texts in found.items()}
