"""What an operator shows to be known: it is kept as a hash."""

from hashlib import sha256


def code_hash(code: str) -> str:
    return sha256(code.strip().upper().encode()).hexdigest()
