"""The door for back-ends: what happened outside, which a dialog may wait for."""

from typing import Annotated, Final

import msgspec
from aiohttp import web

from bots.webchat.frames import ACCOUNT, CHANNEL
from conversation.errors import BadInputError
from conversation.events import Happened
from conversation.value import Data
from dialogs.reading.reader import NAME
from web.deps import Deps
from web.guard import failure, read_json, shows

MAX_BYTES: Final = 64 * 1024
"""Of a body: its data is stored with the conversation at every turn until its dialog is through."""
MAX_DEPTH: Final = 8
"""Levels of ``data``, as of what an action gives."""
MAX_NUMBER: Final = 2**63
_Short = Annotated[str, msgspec.Meta(max_length=200)]


class Outside(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``id`` is the caller's own and names the event: a second one has no effect. ``channel`` and ``address`` instead of ``chat``."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    name: _Short
    chat: _Short = ""
    channel: _Short = ""
    address: _Short = ""
    data: dict[str, Data] = {}


class Events:
    """``POST /hooks/events``, open where there is a token in the settings."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/hooks/events", self.take)

    async def take(self, request: web.Request) -> web.Response:
        """200 only after the event is stored: the back-end repeats what got no answer, or 503."""
        if not self.deps.events_token:
            return failure(404, "not_found", "no channel listens here")
        if not shows(request, self.deps.events_token):
            refused = failure(
                401, "wrong_token", "show the token of LOTSE_EVENTS__TOKEN: Authorization: Bearer <token>"
            )
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        if len(await request.read()) > MAX_BYTES:
            return failure(413, "too_long", f"more than {MAX_BYTES:,} bytes: send in `data` what the dialog shows")
        outside = checked(await read_json(request, Outside))
        chat = await self._chat(outside)
        if not chat:
            return failure(404, "unknown_chat", _nobody(outside))
        happened = Happened(
            id=self.deps.ids.new(), at=self.deps.clock.now(), name=outside.name, data=outside.data
        )  # fmt: skip
        # An operator's key has a name before the colon: the two never meet.
        await self.deps.engine.happen(chat, happened, f":{outside.id}")
        return web.json_response({"id": outside.id, "chat": chat})

    async def _chat(self, outside: Outside) -> str:
        """The id of the chat that is meant, empty if there is none."""
        if outside.channel:
            account = self._account(outside.channel)
            found = await self.deps.store.find_chat(outside.channel, account, outside.address)
            return found.id if found else ""
        try:
            return (await self.deps.store.load(outside.chat)).chat.id
        except KeyError:
            return ""

    def _account(self, channel: str) -> str:
        """Ours on that channel. Raises BadInputError."""
        accounts = {CHANNEL: ACCOUNT, **{name: each.account for name, each in self.deps.channels.items()}}
        if channel not in accounts:
            raise _bad("channel", f"there is no such channel here, only {', '.join(sorted(accounts))}")
        return accounts[channel]


def checked(outside: Outside) -> Outside:
    """The same, if it says who is meant and can be kept. Raises BadInputError that names the field."""
    if not (outside.id.isascii() and outside.id.isprintable() and " " not in outside.id):
        raise _bad("id", "letters, digits and signs of ASCII, without spaces")
    if not NAME.fullmatch(outside.name):
        raise _bad("name", "a name as the dialog's `event:` has it: small letters, digits and _, such as paid")
    for field in ("chat", "channel", "address"):
        if not getattr(outside, field).isprintable():
            raise _bad(field, "there is a sign in it that can't be shown")
    if outside.chat and (outside.channel or outside.address):
        raise _bad("chat", "send either `chat`, or `channel` with `address`")
    if not outside.chat and not (outside.channel or outside.address):
        raise _bad("chat", "it is missing: the chat's id, or `channel` with `address` in its place")
    for field, other in (("channel", "address"), ("address", "channel")):
        if not outside.chat and not getattr(outside, field):
            raise _bad(field, f"it is missing: `{other}` needs it to name a customer")
    _check_data(outside.data, "data", 0)
    return outside


def _check_data(value: Data, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _bad(where[:80], f"nested deeper than {MAX_DEPTH} levels")
    match value:
        case dict():
            for name, each in value.items():
                _check_data(each, f"{where}.{name}", depth + 1)
        case list():
            for number, each in enumerate(value):
                _check_data(each, f"{where}[{number}]", depth + 1)
        case int() | float() if not abs(value) < MAX_NUMBER:
            raise _bad(where[:80], "a number that large can't be reckoned with; send it as a text")
        case _:
            pass


def _nobody(outside: Outside) -> str:
    if outside.channel:
        return "address: nobody has written from there on that channel"
    return "chat: there is no chat with this id; an action is told it as `tracker.sender_id`"


def _bad(field: str, message: str) -> BadInputError:
    return BadInputError("bad_request", f"{field}: {message}")
