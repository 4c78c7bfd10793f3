"""Sentences that may become examples of the language layer, until an editor has decided on them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "candidates",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("alike", sa.Text, nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False, server_default=""),
        sa.Column("decided_as", sa.Text, nullable=False, server_default=""),
        sa.Column("decided_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("candidates_at", "candidates", ["at"])
    op.create_index("candidates_alike", "candidates", ["language", "alike"])


def downgrade() -> None:
    op.drop_table("candidates")
