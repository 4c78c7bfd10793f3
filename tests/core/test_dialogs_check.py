"""Each fault planted in the example is reported under its code, with its file and line, and nothing else is; the untouched
example has none."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache

import pytest

from app.bot_folder import product_texts
from bots.limits import all_limits
from dialogs.checks import RULES, Rule, check_bot
from dialogs.checks.material import Material
from dialogs.problems import Problem
from dialogs.reading.reader import Reader
from dialogs.reading.source import Path, read_source
from engine.rules import check_files
from tests.support.bots import nordnetz_files, problems_of
from tests.support.faults import BOT, ENGLISH, FAULTS, GERMAN, IDENTIFY, RUSSIAN, SUPPORT, UKRAINIAN, Fault

READ_WITHOUT_RULES = ("a step twice", "a tab", "an open bracket", "hours that are none")
"""Faults by which a file is no YAML, or that the policy's own reader tells of: there is no rule to take out."""


@pytest.fixture(autouse=True, scope="module")
def _each_file_is_parsed_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        parse = cache(read_source)
        patch.setattr("dialogs.reading.bot.read_source", parse)
        patch.setattr("engine.rules.read_source", parse)
        yield


@cache
def product() -> Mapping[str, bytes]:
    return product_texts()


def checked(files: Mapping[str, bytes], live_actions: Collection[str] | None = None) -> tuple[Problem, ...]:
    return check_files(files, product(), channels=all_limits(), live_actions=live_actions).problems


def line_of(text: str, mark: str) -> int:
    """The line that ``mark`` begins on; 0 for the file as a whole."""
    return text[: text.index(mark)].count("\n") + 1 if mark else 0


def edited(*edits: tuple[str, str, str]) -> dict[str, bytes]:
    """The example with ``old`` changed to ``new``; "" makes a file, "*" takes it away."""
    files = dict(nordnetz_files())
    for file, old, new in edits:
        if old == "*":
            del files[file]
        elif old:
            text = files[file].decode()
            assert old in text, (file, old)
            files[file] = text.replace(old, new, 1).encode()
        else:
            files[file] = new.encode()
    return files


def planted(fault: Fault) -> dict[str, bytes]:
    return edited((fault.file, fault.old, fault.new), *fault.more)


def test_the_example_has_no_faults_and_needs_no_tick() -> None:
    assert checked(nordnetz_files()) == ()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_reported_under_its_code_at_its_place(name: str) -> None:
    fault = FAULTS[name]
    files, file = planted(fault), fault.at or fault.file
    found = checked(files)
    line = line_of(files[file].decode() if fault.mark else "", fault.mark)
    hits = [p for p in found if (p.code, p.severity, p.file, p.line) == (fault.code, fault.severity, file, line)]
    assert hits, "\n".join(str(problem) for problem in found) or "nothing was found"
    assert any(fault.words in f"{hit.message} {hit.todo}" for hit in hits)
    assert {problem.code for problem in found} <= {fault.code, *fault.also}
    assert all(problem.message and problem.todo for problem in found)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("Auftrag {{ number }} v", "Auftrag {{ numbr }} v", "D14"),
        ("Auftrag {{ number }} v", "Auftrag {number} v", "T09"),
    ],
)
def test_a_placeholder_that_is_wrong_in_the_source_language_is_told_of_once(old: str, new: str, code: str) -> None:
    """Not by every translation as well, which is right: the only thing to say of these is that their source has changed."""
    (problem,) = (problem for problem in checked(edited((GERMAN, old, new))) if problem.code != "T08")
    text = nordnetz_files()[GERMAN].decode()
    assert (problem.code, problem.file, problem.line) == (code, GERMAN, line_of(text, "  order_late:"))
    assert "number" in problem.todo


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in READ_WITHOUT_RULES])
def test_a_planted_fault_goes_unseen_without_its_rule(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reports it is the rule with that code, and no other: without it, the mutation tests are red."""
    code = FAULTS[name].code
    left = tuple(rule for rule in RULES if rule.code != code)
    complain = Reader.complain

    def deaf(self: Reader, path: Path, message: str, todo: str, told: str = "D00") -> None:
        if told != code:
            complain(self, path, message, todo, told)

    def without(material: Material, rules: Collection[Rule] = left) -> list[Problem]:
        return check_bot(material, tuple(rules))

    monkeypatch.setattr(Reader, "complain", deaf)
    monkeypatch.setattr("engine.rules.check_bot", without)
    assert code not in {problem.code for problem in checked(planted(FAULTS[name]))}


def test_every_rule_has_faults_that_show_it() -> None:
    codes = {*(f"D{number:02}" for number in range(21)), "D22", *(f"T{number:02}" for number in range(1, 10))}
    assert {rule.code for rule in RULES} <= codes
    shown = {fault.code for fault in FAULTS.values()}
    assert shown == codes


STOPPING = (
    "a menu option leads nowhere",
    "a step goes to one that is gone",
    "a route leads nowhere",
    "a route has no last way",
    "a way after the last way",
    "both go and route",
    "two verbs",
    "an unknown key",
    "an unknown key of the dialog",
    "a time that is none",
    "an outcome that is none",
    "a menu of one",
    "an unknown kind of answer",
    "an answer that is not kept",
    "a condition that is none",
    "a condition that calls",
    "a summary without a way to cancel",
    "a limit that is no number",
    "a date limit that is none",
    "a day limited by a time",
    "a time limited by a day",
    "a field that can't be a name",
    "a need that nobody fills",
    "an action that is not there",
    "an argument is missing",
    "an argument too many",
    "a team that is not there",
    "nothing after a failure",
    "nothing after misses",
    "nothing after silence",
    "silence leads nowhere",
    "a picture that is not there",
    "an intent leads nowhere",
    "the start is gone",
    "a step twice",
    "a tab",
    "an open bracket",
    "names too long together",
    "the bot starts with no dialog",
    "a command leads nowhere",
    "after waiting it leads nowhere",
    "a source language that is not spoken",
    "a score over 1",
    "hours that are none",
    "a pattern that is none",
    "a pattern that looks back",
    "an unknown key of a text",
    "a text with an open brace",
    "a text with a loop",
    "a filter that is not there",
    "a plural form that is none",
)
"""Faults that the engine counts on not to be there."""


@pytest.mark.parametrize("name", STOPPING)
def test_what_the_engine_counts_on_keeps_a_bot_from_running(name: str) -> None:
    fault = FAULTS[name]
    found = problems_of(planted(fault))
    assert fault.code in {problem.code for problem in found}
    assert all(problem.severity == "error" for problem in found)


# ── what is no fault ─────────────────────────────────────────────────────────────────────────────────────────────────

ETA = "{when: fault.found and fault.hours, go: outage_eta}"
RIGHT: dict[str, tuple[tuple[str, str, str], ...]] = {
    "a guard in two lines": ((SUPPORT, ETA, "{when: not fault.found, go: outage_none}\n      - {when: fault.hours, go: outage_eta}"),),
    "a guard by elimination": (
        (SUPPORT, ETA, "{when: not fault.found, go: outage_none}\n      - {when: not fault.hours, go: outage_no_eta}"),
        (SUPPORT, "      - {when: fault.found, go: outage_no_eta}\n      - {go: outage_none}", "      - {go: outage_eta}"),
    ),
    "a guard by comparison": ((SUPPORT, ETA, "{when: fault.found and fault.hours != none, go: outage_eta}"),),
    "a guard in the condition itself": ((SUPPORT, ETA, "{when: fault.hours and fault.hours > 0, go: outage_eta}"),),
    "a value with a stand-in": ((SUPPORT, "with: {fault: fault.id}", "with: {fault: rating_reason or fault.id}"),),
    "a value with a default": ((SUPPORT, "with: {fault: fault.id}", "with: {fault: rating_reason | default('none')}"),),
    "a question about what may be empty": ((SUPPORT, "when: hours.support.open,", "when: hours.support.open and not rating,"),),
    "a text that looks first": tuple(
        (file, "  sorry: ", "  sorry: \"{% if number %}{{ number }}{% endif %}!\" #")
        for file in (ENGLISH, GERMAN, RUSSIAN, UKRAINIAN)
    ),
    "a copy of what may be empty": ((SUPPORT, "  sorry: {say: sorry, go: human}", "  sorry: {say: sorry, set: {before: rating}, go: human}"),),
    "a variable that a step sets itself": ((SUPPORT, "  message_send: {do: create_ticket, with: {text: message}", "  message_send: {set: {words: message}, do: create_ticket, with: {text: words}"),),
    "asking a back-end again and again, with time between": ((SUPPORT, "  outage_notified: {say: outage_notified, go: anything_else}", "  outage_notified: {say: outage_notified, go: pause}\n  pause: {wait: 1h, go: anything_else}"),),
    "an option with the intent of the step it leads to": ((SUPPORT, "      order:   order\n", "      order:   {go: order, intent: order_status}\n"),),
    "a label that is the command it does the work of": ((ENGLISH, "still_broken: Still broken", "still_broken: Human"),),
    "a named list": ((SUPPORT, "attach: \"{{ invoice.pdf }}\"", "attach: \"{{ invoices.all[0].pdf }}\""),),
    "an old name that leads to a step": ((SUPPORT, "owner: care", "renamed: {old_menu: menu}\nowner: care"),),
    "the rules of one channel": ((SUPPORT, "when: hours.support.open,", "when: hours.support.open and channel != 'sms',"),),
    "an own kind of answer with a length": ((SUPPORT, "{ask: text, check: {min: 3, max: 80}}", "{ask: postcode, check: {min: 3, max: 80}}"),),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_not_complained_of(name: str) -> None:
    assert checked(edited(*RIGHT[name])) == ()


# ── faults that need more than an edit ───────────────────────────────────────────────────────────────────────────────


def test_an_action_that_the_live_server_does_not_know_is_an_error() -> None:
    known = {
        "check_outage",
        "notify_when_fixed",
        "find_order",
        "list_invoices",
        "change_address",
        "create_ticket",
    }
    (problem,) = checked(nordnetz_files(), live_actions=known)
    text = nordnetz_files()[IDENTIFY].decode()
    assert (problem.code, problem.file, problem.line) == ("D11", IDENTIFY, line_of(text, "    do: find_customer"))
    assert checked(nordnetz_files(), live_actions={*known, "find_customer"}) == ()


@pytest.mark.parametrize(("left", "severity"), [(4, "error"), (9, "warning")])
def test_an_intent_with_few_examples_is_told_of(left: int, severity: str) -> None:
    files = dict(nordnetz_files())
    head, _, tail = files["nlu/en.yaml"].decode().partition("  order_status:\n")
    examples, _, rest = tail.partition("  billing_question:\n")
    kept = "".join(f"{line}\n" for line in examples.splitlines()[:left])
    files["nlu/en.yaml"] = f"{head}  order_status:\n{kept}  billing_question:\n{rest}".encode()
    (problem,) = checked(files)
    line = line_of(files["nlu/en.yaml"].decode(), "  order_status:")
    assert (problem.code, problem.severity, problem.file, problem.line) == ("D20", severity, "nlu/en.yaml", line)


def test_a_dialog_that_is_tried_by_its_callers_is_known_to_have_what_all_of_them_know() -> None:
    """The same text in a dialog that two steps run: well if both have the number, not if one of them has not."""
    faq = "title: Late\nstart: told\nsteps:\n  told: {say: told, end: solved}\n"
    texts = tuple(
        (f"locales/{language}/late.yaml", "", f"{language}: {{told: 'N {{{{ number }}}}'}}")
        for language in ("de", "en", "ru", "uk")
    )
    asked = (SUPPORT, "{say: order_late, go: human}", "{say: order_late, call: late, go: human}")
    not_asked = (SUPPORT, "{say: sorry, go: human}", "{say: sorry, call: late, failed: human, go: human}")
    late = ("dialogs/late.yaml", "", faq)
    assert checked(edited(late, *texts, asked)) == ()
    (problem,) = checked(edited(late, *texts, asked, not_asked))
    assert (problem.code, problem.file, problem.line) == ("D15", "dialogs/late.yaml", 4)
    assert "sorry" in problem.message


# ── all at once ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("file", "old", "named"),
    [
        (ENGLISH, "  sorry: That did not work just now.\n", "sorry"),
        ("locales/uk/support.yaml", "order: ", "order"),
        (ENGLISH, ", human: Talk to a person}\n    words", "menu.options.human"),
        (ENGLISH, "city: City?, ", "address.fields.city"),
        (ENGLISH, '    item: "{{ item.date | date }}, {{ item.total | money }}"\n', "billing_pick.item"),
    ],
)
def test_a_text_that_is_missing_in_one_language_is_named_with_the_step_that_needs_it(
    file: str, old: str, named: str
) -> None:
    new = "}\n    words" if "words" in old else "ordr: " if old == "order: " else ""
    found = problems_of(edited((file, old, new)))
    assert any(problem.file == file and named in problem.message and SUPPORT in problem.message for problem in found)


@pytest.mark.parametrize("find", [problems_of, checked])
def test_a_folder_without_bot_yaml_is_no_bot(find: Callable[[Mapping[str, bytes]], tuple[Problem, ...]]) -> None:
    files: Mapping[str, bytes] = {name: raw for name, raw in nordnetz_files().items() if name != BOT}
    (problem,) = find(files)
    assert (problem.file, problem.line, problem.code) == (BOT, 0, "D00")


@pytest.mark.parametrize("find", [problems_of, checked])
def test_all_faults_are_reported_at_once_and_in_order(
    find: Callable[[Mapping[str, bytes]], tuple[Problem, ...]],
) -> None:
    files = edited((SUPPORT, "limit: 8s", "limit: soon"))
    files[IDENTIFY] = files[IDENTIFY].replace(b"do: find_customer", b"do: find_customer\n    wth: {}")
    files[BOT] = files[BOT].replace(b"accept: 0.75", b"accept: 75")
    assert [problem.file for problem in find(files)] == [BOT, IDENTIFY, SUPPORT]


def with_sentences(language: str, above: str, *texts: str) -> tuple[Problem, ...]:
    """What is wrong when these sentences are put on top of the intent's."""
    mark = f"  {above}:\n"
    lines = "".join(f"    - {text}\n" for text in texts)
    return checked(edited((f"nlu/{language}.yaml", mark, mark + lines)))


def test_a_sentence_twice_in_other_spelling_is_a_hint_that_no_publisher_need_tick() -> None:
    (problem,) = with_sentences("de", "order_status", "Was macht mein Päckchen?", "was macht mein Paeckchen")
    assert (problem.code, problem.severity) == ("D22", "hint")
    assert "order_status" in problem.message


def test_both_places_of_a_contradiction_are_named() -> None:
    (problem,) = with_sentences(
        "ru", "billing_question", "ВСЁ умерло - ни телефона, ни интернета!", "и ещё один счёт пришёл"
    )[:1]
    assert problem.severity == "error"
    assert re.search(r"nlu/ru\.yaml:\d+ of “report_outage”", problem.message), problem.message
    text = edited(("nlu/ru.yaml", "  billing_question:\n", "  billing_question:\n    - ВСЁ умерло\n"))[
        "nlu/ru.yaml"
    ].decode()
    assert problem.line == line_of(text, "    - ВСЁ умерло")


@pytest.mark.parametrize(("one", "other", "told"), [("nein da", "fein da", 0), ("nein doch", "fein doch", 1)])
def test_one_letter_makes_another_sentence_of_a_short_one(one: str, other: str, told: int) -> None:
    order, bill = "  order_status:\n", "  billing_question:\n"
    found = checked(
        edited(
            ("nlu/de.yaml", order, f"{order}    - {one}\n"),
            ("nlu/de.yaml", bill, f"{bill}    - {other}\n"),
        )
    )
    assert [problem.code for problem in found] == ["D22"] * told


def test_a_language_that_was_left_behind_is_told_of_with_both_figures() -> None:
    files = dict(nordnetz_files())
    head, _, tail = files["nlu/en.yaml"].decode().partition("  order_status:\n")
    examples, _, rest = tail.partition("  billing_question:\n")
    kept = "".join(f"{line}\n" for line in examples.splitlines()[:10])
    files["nlu/en.yaml"] = f"{head}  order_status:\n{kept}  billing_question:\n{rest}".encode()
    (problem,) = checked(files)
    assert (problem.code, problem.severity) == ("D20", "warning")
    assert "10 examples in en" in problem.message


def test_a_single_example_in_all_files_is_an_error_at_its_line_since_training_stops_at_it() -> None:
    found = checked(edited(("nlu/de.yaml", "intents:\n", "intents:\n  lonely:\n    - Ganz allein hier\n")))
    (problem,) = [each for each in found if each.severity == "error"]
    assert (problem.code, problem.file, problem.line) == ("D20", "nlu/de.yaml", 5)
    assert "“lonely” has a single example" in problem.message


def test_examples_of_a_language_that_the_bot_does_not_speak_are_told_of() -> None:
    files = dict(nordnetz_files())
    (problem,) = checked(
        {**files, "nlu/fr.yaml": "intents:\n  order_status: [Où est ma commande, Et mon colis]\n".encode()}
    )
    assert (problem.code, problem.severity, problem.file) == ("D20", "warning", "nlu/fr.yaml")
    assert "does not speak “fr”" in problem.message
