"""The channels that are configured: their connectors, and what holds for their sends."""

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping

import msgspec

from app.ground import Ground
from app.settings import Settings
from bots.connector import Connector, Surroundings
from bots.limits import Bucket, Pace, limits_of
from bots.links import Links
from bots.registry import connector
from conversation.records import Inbound
from conversation.value import Data
from engine.shell.engine import Engine
from engine.shell.intake import Intake
from engine.shell.outbox import AmbiguousPolicy
from store.sql import SqlStore


async def open_connectors(ground: Ground, intake: Callable[[], Intake]) -> dict[str, Connector]:
    """The channels that are configured."""

    async def receive(inbound: Inbound) -> bool:
        return await intake().receive(inbound)

    surroundings = Surroundings(
        receive=receive,
        ids=ground.ids,
        clock=ground.clock,
        media=lambda ref: ground.bot.root_of(ref) / ref,
        link=(await open_links(ground)).make,
        upload=ground.store.people.upload_body,
    )
    wanted: dict[str, Mapping[str, Data]] = {}
    if ground.settings.telegram.token.get_secret_value():
        wanted["telegram"] = await _telegram(ground.settings, ground.store)
    return {name: connector(name)(given, surroundings) for name, given in wanted.items()}


async def open_links(ground: Ground) -> Links:
    """All processes of a service sign with the secret that their store keeps."""
    secret = await ground.store.secret("media_links", secrets.token_bytes(32))
    return Links(secret, ground.clock, ground.settings.web.public_url)


def incoming(connectors: Mapping[str, Connector], worker: Engine | None) -> dict[str, Callable[[], Awaitable[None]]]:
    """A web hook is announced by whoever has one; messages are fetched by one worker at a time."""
    found: dict[str, Callable[[], Awaitable[None]]] = {}
    for name, made in connectors.items():
        if made.hook:
            found[name] = made.run
        elif worker:
            found[name] = worker.duty(f"fetch {name}", made.run).run
    return found


async def _telegram(settings: Settings, store: SqlStore) -> dict[str, Data]:
    given = settings.telegram
    made = await store.secret("telegram_hook", secrets.token_hex(32).encode())
    public = settings.web.public_url.rstrip("/")
    return {
        "token": given.token.get_secret_value(),
        "api": given.api,
        "public_url": f"{public}/hooks/telegram" if public else "",
        "secret": given.secret.get_secret_value() or made.decode(),
    }


def policies_of(settings: Settings) -> dict[str, AmbiguousPolicy]:
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
