"""Messages that nobody waits for, and what was not delivered and waits for somebody's decision."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("bulk", "decided"):
        op.add_column("outbox", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    waiting = sa.text("state IN ('failed', 'ambiguous') AND decided = 0")
    op.create_index("outbox_undelivered", "outbox", ["number"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("outbox_undelivered", "outbox")
    for name in ("decided", "bulk"):
        op.drop_column("outbox", name)
