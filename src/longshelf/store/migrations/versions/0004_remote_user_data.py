"""Remote user data."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_back",
        sa.Column("library_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.String(length=80), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen_version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_push_back_library_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_push_back_user_id")),
        sa.PrimaryKeyConstraint("library_id", name=op.f("pk_push_back")),
    )
    with op.batch_alter_table("push_back", schema=None) as batch_op:
        batch_op.create_index("ix_push_back_user", ["user_id"], unique=False)

    op.create_table(
        "remote_entity_word",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("favorite", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_rating", sa.Integer(), nullable=True),
        sa.Column("held_favorite", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_remote_entity_word_entity_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_remote_entity_word_user_id")),
        sa.PrimaryKeyConstraint("user_id", "entity_id", name=op.f("pk_remote_entity_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("remote_entity_word", schema=None) as batch_op:
        batch_op.create_index("ix_remote_entity_word_entity", ["entity_id"], unique=False)

    op.create_table(
        "remote_item_word",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("progress", sa.Float(precision=53), nullable=True),
        sa.Column("plays", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("o_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("o_at", sa.Text(), server_default="[]", nullable=False),
        sa.Column("held_rating", sa.Integer(), nullable=True),
        sa.Column("held_progress", sa.Float(precision=53), nullable=True),
        sa.Column("taken_to", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_remote_item_word_item_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_remote_item_word_user_id")),
        sa.PrimaryKeyConstraint("user_id", "item_id", name=op.f("pk_remote_item_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("remote_item_word", schema=None) as batch_op:
        batch_op.create_index("ix_remote_item_word_item", ["item_id"], unique=False)

    op.create_table(
        "remote_play",
        sa.Column("play_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("counted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sending", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_remote_play_item_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_remote_play_user_id")),
        sa.PrimaryKeyConstraint("play_id", name=op.f("pk_remote_play")),
    )
    with op.batch_alter_table("remote_play", schema=None) as batch_op:
        batch_op.create_index("ix_remote_play_item", ["item_id"], unique=False)
        batch_op.create_index("ix_remote_play_user", ["user_id", "item_id"], unique=False)
