"""Which connectors exist. They are imported when they are used: aiogram alone costs seconds and 130 MB."""

from importlib import import_module
from typing import cast

from bots.connector import Factory, SettingsError

_CONNECTORS = {
    "telegram": "bots.telegram.connector:connect",
}


def names() -> tuple[str, ...]:
    """The channels that have a connector here; the web page's own chat needs none."""
    return tuple(sorted(_CONNECTORS))


def connector(name: str) -> Factory:
    """The factory of the channel called ``name``, imported now. Raises SettingsError if there is none."""
    place = _CONNECTORS.get(name)
    if place is None:
        raise SettingsError(f"there is no connector for the channel {name!r}; there are: {', '.join(names())}")
    module, function = place.split(":")
    return cast(Factory, getattr(import_module(module), function))
