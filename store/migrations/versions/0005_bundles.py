"""Versions of the bot, which of them run, and on which each conversation is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("bundle", sa.Text, nullable=False, server_default=""))
    still_open = sa.text("phase <> 'closed'")
    op.create_index(
        "conversations_bundle", "conversations", ["bundle"], sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_table(
        "bundles",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("left_at", sa.BigInteger),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "blobs",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "releases",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("releases_bundle", "releases", ["bundle", "number"])
    op.create_table(
        "pointers",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("share", sa.BigInteger, nullable=False, server_default="0"),
    )


def downgrade() -> None:
    for table in ("pointers", "releases", "blobs", "bundles"):
        op.drop_table(table)
    op.drop_index("conversations_bundle", "conversations")
    op.drop_column("conversations", "bundle")
