"""The password that a first start makes: nobody guesses it, and not everybody reads it."""

import io
import math
import re
from pathlib import Path

import pytest

from app.passwords import fresh_password, password_file
from app.serve import first_password


def test_a_first_password_has_sixty_random_bits_and_can_be_typed() -> None:
    made = {fresh_password() for _ in range(2_000)}
    assert len(made) == 2_000
    assert all(re.fullmatch(r"[a-z]{4}(-[a-z]{4}){4}", password) for password in made)
    bits = 0.0
    for place in range(24):
        kinds = len({password[place] for password in made})
        bits += math.log2(kinds)
    assert bits > 60


@pytest.mark.parametrize("terminal", [True, False])
def test_the_first_password_is_shown_to_a_person_and_its_place_to_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    password_file(tmp_path).write_text("bako-rivu\n", encoding="utf-8")
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: terminal)
    monkeypatch.setattr("sys.stdout", screen)
    shown = first_password(password_file(tmp_path))
    assert ("bako-rivu" in shown) is terminal
    assert (str(tmp_path) in shown) is not terminal
