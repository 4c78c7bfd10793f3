"""A back-end small enough to read: customers, orders, faults and invoices from data.json; what customers ask for goes to a file.

A real company asks its own systems here instead.
"""

import json
import os
import threading
from pathlib import Path
from typing import Any

DATA: dict[str, Any] = json.loads(Path(__file__).with_name("data.json").read_text(encoding="utf-8"))

_requests: dict[Path | None, dict[str, dict[str, Any]]] = {}
"""What was asked for, by the file it is kept in (None: in memory only) and by key."""

_lock = threading.Lock()


def find_customer(contract: str, postcode: str) -> dict[str, str] | None:
    """Both must fit: a contract number alone opens no door."""
    for customer in DATA["customers"]:
        if customer["contract"] == contract.strip() and customer["postcode"] == postcode.strip():
            return dict(customer)
    return None


def find_fault(line: str) -> dict[str, Any] | None:
    """The fault of a line; its ``hours`` are None while nobody knows how long it takes."""
    fault: dict[str, Any] | None = DATA["faults"].get(line)
    return fault


def find_order(number: str) -> dict[str, Any] | None:
    """``A-12345``, ``a12345`` and ``A 12345`` are the same order."""
    plain = "".join(char for char in number.upper() if char.isalnum())
    order: dict[str, Any] | None = DATA["orders"].get(f"{plain[:1]}-{plain[1:]}")
    return order


def orders_of(contract: str) -> dict[str, dict[str, Any]]:
    """All orders of a customer, by their numbers."""
    return {number: order for number, order in DATA["orders"].items() if order["contract"] == contract}


def list_invoices(contract: str) -> list[dict[str, Any]]:
    """Oldest first, each with the path of its PDF in the bot folder."""
    invoices = DATA["invoices"].get(contract, [])
    return [{**invoice, "pdf": f"media/invoices/{invoice['number']}.pdf"} for invoice in invoices]


def record(kind: str, key: str, details: dict[str, Any], var: str = "") -> dict[str, Any]:
    """Keep a request once: the same ``key`` again answers with what was kept first. Returns it with its ``number``.

    Kept as a line of JSON in ``requests.jsonl`` of the folder ``var`` or ``LOTSE_VAR``; without one, in memory.
    """
    folder = var or os.environ.get("LOTSE_VAR", "")
    file = Path(folder) / "requests.jsonl" if folder else None
    with _lock:
        kept = _requests.get(file)
        if kept is None:
            kept = _requests[file] = _read_back(file)
        if key in kept:
            return kept[key]
        request = {"number": f"T-{len(kept) + 1:05}", "kind": kind, "key": key, **details}
        if file is not None:
            _append(file, json.dumps(request, ensure_ascii=False))
        kept[key or request["number"]] = request
        return request


def _append(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(line + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def _read_back(file: Path | None) -> dict[str, dict[str, Any]]:
    """What an earlier process kept; a line that a crash cut off was never confirmed and does not count."""
    if file is None or not file.is_file():
        return {}
    kept: dict[str, dict[str, Any]] = {}
    text = file.read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        try:
            request = json.loads(line)
        except ValueError:
            continue
        kept[request["key"] or request["number"]] = request
    if text and not text.endswith("\n"):
        _append(file, "")
    return kept
