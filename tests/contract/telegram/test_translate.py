import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.telegram import translate
from bots.telegram.translate import Arrival, read_update
from conversation.content import Contact, Text
from conversation.errors import BadInputError
from conversation.events import CustomerEdited, CustomerPressed, CustomerSaid, CustomerUnreachable
from tests.support.connector_surroundings import NOON

FIXTURES = sorted((Path(translate.__file__).parent / "fixtures").glob("*.json"))
GOLDEN = Path(__file__).parent / "golden"


def read(raw: bytes) -> Arrival:
    return read_update(raw, account="42", id_="e1", at=NOON)


def read_fixture(name: str) -> Arrival:
    return read(next(path for path in FIXTURES if path.stem == name).read_bytes())


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_recorded_update_translates_to_its_golden_event(path: Path) -> None:
    """``UPDATE_GOLDEN=1 pytest tests/contract/telegram`` writes the golden files anew: read the difference."""
    shown = msgspec.json.format(msgspec.json.encode(read(path.read_bytes())), indent=2) + b"\n"
    golden = GOLDEN / path.name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(shown)
    assert shown == golden.read_bytes()


def test_every_golden_event_has_its_update() -> None:
    assert {path.name for path in GOLDEN.glob("*.json")} == {path.name for path in FIXTURES}
    assert len(FIXTURES) >= 25


@pytest.mark.parametrize(
    "name",
    [
        "pinned",
        "auto_delete_timer",
        "edited_live_location",
        "press_inline_result",
        "press_game",
        "press_in_group",
        "unblocked",
        "added_to_group",
        "group_text",
        "group_migrated",
        "channel_post",
        "inline_query",
        "reaction",
        "unknown_kind",
    ],
)
def test_update_that_no_customer_sent_is_no_event(name: str) -> None:
    assert read_fixture(name).inbound is None


def test_shared_contact_is_own_only_with_the_senders_account() -> None:
    def own(name: str) -> bool:
        inbound = read_fixture(name).inbound
        assert inbound is not None
        assert isinstance(inbound.event, CustomerSaid)
        assert isinstance(inbound.event.content, Contact)
        return inbound.event.content.own

    assert [own(name) for name in ("contact_own", "contact_of_another", "contact_without_account")] == [
        True,
        False,
        False,
    ]


def test_edit_names_the_message_it_changes() -> None:
    first = read(
        b'{"update_id":1,"message":{"message_id":7,"date":1,"chat":{"id":5,"type":"private"},"text":"a"}}'
    ).inbound
    later = read(
        b'{"update_id":2,"edited_message":{"message_id":7,"date":1,"chat":{"id":5,"type":"private"},"text":"b"}}'
    ).inbound
    assert first is not None
    assert later is not None
    assert isinstance(first.event, CustomerSaid)
    assert isinstance(later.event, CustomerEdited)
    assert later.event.of == first.event.client_id == "tg:7"
    assert later.event.content == Text(text="b")


def test_press_carries_payload_label_and_menu() -> None:
    arrival = read_fixture("press")
    assert arrival.callback == "238466178"
    assert arrival.inbound is not None
    event = arrival.inbound.event
    assert isinstance(event, CustomerPressed)
    assert (event.payload, event.label) == ("support/menu/bill", "Рахунок")
    assert event.menu.startswith("tg:")


def test_block_makes_the_customer_unreachable() -> None:
    inbound = read_fixture("blocked").inbound
    assert inbound is not None
    assert inbound.event == CustomerUnreachable(id="e1", at=NOON, reason="blocked")
    assert inbound.address == "55501"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b'{"update_id":1,"message":{"text":"\xff"}}', "bad_json"),
        (b'{"x":' + b"[" * 100_000, "bad_json"),
        (b"[]", "bad_update"),
        (b"null", "bad_update"),
        (b"{}", "bad_update"),
        (b'{"update_id":"1"}', "bad_update"),
        (b'{"update_id":' + b"9" * 5000 + b"}", "bad_update"),
        (b'{"update_id":1,"message":[]}', "bad_update"),
        (b'{"update_id":1,"message":{"message_id":1,"chat":{"id":"5","type":"private"}}}', "bad_update"),
        (b'{"update_id":1,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"text":5}}', "bad_update"),
    ],
)
def test_malformed_update_is_refused_with_its_code(raw: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read(raw)
    assert caught.value.code == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["message", "chat", "id", "type", "from", "text", "update_id", "photo", "callback_query"])
            | st.text(),
            inner,
        )
    ),
    max_leaves=20,
)


@given(st.binary() | JSON.map(msgspec.json.encode))
def test_any_bytes_translate_or_are_refused(raw: bytes) -> None:
    try:
        read(raw)
    except BadInputError as error:
        assert error.code in ("bad_json", "bad_update")  # noqa: PT017 - most inputs may do either


@given(st.dictionaries(st.sampled_from(["text", "photo", "contact", "location", "sticker", "from", "poll"]), JSON))
def test_any_private_message_translates_or_is_refused(fields: dict[str, object]) -> None:
    note = {"message_id": 1, "chat": {"id": 5, "type": "private"}} | fields
    try:
        arrival = read(msgspec.json.encode({"update_id": 9, "message": note}))
    except BadInputError:
        return
    assert arrival.update_id == 9


def with_one_changed(value: Any, to: Any) -> Iterator[Any]:
    """The value again and again, each time with another leaf of it in place of what was there."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from ({**value, name: changed} for changed in with_one_changed(inner, to))
        case list():
            for at, inner in enumerate(value):
                yield from ([*value[:at], changed, *value[at + 1 :]] for changed in with_one_changed(inner, to))
        case _:
            yield to


def refusal(raw: bytes) -> str:
    """Its words; empty if the update is taken."""
    try:
        read(raw)
    except BadInputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
@pytest.mark.parametrize("said", ["Wasserschild", ["Wasserschild"], {"Wasserschild": "Wasserschild"}])
def test_a_refusal_does_not_quote_the_update(path: Path, said: Any) -> None:
    """It goes into the log, and back to whoever sent it."""
    for changed in with_one_changed(json.loads(path.read_text(encoding="utf-8")), said):
        assert "Wasserschild" not in refusal(json.dumps(changed).encode())
