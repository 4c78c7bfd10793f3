"""The real service as a process that can be killed and started again without waiting for imports.

``python -m tests.crash.serve '<Place as JSON>'``: for each ``Life`` (a line of JSON) on standard input it forks a child
that serves; it answers with the child's process id and, when the child is gone, with its exit code (negative: the signal).
"""

import asyncio
import ctypes
import os
import signal
import sys
import traceback
from functools import partial
from pathlib import Path

import msgspec
import uvloop
from aiohttp import web
from pydantic import SecretStr

from app.logs import set_up_logs
from app.service import open_service
from app.settings import Settings, TelegramSettings, WebSettings
from store.sql import SqlStore
from tests.crash.defects import STORES, Defect, plant

SECRET = "crash-secret"
BOT = Path(__file__).parent / "bot"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the service lives through all its lives. ``telegram``: address of a Bot API; empty: no Telegram."""

    var: str
    port: int
    telegram: str = ""
    token: str = ""
    defect: Defect = ""


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """Ends itself at the ``hits``-th pass of ``point``; empty: lives until it is killed."""

    point: str = ""
    hits: int = 0


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
    telegram = TelegramSettings(
        token=SecretStr(place.token), api=place.telegram, secret=SecretStr(SECRET), ambiguous="resend", rate=0
    )
    web_settings = WebSettings(
        host="127.0.0.1", port=place.port, public_url=f"http://127.0.0.1:{place.port}", origins=[]
    )
    return Settings(
        _env_file=None,
        bot=BOT,
        var=Path(place.var),
        log="text",
        log_level="error",
        web=web_settings,
        telegram=telegram
        if place.telegram
        else TelegramSettings(token=SecretStr(""), api="", secret=SecretStr(""), ambiguous="resend"),
    )


async def serve(place: Place, life: Life) -> None:
    """As ``app.serve`` does, with a trap and perhaps a defect."""
    settings = settings_of(place)
    set_up_logs(settings.log, settings.log_level)
    trap = Trap(life)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    store = STORES.get(place.defect, SqlStore)
    async with open_service(settings, at=trap, open_store=partial(store.open, at=trap)) as service:
        plant(service)
        runner = web.AppRunner(service.app, access_log=None, shutdown_timeout=2.0, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.web.host, settings.web.port).start()
            await stopped.wait()
            service.stop()
        finally:
            await runner.cleanup()


def warm_up(place: Place) -> None:
    """What a start would import late. Nothing here may start a thread: threads don't survive a fork."""
    import alembic.command  # noqa: F401 - as above
    import sqlalchemy.dialects.sqlite  # noqa: F401 - as above

    if place.telegram:
        import bots.telegram.connector  # noqa: F401 - as above


def end_with_parent() -> None:
    """A test run that is killed must not leave services behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main() -> None:
    end_with_parent()
    place = msgspec.json.decode(sys.argv[1], type=Place)
    warm_up(place)
    print("warm", flush=True)  # noqa: T201 - this is the protocol
    for line in sys.stdin:
        life = msgspec.json.decode(line, type=Life)
        child = os.fork()
        if not child:
            end_with_parent()
            code = 1
            try:
                uvloop.run(serve(place, life))
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(child, flush=True)  # noqa: T201 - as above
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
