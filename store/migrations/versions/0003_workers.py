"""Several workers on a database: who holds which chat, who is at work, and what one of them does for all."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("chats", sa.Column("worker", sa.Text, nullable=False, server_default=""))
    op.add_column("chats", sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"))
    _index("chats_held", "chats", ["worker"], "worker <> ''")
    _index("inbox_waiting", "inbox", ["chat", "number"], "state = 'new'")
    op.create_index("jobs_chat", "jobs", ["chat"])
    op.create_table(
        "workers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.create_table(
        "duties",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("worker", sa.Text, nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_table("duties")
    op.drop_table("workers")
    op.drop_index("jobs_chat", "jobs")
    op.drop_index("inbox_waiting", "inbox")
    op.drop_index("chats_held", "chats")
    op.drop_column("chats", "fence")
    op.drop_column("chats", "worker")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
