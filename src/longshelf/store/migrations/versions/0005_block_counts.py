"""Block counts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "block_count",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_block_count_user_id")),
        sa.PrimaryKeyConstraint("user_id", "digest", name=op.f("pk_block_count")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("block_count", schema=None) as batch_op:
        batch_op.create_index("ix_block_count_asked", ["asked_at"], unique=False)
