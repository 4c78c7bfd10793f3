"""``lotse migrate``, ``backup``, ``restore``, ``inbox`` and ``doctor``, as typed."""

import asyncio
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from conversation.bundles import Bundle, Pointer
from conversation.errors import StoreError
from store.sql import SqlStore
from store.versions import known_versions
from tests.support.process import free_port
from tests.support.servers import postgres, redis
from tests.support.service import NORDNETZ
from tests.support.storing import arrive, make_old

NEWEST = known_versions()[-1]
TOKEN = "123456789:" + "A" * 35
Lotse = Callable[..., Result]


@pytest.fixture
def lotse(tmp_path: Path) -> Lotse:
    """The command line in a folder of its own. A plain function: it starts event loops itself."""
    settings = {"LOTSE_VAR": str(tmp_path), "LOTSE_BOT": str(NORDNETZ), "LOTSE_WEB__PORT": str(free_port())}

    def run(*words: str, **more: str) -> Result:
        return CliRunner().invoke(app, words, env=settings | more, terminal_width=200)

    return run


@pytest.fixture
def file(tmp_path: Path, lotse: Lotse) -> Path:
    """A database with tables."""
    assert lotse("migrate").exit_code == 0
    return tmp_path / "lotse.db"


def execute(file: Path, statement: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(file)
    rows = database.execute(statement).fetchall()
    database.commit()
    database.close()
    return rows


def with_store(file: Path, count: int) -> None:
    """So many events, all of them put aside."""

    async def fill() -> None:
        store = await SqlStore.open(f"sqlite:///{file}")
        for number in range(1, count + 1):
            row = await arrive(store, str(number))
            await store.reject(row.number, "ValueError: too odd")
        await store.close()

    asyncio.run(fill())


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_migrate_says_from_where_to_where_and_check_changes_nothing(lotse: Lotse, tmp_path: Path) -> None:
    check = lotse("migrate", "--check")
    assert (check.exit_code, "behind" in check.output) == (1, True)
    assert not (tmp_path / "lotse.db").exists()
    assert f"none → {NEWEST}" in lotse("migrate").output
    again = lotse("migrate", "--check")
    assert (again.exit_code, f"tables {NEWEST}, the newest" in again.output) == (0, True)
    assert lotse("migrate").exit_code == 0


def test_migrate_brings_older_tables_to_the_newest(lotse: Lotse, file: Path) -> None:
    make_old(file)
    assert "tables 0001, behind" in lotse("migrate", "--check").output
    assert f"tables 0001 → {NEWEST}" in lotse("migrate").output
    assert execute(file, "SELECT name FROM sqlite_master WHERE name = 'inbox_done'")
    assert lotse("migrate", "--check").exit_code == 0


def test_migrate_leaves_a_newer_database_alone(lotse: Lotse, file: Path) -> None:
    execute(file, "UPDATE alembic_version SET version_num = '9999'")
    for words in (["migrate"], ["migrate", "--check"]):
        error = lotse(*words).exception
        assert isinstance(error, StoreError)
        assert "newer Lotse" in str(error)


def test_backup_and_restore_bring_back_what_was_there(lotse: Lotse, file: Path, tmp_path: Path) -> None:
    with_store(file, 2)
    copy = tmp_path / "copy.db"
    made = lotse("backup", str(copy))
    assert (made.exit_code, "whole" in made.output) == (0, True)
    execute(file, "DELETE FROM inbox")
    assert isinstance(lotse("restore", str(copy)).exception, StoreError)
    put = lotse("restore", str(copy), "--force")
    assert (put.exit_code, "the old one is" in put.output) == (0, True)
    assert execute(file, "SELECT count(*) FROM inbox") == [(2,)]


def test_backup_and_restore_of_postgresql(lotse: Lotse, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dump"
    with postgres() as server:
        assert lotse("migrate", LOTSE_DATABASE__URL=server.url).exit_code == 0
        assert lotse("backup", str(copy), LOTSE_DATABASE__URL=server.url).exit_code == 0
        error = lotse("restore", str(copy), LOTSE_DATABASE__URL=server.url).exception
        assert isinstance(error, StoreError)
        assert "has tables" in str(error)
        fresh_url = server.url.replace("/postgres", "/template1")  # an empty database that every server has
        assert lotse("restore", str(copy), LOTSE_DATABASE__URL=fresh_url).exit_code == 0
        assert lotse("migrate", "--check", LOTSE_DATABASE__URL=fresh_url).exit_code == 0
        looked = lotse("doctor", LOTSE_DATABASE__URL=fresh_url)
        assert looked.exit_code == 0, looked.output
        assert re.search(r"ok +clock +0\.\d s from the database's", looked.output)


# ── inbox ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_inbox_lists_what_was_put_aside_and_has_it_handled_once_more(lotse: Lotse, file: Path) -> None:
    assert lotse("inbox", "list").output == "nothing was put aside\n"
    with_store(file, 3)
    lines = lotse("inbox", "list").output.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["1", "2", "3"]
    assert lines[0].split("\t")[2:] == ["chat-anna", "customer_said", "ValueError: too odd"]
    some = lotse("inbox", "retry", "2", "99")
    assert (some.exit_code, some.output) == (
        1,
        "1 to be handled once more\nnot among those that were put aside: 99\n",
    )
    assert execute(file, "SELECT number FROM inbox WHERE state = 'new'") == [(2,)]
    assert lotse("inbox", "retry", "--all").output == "2 to be handled once more\n"
    assert execute(file, "SELECT count(*) FROM inbox WHERE state = 'new' AND error = ''") == [(3,)]
    assert lotse("inbox", "list").output == "nothing was put aside\n"


@pytest.mark.parametrize("words", [(), ("1", "--all")])
def test_inbox_retry_wants_numbers_or_all(lotse: Lotse, file: Path, words: tuple[str, ...]) -> None:
    with_store(file, 1)
    assert lotse("inbox", "retry", *words).exit_code == 2
    assert execute(file, "SELECT state FROM inbox") == [("rejected",)]


def test_retry_does_not_touch_what_was_handled(lotse: Lotse, file: Path) -> None:
    with_store(file, 1)
    execute(file, "UPDATE inbox SET state = 'done'")
    assert lotse("inbox", "retry", "1").exit_code == 1
    assert execute(file, "SELECT state FROM inbox") == [("done",)]


# ── doctor ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def lines_of(result: Result) -> dict[str, str]:
    """Part → its level and words."""
    found = {}
    for line in result.output.splitlines():
        match = re.fullmatch(r"(ok|warn|FAIL) +(settings|put aside|telegram desk|\w+) {2,}(.*)", line)
        if match:
            found[match[2]] = f"{match[1]} {match[3]}"
    return found


def test_doctor_finds_nothing_wrong_where_nothing_is(lotse: Lotse, file: Path) -> None:
    result = lotse("doctor")
    assert result.exit_code == 0, result.output
    assert {line[:3] for line in lines_of(result).values()} == {"ok "}, result.output
    assert list(lines_of(result)) == [
        *("settings", "bot", "pages", "database", "disk", "integrity", "tables", "writing", "clock"),
        *("version", "workers", "inbox", "timers", "put aside", "outbox", "redis", "actions", "language"),
        *("telegram", "telegram desk", "port"),
    ]
    assert result.output.endswith("all is well\n")


def test_doctor_tells_which_version_of_the_bot_is_live(lotse: Lotse, file: Path) -> None:
    assert "nothing was published" in lines_of(lotse("doctor"))["version"]

    async def publish() -> None:
        store, at = await SqlStore.open(f"sqlite:///{file}"), datetime(2026, 3, 2, 12, tzinfo=UTC)
        bundle = Bundle(hash="3f2a9c01", title="Bot", files={}, made_at=at)
        await store.bundles.put(bundle, {}, pointer=Pointer(name="live", bundle=bundle.hash, at=at))
        await store.bundles.point(Pointer(name="canary", bundle=bundle.hash, at=at, share=10))
        await store.close()

    asyncio.run(publish())
    told = lines_of(lotse("doctor"))["version"]
    assert told == "ok 3f2a9c01, published 2026-03-02 12:00 UTC; 3f2a9c01 for 10 of 100 customers"
    assert "as it is saved" in lines_of(lotse("doctor", LOTSE_RUN="folder"))["version"]


def test_doctor_aligns_its_lines(lotse: Lotse, file: Path) -> None:
    starts = {line.index(line.split(maxsplit=1)[1]) for line in lotse("doctor").output.splitlines()[:-2]}
    assert starts == {6}


def test_doctor_on_a_first_start_only_warns(lotse: Lotse, tmp_path: Path) -> None:
    result = lotse("doctor")
    assert result.exit_code == 0
    assert lines_of(result)["database"].startswith("warn there is no database")
    assert not (tmp_path / "lotse.db").exists()


def wrong_page(file: Path) -> None:
    body = bytearray(file.read_bytes())
    body[20_000:40_000] = b"\xff" * 20_000
    file.write_bytes(body)


def spoilt(file: Path, how: str) -> None:
    old = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000
    match how:
        case "damaged":
            wrong_page(file)
        case "newer":
            execute(file, "UPDATE alembic_version SET version_num = '9999'")
        case "behind":
            execute(file, "UPDATE alembic_version SET version_num = '0001'")
        case "rejected":
            with_store(file, 2)
        case "late timer":
            execute(file, f"INSERT INTO timers VALUES ('c', 'silence', 'x', {old})")  # noqa: S608 - a number
        case "no turn":
            asyncio.run(_unhandled(file))
        case "failed":
            execute(file, "INSERT INTO outbox (chat, message, state, due) VALUES ('c', 'm', 'failed', 1)")


async def _unhandled(file: Path) -> None:
    store = await SqlStore.open(f"sqlite:///{file}")
    await arrive(store, "1")
    await store.close()


@pytest.mark.parametrize(
    ("how", "part", "says", "todo"),
    [
        ("damaged", "integrity", "FAIL ", "lotse restore"),
        ("newer", "tables", "FAIL 9999", "install that version"),
        ("behind", "tables", "warn 0001", "lotse migrate"),
        ("rejected", "put aside", "warn 2 events", "lotse inbox list"),
        ("late timer", "timers", "warn 1 timers overdue, the first for", "start the service"),
        ("no turn", "inbox", "warn 1 events without a turn, the first for", "start the service"),
        ("failed", "outbox", "warn 0 under way, 1 failed", "lotse outbox list"),
    ],
)
def test_doctor_says_what_is_wrong_with_the_database_and_what_to_do(
    lotse: Lotse, file: Path, *, how: str, part: str, says: str, todo: str
) -> None:
    spoilt(file, how)
    result = lotse("doctor")
    assert lines_of(result)[part].startswith(says), result.output
    assert todo in result.output
    assert result.exit_code == ("FAIL" in says)


@pytest.mark.parametrize(
    ("setting", "value", "part", "says"),
    [
        ("LOTSE_WEB__PORT", "many", "settings", "FAIL web.port is wrong"),
        ("LOTSE_NLU__LAYERS", '["minlm"]', "settings", "FAIL nlu.layers is wrong"),
        ("LOTSE_WEB__ORIGINS", "x", "settings", "FAIL "),
        ("LOTSE_BOT", "no-such-bot", "bot", "FAIL 1 problems in no-such-bot"),
        ("LOTSE_DATABASE__URL", "mysql://x/y", "database", "FAIL no store speaks to mysql"),
        ("LOTSE_DATABASE__URL", f"postgresql://lotse@127.0.0.1:{free_port()}/x", "database", "FAIL "),
        ("LOTSE_REDIS__URL", f"redis://127.0.0.1:{free_port()}", "redis", "warn Redis does not answer"),
        ("LOTSE_REDIS__URL", "http://x", "redis", "warn LOTSE_REDIS__URL can't be read"),
        ("LOTSE_TELEGRAM__TOKEN", "123:abc", "telegram", "FAIL "),
        ("LOTSE_TELEGRAM__TOKEN", TOKEN, "telegram", "ok the token has the right form; messages are fetched"),
    ],
)
def test_doctor_looks_at_each_setting(
    lotse: Lotse, file: Path, *, setting: str, value: str, part: str, says: str
) -> None:
    result = lotse("doctor", **{setting: value})
    assert lines_of(result)[part].startswith(says), result.output
    assert result.exit_code == ("FAIL" in says)
    assert "Traceback" not in result.output


def test_doctor_wants_https_for_a_web_hook_and_does_not_show_the_token(lotse: Lotse, file: Path) -> None:
    result = lotse("doctor", LOTSE_TELEGRAM__TOKEN=TOKEN, LOTSE_WEB__PUBLIC_URL="http://chat.example.net")
    assert lines_of(result)["telegram"].startswith("FAIL a web hook needs https")
    assert TOKEN not in result.output


def test_doctor_finds_the_redis_that_is_there(lotse: Lotse, file: Path) -> None:
    with redis() as server:
        assert re.match(r"ok \d+\.\d+.*carries news", lines_of(lotse("doctor", LOTSE_REDIS__URL=server.url))["redis"])


def test_doctor_warns_of_a_full_disk(lotse: Lotse, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(file.parent)
    for free, level in ((500_000_000, "warn"), (1_000_000, "FAIL")):
        monkeypatch.setattr("app.doctor.shutil.disk_usage", lambda _, free=free: usage._replace(free=free))
        assert lines_of(lotse("doctor"))["disk"].startswith(f"{level} 0.")


def test_doctor_tells_who_can_not_write(lotse: Lotse, file: Path) -> None:
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert "another program holds it locked" in lines_of(lotse("doctor"))["writing"]
    finally:
        holder.close()


class _Answers(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def listener() -> Iterator[HTTPServer]:
    """Something that listens, and says what a test wants."""
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"hello", "FAIL 127.0.0.1:{} can't be had"), (b'{"status": "ready", "parts": {}}', "ok {}: Lotse serves there")],
)
def test_doctor_knows_a_lotse_from_another_program_on_the_port(
    lotse: Lotse, file: Path, listener: HTTPServer, monkeypatch: pytest.MonkeyPatch, *, body: bytes, says: str
) -> None:
    monkeypatch.setattr(_Answers, "body", body)
    port = listener.server_address[1]
    assert lines_of(lotse("doctor", LOTSE_WEB__PORT=str(port)))["port"].startswith(says.format(port))


def test_doctor_sees_that_messages_come_in_where_nobody_works(
    lotse: Lotse, file: Path, listener: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Answers, "body", b'{"status": "ready", "parts": {}}')
    result = lotse("doctor", LOTSE_WEB__PORT=str(listener.server_address[1]))
    assert lines_of(result)["workers"].startswith("warn 0 at work")
    assert "start `lotse worker`" in result.output


def test_doctor_leaves_nothing_behind(lotse: Lotse, file: Path) -> None:
    with_store(file, 1)
    before = [execute(file, f"SELECT * FROM {table}") for table in ("inbox", "secrets", "alembic_version")]  # noqa: S608 - our own names
    lotse("doctor")
    assert [execute(file, f"SELECT * FROM {table}") for table in ("inbox", "secrets", "alembic_version")] == before  # noqa: S608 - as above
