"""Each fault planted in the example is reported with its file and line; the untouched example has none."""

from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from dialogs.source import read_source
from tests.support.bots import nordnetz_files, problems_of

SUPPORT, IDENTIFY, BOT = "dialogs/support.yaml", "dialogs/identify_customer.yaml", "bot.yaml"
ANSWERS, CATALOGUE, ENGLISH = "dialogs/_answers.yaml", "actions/catalogue.yaml", "locales/en/support.yaml"

FAULTS = {
    "a menu option leads nowhere": (SUPPORT, "outage:  outage", "outage:  outag", "      outage:  outag", "outag"),
    "a step goes to one that is gone": (SUPPORT, "go: order_find", "go: order_fnd", "    go: order_fnd", "order_fnd"),
    "a route leads nowhere": (SUPPORT, "go: order_late}", "go: order_lat}", "      - {when: found.late", "order_lat"),
    "a route has no last way": (SUPPORT, "      - {go: outage_none}\n", "", "    route:\n      - {when: fault.found and", "conditi"),
    "a way after the last way": (SUPPORT, "{when: fault.found, go: outage_no_eta}", "{go: outage_no_eta}", "    route:\n      - {when: fault.found and", "end"),
    "both go and route": (SUPPORT, "    save: fault\n", "    save: fault\n    go: csat\n", "  outage:\n    needs", "both"),
    "two verbs": (SUPPORT, "  order_state: {say: order_state", "  order_state: {say: order_state, do: x, call: y", "  order_state:", "verbs"),
    "an unknown key": (SUPPORT, "    limit: 8s", "    limits: 8s", "    limits: 8s", "limit"),
    "an unknown key of the dialog": (SUPPORT, "owner: care", "ownr: care", "ownr:", "owner"),
    "a time that is none": (SUPPORT, "limit: 8s", "limit: soon", "    limit: soon", "time span"),
    "an outcome that is none": (SUPPORT, "end: solved", "end: happy", "  goodbye:", "happy"),
    "a menu of one": (SUPPORT, "choose: {again: order, human: human}", "choose: {again: order}", "  order_unknown:", "2 to 10"),
    "an unknown kind of answer": (SUPPORT, "ask: order_number ", "ask: ordernumber ", "    ask: ordernumber", "kind of answer"),
    "an answer that is not kept": (SUPPORT, "{ask: phone, offer: customer.phone, save: phone,", "{ask: phone, offer: customer.phone,", "  callback_phone:", "save"),
    "a condition that is none": (SUPPORT, "rating <= 2", "rating <=", "    route: [{when: rating", "condition"),
    "a condition that calls": (SUPPORT, "not found.exists", "found.exists()", "      - {when: found.exists()", "call"),
    "a summary without a way to cancel": (SUPPORT, "    cancelled: menu\n", "", "  address:\n    needs", "cancel"),
    "a limit that is no number": (SUPPORT, "min: 3", "min: three", "      street:", "three"),
    "a date limit that is none": (SUPPORT, "from: today,", "from: whenever,", "      moving_on:", "whenever"),
    "a field that can't be a name": (SUPPORT, "      city: ", "      City: ", "      City:", "City"),
    "a need that nobody fills": (SUPPORT, "needs: customer\n    do: list", "needs: custmer\n    do: list", "  billing:\n    needs", "custmer"),
    "an action that is not there": (SUPPORT, "do: find_order", "do: find_ordr", "  order_find:", "find_ordr"),
    "an argument is missing": (SUPPORT, "with: {slot: slot, phone: phone}", "with: {slot: slot}", "  callback_book:", "phone"),
    "an argument too many": (SUPPORT, "with: {text: message}", "with: {text: message, to: phone}", "  message_send:", "to"),
    "a team that is not there": (SUPPORT, "handover: support", "handover: suport", "  handover:", "suport"),
    "nothing after a failure": (SUPPORT, "  failed:  sorry ", "", "  outage:\n    needs", "fails"),
    "nothing after misses": (SUPPORT, "  misses:  {limit: 3, go: human} ", "", "  menu:", "not understood"),
    "nothing after silence": (SUPPORT, "  silence: {after: 10m, reminders: 1, go: asleep}", "", "  menu:", "does not answer"),
    "silence leads nowhere": (IDENTIFY, "go: give_up}\n  failed", "go: giveup}\n  failed", "  contract:", "giveup"),
    "a picture that is not there": (SUPPORT, "router-restart.jpg", "router.jpg", "  outage_none:", "router.jpg"),
    "an intent leads nowhere": (SUPPORT, "order_status: order", "order_status: ordr", "  order_status", "ordr"),
    "the start is gone": (SUPPORT, "start: greeting", "start: greet", "start: greet", "greet"),
    "a step twice": (SUPPORT, "  asleep: {", "  goodbye: {", "  goodbye: {end: silent}", "twice"),
    "a tab": (SUPPORT, "    limit: 8s", "\tlimit: 8s", "\tlimit", "tab"),
    "an open bracket": (IDENTIFY, "{again: contract, human: give_up}", "{again: contract, human: give_up", "  found", ""),
    "names too long together": (SUPPORT, "      order:   order\n", f"      {'o' * 40}: order\n      {'p' * 40}x: order\n", f"      {'p' * 40}x", "name"),
    "the bot starts with no dialog": (BOT, "start: support", "start: suport", "start: suport", "suport"),
    "a command leads nowhere": (BOT, "step: human, ", "step: humans, ", "  human:", "humans"),
    "after waiting it leads nowhere": (BOT, "then: closed", "then: shut", "  then: shut", "shut"),
    "a source language that is not spoken": (BOT, "source: de", "source: fr", "languages:", "source"),
    "a score over 1": (BOT, "accept: 0.75", "accept: 75", "nlu:", "0 to 1"),
    "hours that are none": (BOT, '"08:00-16:00"', '"8-16h"', "      fri:", "8-16h"),
    "a pattern that is none": (ANSWERS, '"[0-9]{8}"', '"[0-9{8}"', "contract_number:", "pattern"),
    "a pattern that looks back": (ANSWERS, '"[0-9]{5}"', '"(a)\\\\1"', "postcode:", "pattern"),
    "an unknown key of a text": (ENGLISH, "    item: ", "    itm: ", "    itm:", "item"),
    "a text with an open brace": (ENGLISH, "I cannot find an order {{ number }}.", "I cannot find {{ number.", "    text: I cannot find {{", "text"),
    "a text with a loop": (ENGLISH, "goodbye: Thank", "goodbye: '{% for x in y %}{% endfor %}' # Thank", "  goodbye:", "for"),
    "a filter that is not there": (ENGLISH, "invoice.total | money", "invoice.total | monney", "    text: \"Invoice", "monney"),
    "a plural form that is none": (ENGLISH, "      one: There", "      ones: There", "      ones:", "one"),
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _each_file_is_parsed_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dialogs.read.read_source", cache(read_source))
        yield


def line_of(text: str, mark: str) -> int:
    """The line that ``mark`` begins on."""
    return text[: text.index(mark)].count("\n") + 1


def broken(file: str, old: str, new: str) -> dict[str, bytes]:
    files = dict(nordnetz_files())
    text = files[file].decode()
    assert old in text
    files[file] = text.replace(old, new, 1).encode()
    return files


def test_the_example_has_no_faults() -> None:
    assert problems_of(nordnetz_files()) == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_reported_at_its_place(fault: str) -> None:
    file, old, new, mark, words = FAULTS[fault]
    files = broken(file, old, new)
    found = problems_of(files)
    line = line_of(files[file].decode(), mark)
    hits = [problem for problem in found if (problem.file, problem.line) == (file, line)]
    assert hits, "\n".join(str(problem) for problem in found) or "nothing was found"
    assert any(words in f"{hit.message} {hit.todo}" for hit in hits)
    assert all(problem.todo for problem in found)


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
    found = problems_of(broken(file, old, new))
    assert any(problem.file == file and named in problem.message and SUPPORT in problem.message for problem in found)


def test_a_folder_without_bot_yaml_is_no_bot() -> None:
    files: Mapping[str, bytes] = {name: raw for name, raw in nordnetz_files().items() if name != BOT}
    (problem,) = problems_of(files)
    assert (problem.file, problem.line) == (BOT, 0)


def test_all_faults_are_reported_at_once_and_in_order() -> None:
    files = broken(SUPPORT, "limit: 8s", "limit: soon")
    files[IDENTIFY] = files[IDENTIFY].replace(b"do: find_customer", b"do: find_customer\n    wth: {}")
    files[BOT] = files[BOT].replace(b"accept: 0.75", b"accept: 75")
    found = problems_of(files)
    assert [problem.file for problem in found] == [BOT, IDENTIFY, SUPPORT]
