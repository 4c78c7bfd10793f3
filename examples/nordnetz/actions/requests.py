"""What customers ask for. The call's key makes a second try harmless: the back-end keeps a request once."""

# ruff: noqa: ARG002  # rasa-sdk calls every run() with all three
# rasa-sdk carries no types, so its classes are Any:
# mypy: disable-error-code="misc"

from typing import Any, TypeAlias

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from . import backend

Events: TypeAlias = list[dict[str, Any]]


def keep(tracker: Tracker, kind: str, *slots: str) -> dict[str, Any]:
    """Kept under the call's key with these slots; plain functions, because they wait for the disk."""
    metadata = tracker.latest_message["metadata"]
    details = {"chat": tracker.sender_id, **{slot: tracker.get_slot(slot) for slot in slots}}
    return backend.record(kind, metadata["key"], details, metadata.get("var", ""))


class NotifyWhenFixed(Action):
    def name(self) -> str:
        return "notify_when_fixed"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        keep(tracker, "notify_when_fixed", "fault")
        return []


class ChangeAddress(Action):
    def name(self) -> str:
        return "change_address"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        keep(tracker, "change_address", "contract", "address")
        return []


class CreateTicket(Action):
    def name(self) -> str:
        return "create_ticket"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        ticket = keep(tracker, "create_ticket", "text")
        return [SlotSet("number", ticket["number"])]
