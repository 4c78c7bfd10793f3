"""The labels of the pages, in every language that has some."""

from importlib.resources import files as package_files

import msgspec

from conversation.value import Data
from dialogs.reading.source import read_source


def page_texts() -> dict[str, bytes]:
    """Language → the labels of the pages, with English where one is missing."""
    root = package_files("locales")
    found = {}
    for folder in sorted(root.iterdir(), key=lambda item: item.name):
        file = folder / "pages.yaml"
        if folder.is_dir() and file.is_file():
            data = read_source(f"{folder.name}/pages.yaml", file.read_bytes()).data
            found[folder.name] = dict(data)
    return {
        language: msgspec.json.encode({"language": language, **_filled(data, found["en"])})
        for language, data in found.items()
    }


def _filled(data: Data, english: Data) -> Data:
    if not isinstance(english, dict) or not isinstance(data, dict):
        return data if data is not None else english
    if "other" in english or "other" in data or "many" in data:
        return data
    return {key: _filled(data.get(key), english[key]) for key in english}
