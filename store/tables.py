"""The tables. Times are integer microseconds since 1970 in UTC; values are msgspec JSON in ``body``, ``event``, ``state``, ``call``.

Columns beside such a value repeat what a query needs of it. Yes and no are 1 and 0.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData()

_Number = BigInteger().with_variant(Integer, "sqlite")


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def _numbered(name: str, *items: SchemaItem) -> Table:
    """A table whose ``number`` only grows: the number of a row that went away is never given again."""
    number = Column("number", _Number, primary_key=True, autoincrement=True)
    return Table(name, metadata, number, *items, sqlite_autoincrement=True)


chats = Table(
    "chats",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    _words("conversation"),
    _words("latest"),
    _count("seq"),
    _words("language"),
    _words("unreachable"),
    _words("worker"),
    _count("fence"),
    _words("customer"),
    _count("read_seq"),
    _words("name"),
    _words("phone"),
    UniqueConstraint("channel", "account", "address", name="chats_address"),
    _index("chats_held", "worker", where="worker <> ''"),
    _index("chats_customer", "customer", where="customer <> ''"),
    _index("chats_phone", "phone", where="phone <> ''"),
    Index("chats_place", "address"),
)
"""``customer``: whose it is, where that is known from more than one chat; empty: the chat's own. ``read_seq``: the newest message
that the customer has seen, where the channel tells. ``name``: as it was known last. ``phone``: a number that the channel proved to
be theirs, digits only.

``conversation``: the open one, or empty. ``latest``: the newest one, open or closed. ``worker``: who holds the chat, or
empty; ``fence`` grows with every change of hands."""

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chat", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("phase", Text, nullable=False),
    _words("team"),
    _words("operator"),
    Column("since", BigInteger, nullable=False),
    _count("unanswered"),
    Column("opened_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    _words("preview"),
    Column("state", LargeBinary, nullable=False),
    _words("bundle"),
    _count("priority"),
    _index("conversations_open", "chat", where="phase <> 'closed'", unique=True),
    Index("conversations_chat", "chat", "opened_at"),
    Index("conversations_opened", "opened_at"),
    _index("conversations_bundle", "bundle", where="phase <> 'closed'"),
    _index("conversations_people", "phase", "team", "since", "id", where="phase IN ('parked', 'with_operator')"),
)

messages = Table(
    "messages",
    metadata,
    Column("chat", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("id", Text, nullable=False, unique=True),
    Column("conversation", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("chat", "seq"),
)

inbox = _numbered(
    "inbox",
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="new"),
    _words("error"),
    Column("received_at", BigInteger, nullable=False),
    Column("event", LargeBinary, nullable=False),
    UniqueConstraint("channel", "account", "external_id", name="inbox_delivery"),
    _index("inbox_new", "number", where="state = 'new'"),
    _index("inbox_waiting", "chat", "number", where="state = 'new'"),
    _index("inbox_done", "received_at", where="state = 'done'"),
)
"""Events of our own have an empty ``channel``, and in ``account`` what they are: ``own``, ``job`` or ``timer``."""

outbox = _numbered(
    "outbox",
    Column("chat", Text, nullable=False),
    Column("message", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    _count("attempts"),
    Column("due", BigInteger, nullable=False),
    _words("external_id"),
    _words("error"),
    _count("bulk"),
    _count("decided"),
    _index("outbox_open", "number", where="state IN ('pending', 'sending')"),
    _index("outbox_unsent", "chat", where="state <> 'sent'"),
    _index("outbox_undelivered", "number", where="state IN ('failed', 'ambiguous') AND decided = 0"),
)
"""``bulk``: nobody waits for it. ``decided``: it failed, and somebody has seen that and left it so."""

jobs = _numbered(
    "jobs",
    Column("chat", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    _count("started"),
    Column("call", LargeBinary, nullable=False),
    Index("jobs_chat", "chat"),
)

timers = Table(
    "timers",
    metadata,
    Column("conversation", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    PrimaryKeyConstraint("conversation", "name"),
    Index("timers_due", "due"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place", Text, nullable=False),
    _count("beat"),
)

duties = Table(
    "duties",
    metadata,
    Column("name", Text, primary_key=True),
    _words("worker"),
)
"""What one worker at a time does for all, and which."""

operators = Table(
    "operators",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="operator"),
    _words("teams"),
    _words("skills"),
    _words("languages"),
    Column("capacity", BigInteger, nullable=False, server_default="4"),
    Column("status", Text, nullable=False, server_default="available"),
)
"""``teams``, ``skills`` and ``languages`` are names with blanks between."""

sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
    _count("seen"),
)
"""``seen``: when it was used last, about; 0: nobody has looked since it was made."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

bundles = Table(
    "bundles",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("left_at", BigInteger),
    Column("body", LargeBinary, nullable=False),
)
"""Versions of the bot. ``left_at``: when the last pointer left it; the rest of a row never changes."""

blobs = Table(
    "blobs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""Files of bundles by the SHA-256 of their content, and trained language models by the names of their files."""

releases = _numbered(
    "releases",
    Column("bundle", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("releases_bundle", "bundle", "number"),
)

pointers = Table(
    "pointers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("bundle", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    _count("share"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chat", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("begin", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="booked"),
    Column("ended", Text, nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=False),
    _index("callbacks_booked", "team", "begin", where="state = 'booked'"),
    Index("callbacks_chat", "chat"),
)
"""The teams' calendars: what is booked takes room."""

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    _count("used"),
    Column("about", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _index("uploads_unused", "at", where="used = 0"),
)
"""Files of operators. ``used``: a message names it."""

context = Table(
    "context",
    metadata,
    Column("conversation", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("conversation", "provider"),
)

handled = _numbered(
    "handled",
    Column("conversation", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    _count("rating"),
    Column("body", LargeBinary, nullable=False),
    Index("handled_team", "team", "number"),
    Index("handled_chat", "chat", "number"),
    Index("handled_ended", "ended"),
)
"""Chats that operators had, in the order in which they ended. ``rating``: what the customer said of it afterwards, 0: nothing."""

topics = Table(
    "topics",
    metadata,
    Column("chat", Text, nullable=False),
    Column("forum", BigInteger, nullable=False),
    _count("topic"),
    _count("seq"),
    _words("conversation"),
    _count("version"),
    _count("opened"),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("chat", "forum"),
    Index("topics_topic", "forum", "topic"),
    _index("topics_opened", "forum", where="opened = 1"),
)
"""Which topic of the operators' group shows which chat, and how far it was told."""

topic_users = Table(
    "topic_users",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("operator", Text, nullable=False, unique=True),
)
"""Who writes in that group: the messenger's number of a person, and the operator they are."""

topic_codes = Table(
    "topic_codes",
    metadata,
    Column("code", Text, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
"""Hashes of what operators show there once, to be known."""

candidates = Table(
    "candidates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("language", Text, nullable=False),
    Column("alike", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    _words("verdict"),
    _words("decided_as"),
    _count("decided_at"),
    Column("body", LargeBinary, nullable=False),
    Index("candidates_at", "at"),
    Index("candidates_alike", "language", "alike"),
)
"""Sentences that may become examples. ``alike``: those that say the same have it in common. ``verdict``: an editor's, or empty;
``decided_as``: the intent under which it was accepted."""
