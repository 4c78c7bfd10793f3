"""Look-ups: they change nothing and may run again."""

# ruff: noqa: ARG002  # rasa-sdk calls every run() with all three
# rasa-sdk carries no types, so its classes are Any:
# mypy: disable-error-code="misc"

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from . import backend

Events: TypeAlias = list[dict[str, Any]]


class CheckOutage(Action):
    def name(self) -> str:
        return "check_outage"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        fault = backend.find_fault(tracker.get_slot("line"))
        if fault is None:
            return [SlotSet("found", False)]
        return [SlotSet("found", True), SlotSet("id", fault["id"]), SlotSet("hours", fault["hours"])]


class FindOrder(Action):
    def name(self) -> str:
        return "find_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        order = backend.find_order(tracker.get_slot("number"))
        if order is None:
            return [SlotSet("exists", False), SlotSet("late", False)]
        language = tracker.latest_message["metadata"].get("language")
        today = datetime.now(UTC).date()  # noqa: TID251  # a company's own code: no Clock port reaches it
        due = today + timedelta(days=order["in_days"])
        return [
            SlotSet("exists", True),
            SlotSet("late", order["late"]),
            SlotSet("state", order["state"].get(language, order["state"]["en"])),
            SlotSet("due", due.isoformat()),
        ]


class ListInvoices(Action):
    def name(self) -> str:
        return "list_invoices"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        return [SlotSet("all", backend.list_invoices(tracker.get_slot("contract")))]


class FindCustomer(Action):
    """Without a match every field stays empty."""

    def name(self) -> str:
        return "find_customer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        found = backend.find_customer(tracker.get_slot("contract"), tracker.get_slot("postcode")) or {}
        return [SlotSet(field, found.get(field)) for field in ("name", "line", "contract", "phone")]
