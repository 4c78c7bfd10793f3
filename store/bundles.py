"""Versions of the bot in the store: bundles that never change, and the pointers that say which of them run."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, text

from conversation.bundles import Bundle, Kept, OpenConversation, Pointer, PointerName, Release
from conversation.errors import StoreError, UnreadableError
from store import codec
from store.codec import decode, encode, micros, moment
from store.loader import Read
from store.statements import Bulk, Each
from store.tables import conversations
from store.writer import Writer

_LOCK: Final = 0x106F7366
"""The advisory lock of PostgreSQL under which bundles are written and cleared away."""
_PUT = Bulk("INSERT INTO bundles (hash, made_at, body) VALUES {rows} ON CONFLICT (hash) DO NOTHING RETURNING hash", 3)
_FIND = Bulk("SELECT body FROM bundles WHERE hash IN (VALUES {rows})", 1, ("TEXT",))
_BLOBS = Bulk("SELECT name, body FROM blobs WHERE name IN (VALUES {rows})", 1, ("TEXT",))
_NAMES = Bulk("SELECT name FROM blobs WHERE name IN (VALUES {rows})", 1, ("TEXT",))
_PUT_BLOB = Each("INSERT INTO blobs (name, body) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
_RELEASE = Each("INSERT INTO releases (bundle, at, body) VALUES (?, ?, ?)")
_POINT = Each(
    "INSERT INTO pointers (name, bundle, at, share) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (name) DO UPDATE SET bundle = excluded.bundle, at = excluded.at, share = excluded.share"
)
_TAKE_AWAY = Each("DELETE FROM pointers WHERE name = ?")
_LEAVE = Each(
    "UPDATE bundles SET left_at = ? WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM pointers WHERE bundle = bundles.hash)"
)
_RETURN = Each("UPDATE bundles SET left_at = NULL WHERE hash = ?")
_DROP = Each("DELETE FROM bundles WHERE hash = ?")
_DROP_BLOB = Each("DELETE FROM blobs WHERE name = ?")
_POINTERS = text("SELECT name, bundle, at, share FROM pointers")
_ALL = text("SELECT hash, left_at, body FROM bundles ORDER BY made_at DESC, hash")
_RELEASES = text("SELECT body FROM releases ORDER BY number")
_LEFT = text("SELECT left_at FROM bundles WHERE hash = :hash")
_NAMED = text("SELECT name FROM blobs WHERE name LIKE :begin ESCAPE '\\' ORDER BY name")
_RUNNING = text("SELECT bundle, count(*) FROM conversations WHERE phase <> 'closed' GROUP BY bundle")
_OPEN = (
    conversations.select()
    .with_only_columns(conversations.c.id, conversations.c.state)
    .where(conversations.c.phase != "closed")
    .order_by(conversations.c.id)
)

_bundles = msgspec.json.Decoder(Bundle)
_releases = msgspec.json.Decoder(Release)


class SqlBundles:
    """``conversation.ports.BundleStore`` on the store's database."""

    def __init__(self, read: Read, writer: Writer) -> None:
        self._read = read
        self._writer = writer

    async def put(
        self,
        bundle: Bundle,
        blobs: Mapping[str, bytes],
        *,
        pointer: Pointer | None = None,
        release: Release | None = None,
    ) -> None:
        def write(connection: Connection) -> None:
            _lock(connection)
            _put(connection, bundle, blobs)
            if pointer:
                _move(connection, pointer)
            if release:
                _RELEASE.run(connection, [(release.bundle, micros(release.at), encode(release))])

        await self._writer.call(write)

    async def point(self, pointer: Pointer, release: Release | None = None) -> None:
        def write(connection: Connection) -> None:
            _lock(connection)
            if not _FIND.run(connection, [(pointer.bundle,)]):
                raise StoreError(f"there is no version {pointer.bundle}: `lotse versions` lists those that are kept")
            _move(connection, pointer)
            if release:
                _RELEASE.run(connection, [(release.bundle, micros(release.at), encode(release))])

        await self._writer.call(write)

    async def take_away(self, name: PointerName, at: datetime) -> None:
        def write(connection: Connection) -> None:
            _lock(connection)
            _take_away(connection, name, at)

        await self._writer.call(write)

    async def pointers(self) -> Mapping[PointerName, Pointer]:
        return await self._read(pointers)

    async def find(self, hash_: str) -> Bundle | None:
        rows = await self._read(lambda connection: _FIND.run(connection, [(hash_,)]))
        return decode(_bundles, rows[0][0], f"bundle {hash_}") if rows else None

    async def left_at(self, hash_: str) -> datetime | None:
        at = await self._read(lambda connection: connection.execute(_LEFT, {"hash": hash_}).scalar())
        return None if at is None else moment(at)

    async def blobs(self, names: Sequence[str]) -> Mapping[str, bytes]:
        rows = await self._read(lambda connection: _BLOBS.run(connection, [(name,) for name in names]))
        return {row[0]: bytes(row[1]) for row in rows}

    async def blobs_named(self, prefix: str) -> Sequence[str]:
        begin = re.sub(r"([%_\\])", r"\\\1", prefix)
        rows = await self._read(lambda connection: connection.execute(_NAMED, {"begin": f"{begin}%"}).all())
        return [row[0] for row in rows]

    async def all(self) -> Sequence[Kept]:
        return await self._read(_kept)

    async def releases(self) -> Sequence[Release]:
        return await self._read(_read_releases)

    async def open_conversations(self, after: str, limit: int) -> Sequence[OpenConversation]:
        query = _OPEN.where(conversations.c.id > after).limit(limit)
        rows = await self._read(lambda connection: connection.execute(query).all())
        return [_open_conversation(row[0], row[1]) for row in rows]

    async def clear(self, before: datetime, keep: int) -> Sequence[str]:
        return await self._writer.call(lambda connection: _clear(connection, before, keep))


def pointers(connection: Connection) -> dict[PointerName, Pointer]:
    rows = connection.execute(_POINTERS)
    return {row[0]: Pointer(name=row[0], bundle=row[1], at=moment(row[2]), share=row[3]) for row in rows}


def _lock(connection: Connection) -> None:
    """One at a time: what is cleared away must not be what somebody else is about to count on."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _put(connection: Connection, bundle: Bundle, blobs: Mapping[str, bytes]) -> None:
    """Raises StoreError if a file of the bundle is neither there nor given."""
    there = {row[0] for row in _NAMES.run(connection, [(name,) for name in {*bundle.files.values(), *blobs}])}
    missing = set(bundle.files.values()) - there - set(blobs)
    if missing:
        raise StoreError(f"{len(missing)} files of the version {bundle.hash} were not given")
    _PUT_BLOB.run(connection, [(name, body) for name, body in blobs.items() if name not in there])
    _PUT.run(connection, [(bundle.hash, micros(bundle.made_at), encode(bundle))])


def _move(connection: Connection, pointer: Pointer) -> None:
    """A version that is live for all ends what was tried on some."""
    before = {row[0]: row[1] for row in connection.execute(_POINTERS)}
    at = micros(pointer.at)
    _POINT.run(connection, [(pointer.name, pointer.bundle, at, pointer.share)])
    _RETURN.run(connection, [(pointer.bundle,)])
    left = before.get(pointer.name, "")
    if left != pointer.bundle:
        _LEAVE.run(connection, [(at, left)])
    if pointer.name == "live" and "canary" in before:
        _take_away(connection, "canary", pointer.at)


def _take_away(connection: Connection, name: PointerName, at: datetime) -> None:
    before = {row[0]: row[1] for row in connection.execute(_POINTERS)}
    _TAKE_AWAY.run(connection, [(name,)])
    _LEAVE.run(connection, [(micros(at), before.get(name, ""))])


def _kept(connection: Connection) -> list[Kept]:
    newest = {release.bundle: release for release in _read_releases(connection)}
    running = {row[0]: row[1] for row in connection.execute(_RUNNING)}
    return [
        Kept(
            bundle=decode(_bundles, row[2], f"bundle {row[0]}"),
            left_at=None if row[1] is None else moment(row[1]),
            release=newest.get(row[0]),
            running=running.get(row[0], 0),
        )
        for row in connection.execute(_ALL)
    ]


def _read_releases(connection: Connection) -> list[Release]:
    return [decode(_releases, row[0], "release") for row in connection.execute(_RELEASES)]


def _open_conversation(id_: str, state: bytes) -> OpenConversation:
    try:
        return OpenConversation(id=id_, conversation=decode(codec.conversations, state, f"conversation {id_}"))
    except UnreadableError:
        return OpenConversation(id=id_, conversation=None)


def _clear(connection: Connection, before: datetime, keep: int) -> list[str]:
    """See ``BundleStore.clear``."""
    _lock(connection)
    kept = _kept(connection)
    pointed = {row[1] for row in connection.execute(_POINTERS)}
    old = [
        each.bundle.hash
        for each in kept[keep:]
        if each.bundle.hash not in pointed and not each.running and (each.left_at or each.bundle.made_at) < before
    ]
    if not old:
        return []
    _DROP.run(connection, [(hash_,) for hash_ in old])
    left = {each.bundle.hash: each.bundle for each in kept if each.bundle.hash not in old}
    wanted = {name for bundle in left.values() for name in bundle.files.values()}
    wanted |= {release.model for release in _read_releases(connection) if release.bundle in left}
    names = [row[0] for row in connection.execute(text("SELECT name FROM blobs"))]
    _DROP_BLOB.run(connection, [(name,) for name in names if name not in wanted])
    return old
