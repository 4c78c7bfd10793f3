from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import msgspec
import pytest
from aiohttp import ClientSession, web

from bots.connector import Hook, SettingsError, Surroundings
from bots.telegram.connector import TelegramConnector, TelegramSettings, connect
from conversation.content import Text
from conversation.events import CustomerPressed, CustomerSaid
from tests.support.connector_surroundings import NOON, SECRET, Inbox, TurnedClock, bot_says
from tests.support.fake_telegram import TOKEN, FakeTelegram

BODY = b'{"update_id":1,"message":{"message_id":7,"date":1,"chat":{"id":5,"type":"private"},"text":"hi"}}'
PROOF = {"X-Telegram-Bot-Api-Secret-Token": SECRET}

Serve = Callable[[], Awaitable[str]]


@pytest.fixture
async def connector(fake: FakeTelegram, surroundings: Surroundings) -> AsyncIterator[TelegramConnector]:
    """With a web hook."""
    made = TelegramConnector(
        TelegramSettings(token=TOKEN, api=fake.url, public_url="https://chat.example/hooks/telegram", secret=SECRET),
        surroundings,
    )
    yield made
    await made.close()


@pytest.fixture
def hook(connector: TelegramConnector) -> Hook:
    assert connector.hook is not None
    return connector.hook


@pytest.fixture
async def served(fake: FakeTelegram, connector: TelegramConnector) -> AsyncIterator[str]:
    """The hook behind a web server; its address is known to the fake."""
    hook = connector.hook
    assert hook is not None

    async def handle(request: web.Request) -> web.Response:
        reply = await hook(await request.read(), request.headers)
        return web.Response(status=reply.status, text=reply.text, headers=reply.headers)

    app = web.Application()
    app.router.add_post("/hook", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.webhook, fake.secret = f"http://127.0.0.1:{runner.addresses[0][1]}/hook", SECRET
    yield fake.webhook
    fake.webhook = ""
    await runner.cleanup()


async def test_delivery_with_the_secret_is_stored_then_acknowledged(hook: Hook, inbox: Inbox) -> None:
    reply = await hook(BODY, PROOF)
    assert reply.status == 200
    (inbound,) = inbox.taken
    assert (inbound.channel, inbound.account, inbound.external_id, inbound.address) == ("telegram", "42", "1", "5")
    assert inbound.event == CustomerSaid(id="id-1", at=NOON, content=Text(text="hi"), client_id="tg:7")


async def test_header_name_in_any_case_is_accepted(hook: Hook) -> None:
    assert (await hook(BODY, {"x-telegram-bot-api-secret-token": SECRET})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Telegram-Bot-Api-Secret-Token": ""},
        {"X-Telegram-Bot-Api-Secret-Token": "wrong"},
        {"X-Telegram-Bot-Api-Secret-Token": SECRET + "x"},
        {"X-Telegram-Bot-Api-Secret-Token": "\udcff\x00ÿ"},
    ],
)
@pytest.mark.parametrize("body", [BODY, b"{", b"x" * 2_000_000])
async def test_missing_or_wrong_secret_is_401_and_nothing_is_stored(
    hook: Hook, inbox: Inbox, headers: dict[str, str], body: bytes
) -> None:
    assert (await hook(body, headers)).status == 401
    assert inbox.tries == 0


async def test_hook_without_a_secret_of_its_own_lets_nobody_in(surroundings: Surroundings, inbox: Inbox) -> None:
    connector = TelegramConnector(
        TelegramSettings(token=TOKEN, public_url="https://x.example", secret=""), surroundings
    )
    assert connector.hook is not None
    assert (await connector.hook(BODY, {"X-Telegram-Bot-Api-Secret-Token": ""})).status == 401
    assert inbox.tries == 0
    await connector.close()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe\x00", b"[]", b'{"update_id":"x"}', b'{"update_id":1,"message":5}']
)
async def test_malformed_body_is_400(hook: Hook, inbox: Inbox, body: bytes) -> None:
    reply = await hook(body, PROOF)
    assert reply.status == 400
    assert reply.text
    assert inbox.tries == 0


async def test_oversized_body_is_413(hook: Hook, inbox: Inbox) -> None:
    assert (await hook(BODY + b" " * 1_000_000, PROOF)).status == 413
    assert inbox.tries == 0


async def test_unknown_kind_is_acknowledged_and_stored_nowhere(hook: Hook, inbox: Inbox) -> None:
    assert (await hook(b'{"update_id":1,"hologram":{}}', PROOF)).status == 200
    assert inbox.tries == 0


async def test_full_store_is_503_with_a_time_to_come_back(hook: Hook, inbox: Inbox) -> None:
    inbox.broken = 1
    reply = await hook(BODY, PROOF)
    assert reply.status == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert (await hook(BODY, PROOF)).status == 200
    assert len(inbox.taken) == 1


async def test_press_is_answered_only_after_it_was_stored(
    fake: FakeTelegram, connector: TelegramConnector, hook: Hook, inbox: Inbox
) -> None:
    press = {
        "update_id": 2,
        "callback_query": {
            "id": "q9",
            "from": {"id": 5},
            "message": {"message_id": 7, "chat": {"id": 5, "type": "private"}},
            "data": "d/s/o",
        },
    }
    inbox.broken = 1
    await hook(msgspec.json.encode(press), PROOF)
    await connector.channel.typing("5")
    assert not fake.called("answerCallbackQuery")
    assert (await hook(msgspec.json.encode(press), PROOF)).status == 200
    await connector.close()
    assert [call.fields["callback_query_id"] for call in fake.called("answerCallbackQuery")] == ["q9"]


# ── over sockets ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_pushed_messages_arrive_in_order_and_are_answered(
    fake: FakeTelegram, connector: TelegramConnector, served: str, inbox: Inbox
) -> None:
    for number in range(20):
        fake.text(5, f"n{number}")
    fake.press(5, "support/menu/bill")
    await fake.settled()
    said = [item.event.content for item in inbox.taken if isinstance(item.event, CustomerSaid)]
    assert said == [Text(text=f"n{number}") for number in range(20)]
    assert sum(isinstance(item.event, CustomerPressed) for item in inbox.taken) == 1
    await connector.channel.send("5", bot_says(Text(text="ok")), "k1")
    assert fake.sent(5)[0].fields["text"] == "ok"


async def test_delivery_is_repeated_until_it_is_stored(fake: FakeTelegram, served: str, inbox: Inbox) -> None:
    inbox.broken = 3
    fake.text(5, "hi")
    await fake.settled()
    assert [delivery.status for delivery in fake.deliveries] == [503, 503, 503, 200]
    assert len(inbox.taken) == 1


async def test_same_delivery_five_times_has_one_name(fake: FakeTelegram, served: str, inbox: Inbox) -> None:
    update = fake.text(5, "hi")
    await fake.settled()
    assert [await fake.post(update) for _ in range(4)] == [200] * 4
    assert inbox.tries == 5
    assert len(inbox.taken) == 1


async def test_forged_post_is_turned_away(served: str, inbox: Inbox) -> None:
    async with ClientSession() as stranger, stranger.post(served, data=BODY) as response:
        assert response.status == 401
    assert inbox.tries == 0


# ── set-up ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_run_announces_the_hook_with_its_secret(fake: FakeTelegram, connector: TelegramConnector) -> None:
    await connector.run()
    (call,) = fake.called("setWebhook")
    assert (fake.webhook, fake.secret) == ("https://chat.example/hooks/telegram", SECRET)
    assert msgspec.json.decode(call.fields["allowed_updates"]) == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]
    assert "drop_pending_updates" not in call.fields


async def test_announcing_goes_on_until_telegram_took_it(
    fake: FakeTelegram, connector: TelegramConnector, clock: TurnedClock
) -> None:
    fake.fault(method="setWebhook", times=2, status=500, description="Internal Server Error")
    fake.fault(method="setWebhook", status=429, description="Too Many Requests", retry_after=9)
    await connector.run()
    assert clock.slept == [0.5, 1.0, 9.0]
    assert fake.webhook


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "token"),
        ({"token": 5}, "token"),
        ({"token": "no-colon"}, "BotFather"),
        ({"token": TOKEN, "public_url": "http://x.example", "secret": SECRET}, "https"),
        ({"token": TOKEN, "public_url": "https://x.example"}, "secret"),
        ({"token": TOKEN, "public_url": "https://x.example", "secret": "not allowed!"}, "secret"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    surroundings: Surroundings, settings: dict[str, object], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        connect(settings, surroundings)


def test_settings_show_no_secret(surroundings: Surroundings) -> None:
    settings = TelegramSettings(token=TOKEN, secret=SECRET)
    assert TOKEN not in repr(settings)
    assert SECRET not in repr(settings)
    hook = TelegramConnector(replace_url(settings), replace(surroundings)).hook
    assert SECRET not in repr(hook)


def replace_url(settings: TelegramSettings) -> TelegramSettings:
    return msgspec.structs.replace(settings, public_url="https://x.example")
