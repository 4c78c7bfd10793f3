"""What every part of a service stands on, and what of it the settings choose: the bus, shared limits, back-ends, traces."""

from collections.abc import Container
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from app.editions import LiveEditions
from app.metrics import Metrics
from app.settings import Settings
from conversation.meter import NO_TRACER, Tracer
from conversation.ports import Clock, Ids, Presence, Providers, Rates
from engine.shell.callbacks import Callbacks
from engine.shell.context import NoProviders
from store.bus import MemoryBus
from store.presence import MemoryPresence
from store.rates import MemoryRates
from store.sql import SqlStore

if TYPE_CHECKING:
    from actions.remote import RemoteActions
    from actions.runner import RasaActions
    from store.redis_bus import RedisBus


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every part stands on."""

    settings: Settings
    clock: Clock
    ids: Ids
    store: SqlStore
    bot: LiveEditions
    bus: "MemoryBus | RedisBus"
    metrics: Metrics
    tracer: Tracer
    rates: Rates
    presence: Presence


async def open_tracer(settings: Settings, stack: AsyncExitStack) -> Tracer:
    if not settings.traces.endpoint:
        return NO_TRACER
    from app.traces import Traces  # 15 MB that only this needs

    traces = Traces(settings.traces.endpoint)
    stack.push_async_callback(traces.close)
    return traces


async def open_bus(settings: Settings, clock: Clock, ids: Ids, stack: AsyncExitStack) -> "MemoryBus | RedisBus":
    if not settings.redis.url:
        return MemoryBus()
    from store.redis_bus import RedisBus  # 8 MB that only this needs

    bus = await RedisBus.open(settings.redis.url, clock=clock, name=ids.new())
    stack.push_async_callback(bus.close)
    return bus


def open_actions(settings: Settings, clock: Clock, stack: AsyncExitStack) -> "RasaActions | RemoteActions":
    """The bot folder's actions, here or on the action server that the settings name. Raises ContentError."""
    if not settings.actions.url:
        from actions.runner import RasaActions

        return RasaActions(settings.bot, settings.var)
    actions = remote_actions(settings, clock)
    stack.push_async_callback(actions.close)
    return actions


def open_providers(settings: Settings, stack: AsyncExitStack) -> Providers:
    """The bot folder's context providers. One that can't be used is logged, and the others run."""
    if not any((settings.bot / "context").glob("*.py")):
        return NoProviders()
    from actions.providers import LocalProviders

    providers = LocalProviders(settings.bot)
    for problem in providers.problems:
        _log.error("context_provider_not_loaded", problem=str(problem))
    stack.push_async_callback(providers.close)
    return providers


def callbacks_of(store: SqlStore, bot: LiveEditions, clock: Clock, theirs: Container[str] = ()) -> Callbacks:
    """The teams' calendars. ``theirs``: names of actions that the bot has of its own."""
    return Callbacks(store=store.calendar, rules=lambda chat: bot.current(chat).rules, clock=clock, theirs=theirs)


def remote_actions(settings: Settings, clock: Clock) -> "RemoteActions":
    """Raises ContentError if the catalogue can't be read."""
    from actions.catalogue import catalogue_of
    from actions.remote import RemoteActions  # httpx is 10 MB that only this needs

    asked = settings.actions
    return RemoteActions(
        catalogue_of(settings.bot),
        asked.url,
        clock=clock,
        token=asked.token.get_secret_value(),
        headers={name: value.get_secret_value() for name, value in asked.headers.items()},
        connections=asked.connections,
    )


def open_presence(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Presence:
    if not settings.redis.url:
        return MemoryPresence(clock)
    from store.redis_presence import RedisPresence  # 8 MB that only this needs

    presence = RedisPresence.open(settings.redis.url, clock=clock)
    stack.push_async_callback(presence.close)
    return presence


def open_rates(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Rates:
    if not settings.redis.url:
        return MemoryRates(clock)
    from store.redis_rates import RedisRates

    rates = RedisRates.open(settings.redis.url, clock=clock)
    stack.push_async_callback(rates.close)
    return rates
