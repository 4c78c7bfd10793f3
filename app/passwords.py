"""Operators' passwords: argon2, and the one that a first start makes."""

import secrets
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from conversation.records import Operator
from conversation.stores import DeskStore

FIRST: Final = "operator"
_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aeiou"
_WORDS: Final = 5
_SYLLABLES: Final = 2
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Takes about a tenth of a second on purpose: not on the event loop."""
    return _hasher.hash(password)


@cache
def _nobody() -> str:
    """A hash that no password fits."""
    return _hasher.hash(secrets.token_hex())


def verify(operator: Operator | None, password: str) -> bool:
    """True if the password is right. An unknown operator takes as long as a known one."""
    try:
        return _hasher.verify(operator.password if operator else _nobody(), password) and operator is not None
    except (VerificationError, InvalidHashError):
        return False


def fresh_password() -> str:
    """Five words of two syllables, ``bako-rivu-…``: 63 random bits that one can read out and type."""
    return "-".join("".join(_syllable() for _ in range(_SYLLABLES)) for _ in range(_WORDS))


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)


def password_file(var: Path) -> Path:
    return var / "first-password.txt"


async def first_operator(store: DeskStore, var: Path) -> None:
    """A service without operators gets an admin, whose password lies in ``first-password.txt`` until somebody removes it.

    Of several processes that start at a time one makes it: the file is that one's.
    """
    if await store.operators():
        return
    password = fresh_password()
    file = password_file(var)

    def keep() -> None:
        file.touch(mode=0o600, exist_ok=True)
        file.write_text(f"{password}\n", encoding="utf-8")

    operator = Operator(id=FIRST, name="Operator", password=hash_password(password), role="admin")
    await store.add_operator(operator, keep)
