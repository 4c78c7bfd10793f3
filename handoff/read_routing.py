"""Reads how waiting chats find their operator."""

import re
from typing import Any

from conversation.policy import Routing, RoutingMode
from handoff.complaints import Complaints, Path, shown

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_mode(notes: Complaints, path: Path, data: Any) -> RoutingMode:
    if data is None or data == "by_hand":
        return "by_hand"
    if data == "automatic":
        return "automatic"
    notes.add(path, f"{shown(data)} is no way for chats to find an operator", "write by_hand or automatic")
    return "by_hand"


def read_skills(notes: Complaints, path: Path, data: Any) -> tuple[str, ...]:
    """Names of skills, as operators have them."""
    found: list[str] = []
    for number, value in enumerate(notes.sequence(path, data)):
        if isinstance(value, str) and _NAME.fullmatch(value):
            found.append(value)
        else:
            notes.add(
                (*path, number), f"{shown(value)} is not the name of a skill", "write one like fibre or contracts"
            )
    return tuple(dict.fromkeys(found))


def read_routing(notes: Complaints, path: Path, data: Any) -> Routing:
    entries = notes.mapping(path, data, ("prefer", "language", "skill", "step", "remember", "skills", "over_capacity"))
    usual = Routing()

    def seconds(key: str, otherwise: int, least: int = 0) -> int:
        value = notes.duration((*path, key), entries[key], least=least) if key in entries else otherwise
        return otherwise if value is None else value

    return Routing(
        prefer=seconds("prefer", usual.prefer),
        language=seconds("language", usual.language),
        skill=seconds("skill", usual.skill),
        step=seconds("step", usual.step, least=1),
        remember=seconds("remember", usual.remember),
        skills=_by_intent(notes, (*path, "skills"), entries.get("skills")),
        beyond=_flag(notes, (*path, "over_capacity"), entries.get("over_capacity"), otherwise=usual.beyond),
    )


def _by_intent(notes: Complaints, path: Path, data: Any) -> dict[str, tuple[str, ...]]:
    read = {intent: read_skills(notes, (*path, intent), value) for intent, value in notes.mapping(path, data).items()}
    return {intent: skills for intent, skills in read.items() if skills}


def _flag(notes: Complaints, path: Path, data: Any, *, otherwise: bool) -> bool:
    if data is None:
        return otherwise
    if not isinstance(data, bool):
        notes.add(path, f"{shown(data)} is neither yes nor no", "write true or false")
        return otherwise
    return data
