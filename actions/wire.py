"""What a Rasa server and its actions say to each other: the body of a call, and what of its answer counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import structlog

from actions.catalogue import ActionSpec
from actions.results import ResultError, checked_results
from conversation.errors import ActionError
from conversation.records import ActionCall
from conversation.value import Data

_log = structlog.get_logger(__name__)


def body_of(call: ActionCall, var: str = "") -> dict[str, Any]:
    """What a Rasa server would post to an action server. ``var``: a folder for the action's files, where it is on this machine."""
    metadata = {"key": call.key, "language": call.language} | ({"var": var} if var else {})
    return {
        "next_action": call.name,
        "sender_id": call.chat,
        "domain": {},
        "tracker": {
            "sender_id": call.chat,
            "slots": deepcopy(call.arguments),
            "latest_message": {"text": "", "intent": {}, "entities": [], "metadata": metadata},
            "events": [],
            "active_loop": {},
        },
    }


def result_of(
    spec: ActionSpec, events: Sequence[Mapping[str, Any]], responses: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Data]:
    """The promised fields, from the ``slot`` events; what else came along is told of and dropped.

    Raises ActionError when the catalogue promises something else.
    """
    slots = {event["name"]: event.get("value") for event in events if event.get("event") == "slot" and "name" in event}
    _warn(spec, slots, events, responses)
    try:
        return checked_results(spec, slots)
    except ResultError as error:
        raise ActionError(spec.name, "broken", f"the catalogue promises something else: {error}") from error


def _warn(
    spec: ActionSpec, slots: Mapping[str, Any], events: Sequence[Mapping[str, Any]], responses: Sequence[Any]
) -> None:
    unknown = sorted(str(name) for name in set(slots) - set(spec.gives))
    if unknown:
        follows = "they are dropped; add them to `gives`"
        _log.warning("action_gave_unknown_fields", action=spec.name, fields=unknown, follows=follows)
    others = Counter(str(event.get("event")) for event in events if event.get("event") != "slot")
    others += Counter({"utterance": len(responses)})
    if others:
        follows = "they are dropped: texts stand in locales/, an action gives data by SlotSet"
        _log.warning("action_gave_other_events", action=spec.name, events=sorted(others), follows=follows)
