"""How waiting chats find their operator, as bot.yaml says it; and that the schema marks what the reader complains about."""

import json
from typing import Any

import jsonschema
import pytest

from conversation.policy import Policy, Routing
from handoff.read import read_policy
from tests.support.bots import NORDNETZ

SCHEMA = json.loads((NORDNETZ / "schemas/bot.schema.json").read_text(encoding="utf-8"))
HOURS = {"mon-fri": ["09:00-17:00"]}
BOT = {"languages": {"source": "de", "all": ["de"]}, "time_zone": "Europe/Berlin", "start": "main"}


def read(team: dict[str, Any], routing: Any = None) -> tuple[Policy, list[tuple[Any, ...]]]:
    data = {"time_zone": "UTC", "teams": {"support": {"hours": HOURS} | team}}
    policy, complaints = read_policy(data if routing is None else data | {"routing": routing})
    return policy, [complaint.path for complaint in complaints]


def marked(team: dict[str, Any], routing: Any = None) -> bool:
    whole = BOT | {"teams": {"support": {"hours": HOURS} | team}} | ({} if routing is None else {"routing": routing})
    return not jsonschema.Draft7Validator(SCHEMA).is_valid(whole)


def test_team_takes_its_chats_by_hand_unless_it_says_otherwise() -> None:
    policy, complaints = read({})

    assert complaints == []
    assert policy.teams["support"].routing == "by_hand"
    assert policy.teams["support"].skills == ()
    assert policy.routing == Routing()


def test_all_that_can_be_said_is_read() -> None:
    team = {"routing": "automatic", "skills": ["fibre", "fibre", "contracts"]}
    said = {
        "prefer": "0s",
        "language": "2m",
        "skill": "1h",
        "step": "10m",
        "remember": "30d",
        "skills": {"report_outage": ["technics"], "move": "contracts"},
        "over_capacity": False,
    }
    policy, complaints = read(team, said)

    assert complaints == []
    assert (policy.teams["support"].routing, policy.teams["support"].skills) == ("automatic", ("fibre", "contracts"))
    assert policy.routing == Routing(
        prefer=0,
        language=120,
        skill=3600,
        step=600,
        remember=30 * 86400,
        skills={"report_outage": ("technics",), "move": ("contracts",)},
        beyond=False,
    )
    assert not marked(team, said)


@pytest.mark.parametrize(
    ("team", "routing", "path"),
    [
        ({"routing": "auto"}, None, ("teams", "support", "routing")),
        ({"routing": True}, None, ("teams", "support", "routing")),
        ({"skills": ["Fibre optics"]}, None, ("teams", "support", "skills", 0)),
        ({"skills": {"fibre": 1}}, None, ("teams", "support", "skills")),
        ({}, {"prefer": "soon"}, ("routing", "prefer")),
        ({}, {"language": 3}, ("routing", "language")),
        ({}, {"skills": {"move": ["a", 7]}}, ("routing", "skills", "move", 1)),
        ({}, {"over_capacity": "yes"}, ("routing", "over_capacity")),
        ({}, {"capacity": 3}, ("routing", "capacity")),
        ({}, ["automatic"], ("routing",)),
    ],
)
def test_what_can_not_be_read_is_complained_about_and_marked_in_its_place(
    team: dict[str, Any], routing: Any, path: tuple[Any, ...]
) -> None:
    policy, complaints = read(team, routing)

    assert complaints == [path]
    assert policy.teams["support"].routing == "by_hand"
    assert marked(team, routing)


def test_step_of_no_time_is_complained_about() -> None:
    """It would make priority worth nothing."""
    _, complaints = read({}, {"step": "0s"})

    assert complaints == [("routing", "step")]
