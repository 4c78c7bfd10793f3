"""An index over the deliveries that were handled, by age: forgetting the old ones read the whole inbox."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    done = sa.text("state = 'done'")
    op.create_index("inbox_done", "inbox", ["received_at"], sqlite_where=done, postgresql_where=done)


def downgrade() -> None:
    op.drop_index("inbox_done", "inbox")
