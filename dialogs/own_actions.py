"""Actions that every bot has without a line of code: the team's calendar of call-backs. One of the same name in the catalogue wins."""

from collections.abc import Mapping
from typing import Final

from dialogs.model import ActionSpec

FREE, BOOK, MOVE, CANCEL, MINE = "free_slots", "book_callback", "move_callback", "cancel_callback", "my_callback"
_SLOTS: Final = {"list": "time_slot"}
_CALLBACK: Final = {"begin": "time_slot", "phone": "phone"}

OWN_ACTIONS: Final[Mapping[str, ActionSpec]] = {
    spec.name: spec
    for spec in (
        ActionSpec(name=FREE, takes={"team": "text"}, gives={"slots": _SLOTS}, optional=frozenset({"team"}), own=True),
        ActionSpec(
            name=BOOK,
            takes={"slot": "time_slot", "phone": "phone", "team": "text", "topic": "text"},
            gives={"booked": "yes_no", "begin": "time_slot", "slots": _SLOTS},
            optional=frozenset({"phone", "team", "topic"}),
            own=True,
        ),
        ActionSpec(
            name=MOVE,
            takes={"slot": "time_slot"},
            gives={"moved": "yes_no", **_CALLBACK, "slots": _SLOTS},
            may_be_empty=tuple(_CALLBACK),
            own=True,
        ),
        ActionSpec(name=CANCEL, gives=_CALLBACK, may_be_empty=tuple(_CALLBACK), own=True),
        ActionSpec(name=MINE, gives={**_CALLBACK, "slots": _SLOTS}, may_be_empty=tuple(_CALLBACK), own=True),
    )
}
"""``begin`` is empty where nothing is planned. ``slots``: times that are free, for whoever asks for another."""
