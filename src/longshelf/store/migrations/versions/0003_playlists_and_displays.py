"""Playlists and displays."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "display",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("asked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=True),
        sa.Column("playlist_version", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("position", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("position_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("look_at", sa.BigInteger(), nullable=True),
        sa.Column("online", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seek_to", sa.Float(precision=53), nullable=True),
        sa.Column("seek_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("volume", sa.Integer(), server_default="100", nullable=False),
        sa.Column("muted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("settings", sa.Text(), server_default="{}", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display")),
        sa.UniqueConstraint("code", name=op.f("uq_display_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("display", schema=None) as batch_op:
        batch_op.create_index("ix_display_user", ["user_id"], unique=False)
        batch_op.create_index("ix_display_version", ["version"], unique=False)

    op.create_table(
        "display_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display_clock")),
    )
    op.create_table(
        "block_draw",
        sa.Column("display_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("round", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("round_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("loop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.String(length=80), server_default="", nullable=False),
        sa.Column("drawn", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_block_draw_display_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("display_id", "block_id", name=op.f("pk_block_draw")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "playlist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), server_default="blocks", nullable=False),
        sa.Column("shared", sa.Integer(), server_default="0", nullable=False),
        sa.Column("display_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("active = 0 OR (active = 1 AND display_id IS NOT NULL)", name="active_has_display"),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_playlist_display_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_playlist_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("playlist", schema=None) as batch_op:
        batch_op.create_index("ix_playlist_display", ["display_id"], unique=False)
        batch_op.create_index("ix_playlist_user", ["user_id"], unique=False)
        batch_op.create_index(
            "uq_playlist_active", ["display_id"], unique=True, sqlite_where=sa.text("active = 1"), postgresql_where=sa.text("active = 1")
        )

    op.create_table(
        "block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("q", sa.Text(), server_default="", nullable=False),
        sa.Column("filter", sa.Text(), server_default="", nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("order", sa.String(length=8), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("dwell", sa.Float(precision=53), nullable=True),
        sa.CheckConstraint("count >= 1", name="asks_for_some"),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name=op.f("fk_block_playlist_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name=op.f("fk_block_view_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index("ix_block_playlist", ["playlist_id", "position"], unique=False)

    op.create_table(
        "display_item",
        sa.Column("display_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_display_item_display_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_display_item_item_id")),
        sa.PrimaryKeyConstraint("display_id", "item_id", name=op.f("pk_display_item")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("display_item", schema=None) as batch_op:
        batch_op.create_index("ix_display_item_item", ["item_id"], unique=False)
        batch_op.create_index("ix_display_item_number", ["display_id", "number"], unique=False)

    op.create_table(
        "play_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("display_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("loop", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("played_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_play_history_display_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_play_history_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play_history")),
        sa.UniqueConstraint("display_id", "number", name=op.f("uq_play_history_display_id_number")),
        sa.UniqueConstraint("display_id", "slot_id", "generation", name=op.f("uq_play_history_display_id_slot_id_generation")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("play_history", schema=None) as batch_op:
        batch_op.create_index("ix_play_history_item", ["item_id"], unique=False)

    op.create_table(
        "playlist_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_playlist_item_item_id")),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name=op.f("fk_playlist_item_playlist_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist_item")),
        sa.UniqueConstraint("playlist_id", "place", name=op.f("uq_playlist_item_playlist_id_place")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("playlist_item", schema=None) as batch_op:
        batch_op.create_index("ix_playlist_item_item", ["item_id"], unique=False)

    op.create_table(
        "playlist_place",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("playlist_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name=op.f("fk_playlist_place_playlist_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_playlist_place_user_id")),
        sa.PrimaryKeyConstraint("user_id", "playlist_id", name=op.f("pk_playlist_place")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("display_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("loop", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("ordinal >= 0 AND ordinal < asked", name="within_block"),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_slot_display_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_slot_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("display_id", "loop", "block_id", "ordinal", name=op.f("uq_slot_display_id_loop_block_id_ordinal")),
        sa.UniqueConstraint("display_id", "position", name=op.f("uq_slot_display_id_position")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index("ix_slot_item", ["item_id"], unique=False)
        batch_op.create_index(
            "uq_slot_current",
            ["display_id"],
            unique=True,
            sqlite_where=sa.text("status = 'current'"),
            postgresql_where=sa.text("status = 'current'"),
        )

    op.execute("INSERT INTO display_clock (id, value) VALUES (1, 0)")
