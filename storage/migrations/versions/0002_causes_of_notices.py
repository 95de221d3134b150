"""What caused a notice: the request or check by which it is found in the log; and an index of the dead rows.

The cause is empty for rows that were queued before, and for those of a process of the release before this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("cause", sa.Text(), nullable=True))
    op.create_index(
        "ix_outbox_dead",
        "outbox",
        ["lane"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )


def downgrade() -> None:
    raise NotImplementedError("the tables never go back: restore a backup")
