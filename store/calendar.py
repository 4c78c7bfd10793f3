"""The teams' calendars of call-backs: a place is given to one only, however many processes ask at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, func, insert, select, text, update

from conversation.callback import Callback
from conversation.events import OperatorPlanned
from conversation.records import Accepted, Booking
from store import arrivals
from store.codec import decode, encode, micros, moment, words
from store.loader import Read
from store.tables import callbacks
from store.writer import Writer

_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(7305808869)")
"""Held to the commit: who counts what is booked sees all of it. SQLite has one writer anyway."""
_BOOKED, _OFF = "booked", "called_off"
_bodies = msgspec.json.Decoder(Callback)


def taken(connection: Connection, team: str, since: datetime, until: datetime) -> Mapping[datetime, int]:
    rows = connection.execute(
        select(callbacks.c.begin, func.count())
        .where(callbacks.c.team == words(team), callbacks.c.state == _BOOKED)
        .where(callbacks.c.begin >= micros(since), callbacks.c.begin < micros(until))
        .group_by(callbacks.c.begin)
    )
    return {moment(begin): count for begin, count in rows}


def booked(connection: Connection, chat: str, since: datetime) -> Callback | None:
    row = connection.execute(
        select(callbacks.c.body, callbacks.c.id)
        .where(callbacks.c.chat == chat, callbacks.c.state == _BOOKED, callbacks.c.begin >= micros(since))
        .order_by(callbacks.c.begin.desc())
        .limit(1)
    ).first()
    return decode(_bodies, row.body, row.id) if row else None


def book(connection: Connection, chat: str, callback: Callback, each: int, length: int) -> Booking | None:
    """None: it is full there."""
    _alone(connection)
    known = connection.execute(select(callbacks.c.body, callbacks.c.state).where(callbacks.c.id == callback.id)).first()
    if known:
        return Booking(chat=chat, callback=decode(_bodies, known.body, callback.id), current=known.state == _BOOKED)
    if _beside(connection, chat, callback, length) >= each:
        return None
    _end(connection, chat, callback.id)
    connection.execute(
        insert(callbacks).values(
            id=callback.id,
            chat=chat,
            team=words(callback.team),
            begin=micros(callback.begin),
            state=_BOOKED,
            body=encode(callback),
        )
    )
    return Booking(chat=chat, callback=callback)


def call_off(connection: Connection, chat: str, key: str) -> Callback | None:
    """What the chat had, or what the same ``key`` ended before."""
    _alone(connection)
    _end(connection, chat, key)
    row = connection.execute(
        select(callbacks.c.body, callbacks.c.id)
        .where(callbacks.c.chat == chat, callbacks.c.ended == key)
        .order_by(callbacks.c.begin.desc())
        .limit(1)
    ).first()
    return decode(_bodies, row.body, row.id) if row else None


def _alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_ONE_AT_A_TIME)


def _beside(connection: Connection, chat: str, callback: Callback, length: int) -> int:
    """How many others are called at some time of the slot."""
    begin, reach = micros(callback.begin), length * 1_000_000
    count: int = connection.execute(
        select(func.count())
        .select_from(callbacks)
        .where(callbacks.c.team == words(callback.team), callbacks.c.state == _BOOKED, callbacks.c.chat != chat)
        .where(callbacks.c.begin > begin - reach, callbacks.c.begin < begin + reach)
    ).scalar_one()
    return count


def _end(connection: Connection, chat: str, key: str) -> None:
    """What the chat had is over: ``key`` took its place, or called it off."""
    connection.execute(
        update(callbacks).where(callbacks.c.chat == chat, callbacks.c.state == _BOOKED).values(state=_OFF, ended=key)
    )


def _tell(connection: Connection, chat: str, note: OperatorPlanned, key: str) -> Accepted:
    (accepted,) = arrivals.store(connection, [arrivals.from_own(chat, note, key, "")])
    return accepted


class SqlCalendar:
    """``CalendarStore`` on the store's database."""

    def __init__(self, read: Read, writer: Writer) -> None:
        self._read = read
        self._writer = writer

    async def taken(self, team: str, since: datetime, until: datetime) -> Mapping[datetime, int]:
        return await self._read(lambda connection: taken(connection, team, since, until))

    async def book(
        self,
        chat: str,
        callback: Callback,
        *,
        each: int,
        length: int,
        note: OperatorPlanned | None = None,
        key: str = "",
    ) -> Booking | None:
        def do(connection: Connection) -> Booking | None:
            booking = book(connection, chat, callback, each, length)
            if booking is None or note is None:
                return booking
            told = msgspec.structs.replace(note, callback=booking.callback)
            return msgspec.structs.replace(booking, noted=_tell(connection, chat, told, key))

        return await self._writer.call(do)

    async def take_out(self, chat: str, note: OperatorPlanned, key: str) -> Accepted:
        def do(connection: Connection) -> Accepted:
            call_off(connection, chat, note.id)
            return _tell(connection, chat, note, key)

        return await self._writer.call(do)

    async def call_off(self, chat: str, key: str) -> Callback | None:
        return await self._writer.call(lambda connection: call_off(connection, chat, key))

    async def booked(self, chat: str, since: datetime) -> Callback | None:
        return await self._read(lambda connection: booked(connection, chat, since))
