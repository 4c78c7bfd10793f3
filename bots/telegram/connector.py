"""Puts the Telegram connector together from its settings."""

import re
from collections.abc import Mapping

import msgspec
import structlog
from aiogram.methods import SetWebhook

from bots.connector import Connector, Hook, SettingsError, Surroundings
from bots.telegram.api import BotApi
from bots.telegram.channel import TelegramChannel
from bots.telegram.hook import Webhook
from bots.telegram.polling import LONGEST_PAUSE, Polling
from bots.telegram.updates import READ_KINDS
from conversation.errors import RetryLaterError, SendError
from conversation.value import Data, Value

OFFICIAL_API = "https://api.telegram.org"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_log = structlog.get_logger("telegram")


class TelegramSettings(Value, frozen=True, kw_only=True):
    """``public_url``: where Telegram reaches our hook, https; empty: fetch instead. ``secret`` proves that it is Telegram."""

    token: str
    api: str = OFFICIAL_API
    public_url: str = ""
    secret: str = ""

    def __repr__(self) -> str:
        return f"TelegramSettings(api={self.api!r}, public_url={self.public_url!r}, token=…, secret=…)"


class TelegramConnector:
    """A ``bots.connector.Connector``: by web hook where there is a public address, by long polling where not."""

    def __init__(self, settings: TelegramSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._api = BotApi(settings.token, settings.api)
        self._channel = TelegramChannel(self._api, surroundings.media, surroundings.link, surroundings.upload)

    @property
    def channel(self) -> TelegramChannel:
        return self._channel

    @property
    def hook(self) -> Hook | None:
        """None without a public address."""
        if not self._settings.public_url:
            return None
        return Webhook(
            account=self._channel.account,
            secret=self._settings.secret,
            receive=self._surroundings.receive,
            ids=self._surroundings.ids,
            clock=self._surroundings.clock,
            pressed=self._channel.pressed,
        )

    async def run(self) -> None:
        """Set the web hook and return, or fetch until cancelled."""
        if self._settings.public_url:
            await self._announce()
        else:
            await Polling(
                api=self._api,
                receive=self._surroundings.receive,
                ids=self._surroundings.ids,
                clock=self._surroundings.clock,
                pressed=self._channel.pressed,
            ).run()

    async def close(self) -> None:
        await self._channel.close()

    async def _announce(self) -> None:
        """Until Telegram took it: a service that starts before its network must not stay deaf."""
        request = SetWebhook(
            url=self._settings.public_url,
            secret_token=self._settings.secret,
            allowed_updates=list(READ_KINDS),
            max_connections=100,
        )
        pause = 0.5
        while True:
            try:
                await self._api.call(request, bool)
            except SendError as error:
                _log.error("Telegram did not take the web hook, will try again", error=str(error))
                await self._surroundings.clock.sleep(error.seconds if isinstance(error, RetryLaterError) else pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            else:
                _log.info("web hook set", url=self._settings.public_url)
                return


def connect(settings: Mapping[str, Data], surroundings: Surroundings) -> Connector:
    """The connector for ``settings`` (the fields of TelegramSettings). Raises SettingsError."""
    try:
        known = msgspec.convert(settings, TelegramSettings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"channel telegram: {error}") from None
    if known.public_url.startswith("http:") and known.api == OFFICIAL_API:
        raise SettingsError(f"channel telegram: Telegram calls https only; public_url is {known.public_url!r}")
    if known.public_url and not _SECRET.fullmatch(known.secret):
        raise SettingsError("channel telegram: a web hook needs a secret of 1 to 256 letters, digits, _ or -")
    return TelegramConnector(known, surroundings)
