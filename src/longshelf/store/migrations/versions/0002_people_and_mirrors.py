"""Accounts, restrictions, what people watch, edits and merges, and mirrors of Stash."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sessions_anew()
    _keys_with_scopes()
    op.create_table(
        "attempt",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_last", ["last_at"], unique=False)

    op.create_table(
        "bulk_edit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("undo_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("personal", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edit")),
    )
    with op.batch_alter_table("bulk_edit", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_edit_created", ["created_at"], unique=False)
        batch_op.create_index("ix_bulk_edit_job", ["job_id"], unique=False)

    op.create_table(
        "restriction_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction_profile")),
        sa.UniqueConstraint("name_key", name=op.f("uq_restriction_profile_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bulk_edit_piece",
        sa.Column("edit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["edit_id"], ["bulk_edit.id"], name=op.f("fk_bulk_edit_piece_edit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("edit_id", "number", name=op.f("pk_bulk_edit_piece")),
    )
    with op.batch_alter_table("bulk_edit_piece", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_edit_piece_state", ["edit_id", "state", "number"], unique=False)

    op.create_table(
        "home",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("carousels", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_home_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_home")),
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("subject", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index("ix_identity_user", ["user_id"], unique=False)

    op.create_table(
        "mirror",
        sa.Column("library_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default="{}", nullable=False),
        sa.Column("holder", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_mirror_library_id")),
        sa.PrimaryKeyConstraint("library_id", name=op.f("pk_mirror")),
    )
    op.create_table(
        "mirror_file",
        sa.Column("library_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("scene_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_mirror_file_library_id")),
        sa.PrimaryKeyConstraint("library_id", "file_id", "scene_id", name=op.f("pk_mirror_file")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mirror_merge",
        sa.Column("library_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_mirror_merge_library_id")),
        sa.PrimaryKeyConstraint("library_id", "kind", "source_id", name=op.f("pk_mirror_merge")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mirror_missing",
        sa.Column("library_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("remote_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_mirror_missing_library_id")),
        sa.PrimaryKeyConstraint("library_id", "kind", "remote_id", name=op.f("pk_mirror_missing")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mirror_row",
        sa.Column("library_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("remote_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("local_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("gone", sa.Integer(), server_default="0", nullable=False),
        sa.Column("files", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_mirror_row_library_id")),
        sa.PrimaryKeyConstraint("library_id", "kind", "remote_id", name=op.f("pk_mirror_row")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mirror_stale",
        sa.Column("library_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("vanished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("after_item", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_mirror_stale_library_id")),
        sa.PrimaryKeyConstraint("library_id", "entity_id", name=op.f("pk_mirror_stale")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "restriction",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["restriction_profile.id"], name=op.f("fk_restriction_profile_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_restriction_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_restriction")),
    )
    with op.batch_alter_table("restriction", schema=None) as batch_op:
        batch_op.create_index("ix_restriction_profile_id", ["profile_id"], unique=False)

    op.create_table(
        "entity_lock",
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("locked_at", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.Text(), server_default="null", nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_entity_lock_entity_id")),
        sa.PrimaryKeyConstraint("entity_id", "field", name=op.f("pk_entity_lock")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entity_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("undo_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("links", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("before", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["library_id"], ["library.id"], name=op.f("fk_entity_merge_library_id")),
        sa.ForeignKeyConstraint(["target_id"], ["entity.id"], name=op.f("fk_entity_merge_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_merge")),
    )
    with op.batch_alter_table("entity_merge", schema=None) as batch_op:
        batch_op.create_index("ix_entity_merge_job", ["job_id"], unique=False)
        batch_op.create_index("ix_entity_merge_target", ["target_id"], unique=False)

    op.create_table(
        "play",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("covered_to", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("passed", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("counted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_play_item_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_play_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("play", schema=None) as batch_op:
        batch_op.create_index("ix_play_item", ["item_id"], unique=False)
        batch_op.create_index("ix_play_user_item", ["user_id", "item_id", "started_at"], unique=False)
        batch_op.create_index("ix_play_user_started", ["user_id", "started_at", "id"], unique=False)

    op.create_table(
        "watch_session",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("play_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("playing", sa.Integer(), nullable=False),
        sa.Column("position", sa.Float(precision=53), nullable=True),
        sa.Column("rate", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_watch_session_item_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_watch_session_user_id")),
        sa.PrimaryKeyConstraint("user_id", "item_id", "session", name=op.f("pk_watch_session")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("watch_session", schema=None) as batch_op:
        batch_op.create_index("ix_watch_session_item", ["item_id"], unique=False)

    op.create_table(
        "entity_merge_piece",
        sa.Column("merge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["entity_merge.id"], name=op.f("fk_entity_merge_piece_merge_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("merge_id", "number", name=op.f("pk_entity_merge_piece")),
    )
    op.create_table(
        "entity_merged",
        sa.Column("merge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_entity_merged_entity_id")),
        sa.ForeignKeyConstraint(["merge_id"], ["entity_merge.id"], name=op.f("fk_entity_merged_merge_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["entity.id"], name=op.f("fk_entity_merged_target_id")),
        sa.PrimaryKeyConstraint("merge_id", "entity_id", name=op.f("pk_entity_merged")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("entity_merged", schema=None) as batch_op:
        batch_op.create_index("ix_entity_merged_entity", ["entity_id"], unique=False)

    with op.batch_alter_table("entity_link", schema=None) as batch_op:
        batch_op.create_index("ix_entity_link_target", ["target_id", "source_id"], unique=False)

    with op.batch_alter_table("user_entity", schema=None) as batch_op:
        batch_op.create_index(
            "ix_user_entity_hidden",
            ["user_id", "entity_id"],
            unique=False,
            sqlite_where=sa.text("hidden = 1"),
            postgresql_where=sa.text("hidden = 1"),
        )

    with op.batch_alter_table("user_item", schema=None) as batch_op:
        batch_op.create_index(
            "ix_user_item_favorite",
            ["user_id", "favorite", "item_id"],
            unique=False,
            sqlite_where=sa.text("favorite > 0"),
            postgresql_where=sa.text("favorite > 0"),
        )
        batch_op.create_index(
            "ix_user_item_hidden",
            ["user_id", "item_id"],
            unique=False,
            sqlite_where=sa.text("hidden = 1"),
            postgresql_where=sa.text("hidden = 1"),
        )


def _sessions_anew() -> None:
    """Everybody signs in once more: what a session is now told apart by was not known before."""
    op.drop_table("session")
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_session_user", "session", ["user_id"], unique=False)


def _keys_with_scopes() -> None:
    """Keys could do what their owners may, and still can."""
    op.execute("CREATE TABLE api_key_before AS SELECT * FROM api_key")
    op.drop_table("api_key")
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_key_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_key_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_key_user", "api_key", ["user_id"], unique=False)
    op.execute(
        "INSERT INTO api_key (id, user_id, name, prefix, token_hash, scope, created_at, used_at)"
        " SELECT id, user_id, name, prefix, token_hash, 'admin', created_at, used_at FROM api_key_before"
    )
    op.drop_table("api_key_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('api_key', 'id'), coalesce((SELECT max(id) FROM api_key), 0) + 1, false)")
