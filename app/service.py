"""The composition root: every part is made here and handed to those that need it."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec
import structlog
from aiohttp import web

from actions.runner import RasaActions
from app.bot_folder import LiveBot
from app.clock import RandomIds, SystemClock
from app.live_nlu import LiveNlu
from app.metrics import Metrics
from app.observed import ObservedActions, ObservedNlu
from app.passwords import first_operator, verify
from app.place import gone, here
from app.settings import Settings
from app.watch import Watch
from bots.connector import Connector, Surroundings
from bots.limits import Bucket, Pace, limits_of
from bots.registry import connector
from conversation.errors import LotseError
from conversation.meter import NO_TRACER, Tracer
from conversation.ports import Channel, Clock, Ids, Presence, Rates
from conversation.records import Inbound
from conversation.value import Data
from dialogs.source import read_source
from engine.shell.engine import Engine, Tools
from engine.shell.feed import Feed
from engine.shell.intake import Intake
from engine.shell.members import Members
from engine.shell.outbox import AmbiguousPolicy, no_point
from engine.shell.pace import Pacer
from store.bus import MemoryBus
from store.presence import MemoryPresence
from store.rates import MemoryRates
from store.sql import SqlStore
from web.deps import Deps
from web.server import make_app, make_health_app

if TYPE_CHECKING:
    from store.redis_bus import RedisBus

SECRET_BYTES: Final = 32
KEEP_KEYS: Final = timedelta(days=60)
"""How long a delivery is known again."""
TIDY_EVERY: Final = 600.0
TIDY_PAUSE: Final = 0.1
"""Seconds between two batches: turns come first."""
PAGES: Final = Path(str(package_files("web"))) / "static"
"""The built pages."""
RESTART: Final = 5.0
"""Seconds until a connector that broke is started again."""
Role: TypeAlias = Literal["all", "web", "worker"]
"""Doors and work in one process, the doors only, or the work only."""
_log = structlog.get_logger(__name__)


class Service:
    """A running service. ``app`` is its HTTP side, not yet listening; ``worker`` its other half, None where it has only doors."""

    def __init__(
        self,
        *,
        app: web.Application,
        worker: Engine | None,
        store: SqlStore,
        bot: LiveBot,
        stop: Callable[[], None],
    ) -> None:
        self.app = app
        self.worker = worker
        self.store = store
        self.bot = bot
        self.stop = stop
        """Say that no more work should come: ``/readyz`` answers 503 from here on."""

    @property
    def engine(self) -> Engine:
        """The worker of a service that has one."""
        if self.worker is None:
            raise LotseError("this process has no worker: it is `lotse web`")
        return self.worker


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What every part stands on."""

    settings: Settings
    clock: Clock
    ids: Ids
    store: SqlStore
    bot: LiveBot
    bus: "MemoryBus | RedisBus"
    metrics: Metrics
    tracer: Tracer
    rates: Rates
    presence: Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Front:
    """How events come in. ``worker``: where this process works on them itself; ``keep_up``: what must run for it."""

    intake: Intake
    worker: Engine | None
    keep_up: Mapping[str, Callable[[], Awaitable[None]]]


@asynccontextmanager
async def open_service(
    settings: Settings,
    role: Role = "all",
    *,
    clock: Clock | None = None,
    at: Callable[[str], None] = no_point,
    open_store: Callable[..., Awaitable[SqlStore]] | None = None,
) -> AsyncIterator[Service]:
    """Everything up and working; on leaving, what is in hand is finished. Raises LotseError with what to do."""
    clock = clock or SystemClock()
    settings.var.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        bot = LiveBot(settings.bot, clock)
        metrics = Metrics()
        tracer = await _tracer(settings, stack)
        store = await (open_store or SqlStore.open)(settings.database_url, at=at, meter=metrics)
        stack.push_async_callback(store.close)
        await first_operator(store, settings.var)
        ids = RandomIds(clock)
        bus = await _bus(settings, clock, ids, stack)
        ground = _Ground(
            settings=settings,
            clock=clock,
            ids=ids,
            store=store,
            bot=bot,
            bus=bus,
            rates=_rates(settings, clock, stack),
            presence=_presence(settings, clock, stack),
            metrics=metrics,
            tracer=tracer,
        )
        connectors = await _connectors(ground, lambda: front.intake)
        for made in connectors.values():
            stack.push_async_callback(made.close)
        channels = {name: made.channel for name, made in connectors.items()}
        front = await (_doors(ground, channels, at) if role == "web" else _worker(ground, channels, at, stack))
        running = [True]
        deps = await _deps(ground, front.intake, connectors, lambda: bool(running))
        app = make_health_app(deps) if role == "worker" else make_app(deps)
        kept_up = {
            **front.keep_up,
            "lag": metrics.watch_loop,
            **_connections(connectors, front.worker),
            "bot_folder": bot.watch,
        }
        tasks = [asyncio.create_task(_keep_up(name, run, clock), name=name) for name, run in kept_up.items()]
        stack.push_async_callback(_cancel, tasks)
        yield Service(app=app, worker=front.worker, store=store, bot=bot, stop=running.clear)


async def _doors(ground: _Ground, channels: Mapping[str, Channel], at: Callable[[str], None]) -> _Front:
    """Events go to the workers of other processes."""
    members = Members(store=ground.store, clock=ground.clock)
    await members.join()
    feed = Feed(ground.bus, channels)
    intake = Intake(
        store=ground.store,
        bus=ground.bus,
        feed=feed,
        ids=ground.ids,
        choose=members.choose,
        at=at,
        tracer=ground.tracer,
    )
    return _Front(intake=intake, worker=None, keep_up={"members": members.run})


async def _worker(
    ground: _Ground, channels: Mapping[str, Channel], at: Callable[[str], None], stack: AsyncExitStack
) -> _Front:
    engine = await _engine(ground, channels, at)
    await engine.start()
    stack.push_async_callback(engine.stop)
    return _Front(intake=engine.intake, worker=engine, keep_up={"tidying": lambda: _tidy(ground.store, ground.clock)})


def _connections(
    connectors: Mapping[str, Connector], worker: Engine | None
) -> dict[str, Callable[[], Awaitable[None]]]:
    """A web hook is announced by whoever has one; messages are fetched by one worker at a time."""
    found: dict[str, Callable[[], Awaitable[None]]] = {}
    for name, made in connectors.items():
        if made.hook:
            found[name] = made.run
        elif worker:
            found[name] = worker.duty(f"fetch {name}", made.run).run
    return found


async def _tracer(settings: Settings, stack: AsyncExitStack) -> Tracer:
    if not settings.traces.endpoint:
        return NO_TRACER
    from app.traces import Traces  # 15 MB that only this needs

    traces = Traces(settings.traces.endpoint)
    stack.push_async_callback(traces.close)
    return traces


async def _bus(settings: Settings, clock: Clock, ids: Ids, stack: AsyncExitStack) -> "MemoryBus | RedisBus":
    if not settings.redis.url:
        return MemoryBus()
    from store.redis_bus import RedisBus  # 8 MB that only this needs

    bus = await RedisBus.open(settings.redis.url, clock=clock, name=ids.new())
    stack.push_async_callback(bus.close)
    return bus


def _presence(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Presence:
    if not settings.redis.url:
        return MemoryPresence(clock)
    from store.redis_presence import RedisPresence  # 8 MB that only this needs

    presence = RedisPresence.open(settings.redis.url, clock=clock)
    stack.push_async_callback(presence.close)
    return presence


def _rates(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Rates:
    if not settings.redis.url:
        return MemoryRates(clock)
    from store.redis_rates import RedisRates

    rates = RedisRates.open(settings.redis.url, clock=clock)
    stack.push_async_callback(rates.close)
    return rates


async def _engine(ground: _Ground, channels: Mapping[str, Channel], at: Callable[[str], None]) -> Engine:
    folder, var = ground.settings.bot, ground.settings.var
    actions = RasaActions(folder, var)
    nlu = LiveNlu(var / "nlu")
    await nlu.learn(nlu_examples(folder))
    ground.bot.on_change(lambda: nlu.learn(nlu_examples(folder)))
    safe = {name for name, spec in actions.catalogue.actions.items() if spec.repeat_safe}
    tools = Tools(
        store=ground.store,
        rules=ground.bot.rules,
        nlu=ObservedNlu(
            nlu,
            sure=lambda: ground.bot.rules().bot.thresholds.accept,
            meter=ground.metrics,
            tracer=ground.tracer,
        ),
        actions=ObservedActions(actions, tracer=ground.tracer),
        repeatable=safe.__contains__,
        bus=ground.bus,
        channels=channels,
        policies=_policies(ground.settings),
        pacer=Pacer(
            paces=paces_of(ground.settings, channels),
            rates=ground.rates,
            chats=MemoryRates(ground.clock),
            clock=ground.clock,
        ),
        chance=random.random,
        clock=ground.clock,
        ids=ground.ids,
        place=here(),
        gone=gone,
        beat=ground.settings.worker.beat,
        at=at,
        meter=ground.metrics,
        tracer=ground.tracer,
    )
    return Engine(tools)


async def _deps(
    ground: _Ground, intake: Intake, connectors: Mapping[str, Connector], ready: Callable[[], bool]
) -> Deps:
    settings, bot = ground.settings, ground.bot
    return Deps(
        engine=intake,
        store=ground.store,
        bus=ground.bus,
        rates=ground.rates,
        presence=ground.presence,
        channels={name: made.channel for name, made in connectors.items()},
        hooks={name: made.hook for name, made in connectors.items() if made.hook},
        rules=bot.rules,
        problems=lambda: bot.problems,
        loaded_at=lambda: bot.loaded_at,
        verify=verify,
        clock=ground.clock,
        ids=ground.ids,
        media=settings.bot,
        pages=PAGES,
        texts=_page_texts(),
        origins=tuple(settings.web.origins),
        proxies=tuple(settings.web.proxies),
        secure_cookies=settings.web.public_url.startswith("https:"),
        webchat_secret=await ground.store.secret("webchat", secrets.token_bytes(SECRET_BYTES)),
        watch=Watch(
            store=ground.store,
            metrics=ground.metrics,
            bus_up=lambda: ground.bus.up,
            running=ready,
            clock=ground.clock,
            token=settings.metrics.token.get_secret_value(),
        ),
    )


async def _tidy(store: SqlStore, clock: Clock) -> None:
    """Until cancelled. Channels repeat a delivery for a day or a week, a page that was shut for as long as it likes."""
    while True:
        await clock.sleep(TIDY_EVERY)
        now = clock.now()
        while await store.tidy(now - KEEP_KEYS, now):
            await clock.sleep(TIDY_PAUSE)


async def _keep_up(name: str, run: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """What runs beside the engine is started again if it breaks; it may end by itself."""
    while True:
        try:
            await run()
        except Exception:
            _log.exception("broke_and_starts_again", part=name, seconds=RESTART)
            await clock.sleep(RESTART)
        else:
            return


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _connectors(ground: _Ground, intake: Callable[[], Intake]) -> dict[str, Connector]:
    """The channels that are configured."""

    async def receive(inbound: Inbound) -> bool:
        return await intake().receive(inbound)

    surroundings = Surroundings(
        receive=receive, ids=ground.ids, clock=ground.clock, media=lambda ref: ground.bot.folder / ref
    )
    wanted: dict[str, Mapping[str, Data]] = {}
    if ground.settings.telegram.token.get_secret_value():
        wanted["telegram"] = await _telegram(ground.settings, ground.store)
    return {name: connector(name)(given, surroundings) for name, given in wanted.items()}


async def _telegram(settings: Settings, store: SqlStore) -> dict[str, Data]:
    given = settings.telegram
    made = await store.secret("telegram_hook", secrets.token_hex(SECRET_BYTES).encode())
    public = settings.web.public_url.rstrip("/")
    return {
        "token": given.token.get_secret_value(),
        "api": given.api,
        "public_url": f"{public}/hooks/telegram" if public else "",
        "secret": given.secret.get_secret_value() or made.decode(),
    }


def _policies(settings: Settings) -> dict[str, AmbiguousPolicy]:
    return {"telegram": settings.telegram.ambiguous}


def paces_of(settings: Settings, channels: Collection[str]) -> dict[str, Pace]:
    """As ``bots/limits.toml`` says, but for what the account of this installation is allowed."""
    paces = {name: limits_of(name).pace for name in channels}
    rate = settings.telegram.rate
    if rate == 0:
        paces.pop("telegram", None)
    elif "telegram" in paces and paces["telegram"].account:
        account = Bucket(rate=rate, burst=paces["telegram"].account.burst)
        paces["telegram"] = msgspec.structs.replace(paces["telegram"], account=account)
    return paces


def nlu_examples(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((folder / "nlu").glob("*.yaml"))}


def _page_texts() -> dict[str, bytes]:
    """Language → the labels of the pages, with English where one is missing."""
    root = package_files("locales")
    found = {}
    for folder in sorted(root.iterdir(), key=lambda item: item.name):
        file = folder / "pages.yaml"
        if folder.is_dir() and file.is_file():
            data = read_source(f"{folder.name}/pages.yaml", file.read_bytes()).data
            found[folder.name] = dict(data)
    return {
        language: msgspec.json.encode({"language": language, **_filled(data, found["en"])})
        for language, data in found.items()
    }


def _filled(data: Data, english: Data) -> Data:
    if not isinstance(english, dict) or not isinstance(data, dict):
        return data if data is not None else english
    if "other" in english or "other" in data or "many" in data:
        return data
    return {key: _filled(data.get(key), english[key]) for key in english}
