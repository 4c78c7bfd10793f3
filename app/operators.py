"""What an administrator does with operators. A running service notices within a minute."""

from pathlib import Path
from typing import Final

from app.passwords import FIRST, hash_password, password_file
from conversation.errors import LotseError
from conversation.records import Operator
from conversation.stores import DeskStore

SHORTEST: Final = 8


async def put(store: DeskStore, var: Path, name: str, password: str, shown: str = "") -> None:
    """Add an operator, or give a known one another password: whoever knew the old one is signed out.

    ``shown``: what customers see; empty: as it was. Raises LotseError.
    """
    if len(password) < SHORTEST:
        raise LotseError(f"a password needs at least {SHORTEST} characters")
    known = await store.find_operator(name)
    if known is None and not shown:
        raise LotseError(f"there is no operator {name}; `lotse user add {name}` makes one")
    title = shown or (known.name if known else name)
    await store.put_operator(Operator(id=name, name=title, password=hash_password(password)))
    await store.drop_sessions(name)
    _forget_first(var, name)


async def remove(store: DeskStore, var: Path, name: str) -> None:
    """Raises LotseError for one who is not there, and for the last one: the next start would make a new first one."""
    names = [operator.id for operator in await store.operators()]
    if name not in names:
        raise LotseError(f"there is no operator {name}; there are {', '.join(names) or 'none'}")
    if names == [name]:
        raise LotseError(f"{name} is the only operator: add another one first, with `lotse user add`")
    await store.drop_operator(name)
    _forget_first(var, name)


def _forget_first(var: Path, name: str) -> None:
    if name == FIRST:
        password_file(var).unlink(missing_ok=True)
