"""Every setting can be found by the person who runs the service."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from app.settings import Settings
from tests.support.repository import ROOT


def settings(model: type[BaseModel], prefix: str = "LOTSE_") -> Iterator[tuple[str, str]]:
    """Each setting's name in the environment, and its description."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", field.description or ""


@pytest.mark.parametrize(("name", "description"), list(settings(Settings)))
def test_setting_is_described_and_documented(name: str, description: str) -> None:
    assert description
    assert f"| `{name}` |" in (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
