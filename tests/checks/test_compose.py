"""The container files hold together: Docker itself is not needed to see that."""

import json
import re
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from app.settings import Settings
from tests.support.repository import ROOT

DURATION = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}
WORDS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
SERVICE = {
    "type": "object",
    "anyOf": [{"required": ["build"]}, {"required": ["image"]}],
    "required": ["healthcheck", "restart"],
    "additionalProperties": False,
    "properties": {
        "build": {"type": "string"},
        "image": {"type": "string", "pattern": r"^[a-z][a-z0-9./-]*:(?!latest$)[\w.-]+$"},
        "command": WORDS,
        "init": {"type": "boolean"},
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^(\$\{\w+:-\d+\}|\d+):\d+$"}},
        "environment": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": r"^[A-Z][A-Z_]*(=|$)"},
        },
        "volumes": {"type": "array", "items": {"type": "string", "pattern": r"^[a-z]+:/[\w/]+$"}},
        "profiles": WORDS,
        "stop_grace_period": DURATION,
        "healthcheck": {
            "type": "object",
            "required": ["test", "interval", "timeout", "retries"],
            "additionalProperties": False,
            "properties": {
                "test": {
                    "type": "array",
                    "items": {"type": "string"},
                    "prefixItems": [{"const": "CMD"}],
                    "minItems": 2,
                },
                "interval": DURATION,
                "timeout": DURATION,
                "start_period": DURATION,
                "retries": {"type": "integer", "minimum": 1},
            },
        },
    },
}
COMPOSE = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "properties": {
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
    },
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    """Its instructions, one a line, continuation lines joined, comments dropped."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_compose_file_follows_the_schema(compose: dict[str, Any]) -> None:
    jsonschema.validate(compose, COMPOSE, cls=jsonschema.Draft202012Validator)


def test_compose_declares_the_volumes_it_mounts(compose: dict[str, Any]) -> None:
    mounted = {
        volume.partition(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])
    }
    assert mounted == set(compose["volumes"])


def test_plain_start_needs_no_other_service(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "profiles" not in service] == ["lotse"]


def test_data_volume_is_where_the_image_keeps_its_data(compose: dict[str, Any], dockerfile: list[str]) -> None:
    assert f"VOLUME {compose['services']['lotse']['volumes'][0].partition(':')[2]}" in dockerfile


def test_image_does_not_run_as_root(dockerfile: list[str]) -> None:
    users = [line.split()[1] for line in dockerfile if line.startswith("USER ")]
    assert users == ["lotse"]
    assert dockerfile.index("USER lotse") < next(i for i, line in enumerate(dockerfile) if line.startswith("CMD "))


def test_image_copies_only_what_exists(dockerfile: list[str]) -> None:
    sources = [
        word for line in dockerfile if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_image_and_compose_check_health_alike(compose: dict[str, Any], dockerfile: list[str]) -> None:
    check = next(line for line in dockerfile if line.startswith("HEALTHCHECK"))
    assert ["CMD", *json.loads(check.partition(" CMD ")[2])] == compose["services"]["lotse"]["healthcheck"]["test"]


def test_image_and_compose_start_the_same_command(compose: dict[str, Any], dockerfile: list[str]) -> None:
    from_image = json.loads(next(line for line in dockerfile if line.startswith("CMD ")).removeprefix("CMD "))
    assert compose["services"]["lotse"]["command"] == from_image


def test_settings_in_container_files_exist() -> None:
    """A misspelt setting is silently ignored, so it is looked for here."""
    lines = [
        line
        for name in ("Dockerfile", "docker-compose.yml", "Makefile")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if name == "Makefile" or not line.lstrip().startswith("#")
    ]
    used = set(re.findall(r"\bLOTSE_[A-Z0-9_]+", "\n".join(lines)))
    assert used
    assert used - set(variables(Settings, "LOTSE_")) == set()


def variables(model: type[BaseModel], prefix: str) -> list[str]:
    """The environment variables that a settings class reads, in capitals."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += variables(inner, f"{prefix}{name.upper()}__")
        else:
            found.append(f"{prefix}{name.upper()}")
    return found
