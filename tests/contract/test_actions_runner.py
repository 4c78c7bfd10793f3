"""Actions of a bot folder, run in this process."""

import asyncio
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from structlog.testing import capture_logs

from actions.catalogue import Catalogue, ListOf, read_catalogue
from actions.results import ResultError, checked_results
from actions.runner import RasaActions
from actions.threads import MOST
from conversation.errors import ActionError, ContentError
from conversation.records import ActionCall

NORDNETZ = Path(__file__).parents[2] / "examples/nordnetz"

HEAD = """
import asyncio, time
from rasa_sdk import Action
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection
class Base(Action):
    def name(self): return "act"
"""


def bot(folder: Path, body: str, catalogue: str = "act: {takes: {a: any}, gives: {b: any}}") -> Path:
    """A bot folder whose one action has this ``run``."""
    (folder / "actions").mkdir()
    (folder / "actions/catalogue.yaml").write_text(catalogue, encoding="utf-8")
    code = HEAD + "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    (folder / "actions/acts.py").write_text(code, encoding="utf-8")
    return folder


def call(
    name: str = "act", *, key: str = "k", limit: float = 5.0, language: str = "de", **arguments: Any
) -> ActionCall:
    return ActionCall(name=name, arguments=arguments, key=key, limit=limit, chat="chat-1", language=language)


async def failure(actions: RasaActions, asked: ActionCall) -> tuple[str, str]:
    with pytest.raises(ActionError) as caught:
        await actions.run(asked)
    return caught.value.reason, str(caught.value)


async def test_arguments_arrive_as_slots_and_slots_go_back(tmp_path: Path) -> None:
    body = """
    async def run(self, dispatcher, tracker, domain):
        return [SlotSet("b", [tracker.get_slot("a"), tracker.sender_id, tracker.latest_message["metadata"]])]
    """
    actions = RasaActions(bot(tmp_path, body), tmp_path / "var")
    metadata = {"key": "k7", "language": "uk", "var": str(tmp_path / "var")}
    assert await actions.run(call(key="k7", language="uk", a={"x": 1})) == {"b": [{"x": 1}, "chat-1", metadata]}


async def test_field_that_is_not_given_is_none(tmp_path: Path) -> None:
    actions = RasaActions(bot(tmp_path, "def run(self, d, t, dom): return []"))
    assert await actions.run(call()) == {"b": None}


async def test_unknown_field_is_dropped_and_told(tmp_path: Path) -> None:
    actions = RasaActions(bot(tmp_path, 'def run(self, d, t, dom): return [SlotSet("b", 1), SlotSet("c", 2)]'))
    with capture_logs() as logs:
        assert await actions.run(call()) == {"b": 1}
    assert [(line["event"], line["fields"]) for line in logs] == [("action_gave_unknown_fields", ["c"])]


@pytest.mark.parametrize(
    ("body", "reason", "text"),
    [
        ("async def run(self, d, t, dom): raise KeyError('gone')", "broken", "KeyError: 'gone'"),
        ("def run(self, d, t, dom): return 1 / 0", "broken", "ZeroDivisionError"),
        ("def run(self, d, t, dom): raise ActionExecutionRejection('act', 'not today')", "rejected", "not today"),
        ("async def run(self, d, t, dom): raise TimeoutError('back-end')", "broken", "TimeoutError: back-end"),
        ("async def run(self, d, t, dom): return 5", "broken", "TypeError"),
    ],
)
async def test_failing_action_says_why(tmp_path: Path, body: str, reason: str, text: str) -> None:
    actions = RasaActions(bot(tmp_path, body))
    got, message = await failure(actions, call())
    assert got == reason
    assert text in message


@pytest.mark.parametrize(
    "body",
    [
        "async def run(self, d, t, dom): await asyncio.Event().wait()",
        "def run(self, d, t, dom): time.sleep(0.04); return []",
    ],
)
async def test_action_that_takes_too_long_ends_at_its_limit(tmp_path: Path, body: str) -> None:
    actions = RasaActions(bot(tmp_path, body))
    reason, message = await failure(actions, call(limit=0.01))
    assert reason == "limit"
    assert "0.01 s" in message


async def test_plain_function_leaves_the_event_loop_free(tmp_path: Path) -> None:
    actions = RasaActions(bot(tmp_path, "def run(self, d, t, dom): time.sleep(0.04); return []"))
    running = asyncio.create_task(actions.run(call()))
    turns = 0
    while not running.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 5


async def test_hanging_actions_cost_their_own_threads_only_and_say_so(tmp_path: Path) -> None:
    go = tmp_path / "go"
    body = f"""
    def run(self, d, t, dom):
        while not t.slots["a"] and not __import__("pathlib").Path({str(go)!r}).exists(): time.sleep(0.005)
        return [SlotSet("b", 1)]
    """
    actions = RasaActions(bot(tmp_path, body))
    stuck = await asyncio.gather(*(failure(actions, call(limit=0.05, a=0)) for _ in range(MOST)))
    assert {reason for reason, _ in stuck} == {"limit"}
    assert await asyncio.wait_for(asyncio.to_thread(lambda: 1), 1) == 1, "others have threads of their own"
    with capture_logs() as logs:
        assert (await failure(actions, call(limit=0.01, a=1)))[0] == "limit"
    assert [line["threads"] for line in logs if line["event"] == "action_threads_all_taken"] == [MOST]
    go.touch()
    assert await actions.run(call(a=1)) == {"b": 1}, "threads that come back are used again"


async def test_more_calls_than_threads_wait_for_each_other(tmp_path: Path) -> None:
    actions = RasaActions(bot(tmp_path, 'def run(self, d, t, dom): return [SlotSet("b", t.slots["a"])]'))
    answers = await asyncio.gather(*(actions.run(call(a=number)) for number in range(3 * MOST)))
    assert [answer["b"] for answer in answers] == list(range(3 * MOST))


@pytest.mark.parametrize("error", ["SystemExit(1)", "KeyboardInterrupt()", "StopIteration(5)"])
async def test_a_plain_function_can_not_stop_the_service(tmp_path: Path, error: str) -> None:
    actions = RasaActions(bot(tmp_path, f"def run(self, d, t, dom): raise {error}"))
    reason, message = await failure(actions, call())
    assert reason == "broken"
    assert error.partition("(")[0] in message


async def test_a_process_ends_without_waiting_for_a_hanging_action() -> None:
    program = """
import asyncio, threading
from actions.threads import Threads
async def main():
    asyncio.create_task(Threads().run(threading.Event().wait))
    await asyncio.sleep(0.01)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=NORDNETZ.parents[1])
    try:
        assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_cancelled_caller_is_cancelled_not_answered(tmp_path: Path) -> None:
    actions = RasaActions(bot(tmp_path, "async def run(self, d, t, dom): await asyncio.Event().wait()"))
    running = asyncio.create_task(actions.run(call()))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_action_cannot_change_the_arguments_of_the_call(tmp_path: Path) -> None:
    actions = RasaActions(bot(tmp_path, "def run(self, d, t, dom): t.slots['a'].append(1); return []"))
    asked = call(a=[])
    await actions.run(asked)
    assert asked.arguments == {"a": []}


async def test_action_outside_the_catalogue_is_broken(tmp_path: Path) -> None:
    actions = RasaActions(bot(tmp_path, "def run(self, d, t, dom): return []"))
    assert (await failure(actions, call("nothing")))[0] == "broken"


async def test_wrong_type_is_broken_with_a_message_for_the_developer(tmp_path: Path) -> None:
    actions = RasaActions(
        bot(tmp_path, 'def run(self, d, t, dom): return [SlotSet("b", "yes")]', "act: {gives: {b: yes_no}}")
    )
    reason, message = await failure(actions, call())
    assert reason == "broken"
    assert "`b` must be True or False, not 'yes'" in message


@pytest.mark.parametrize(
    ("code", "where", "what"),
    [
        ("x = (", "actions/acts.py:1:", "not Python"),
        ("import nothing_of_this_name", "actions/acts.py:1:", "ModuleNotFoundError"),
        ("def f():\n    raise ValueError('no')\nf()\n", "actions/acts.py:2:", "ValueError: no"),
        ("import sys\nsys.exit(1)", "actions/acts.py:2:", "SystemExit"),
        (HEAD + "    def run(self): return []\n", "actions/acts.py:6:", "must take"),
        (HEAD + "    def run(self, d, t, o): return []\nclass B(Base): pass\n", "actions/acts.py", "of another class"),
        (HEAD + "    def __init__(self): 1 / 0\n", "actions/acts.py:6:", "can't be made"),
        ("", "actions/catalogue.yaml", "has the name() act"),
    ],
)
def test_code_that_cannot_be_loaded_names_file_and_line(tmp_path: Path, code: str, where: str, what: str) -> None:
    folder = bot(tmp_path, "pass")
    (folder / "actions/acts.py").write_text(code, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        RasaActions(folder)
    assert where in str(caught.value)
    assert what in str(caught.value)


def test_failed_load_leaves_no_modules_behind(tmp_path: Path) -> None:
    folder = bot(tmp_path, "pass")
    (folder / "actions/acts.py").write_text("1 / 0", encoding="utf-8")
    before = {name for name in sys.modules if name.startswith("_bot_actions_")}
    with pytest.raises(ContentError):
        RasaActions(folder)
    assert {name for name in sys.modules if name.startswith("_bot_actions_")} == before


async def test_two_bots_do_not_share_modules(tmp_path: Path) -> None:
    answers = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        actions = RasaActions(bot(tmp_path / name, f'def run(self, d, t, dom): return [SlotSet("b", "{name}")]'))
        answers.append(actions)
    assert [await actions.run(call()) for actions in answers] == [{"b": "one"}, {"b": "two"}]


def test_bot_without_actions_has_an_empty_catalogue(tmp_path: Path) -> None:
    assert RasaActions(tmp_path).catalogue == Catalogue(actions={})


# ── the catalogue ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_catalogue_of_the_example_is_read_whole() -> None:
    catalogue = read_catalogue((NORDNETZ / "actions/catalogue.yaml").read_bytes())
    invoices = catalogue.actions["list_invoices"]
    assert invoices.takes == {"contract": "text"}
    assert invoices.gives == {"all": ListOf(fields={"number": "text", "date": "date", "total": "money", "pdf": "file"})}
    safe = {name for name, spec in catalogue.actions.items() if spec.repeat_safe}
    assert safe == {"check_outage", "find_order", "list_invoices", "find_customer"}


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("a: {takes: {x: txt}}", "actions/catalogue.yaml:1:", "unknown kind `txt`"),
        ("a: {}\na: {}", "actions/catalogue.yaml:2:", "twice"),
        ("a:\n  give: {}", "actions/catalogue.yaml:2:", "unknown key `give`"),
        ("a: {repeat: yes}", "actions/catalogue.yaml:1:", "can only be `safe`"),
        ("a: {gives: {x: {lst: {y: text}}}}", "actions/catalogue.yaml:1:", "`{list: {field: kind}}`"),
        ("a: [", "actions/catalogue.yaml:1:", "not YAML"),
        ("- a", "actions/catalogue.yaml:1:", "mapping"),
    ],
)
def test_wrong_catalogue_names_line_and_remedy(text: str, where: str, what: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_catalogue(text.encode())
    assert where in str(caught.value)
    assert what in str(caught.value)


def spec_of(gives: str) -> Any:
    return read_catalogue(f"act: {{gives: {gives}}}".encode()).actions["act"]


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "x", "x"),
        ("number", 2, 2),
        ("number", "2", 2),
        ("money", "39.90", 39.9),
        ("yes_no", False, False),
        ("date", "2026-03-01", "2026-03-01"),
        ("file", "media/x.pdf", "media/x.pdf"),
        ("any", {"a": [1, None]}, {"a": [1, None]}),
        ("{list: text}", ["a", "b"], ["a", "b"]),
        (
            "{list: {n: text, t: money}}",
            [{"n": "1", "t": 5, "extra": 1}, {"n": "2"}],
            [{"n": "1", "t": 5}, {"n": "2", "t": None}],
        ),
        ("{list: {n: text}}", [], []),
        ("text", None, None),
    ],
)
def test_result_of_the_promised_kind_is_kept(kind: str, given: Any, kept: Any) -> None:
    assert checked_results(spec_of(f"{{b: {kind}}}"), {"b": given}) == {"b": kept}


@pytest.mark.parametrize(
    ("kind", "given", "where"),
    [
        ("text", 5, "`b`"),
        ("number", "many", "`b`"),
        ("number", True, "`b`"),
        ("money", float("nan"), "`b`"),
        ("money", "inf", "`b`"),
        ("yes_no", 1, "`b`"),
        ("date", "01.03.2026", "`b`"),
        ("date", "2026-02-30", "`b`"),
        ("any", object(), "`b`"),
        ("{list: text}", "ab", "`b`"),
        ("{list: {n: text}}", [{"n": "1"}, {"n": 2}], "`b`[1].n"),
        ("{list: {n: text}}", ["x"], "`b`[0]"),
        ("money", 1e308, "`b`"),
        ("number", "1e400", "`b`"),
        ("any", 2**63, "`b`"),
        ("any", [float("nan")], "`b`"),
        ("any", {"x": float("inf")}, "`b`"),
    ],
)
def test_result_of_another_kind_is_refused(kind: str, given: Any, where: str) -> None:
    with pytest.raises(ResultError) as caught:
        checked_results(spec_of(f"{{b: {kind}}}"), {"b": given})
    assert where in str(caught.value)


def test_result_that_no_conversation_can_carry_is_refused() -> None:
    for kind, given, words in (
        ("text", "x" * 200_001, "at most 200,000"),
        ("{list: text}", ["x"] * 100_000, "at most 200,000"),
        ("number", 10**4000, "must be a number"),
        ("number", 10**5000, "thousands of digits"),
        ("text", "\ud800", "can't be written"),
    ):
        with pytest.raises(ResultError, match=words) as caught:
            checked_results(spec_of(f"{{b: {kind}}}"), {"b": given})
        assert len(str(caught.value)) < 200
