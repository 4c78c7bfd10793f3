"""The example's own actions and back-end."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from actions.loader import load_modules
from actions.runner import RasaActions
from conversation.records import ActionCall

NORDNETZ = Path(__file__).parents[2] / "examples/nordnetz"


@pytest.fixture(scope="module")
def nordnetz() -> RasaActions:
    """In memory: look-ups write nothing."""
    return RasaActions(NORDNETZ)


async def ask(
    actions: RasaActions, name: str, key: str = "k", language: str = "de", **arguments: Any
) -> dict[str, Any]:
    call = ActionCall(name=name, arguments=arguments, key=key, limit=5.0, chat="c", language=language)
    return dict(await actions.run(call))


async def test_customer_is_found_by_contract_and_postcode_together(nordnetz: RasaActions) -> None:
    eva = {"name": "Eva", "line": "L-77", "contract": "10000001", "phone": "+49 30 1234567"}
    nobody = dict.fromkeys(eva)
    assert await ask(nordnetz, "find_customer", contract="10000001", postcode="10115") == eva
    assert await ask(nordnetz, "find_customer", contract="10000001", postcode="10116") == nobody
    assert await ask(nordnetz, "find_customer", contract="99999999", postcode="10115") == nobody


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("L-77", {"found": True, "id": "F-1001", "hours": 2}),
        ("L-31", {"found": True, "id": "F-1002", "hours": None}),
        ("L-9", {"found": False, "id": None, "hours": None}),
    ],
)
async def test_fault_of_a_line_is_told(nordnetz: RasaActions, line: str, fault: dict[str, Any]) -> None:
    assert await ask(nordnetz, "check_outage", line=line) == fault


@pytest.mark.parametrize("number", ["A-12345", "a12345", "A 12345"])
async def test_order_is_found_as_people_type_it(nordnetz: RasaActions, number: str) -> None:
    order = await ask(nordnetz, "find_order", language="uk", number=number)
    assert (order["exists"], order["late"], order["state"]) == (True, False, "майстра призначено")
    assert len(order["due"]) == 10


async def test_late_and_unknown_orders_are_told_apart(nordnetz: RasaActions) -> None:
    assert (await ask(nordnetz, "find_order", number="A-99999"))["late"] is True
    assert await ask(nordnetz, "find_order", number="B-1") == {
        "exists": False,
        "late": False,
        "state": None,
        "due": None,
    }


async def test_every_invoice_is_a_file_of_the_bot_folder(nordnetz: RasaActions) -> None:
    found = [
        await ask(nordnetz, "list_invoices", contract=contract)
        for contract in ("10000001", "20000002", "40000004", "0")
    ]
    assert [len(each["all"]) for each in found] == [3, 1, 2, 0]
    for invoice in (invoice for each in found for invoice in each["all"]):
        content = (NORDNETZ / invoice["pdf"]).read_bytes()
        assert content.startswith(b"%PDF-1.4")
        assert content.endswith(b"%%EOF\n")
        table = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
        assert content[table:].startswith(b"xref")
        assert f"Rechnung {invoice['number']}".encode() in content


def test_router_picture_is_a_small_jpeg() -> None:
    picture = (NORDNETZ / "media/router-restart.jpg").read_bytes()
    assert picture[:3] == b"\xff\xd8\xff"
    assert len(picture) <= 100_000


async def test_request_that_is_tried_again_is_kept_once(tmp_path: Path) -> None:
    first = RasaActions(NORDNETZ, tmp_path)
    ticket = await ask(first, "create_ticket", key="k1", text="Hilfe")
    assert await ask(first, "create_ticket", key="k1", text="Hilfe") == ticket
    after_restart = RasaActions(NORDNETZ, tmp_path)
    assert await ask(after_restart, "create_ticket", key="k1", text="Hilfe") == ticket
    assert await ask(after_restart, "create_ticket", key="k2", text="Hilfe") != ticket
    lines = (tmp_path / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["k1", "k2"]


async def test_request_tried_many_times_at_once_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = next(module for module in load_modules(NORDNETZ / "actions") if module.__name__.endswith(".backend"))
    append = backend._append

    def slow_append(file: Path, line: str) -> None:
        time.sleep(0.005)
        append(file, line)

    monkeypatch.setattr(backend, "_append", slow_append)
    tries = (asyncio.to_thread(backend.record, "book_callback", "k", {}, str(tmp_path)) for _ in range(4))
    assert {request["number"] for request in await asyncio.gather(*tries)} == {"T-00001"}
    assert len((tmp_path / "requests.jsonl").read_text(encoding="utf-8").splitlines()) == 1


async def test_line_that_a_crash_cut_off_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "requests.jsonl").write_text('{"number": "T-00001", "kind": "create_ti', encoding="utf-8")
    actions = RasaActions(NORDNETZ, tmp_path)
    await ask(actions, "change_address", key="k1", contract="10000001", address={"city": "Köln"})
    await ask(actions, "notify_when_fixed", key="k2", fault="F-1001")
    lines = (tmp_path / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["key"] for line in lines[1:]] == ["k1", "k2"]
