"""The container files hold together: Docker itself is not needed to see that."""

import json
import re
from collections import Counter
from graphlib import TopologicalSorter
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

from app.settings import Settings
from tests.support.compose import IMAGE, UnsetError, compose_file, environment_of
from tests.support.repository import ROOT

DURATION = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}
WORDS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
CHECK = {
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
}
NO_CHECK = {
    "type": "object",
    "required": ["disable"],
    "additionalProperties": False,
    "properties": {"disable": {"const": True}},
}
CONDITIONS = ["service_started", "service_healthy", "service_completed_successfully"]
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
        "volumes": {
            "type": "array",
            "items": {"type": "string", "pattern": r"^([a-z]+:/[\w/]+|\./[\w./-]+:/[\w./-]+:ro)$"},
        },
        "depends_on": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["condition"],
                "additionalProperties": False,
                "properties": {"condition": {"enum": CONDITIONS}},
            },
        },
        "stop_grace_period": DURATION,
        "healthcheck": {"oneOf": [CHECK, NO_CHECK]},
    },
}
NETWORK = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "ipam": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "config": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {"subnet": {"type": "string", "pattern": r"^[\d.]+/\d+$"}},
                    },
                }
            },
        }
    },
}
COMPOSE = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "services": {"type": "object", "additionalProperties": SERVICE},
        "networks": {"type": "object", "additionalProperties": NETWORK},
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
    },
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return compose_file()


@pytest.fixture(scope="module")
def own(compose: dict[str, Any]) -> dict[str, Any]:
    """The services that are Lotse."""
    return {name: service for name, service in compose["services"].items() if service["image"] == IMAGE}


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
    assert {name for name in mounted if not name.startswith(".")} == set(compose["volumes"])
    assert [name for name in mounted if name.startswith(".") and not (ROOT / name).is_file()] == []


def test_compose_starts_two_of_each_kind_and_brings_the_tables_up_to_date_before(own: dict[str, Any]) -> None:
    commands = Counter(" ".join(service["command"]) for service in own.values())
    assert commands == {"lotse web": 2, "lotse worker": 2, "lotse migrate": 1}
    waiting = {name: service["depends_on"].get("migrate") for name, service in own.items() if name != "migrate"}
    assert set(map(str, waiting.values())) == {str({"condition": "service_completed_successfully"})}


def test_compose_waits_for_services_that_it_has_and_in_no_circle(compose: dict[str, Any]) -> None:
    wants = {name: set(service.get("depends_on", ())) for name, service in compose["services"].items()}
    assert list(TopologicalSorter(wants).static_order())
    assert {other for others in wants.values() for other in others} <= set(wants)
    for name, service in compose["services"].items():
        for other, how in service.get("depends_on", {}).items():
            checked = "test" in compose["services"][other]["healthcheck"]
            assert checked or how["condition"] != "service_healthy", f"{name} waits for the health of {other} for ever"


def test_compose_asks_for_the_password_that_has_no_harmless_default(own: dict[str, Any]) -> None:
    for service in own.values():
        with pytest.raises(UnsetError, match=r"POSTGRES_PASSWORD=<long, of letters and digits> into the file \.env"):
            environment_of(service, {})
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert re.findall(r"(?:PASSWORD|TOKEN|SECRET)[}]?[=:][^<?\s]", text) == []


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


def test_proxy_knows_the_web_nodes_and_is_believed(compose: dict[str, Any], own: dict[str, Any]) -> None:
    text = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
    nodes = {name for name, service in own.items() if service["command"] == ["lotse", "web"]}
    assert {host for _, host in re.findall(r"^ {4}server (\S+) (\S+):8080$", text, re.MULTILINE)} == nodes
    assert set(compose["services"]["proxy"]["depends_on"]) == nodes
    subnet = compose["networks"]["default"]["ipam"]["config"][0]["subnet"]
    for name in nodes:
        given = environment_of(own[name], {"POSTGRES_PASSWORD": "x"})["LOTSE_WEB__PROXIES"]
        assert json.loads(given) == [subnet]


def test_data_volume_is_where_the_image_keeps_its_data(own: dict[str, Any], dockerfile: list[str]) -> None:
    mounted = {volume for service in own.values() for volume in service.get("volumes", ())}
    assert {f"VOLUME {volume.partition(':')[2]}" for volume in mounted} <= set(dockerfile)


def test_one_process_alone_is_one_documented_command(dockerfile: list[str]) -> None:
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    command = next(line for line in page.splitlines() if line.strip().startswith("docker run"))
    folder = next(line for line in dockerfile if line.startswith("VOLUME ")).split()[1]
    port = next(line for line in dockerfile if line.startswith("EXPOSE ")).split()[1]
    assert f":{folder} " in command
    assert f":{port} " in command
    assert command.endswith(IMAGE)
    assert f"docker build --tag {IMAGE} ." in page


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


def test_image_asks_whether_a_process_lives_and_compose_whether_it_works(
    own: dict[str, Any], dockerfile: list[str]
) -> None:
    """What restarts containers that are not healthy must not do so because the database is away."""
    check = next(line for line in dockerfile if line.startswith("HEALTHCHECK"))
    asked = ["CMD", *json.loads(check.partition(" CMD ")[2])]
    assert "/healthz" in asked[-1]
    for name, service in own.items():
        if name != "migrate":
            assert service["healthcheck"]["test"] == [*asked[:-1], asked[-1].replace("/healthz", "/readyz")]


def test_image_starts_the_one_process_that_does_all(dockerfile: list[str]) -> None:
    assert json.loads(next(line for line in dockerfile if line.startswith("CMD ")).removeprefix("CMD ")) == [
        "lotse",
        "serve",
    ]


def test_compose_waits_longer_for_a_stop_than_one_takes(own: dict[str, Any]) -> None:
    assert [name for name, one in own.items() if name != "migrate" and int(one["stop_grace_period"][:-1]) <= 10] == []


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
