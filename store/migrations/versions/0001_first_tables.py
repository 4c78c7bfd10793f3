"""The first tables: chats, conversations, messages; inbox, outbox, jobs, timers; operators, sessions, secrets."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _conversations()
    _inbox()
    _outbox()
    _work()
    _people()


def downgrade() -> None:
    for table in (
        "chats", "conversations", "messages", "inbox", "outbox", "jobs", "timers", "operators", "sessions", "secrets",
    ):  # fmt: skip
        op.drop_table(table)


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _integer(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=default)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _conversations() -> None:
    op.create_table(
        "chats",
        sa.Column("id", sa.Text, primary_key=True),
        _text("channel"),
        _text("account"),
        _text("address"),
        _text("conversation", ""),
        _text("latest", ""),
        _integer("seq", "0"),
        _text("language", ""),
        _text("unreachable", ""),
        sa.UniqueConstraint("channel", "account", "address", name="chats_address"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, primary_key=True),
        _text("chat"),
        _integer("version"),
        _text("phase"),
        _text("team", ""),
        _text("operator", ""),
        _integer("since"),
        _integer("unanswered", "0"),
        _integer("opened_at"),
        _integer("updated_at"),
        _text("preview", ""),
        _bytes("state"),
    )
    _index("conversations_open", "conversations", ["chat"], "phase <> 'closed'", unique=True)
    people = ["phase", "team", "since", "id"]
    _index("conversations_people", "conversations", people, "phase IN ('parked', 'with_operator')")
    op.create_table(
        "messages",
        _text("chat"),
        _integer("seq"),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        _text("conversation"),
        _text("author"),
        _integer("at"),
        _bytes("body"),
        sa.PrimaryKeyConstraint("chat", "seq"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        _number(),
        _text("channel"),
        _text("account"),
        _text("external_id"),
        _text("chat"),
        _text("state", "new"),
        _text("error", ""),
        _integer("received_at"),
        _bytes("event"),
        sa.UniqueConstraint("channel", "account", "external_id", name="inbox_delivery"),
        sqlite_autoincrement=True,
    )
    _index("inbox_new", "inbox", ["number"], "state = 'new'")


def _outbox() -> None:
    op.create_table(
        "outbox",
        _number(),
        _text("chat"),
        sa.Column("message", sa.Text, nullable=False, unique=True),
        _text("state"),
        _integer("attempts", "0"),
        _integer("due"),
        _text("external_id", ""),
        _text("error", ""),
        sqlite_autoincrement=True,
    )
    _index("outbox_open", "outbox", ["number"], "state IN ('pending', 'sending')")
    _index("outbox_unsent", "outbox", ["chat"], "state <> 'sent'")


def _work() -> None:
    op.create_table(
        "jobs",
        _number(),
        _text("chat"),
        _text("conversation"),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        _integer("started", "0"),
        _bytes("call"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "timers",
        _text("conversation"),
        _text("name"),
        _text("chat"),
        _integer("due"),
        sa.PrimaryKeyConstraint("conversation", "name"),
    )
    op.create_index("timers_due", "timers", ["due"])


def _people() -> None:
    op.create_table("operators", sa.Column("id", sa.Text, primary_key=True), _text("name"), _text("password"))
    op.create_table("sessions", sa.Column("token", sa.Text, primary_key=True), _text("operator"), _integer("expires"))
    op.create_table("secrets", sa.Column("name", sa.Text, primary_key=True), _bytes("value"))
