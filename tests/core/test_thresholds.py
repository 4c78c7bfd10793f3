"""How sure the bot must be of what free text means, in general and in each language: read, checked, and used."""

import json

import jsonschema
import pytest

from conversation.understanding import Understanding
from dialogs.compare import compare
from dialogs.hearing.meaning import OWN_INTENT_BONUS
from dialogs.model import Thresholds
from dialogs.problems import BotError
from engine.rules import Rules
from tests.support.bots import DEFAULTS, ENDS, NORDNETZ, SETTINGS, Talk, fresh, make_rules, means

STEPS = (
    """
  menu: {choose: {order: order, leave: bye}}
  order: {ask: number, save: number, go: bye}
"""
    + ENDS
)
MAIN = f"start: menu\ndefaults: {{{DEFAULTS}}}\nintents: {{order: order, leave: bye}}\nsteps:\n{STEPS}"
OWN = "nlu: {accept: 0.8, offer: 0.5, margin: 0.1, choices: 2, languages: {de: {accept: 0.6, offer: 0.3}}}"


def bot(nlu: str) -> Rules:
    return make_rules({"bot.yaml": f"{SETTINGS}{nlu}\n", "dialogs/main.yaml": MAIN})


def answer(score: float, language: str) -> list[str]:
    found = Talk(bot(OWN), understand=lambda _: Understanding(), state=fresh(language=language))
    found.say("hello there")
    found.understand = lambda _: means(order=score)
    return found.say("something or other")


@pytest.mark.parametrize(
    ("language", "score", "said"),
    [
        ("en", 0.8, ["order"]),
        ("en", 0.65, ["did_you_mean"]),
        ("de", 0.65, ["order"]),
        ("de", 0.35, ["did_you_mean"]),
        ("en", 0.35, ["menu.error"]),
        ("de", 0.1, ["menu.error"]),
    ],
)
def test_a_score_is_weighed_by_the_limits_of_the_conversations_language(
    language: str, score: float, said: list[str]
) -> None:
    assert answer(score - OWN_INTENT_BONUS, language) == said


def test_a_language_says_only_what_differs() -> None:
    limits = bot(OWN).bot.thresholds
    assert limits.of("de") == Thresholds(accept=0.6, offer=0.3, margin=0.1, choices=2)
    assert (limits.of("en"), limits.of("")) == (limits, limits)
    assert (limits.accept, limits.offer) == (0.8, 0.5)


@pytest.mark.parametrize(
    ("nlu", "named"),
    [
        ("nlu: {languages: {fr: {accept: 0.7}}}", "fr"),
        ("nlu: {languages: {de: {acept: 0.7}}}", "acept"),
        ("nlu: {languages: {de: {choices: 2}}}", "choices"),
        ("nlu: {languages: {de: {accept: 7}}}", "0 to 1"),
        ("nlu: {languages: [de]}", "languages"),
        ("nlu: {languages: {de: 0.7}}", "de"),
        ("nlu: {accept: 0.4, offer: 0.6}", "0.6"),
        ("nlu: {languages: {de: {accept: 0.2}}}", "0.2"),
        ("nlu: {accept: 0.9, languages: {de: {offer: 0.95}}}", "0.95"),
    ],
)
def test_limits_that_make_no_sense_are_told_with_their_line(nlu: str, named: str) -> None:
    with pytest.raises(BotError) as caught:
        bot(nlu)
    (problem,) = caught.value.problems
    assert (problem.file, problem.code) == ("bot.yaml", "D00")
    assert problem.line == SETTINGS.count("\n") + 1
    assert named in f"{problem.message} {problem.todo}"


def test_the_schema_knows_limits_by_language() -> None:
    schema = json.loads((NORDNETZ / "schemas/bot.schema.json").read_text(encoding="utf-8"))
    part = {**schema["properties"]["nlu"], "definitions": schema["definitions"]}
    jsonschema.validate({"accept": 0.7, "languages": {"uk": {"accept": 0.6, "offer": 0.3, "margin": 0.1}}}, part)
    for name, body in (("uk", {"choices": 2}), ("Ukrainian", {}), ("uk", 0.7)):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"languages": {name: body}}, part)


def test_a_changed_limit_of_a_language_is_a_line_of_the_comparison() -> None:
    changes = [change.what for change in compare(bot(OWN).bot, bot(OWN.replace("0.3", "0.35")).bot)]
    assert changes == ["thresholds languages de offer 0.35, was 0.3"]
