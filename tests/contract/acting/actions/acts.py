"""One action for each thing that an action may do."""

# ruff: noqa: ARG002  # rasa-sdk calls every run() with all three
# rasa-sdk carries no types, so its classes are Any:
# mypy: disable-error-code="misc"

import asyncio
from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import Restarted, SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection


class Echo(Action):
    def name(self) -> str:
        return "echo"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        metadata = tracker.latest_message["metadata"]
        return [
            SlotSet("a", tracker.get_slot("a")),
            SlotSet("chat", tracker.sender_id),
            SlotSet("key", metadata["key"]),
            SlotSet("language", metadata["language"]),
        ]


class Little(Action):
    def name(self) -> str:
        return "little"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        return [SlotSet("b", [1, {"x": "ä"}])]


class Nothing(Action):
    def name(self) -> str:
        return "nothing"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        return None


class Plain(Action):
    def name(self) -> str:
        return "plain"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        return [SlotSet("a", 1)]


class Unknown(Action):
    def name(self) -> str:
        return "unknown"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        return [SlotSet("a", 1), SlotSet("z", 2)]


class Talks(Action):
    def name(self) -> str:
        return "talks"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        dispatcher.utter_message(text="Hello")
        return [SlotSet("a", 1), Restarted()]


class Typed(Action):
    def name(self) -> str:
        return "typed"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        return [SlotSet("a", "yes")]


class Breaks(Action):
    def name(self) -> str:
        return "breaks"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        raise KeyError("gone")


class Rejects(Action):
    def name(self) -> str:
        return "rejects"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        raise ActionExecutionRejection("rejects", "not today")


class Hangs(Action):
    def name(self) -> str:
        return "hangs"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        await asyncio.Event().wait()


class Junk(Action):
    def name(self) -> str:
        return "junk"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        return ["no event", {"name": "a"}, SlotSet("a", 1)]
