"""Files of operators: kept for every process, and forgotten where no message names them."""

import sqlite3
from pathlib import Path

import msgspec

from conversation.content import Media
from conversation.effects import Post
from conversation.records import Upload
from store import uploads
from store.sql import SqlStore
from tests.support.storing import NOW, later, message, talk, turn

BODY = bytes(range(256)) * 4


def upload(name: str) -> Upload:
    return Upload(id=name, name=f"{name}.pdf", mime="application/pdf", size=len(BODY), operator="olga", at=NOW)


async def test_an_upload_is_there_for_every_process(store: SqlStore, other: SqlStore) -> None:
    await store.people.put_upload(upload("one"), BODY)
    assert await other.people.find_upload("one") == upload("one")
    assert await other.people.upload_body("one") == BODY
    assert await other.people.find_upload("two") is None
    assert await other.people.upload_body("two") is None


async def test_an_upload_put_again_stays_the_first(store: SqlStore) -> None:
    await store.people.put_upload(upload("one"), BODY)
    await store.people.put_upload(msgspec.structs.replace(upload("one"), name="evil"), b"other")
    assert await store.people.upload_body("one") == BODY


async def test_what_no_message_names_goes_when_it_is_old_and_what_was_sent_stays(store: SqlStore) -> None:
    conversation = await talk(store, "a")
    for name in ("sent", "unsent"):
        await store.people.put_upload(upload(name), BODY)
    content = Media(type="file", ref="upload/sent", name="sent.pdf")
    said = msgspec.structs.replace(message(conversation, 2, "operator"), content=content)
    await store.save(turn(conversation, Post(message=said)))
    assert await store.people.tidy_uploads(NOW) == 0, "it is young"
    assert await store.people.tidy_uploads(later(1)) == 1
    assert await store.people.find_upload("unsent") is None
    assert await store.people.upload_body("sent") == BODY
    assert await store.people.tidy_uploads(later(1)) == 0


async def test_a_customer_who_names_an_upload_keeps_none(store: SqlStore) -> None:
    conversation = await talk(store, "a")
    await store.people.put_upload(upload("one"), BODY)
    content = Media(type="file", ref="upload/one")
    said = msgspec.structs.replace(message(conversation, 2, "customer"), content=content)
    await store.save(turn(conversation, Post(message=said)))
    assert await store.people.tidy_uploads(later(1)) == 1


async def test_tidying_finds_its_rows_by_an_index(sqlite: SqlStore, file: Path) -> None:
    with sqlite3.connect(file) as database:
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {uploads.TIDY.text}", {"before": 1, "most": 2})]
    database.close()
    assert any("uploads_unused" in step for step in plan), plan
    assert not any(step.startswith("SCAN uploads") and "INDEX" not in step for step in plan), plan
