"""Random frames and bodies: every one is answered, none breaks the service or a neighbour's socket."""

import asyncio
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.links import Links
from conversation.content import Media
from tests.support.browsing import Link
from tests.support.service import Running

EXAMPLES = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""One service for all examples on purpose: what one leaves behind must not hurt the next. Each example is 1 to 12 frames."""

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
value: st.SearchStrategy[object] = st.recursive(
    plain,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "id", "text", "payload", "label", "menu", "language", "on", "token", "last_seq", "conversation", "before", "operator",
)  # fmt: skip
TYPES = (
    "hello", "say", "press", "language", "typing", "open", "older", "claim", "hand_back", "close", "reply", "nothing",
)  # fmt: skip
right = {"id": st.sampled_from(["a", "b", "c"]), "text": st.text(min_size=1, max_size=40), "on": st.booleans()}
spoken = st.fixed_dictionaries({"type": st.just("say"), "id": right["id"], "text": right["text"]})
almost = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES) | value},
    optional={name: right.get(name, value) | value for name in FIELDS},
)
frame = st.one_of(
    spoken.map(json.dumps), almost.map(json.dumps), value.map(json.dumps), st.text(max_size=60), st.binary(max_size=60)
)


async def feed(link: Link, frames: list[str | bytes]) -> None:
    """Send them, then read on until the socket answers a frame that is known to be wrong, or is closed."""
    for item in frames:
        if link.ws.closed:
            return
        if isinstance(item, bytes):
            await link.ws.send_bytes(item)
            assert await link.ended() == 1003
            return
        await link.raw(item.encode("utf-8", "replace").decode())
    await link.raw('{"type":"say","id":"the-end","text":5}')
    await link.until("error", id="the-end")
    assert not [seen for seen in link.frames if seen["type"] == "error" and seen["code"] == "unavailable"]


@EXAMPLES
@given(frames=st.lists(frame, min_size=1, max_size=12))
async def test_random_frames_of_a_customer_hurt_nobody(lotse: Running, frames: list[str | bytes]) -> None:
    lotse.clock.turn(60)
    visitor, neighbour = await asyncio.gather(lotse.visitor(), lotse.visitor())
    await feed(visitor.link, frames)
    await neighbour.say("Hallo")
    await neighbour.hears("Womit kann ich helfen")


@EXAMPLES
@given(frames=st.lists(frame, min_size=1, max_size=12))
async def test_random_frames_of_an_operator_hurt_nobody(lotse: Running, frames: list[str | bytes]) -> None:
    lotse.clock.turn(60)
    ada = await lotse.operator("ada")
    desk, neighbour = await asyncio.gather(ada.desk(), ada.desk())
    await feed(desk, frames)
    await neighbour.send("older", conversation="x", before=1)
    assert (await neighbour.until("error"))["code"] == "not_found"


@EXAMPLES
@given(
    body=st.one_of(
        value.map(json.dumps).map(str.encode), almost.map(json.dumps).map(str.encode), st.binary(max_size=200)
    )
)
async def test_random_bodies_are_never_our_fault(lotse: Running, body: bytes) -> None:
    lotse.clock.turn(600)
    browser = lotse.browser()
    for path in ("/webchat/session", "/desk/login", "/desk/logout", "/hooks/telegram"):
        answer = await browser.post(path, body)
        assert answer.status < 500, (path, answer)


@EXAMPLES
@given(path=st.text(min_size=1, max_size=60), query=st.text(max_size=30))
async def test_random_addresses_are_never_our_fault(lotse: Running, path: str, query: str) -> None:
    browser = lotse.browser()
    links = Links(await lotse.store.secret("media_links", b""), lotse.clock, "")
    signed = links.path(Media(type="file", ref=f"media/{path}"), "webchat", "a").split("/")[2]
    files = ("/files/", "/files/a/", f"/files/{signed}/", "/desk/file/a/")
    for start in ("/", "/media/", "/static/", *files, "/texts.json?language=", "/hooks/"):
        answer = await browser.get(start + quoted(path) + ("" if "?" in start else f"?{quoted(query)}"))
        assert answer.status < 500, (start, path, answer)


def quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))
