"""What an administrator does with operators. A running service notices within a minute."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final, get_args

import msgspec

from app.passwords import FIRST, hash_password, password_file
from conversation.errors import LotseError
from conversation.records import Operator, Role
from conversation.stores import DeskStore

SHORTEST: Final = 8
MOST: Final = 50
"""Chats at a time that anybody can be given."""
ROLES: Final[tuple[Role, ...]] = get_args(Role)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be so from now on; None: as it was, or as usual. ``teams`` and ``languages`` that are empty mean all."""

    shown: str | None = None
    role: str | None = None
    teams: Sequence[str] | None = None
    languages: Sequence[str] | None = None
    skills: Sequence[str] | None = None
    capacity: int | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to choose from: of the bot."""

    teams: Collection[str]
    languages: Collection[str]


async def put(
    store: DeskStore,
    var: Path,
    name: str,
    password: str,
    *,
    shown: str = "",
    wanted: Wanted | None = None,
    known: Callable[[], Known] | None = None,
) -> None:
    """Add an operator, or give a known one another password: whoever knew the old one is signed out.

    ``shown``: what customers see; empty: as it was. ``known``: see ``change``. Raises LotseError.
    """
    if len(password) < SHORTEST:
        raise LotseError(f"a password needs at least {SHORTEST} characters")
    found = await store.find_operator(name)
    if found is None and not shown:
        raise LotseError(f"there is no operator {name}; `lotse user add {name}` makes one")
    if found is None:
        _check_name(name)
    first = not await store.operators()
    base = found or Operator(id=name, name=shown, password="", role="admin" if first else "operator")
    operator = msgspec.structs.replace(base, name=shown or base.name, password=hash_password(password))
    if wanted is not None:
        operator = changed(operator, wanted, known)
    await _keep_an_admin(store, operator)
    await store.put_operator(operator)
    await store.drop_sessions(name)
    _forget_first(var, name)


def check(name: str, wanted: Wanted, known: Callable[[], Known] | None = None) -> None:
    """Whether somebody could be added like this. Raises LotseError that says what there is."""
    _check_name(name)
    changed(Operator(id=name, name=name, password=""), wanted, known)


async def must_be_there(store: DeskStore, name: str) -> None:
    """Raises LotseError that says who is."""
    if await store.find_operator(name) is None:
        raise LotseError(await _nobody(store, name))


async def change(store: DeskStore, name: str, wanted: Wanted, known: Callable[[], Known] | None = None) -> Operator:
    """What the operator may and can do. ``known`` is asked only where a team or language must be one of the bot's.

    Raises LotseError that says what there is.
    """
    found = await store.find_operator(name)
    if found is None:
        raise LotseError(await _nobody(store, name))
    operator = changed(found, wanted, known)
    await _keep_an_admin(store, operator)
    await store.put_operator(operator)
    return operator


async def remove(store: DeskStore, var: Path, name: str) -> None:
    """Raises LotseError for one who is not there, and for the last one: the next start would make a new first one."""
    operators = await store.operators()
    if name not in {operator.id for operator in operators}:
        raise LotseError(await _nobody(store, name))
    if len(operators) == 1:
        raise LotseError(f"{name} is the only operator: add another one first, with `lotse user add`")
    _some_admin(operators, [operator for operator in operators if operator.id != name], name)
    await store.drop_operator(name)
    _forget_first(var, name)


def changed(operator: Operator, wanted: Wanted, known: Callable[[], Known] | None = None) -> Operator:
    """Raises LotseError that says what there is."""
    if wanted.role is not None and wanted.role not in ROLES:
        raise LotseError(f"there is no role {wanted.role}; there are {', '.join(ROLES)}")
    if wanted.capacity is not None and not 1 <= wanted.capacity <= MOST:
        raise LotseError(f"--capacity is how many chats at a time, 1 to {MOST}")
    if known is not None and (wanted.teams or wanted.languages):
        found = known()
        _check_known("team", wanted.teams or (), found.teams)
        _check_known("language", wanted.languages or (), found.languages)
    for skill in wanted.skills or ():
        if not skill or len(skill) > 50 or any(not (sign.isalnum() or sign in "_-") for sign in skill):
            raise LotseError(f"{skill!r} is no skill: one word of letters, digits, - and _, such as fibre")
    fields = {
        "name": wanted.shown,
        "role": wanted.role,
        "teams": None if wanted.teams is None else _once(wanted.teams),
        "languages": None if wanted.languages is None else _once(wanted.languages),
        "skills": None if wanted.skills is None else _once(wanted.skills),
        "capacity": wanted.capacity,
    }
    return msgspec.structs.replace(operator, **{name: value for name, value in fields.items() if value is not None})


def line_of(operator: Operator) -> str:
    """For the list: name, what customers see, role, teams, languages, skills, chats at a time. ``*``: all of them."""
    lists = (operator.teams or ("*",), operator.languages or ("*",), operator.skills or ("-",))
    columns = (operator.id, operator.name, operator.role, *map(",".join, lists), str(operator.capacity))
    return "\t".join(columns)


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _check_known(what: str, names: Sequence[str], there: Collection[str]) -> None:
    strange = [name for name in names if name not in there]
    if strange:
        raise LotseError(f"the bot has no {what} {', '.join(strange)}; it has {', '.join(there) or 'none'}")


def _check_name(name: str) -> None:
    if not name.isprintable() or not name.strip() or name != name.strip() or len(name) > 64:
        raise LotseError(f"{name!r} is no name to sign in with: at most 64 characters that can be typed")


async def _nobody(store: DeskStore, name: str) -> str:
    names = [operator.id for operator in await store.operators()]
    return f"there is no operator {name}; `lotse user add {name}` makes one. There are: {', '.join(names) or 'none'}"


async def _keep_an_admin(store: DeskStore, operator: Operator) -> None:
    before = await store.operators()
    _some_admin(before, [*(each for each in before if each.id != operator.id), operator], operator.id)


def _some_admin(before: Sequence[Operator], after: Sequence[Operator], name: str) -> None:
    """Where somebody administers, somebody must go on doing so."""
    if any(each.role == "admin" for each in before) and not any(each.role == "admin" for each in after):
        raise LotseError(f"{name} is the only admin: make another one first, with `lotse user change … --role admin`")


def _forget_first(var: Path, name: str) -> None:
    if name == FIRST:
        password_file(var).unlink(missing_ok=True)
