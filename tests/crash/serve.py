"""The real service as processes that can be killed and started again without waiting for imports.

``python -m tests.crash.serve '<list of Place as JSON>'``: for each ``Order`` (a line of JSON) on standard input it forks a child
that serves at that place; it answers with ``up``, the place's number and the child's process id, and when a child is gone
with ``gone``, the place's number and its exit code (negative: the signal).
"""

import asyncio
import ctypes
import os
import selectors
import signal
import socket
import sys
import traceback
from functools import partial
from importlib import import_module
from pathlib import Path

import msgspec
import uvloop
from aiohttp import web
from pydantic import SecretStr

from app.logs import set_up_logs
from app.service import Role, open_service
from app.settings import (
    ActionsSettings,
    DatabaseSettings,
    RedisSettings,
    Settings,
    TelegramSettings,
    WebSettings,
    WorkerSettings,
)
from engine.shell.outbox import AmbiguousPolicy
from store.sql import SqlStore
from tests.crash.defects import STORES, Defect, plant

SECRET = "crash-secret"
BOT = Path(__file__).parent / "bot"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a process of the service lives through all its lives. ``telegram``: address of a Bot API; empty: no Telegram.

    ``actions``: address of an action server; ``bot``: the bot folder; empty: the one that counts.

    ``hooks``: port of the process that takes the web hooks; 0: this one. ``database`` and ``redis`` empty: none, a file in ``var``.
    """

    var: str
    port: int
    telegram: str = ""
    token: str = ""
    actions: str = ""
    bot: str = ""
    defect: Defect = ""
    role: Role = "all"
    database: str = ""
    redis: str = ""
    hooks: int = 0
    ambiguous: AmbiguousPolicy = "resend"
    beat: float = 2.0


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """Ends itself at the ``hits``-th pass of ``point``; empty: lives until it is killed."""

    point: str = ""
    hits: int = 0


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A life at the place with that number."""

    place: int
    life: Life


class Trap:
    """An ``at``: no clean-up, no goodbye."""

    def __init__(self, life: Life) -> None:
        self._point = life.point
        self._left = life.hits

    def __call__(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def settings_of(place: Place) -> Settings:
    """All of them are given: nothing comes from the environment."""
    return Settings(
        _env_file=None,
        bot=Path(place.bot) if place.bot else BOT,
        var=Path(place.var),
        log="text",
        log_level="error",
        database=DatabaseSettings(url=place.database),
        redis=RedisSettings(url=place.redis),
        worker=WorkerSettings(beat=place.beat),
        actions=ActionsSettings(url=place.actions),
        web=WebSettings(
            host="127.0.0.1",
            port=place.port,
            public_url=f"http://127.0.0.1:{place.hooks or place.port}",
            origins=[],
            proxies=["127.0.0.1"],
        ),
        telegram=TelegramSettings(
            token=SecretStr(place.token),
            api=place.telegram,
            secret=SecretStr(SECRET),
            ambiguous=place.ambiguous,
            rate=0,
        ),
    )


async def serve(place: Place, life: Life) -> None:
    """As ``app.serve`` does, with a trap and perhaps a defect."""
    settings = settings_of(place)
    set_up_logs(settings.log, settings.log_level)
    trap = Trap(life)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    store = STORES.get(place.defect, SqlStore)
    async with open_service(settings, place.role, at=trap, open_store=partial(store.open, at=trap)) as service:
        if service.worker:
            plant(place.defect, service.worker)
        runner = web.AppRunner(service.app, access_log=None, shutdown_timeout=2.0, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.web.host, settings.web.port).start()
            await stopped.wait()
            service.stop()
        finally:
            await runner.cleanup()


def warm_up(places: list[Place]) -> None:
    """What a start would import late. Nothing here may start a thread: threads don't survive a fork."""
    late = ["alembic.command", "sqlalchemy.dialects.sqlite"]
    if any(place.database for place in places):
        late += ["asyncpg", "sqlalchemy.dialects.postgresql.asyncpg"]
    if any(place.redis for place in places):
        late += ["store.redis_bus", "store.redis_presence", "store.redis_rates"]
    if any(place.telegram for place in places):
        late += ["bots.telegram.connector"]
    if any(place.actions for place in places):
        late += ["actions.remote"]
    for name in late:
        import_module(name)


def end_with_parent() -> None:
    """A test run that is killed must not leave services behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Nursery:
    """Forks, and tells of the children that are gone; it waits for neither."""

    def __init__(self, places: list[Place]) -> None:
        self._places = places
        self._children: dict[int, int] = {}
        self._read = b""

    def run(self) -> None:
        """Until standard input ends."""
        woken, waker = socket.socketpair()
        for end in (woken, waker):
            end.setblocking(False)
        signal.set_wakeup_fd(waker.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(sys.stdin, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is woken:
                        woken.recv(4096)
                        self._tell_gone()
                    elif not self._obey():
                        return

    def _obey(self) -> bool:
        read = os.read(sys.stdin.fileno(), 65536)
        *lines, self._read = (self._read + read).split(b"\n")
        for line in lines:
            order = msgspec.json.decode(line, type=Order)
            child = self._fork(order)
            self._children[child] = order.place
            print("up", order.place, child, flush=True)  # noqa: T201 - this is the protocol
        return bool(read)

    def _fork(self, order: Order) -> int:
        child = os.fork()
        if child:
            return child
        end_with_parent()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        code = 1
        try:
            uvloop.run(serve(self._places[order.place], order.life))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def _tell_gone(self) -> None:
        while self._children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            code = os.waitstatus_to_exitcode(status)
            print("gone", self._children.pop(child), code, flush=True)  # noqa: T201 - as above


def main() -> None:
    end_with_parent()
    places = msgspec.json.decode(sys.argv[1], type=list[Place])
    warm_up(places)
    print("warm", flush=True)  # noqa: T201 - as above
    Nursery(places).run()


if __name__ == "__main__":
    main()
