"""A customer's first question to a service that just started."""

import asyncio
import time

from aiohttp import ClientSession

from bench.load_webchat import visit
from bench.scripts import SCRIPTS, Course


def first_answer(url: str) -> float:
    """Seconds from opening the chat to the bot's answer."""
    return asyncio.run(_ask(url))


async def _ask(url: str) -> float:
    began = time.perf_counter()
    async with ClientSession() as session:
        visitor = await visit(session, url, Course(*SCRIPTS["menu"]))
        await visitor.turn()
    return time.perf_counter() - began
