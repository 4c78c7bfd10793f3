"""The Actions port: runs a bot's rasa-sdk actions in this process, each within its time limit."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import structlog

from actions.catalogue import Catalogue, catalogue_of
from actions.loader import action_classes, load_modules
from actions.threads import Threads
from actions.wire import body_of, result_of
from conversation.errors import ActionError, ContentError
from conversation.records import ActionCall
from conversation.value import Data

_log = structlog.get_logger(__name__)

Run: TypeAlias = Callable[[Any, Any, Any], Any]


class RasaActions:
    """Arguments arrive as slots of the tracker; ``SlotSet`` events named like the catalogue's ``gives`` are the answer.

    The call's key is ``tracker.latest_message["metadata"]["key"]``: the same on every try, for back-ends that must not act twice.
    """

    def __init__(self, folder: Path, var: Path | None = None) -> None:
        """``folder``: the bot folder; ``var``: where actions may keep files, told to them in the metadata.

        Imports the bot's Python files: blocks for some 100 ms. Raises ContentError with file and line.
        """
        from rasa_sdk.executor import ActionExecutor

        self.catalogue: Catalogue = catalogue_of(folder)
        self._var = str(var) if var else ""
        self._executor: Any = ActionExecutor()
        for name, run in _collect(folder / "actions", Threads()).items():
            self._executor.register_function(name, run)
        missing = sorted(set(self.catalogue.actions) - set(self._executor.actions))
        if missing:
            raise ContentError(
                f"actions/catalogue.yaml: no class in actions/*.py has the name() {', '.join(missing)}; write it or delete the entry"
            )

    async def run(self, call: ActionCall) -> Mapping[str, Data]:
        """See ``conversation.ports.Actions``. Raises ActionError; its text is for the action's developer."""
        spec = self.catalogue.actions.get(call.name)
        if spec is None:
            raise ActionError(call.name, "broken", "it is not in actions/catalogue.yaml")
        events, responses = await self._answer(call)
        return result_of(spec, events, responses)

    async def _answer(self, call: ActionCall) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Events and utterances."""
        from rasa_sdk.interfaces import ActionExecutionRejection

        try:
            async with asyncio.timeout(call.limit) as timer:
                result = await self._executor.run(body_of(call, self._var))
        except TimeoutError as error:
            if timer.expired():
                raise ActionError(call.name, "limit", f"no answer within {call.limit:g} s") from error
            raise ActionError(call.name, "broken", f"TimeoutError: {error}") from error
        except ActionExecutionRejection as error:
            raise ActionError(call.name, "rejected", str(error)) from error
        except Exception as error:
            _log.exception("action_broke", action=call.name, chat=call.chat)
            raise ActionError(call.name, "broken", f"{type(error).__name__}: {error}") from error
        return (list(result.events), list(result.responses)) if result else ([], [])


def _collect(folder: Path, threads: Threads) -> dict[str, Run]:
    """Name of an action to what runs it. Raises ContentError."""
    from rasa_sdk.interfaces import Action

    runs: dict[str, Run] = {}
    for kind in action_classes(load_modules(folder), Action):
        where = f"actions/{kind.__module__.rpartition('.')[2]}.py:{_line(kind)}"
        try:
            action = kind()
            name = action.name()
        except Exception as error:
            raise ContentError(
                f"{where}: class {kind.__name__} can't be made: {type(error).__name__}: {error}"
            ) from error
        if name in runs:
            raise ContentError(f"{where}: class {kind.__name__} has the name() `{name}` of another class; rename one")
        if len(inspect.signature(action.run).parameters) < 3:
            raise ContentError(f"{where}: run() of {kind.__name__} must take dispatcher, tracker and domain")
        runs[name] = action.run if inspect.iscoroutinefunction(action.run) else _in_thread(action.run, threads)
    return runs


def _line(kind: type[Any]) -> int:
    """1 for a class that the file makes without a ``class`` statement."""
    try:
        return inspect.getsourcelines(kind)[1]
    except (OSError, TypeError):
        return 1


def _in_thread(run: Run, threads: Threads) -> Run:
    """A plain function would stop everybody else while it waits for a back-end."""

    async def threaded(dispatcher: Any, tracker: Any, domain: Any) -> Any:
        answer = await threads.run(partial(run, dispatcher, tracker, domain))
        return await answer if isinstance(answer, Awaitable) else answer

    return threaded
