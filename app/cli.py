"""The command line: ``lotse``."""

import gc
import os
import sys
from collections.abc import Coroutine
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, Optional, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from app import lean
from app.commands import replay, tables, versions
from app.commands.chat import chat
from app.commands.check import check
from app.commands.doctor import doctor
from app.commands.draw import draw
from app.commands.inbox import inbox
from app.commands.new import new, schema
from app.commands.nlu_bench import bench as nlu_bench
from app.commands.nlu_evaluate import nlu_evaluate
from app.commands.nlu_install import nlu_install
from app.commands.nlu_review import review
from app.commands.stored import with_store
from app.commands.test import play
from app.commands.texts import texts
from app.commands.user import user
from app.logs import set_up_logs
from app.settings import Settings
from conversation.deliveries import Unarrived
from conversation.errors import LotseError

if TYPE_CHECKING:
    from app.service import Role
    from store.sql import SqlStore

T = TypeVar("T")
app = typer.Typer(help="Lotse, a text contact centre.", no_args_is_help=True, pretty_exceptions_enable=False)
nlu = typer.Typer(help="What customers mean.", no_args_is_help=True)
outbox = typer.Typer(help="Messages that were not delivered.", no_args_is_help=True)
app.add_typer(user, name="user")
app.add_typer(outbox, name="outbox")
app.add_typer(nlu, name="nlu")
app.add_typer(inbox, name="inbox")
app.add_typer(texts, name="texts")
BotFolder = Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")]  # noqa: UP045 - typer reads it


class State(Enum):
    """What ``lotse outbox list --state`` takes."""

    failed = "failed"
    ambiguous = "ambiguous"


_console: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """The entry point: an error is a sentence, not a traceback."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # training is twice as quick without its threads
    lean.install()
    try:
        app()
    except LotseError as error:
        _fail(str(error))
    except ValidationError as error:
        _fail("\n".join(_wrong_setting(part["loc"], part["msg"]) for part in error.errors()))
    except SettingsError as error:
        wanted = 'a list, such as LOTSE_WEB__ORIGINS, is written ["https://one.example"]'
        _fail(f"a setting can't be read: {error}; {wanted}")
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))


def _wrong_setting(path: tuple[int | str, ...], message: str) -> str:
    name = "__".join(part for part in path if isinstance(part, str)).upper()  # not the place in a list
    return f"LOTSE_{name} is wrong: {message[:1].lower()}{message[1:]}"


def _fail(message: str) -> NoReturn:
    _console.print(message, style="red", markup=False)
    sys.exit(1)


def _run(work: Coroutine[Any, Any, T]) -> T:
    import uvloop

    return uvloop.run(work)


def _folder(bot: Path | None) -> Path:
    return bot or Settings().bot


@app.command()
def serve(bot: BotFolder = None) -> None:
    """Serve the pages, the channels and the desk, and do the work, until stopped."""
    _serve(bot, "all")


@app.command()
def web(bot: BotFolder = None) -> None:
    """Serve the pages, the channels and the desk; `lotse worker` processes do the work. Needs PostgreSQL."""
    _serve(bot, "web")


@app.command()
def worker(bot: BotFolder = None) -> None:
    """Do the work of `lotse web` processes: conversations, sends, back-end calls, timers. Needs PostgreSQL."""
    _serve(bot, "worker")


def _serve(bot: Path | None, role: "Role") -> None:
    gc.disable()  # what is imported now stays: serve looks through it once, when all is there
    from app.serve import serve as serve_until_stopped

    settings = Settings() if bot is None else Settings(bot=bot)
    set_up_logs(settings.log, settings.log_level)
    try:
        _run(serve_until_stopped(settings, role))
    except OSError as error:
        if error.errno != 98:
            raise
        _fail(f"port {settings.web.port} is taken: stop what listens there, or set LOTSE_WEB__PORT to another one")


@nlu.command("train")
def nlu_train(bot: BotFolder = None) -> None:
    """Train on nlu/*.yaml and say how well it went."""
    from app.bot_folder import nlu_examples
    from app.evaluation.terminal import show_training
    from app.nlu_layers import layers_of
    from nlu.service import TrainReport, train_report

    async def work() -> TrainReport:
        settings = Settings()
        async with layers_of(settings) as layers:
            return await train_report(nlu_examples(_folder(bot)), settings.var / "nlu", layers)

    set_up_logs("text", "warning")
    report = _run(work())
    show_training(Console(highlight=False), report)


nlu.command("bench")(nlu_bench)


@outbox.command("list")
def outbox_list(
    state: Annotated[Optional[State], typer.Option(help="Only these.")] = None,  # noqa: UP045 - typer reads it
    channel: Annotated[str, typer.Option(help="Only of this channel, such as telegram.")] = "",
) -> None:
    """List what failed or is unsure, newest first: number, state, channel, when it was said (UTC), chat, reason."""
    from app import dead_letters

    wanted: Unarrived | None = state.value if state else None
    for letter in with_store(lambda store: dead_letters.find(store, state=wanted, channel=channel)):
        print(dead_letters.line_of(letter))  # noqa: T201 - output


@outbox.command("resend")
def outbox_resend(
    numbers: Annotated[Optional[list[int]], typer.Argument(help="As the list shows them.")] = None,  # noqa: UP045 - typer reads it
    every: Annotated[bool, typer.Option("--all", help="All that the list shows.")] = False,
) -> None:
    """Send again. A running service finds them within half a minute; else the next start does."""
    from app import dead_letters
    from app.clock import SystemClock

    if bool(numbers) == every:
        _fail("name the numbers of the messages, or --all")

    async def work(store: "SqlStore") -> int:
        found = [letter.number for letter in await dead_letters.find(store, state=None, channel="")] if every else []
        return await dead_letters.resend(store, SystemClock(), numbers or found)

    print(f"{with_store(work)} to be sent again")  # noqa: T201 - output


@outbox.command("settle")
def outbox_settle(numbers: Annotated[list[int], typer.Argument(help="As the list shows them.")]) -> None:
    """Take unsure ones as arrived, and leave failed ones as they are: they are listed no more."""
    from app import dead_letters

    print(f"{with_store(lambda store: dead_letters.settle(store, numbers))} settled")  # noqa: T201 - output


for _command in (
    check,
    tables.migrate,
    tables.backup,
    tables.restore,
    doctor,
    chat,
    draw,
    new,
    schema,
    versions.publish,
    versions.versions,
    versions.rollback,
    versions.promote,
    versions.diff,
    replay.replay,
    chat,
    draw,
    new,
    schema,
):
    app.command()(_command)
app.command("test")(play)
nlu.command("install")(nlu_install)
nlu.command("review")(review)
nlu.command("evaluate")(nlu_evaluate)
