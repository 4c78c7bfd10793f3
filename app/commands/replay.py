"""``lotse replay``: real conversations by two versions, to see where their paths part before customers do."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from app.settings import Settings
from conversation.errors import LotseError

if TYPE_CHECKING:
    from app.live_nlu import Learns
    from app.publishing import Versions
    from app.replay import Parted, Replay, Replayed


def replay(
    bot: Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
    last: Annotated[int, typer.Option(min=1, help="How many conversations, the newest ones.")] = 200,
    old: Annotated[str, typer.Option(help="The version to compare with; what runs now if left out.")] = "",
) -> None:
    """Play real conversations by the version that runs and by the bot folder. Shows where their paths part, names nobody,
    writes nothing, calls no back-end."""
    settings = Settings() if bot is None else Settings(bot=bot)
    found = asyncio.run(_replay(settings, last, old))
    parted = [each.parted for each in found if each.parted]
    for each in parted:
        why = f" (understood: {each.understood})" if each.understood else ""
        _say(f"{each.conversation}: at {each.at}, input {each.turn} {each.said}: {each.old} → {each.new}{why}")
    places = Counter(each.at for each in parted)
    inputs, same = sum(each.turns for each in found), len(found) - len(parted)
    _say(
        f"{_counted(len(found), 'conversation')}, {_counted(inputs, 'input')}: {same} go{'es' * (same == 1)} the same way"
    )
    for place, count in places.most_common():
        _say(f"  {count:>5}  part at {place}{_mostly(place, parted)}")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _mostly(place: str, parted: "list[Parted]") -> str:
    """Where most of those who part there go."""
    ways = Counter((each.old, each.new) for each in parted if each.at == place)
    (was, now), _ = ways.most_common(1)[0]
    return f", most of them {was} → {now}" if len(ways) > 1 else f": {was} → {now}"


async def _replay(settings: Settings, last: int, name: str) -> "list[Replayed]":
    from app.live_nlu import Models
    from app.nlu_layers import LazyLayers
    from app.publishing import Versions
    from store.sql import SqlStore

    async with AsyncExitStack() as stack:
        store = await SqlStore.look(settings.database_url)
        stack.push_async_callback(store.close)
        models = Models(settings.var / "nlu", store.bundles, LazyLayers(settings, stack))
        play = await _prepared(settings, Versions(store.bundles), models, name)
        recordings = await store.recordings(last)
        return [await play.play(told, rows) for told, rows in recordings if rows]


async def _prepared(settings: Settings, versions: "Versions", learns: "Learns", name: str) -> "Replay":
    from app.bot_folder import compile_files, examples_in, read_folder
    from app.replay import Replay

    pointers = await versions.store.pointers()
    kept = await versions.find(name or ("live" if "live" in pointers else "draft"))
    was = await versions.rules(kept.bundle.hash)
    if was is None:
        raise LotseError(f"this Lotse can't read the version {kept.bundle.hash} any more")
    files = await asyncio.to_thread(read_folder, settings.bot)
    now = await asyncio.to_thread(compile_files, files)
    models = [await learns.learn(examples_in(each)) for each in (await versions.files(kept), files)]
    return Replay((was, models[0]), (now, models[1]))


def _say(line: str) -> None:
    print(line)  # noqa: T201 - this is the command's output
