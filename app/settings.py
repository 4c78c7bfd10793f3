"""Settings, from the environment (``LOTSE_…``, two underscores between parts) or an ``.env`` file."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, IPvAnyNetwork, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseModel):
    url: str = Field(
        "", description="Where everything is kept: sqlite:///… or postgresql://…. Empty: lotse.db in the folder `var`."
    )


class RedisSettings(BaseModel):
    url: str = Field(
        "", description="A Redis that carries live news between processes: redis://host:6379. Empty: none is needed."
    )


class WorkerSettings(BaseModel):
    beat: float = Field(
        2.0,
        description="Seconds between two signs of life of a worker; the others give it up after five that are missing.",
        gt=0,
        le=60,
    )


class WebSettings(BaseModel):
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8080, description="Port to listen on; 0 = any free one.", ge=0, le=65535)
    public_url: str = Field(
        "",
        description="How the world reaches this service, such as https://chat.example.net. Telegram then uses a web hook, and links to files lead there.",
    )
    origins: list[str] = Field(
        [], description="Other web sites that may embed the chat, such as https://www.example.net."
    )
    proxies: list[IPvAnyNetwork] = Field(
        [],
        description="Addresses or networks of your own proxies, such as 127.0.0.1: their X-Forwarded-For says who the client is.",
    )


class EventsSettings(BaseModel):
    token: SecretStr = Field(
        SecretStr(""),
        description="What a back-end shows that tells of events at /hooks/events: Authorization: Bearer …. Empty: that door is closed.",
    )


class MetricsSettings(BaseModel):
    token: SecretStr = Field(
        SecretStr(""),
        description="What a reader of /metrics shows: Authorization: Bearer …. Empty: only programs on this machine may read.",
    )


class TracesSettings(BaseModel):
    endpoint: str = Field(
        "", description="Where spans go, OTLP over HTTP: http://127.0.0.1:4318/v1/traces. Empty: nowhere, at no cost."
    )


class TelegramSettings(BaseModel):
    token: SecretStr = Field(SecretStr(""), description="The bot's token from @BotFather. Empty: no Telegram.")
    api: str = Field("https://api.telegram.org", description="Address of the Bot API; for a server of your own.")
    secret: SecretStr = Field(
        SecretStr(""), description="Proof that a web hook call is Telegram's. Empty: made and kept by the service."
    )
    rate: float = Field(
        30.0,
        description="Messages a second to all chats together; Telegram allows 30, paid broadcasts 1000. 0: no limit, nor for a chat.",
        ge=0,
    )
    ambiguous: Literal["resend", "flag"] = Field(
        "resend",
        description="A message that may or may not have arrived: send again (may double), or flag it for an operator (may miss).",
    )


class TelegramDeskSettings(BaseModel):
    token: SecretStr = Field(
        SecretStr(""),
        description="The token of a second bot, for operators who work in a Telegram group. Empty: no desk in Telegram.",
    )
    group: int = Field(0, description="The id of that group, such as -1001234567890; it must have topics.")
    api: str = Field("https://api.telegram.org", description="Address of the Bot API; for a server of your own.")
    language: Literal["", "de", "en", "ru", "uk"] = Field(
        "", description="What all read in the group: de, en, ru or uk. Empty: the bot folder's own language."
    )


class ActionsSettings(BaseModel):
    url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="A rasa-sdk action server: http://actions:5055. Empty: the bot folder's actions run in the worker itself.",
    )
    token: SecretStr = Field(
        SecretStr(""), description="What the action server is shown: Authorization: Bearer …. Empty: nothing."
    )
    headers: dict[str, SecretStr] = Field(
        {}, description='More headers for a gateway before the action server: {"X-Api-Key": "…"}.'
    )
    connections: int = Field(50, description="Calls to the action server at one time, per worker.", ge=1, le=1000)


class RasaSettings(BaseModel):
    url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="A Rasa server that says what free text means: http://rasa:5005. Empty: none.",
    )
    token: SecretStr = Field(SecretStr(""), description="What it was started with as --auth-token.")
    languages: list[str] = Field([], description='Languages that its model knows, such as ["de", "en"]. Empty: all.')
    limit: float = Field(
        0.4,
        description="Seconds that it may take; then the next layer answers. Three times in a row, and it rests.",
        gt=0,
        le=0.9,
    )


class EndpointSettings(BaseModel):
    url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="An OpenAI-compatible endpoint for embeddings: https://ai.example.net/v1. Empty: none. Customers' words go there.",
    )
    model: str = Field("", description="The model that it is asked for.")
    key: SecretStr = Field(SecretStr(""), description="What it is shown: Authorization: Bearer ….")
    languages: list[str] = Field([], description="Languages that the model knows. Empty: all.")
    dims: int = Field(
        0, description="Numbers in a vector, if the endpoint is to shorten them. 0: as the model has it.", ge=0
    )
    limit: float = Field(
        0.4, description="Seconds that it may take; then the text is understood without it.", gt=0, le=0.9
    )


class NluSettings(BaseModel):
    layers: list[Literal["*", "multilingual", "minilm", "spacy", "path", "endpoint"]] = Field(
        ["*"],
        description='Which of the sentence encoders that are there are used: multilingual, minilm, spacy, path, endpoint. ["*"]: all; []: none, words and letters alone.',
    )
    limit: float = Field(
        0.1,
        description="Seconds that an encoder on this machine may take; then the text is understood without it.",
        gt=0,
        le=0.9,
    )
    model: Path | None = Field(
        None,
        description="A sentence encoder of your own: a folder with a model of BERT's kind (BERT, RoBERTa, XLM-R, CamemBERT, MPNet), or an .onnx file. Empty: none.",
    )
    model_languages: list[str] = Field([], description="Languages that it knows. Empty: all.")
    endpoint: EndpointSettings = EndpointSettings()
    rasa: RasaSettings = RasaSettings()

    @field_validator("model", mode="before")
    @classmethod
    def _no_model(cls, value: object) -> object:
        return value or None


class Settings(BaseSettings):
    """All that can be set. A test fails when one of these is not documented."""

    model_config = SettingsConfigDict(env_prefix="LOTSE_", env_nested_delimiter="__", env_file=".env", extra="ignore")

    bot: Path = Field(Path("examples/nordnetz"), description="The bot folder.")
    run: Literal["published", "folder"] = Field(
        "published",
        description="What runs: what was published (the bot folder as long as nothing was), or always the folder, as it is saved.",
    )
    var: Path = Field(
        Path("var"), description="Where the service keeps its own files: database, trained models, first password."
    )
    log: Literal["text", "json"] = Field("text", description="How log lines look.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")
    database: DatabaseSettings = DatabaseSettings()
    redis: RedisSettings = RedisSettings()
    worker: WorkerSettings = WorkerSettings()
    web: WebSettings = WebSettings()
    telegram: TelegramSettings = TelegramSettings()
    telegram_desk: TelegramDeskSettings = TelegramDeskSettings()
    actions: ActionsSettings = ActionsSettings()
    nlu: NluSettings = NluSettings()
    events: EventsSettings = EventsSettings()
    metrics: MetricsSettings = MetricsSettings()
    traces: TracesSettings = TracesSettings()

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.var / 'lotse.db'}"
