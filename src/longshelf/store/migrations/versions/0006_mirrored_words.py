"""Mirrored words."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mirror_said",
        sa.Column("library_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("remote_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_mirror_said_library_id")),
        sa.PrimaryKeyConstraint("library_id", "kind", "remote_id", name=op.f("pk_mirror_said")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("mirror_merge", recreate="always", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.add_column(sa.Column("before", sa.Text(), server_default="{}", nullable=False))
