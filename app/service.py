"""The composition root: every part is made here and handed to those that need it."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files as package_files
from pathlib import Path
from typing import Final, Literal, TypeAlias

import structlog
from aiohttp import web

from app.channels import incoming, open_connectors, open_links, paces_of, policies_of
from app.clock import RandomIds, SystemClock
from app.editions import LiveEditions
from app.ground import (
    Ground,
    callbacks_of,
    open_actions,
    open_bus,
    open_presence,
    open_providers,
    open_rates,
    open_tracer,
)
from app.live_nlu import Models, NoNlu
from app.metrics import Metrics
from app.nlu_layers import LazyLayers
from app.observed import ObservedActions, ObservedNlu
from app.page_texts import page_texts
from app.passwords import first_operator, verify
from app.place import gone, here
from app.settings import Settings
from app.telegram_desk import incoming_desk
from app.watch import Watch
from bots.connector import Connector
from conversation.errors import LotseError
from conversation.meter import Tracer
from conversation.ports import Bus, Channel, Clock
from engine.moving import STAYS
from engine.shell.engine import Engine, Tools
from engine.shell.feed import Feed
from engine.shell.foresight import Foresight
from engine.shell.intake import Intake
from engine.shell.keep_up import keep_up
from engine.shell.lookout import Lookout
from engine.shell.members import Members
from engine.shell.outbox import no_point
from engine.shell.pace import Pacer
from engine.shell.places import Places
from engine.shell.router import Router
from engine.shell.seating import Seating
from store.bus import MemoryBus
from store.rates import MemoryRates
from store.sql import SqlStore
from web.deps import Deps
from web.server import make_app, make_health_app

SECRET_BYTES: Final = 32
KEEP_KEYS: Final = timedelta(days=60)
"""How long a delivery is known again."""
KEEP_UNSENT: Final = timedelta(days=2)
"""How long a file waits to be sent that an operator chose: the page may have been offline."""
TIDY_EVERY: Final = 600.0
TIDY_PAUSE: Final = 0.1
"""Seconds between two batches: turns come first."""
KEEP_VERSIONS: Final = 10
"""Newest versions of the bot that are kept, however long nobody uses them."""
PAGES: Final = Path(str(package_files("web"))) / "static"
"""The built pages."""
RESTART: Final = 5.0
"""Seconds until a part beside the engine that broke, such as a connector, is started again."""
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
        bot: LiveEditions,
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
        metrics = Metrics()
        tracer = await open_tracer(settings, stack)
        store = await (open_store or SqlStore.open)(settings.database_url, at=at, meter=metrics)
        stack.push_async_callback(store.close)
        await first_operator(store, settings.var)
        ids = RandomIds(clock)
        bus = await open_bus(settings, clock, ids, stack)
        layers = LazyLayers(settings, stack, metrics)
        bot = _editions(
            settings, role, store=store, metrics=metrics, tracer=tracer, clock=clock, bus=bus, layers=layers
        )
        await bot.begin()
        ground = Ground(
            settings=settings,
            clock=clock,
            ids=ids,
            store=store,
            bot=bot,
            bus=bus,
            rates=open_rates(settings, clock, stack),
            presence=open_presence(settings, clock, stack),
            metrics=metrics,
            tracer=tracer,
        )
        connectors = await open_connectors(ground, lambda: front.intake)
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
            **incoming(connectors, front.worker),
            **incoming_desk(ground, channels, front.worker),
            "versions": bot.run,
        }
        if role != "worker" and not isinstance(bus, MemoryBus):
            kept_up["lookout"] = Lookout(store=store, bus=bus, clock=clock, place=_places(ground).of).run
        tasks = [
            asyncio.create_task(keep_up(clock, name, run, pause=RESTART), name=name) for name, run in kept_up.items()
        ]
        stack.push_async_callback(_cancel, tasks)
        yield Service(app=app, worker=front.worker, store=store, bot=bot, stop=running.clear)


def _editions(
    settings: Settings,
    role: Role,
    *,
    store: SqlStore,
    metrics: Metrics,
    tracer: Tracer,
    clock: Clock,
    bus: Bus,
    layers: LazyLayers,
) -> LiveEditions:
    """Doors alone take no turns: they need to understand nobody."""
    return LiveEditions(
        folder=settings.bot,
        follow=settings.run,
        var=settings.var,
        store=store.bundles,
        learns=NoNlu() if role == "web" else Models(settings.var / "nlu", store.bundles, layers),
        dress=lambda nlu, rules: ObservedNlu(
            nlu, sure=lambda language: rules.bot.thresholds.of(language).accept, meter=metrics, tracer=tracer
        ),
        clock=clock,
        bus=bus,
    )


async def _doors(ground: Ground, channels: Mapping[str, Channel], at: Callable[[str], None]) -> _Front:
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
    ground: Ground, channels: Mapping[str, Channel], at: Callable[[str], None], stack: AsyncExitStack
) -> _Front:
    engine = await _engine(ground, channels, at, stack)
    await engine.start()
    stack.push_async_callback(engine.stop)
    keep_up = {
        "tidying": lambda: _tidy(ground.store, ground.clock),
        "router": engine.duty("router", _router(ground, engine).run).run,
    }
    return _Front(intake=engine.intake, worker=engine, keep_up=keep_up)


def _router(ground: Ground, engine: Engine) -> Router:
    return Router(
        store=ground.store,
        seating=Seating(store=ground.store, presence=ground.presence, clock=ground.clock),
        operate=engine.intake.operate,
        policy=lambda: ground.bot.rules().policy,
        bus=ground.bus,
        clock=ground.clock,
        ids=ground.ids,
        sure=engine.members.sure,
    )


async def _engine(
    ground: Ground, channels: Mapping[str, Channel], at: Callable[[str], None], stack: AsyncExitStack
) -> Engine:
    actions = open_actions(ground.settings, ground.clock, stack)
    safe = {name for name, spec in actions.catalogue.actions.items() if spec.repeat_safe}
    tools = Tools(
        place_of=_places(ground).of,
        store=ground.store,
        editions=ground.bot,
        actions=ObservedActions(actions, tracer=ground.tracer),
        repeatable=safe.__contains__,
        providers=open_providers(ground.settings, stack),
        own=callbacks_of(ground.store, ground.bot, ground.clock, actions.catalogue.actions),
        bus=ground.bus,
        channels=channels,
        policies=policies_of(ground.settings),
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


def _places(ground: Ground) -> Places:
    store, people = ground.store, ground.store.people
    seating = Seating(store=store, presence=ground.presence, clock=ground.clock)
    return Places(
        queues=store,
        times=people,
        crew=seating,
        policy=lambda: ground.bot.rules().policy,
        clock=ground.clock,
        foresight=Foresight(store=store, seating=seating, times=people, clock=ground.clock),
    )


async def _deps(ground: Ground, intake: Intake, connectors: Mapping[str, Connector], ready: Callable[[], bool]) -> Deps:
    settings, bot = ground.settings, ground.bot
    return Deps(
        engine=intake,
        store=ground.store,
        people=ground.store.people,
        calendar=callbacks_of(ground.store, bot, ground.clock),
        bus=ground.bus,
        rates=ground.rates,
        presence=ground.presence,
        place=_places(ground).of,
        channels={name: made.channel for name, made in connectors.items()},
        hooks={name: made.hook for name, made in connectors.items() if made.hook},
        rules=bot.rules,
        problems=lambda: bot.problems,
        loaded_at=lambda: bot.loaded_at,
        version=lambda: bot.version,
        verify=verify,
        clock=ground.clock,
        ids=ground.ids,
        media=bot.root_of,
        pages=PAGES,
        texts=page_texts(),
        origins=tuple(settings.web.origins),
        proxies=tuple(settings.web.proxies),
        secure_cookies=settings.web.public_url.startswith("https:"),
        links=await open_links(ground),
        events_token=settings.events.token.get_secret_value(),
        webchat_secret=await ground.store.secret("webchat", secrets.token_bytes(SECRET_BYTES)),
        watch=Watch(
            store=ground.store,
            metrics=ground.metrics,
            bus_up=lambda: ground.bus.up,
            running=ready,
            version=lambda: bot.version,
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
        while await store.people.tidy_uploads(now - KEEP_UNSENT):
            await clock.sleep(TIDY_PAUSE)
        gone = await store.bundles.clear(now - STAYS, KEEP_VERSIONS)
        if gone:
            _log.info("versions_cleared_away", versions=gone)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
