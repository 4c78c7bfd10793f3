"""Operators have roles, teams and room; customers, call-backs, files of operators, what back-ends know, and handle times."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPERATORS = {"role": "operator", "teams": "", "skills": "", "languages": "", "status": "available"}


def upgrade() -> None:
    _chats()
    for name, usual in _OPERATORS.items():
        op.add_column("operators", sa.Column(name, sa.Text, nullable=False, server_default=usual))
    op.execute("UPDATE operators SET role = 'admin'")  # there were no roles: nobody loses what they could do
    op.add_column("operators", sa.Column("capacity", sa.BigInteger, nullable=False, server_default="4"))
    op.add_column("sessions", sa.Column("seen", sa.BigInteger, nullable=False, server_default="0"))
    _callbacks()
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("about", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    unused = sa.text("used = 0")
    op.create_index("uploads_unused", "uploads", ["at"], sqlite_where=unused, postgresql_where=unused)
    op.create_table(
        "context",
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("conversation", "provider"),
    )
    _handled()
    _topics()


def _chats() -> None:
    op.add_column("chats", sa.Column("customer", sa.Text, nullable=False, server_default=""))
    op.add_column("chats", sa.Column("read_seq", sa.BigInteger, nullable=False, server_default="0"))
    named = sa.text("customer <> ''")
    op.create_index("chats_customer", "chats", ["customer"], sqlite_where=named, postgresql_where=named)
    for name in ("name", "phone"):
        op.add_column("chats", sa.Column(name, sa.Text, nullable=False, server_default=""))
    proved = sa.text("phone <> ''")
    op.create_index("chats_phone", "chats", ["phone"], sqlite_where=proved, postgresql_where=proved)
    op.create_index("chats_place", "chats", ["address"])
    op.add_column("conversations", sa.Column("priority", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("conversations_chat", "conversations", ["chat", "opened_at"])
    op.create_index("conversations_opened", "conversations", ["opened_at"])


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("begin", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="booked"),
        sa.Column("ended", sa.Text, nullable=False, server_default=""),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    booked = sa.text("state = 'booked'")
    op.create_index("callbacks_booked", "callbacks", ["team", "begin"], sqlite_where=booked, postgresql_where=booked)
    op.create_index("callbacks_chat", "callbacks", ["chat"])


def _handled() -> None:
    op.create_table(
        "handled",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("rating", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("handled_team", "handled", ["team", "number"])
    op.create_index("handled_chat", "handled", ["chat", "number"])
    op.create_index("handled_ended", "handled", ["ended"])


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("forum", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("conversation", sa.Text, nullable=False, server_default=""),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("opened", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("chat", "forum"),
    )
    opened = sa.text("opened = 1")
    op.create_index("topics_topic", "topics", ["forum", "topic"])
    op.create_index("topics_opened", "topics", ["forum"], sqlite_where=opened, postgresql_where=opened)
    op.create_table(
        "topic_users",
        sa.Column("person", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("operator", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "topic_codes",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("topic_codes", "topic_users", "topics", "handled", "context", "uploads", "callbacks"):
        op.drop_table(table)
    for name in (*_OPERATORS, "capacity"):
        op.drop_column("operators", name)
    op.drop_column("sessions", "seen")
    op.drop_column("conversations", "priority")
    for name in ("conversations_chat", "conversations_opened"):
        op.drop_index(name, "conversations")
    for name in ("chats_place", "chats_phone", "chats_customer"):
        op.drop_index(name, "chats")
    op.drop_column("chats", "phone")
    op.drop_column("chats", "name")
    op.drop_column("chats", "read_seq")
    op.drop_column("chats", "customer")
