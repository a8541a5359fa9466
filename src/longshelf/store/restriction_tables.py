"""The tables of restrictions, and the indexes that finding what they hide needs. For conventions see `tables.py`."""

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Index, Integer, Table, Text, text

from longshelf.store.tables import BYTEWISE, entity_link, metadata, user, user_entity, user_item

# A profile several users share. `body` is JSON of model.restrictions.Restrictions; `version` is never given twice.
restriction_profile = Table(
    "restriction_profile",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", BYTEWISE, nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# A user's own rules, and the shared profile that holds for him beside them. No row: nothing is kept from him.
restriction = Table(
    "restriction",
    metadata,
    Column("user_id", Integer, ForeignKey(user.c.id), primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("profile_id", Integer, ForeignKey(restriction_profile.c.id)),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("ix_restriction_profile_id", restriction.c.profile_id)

# From what is hidden to what carries it.
Index("ix_entity_link_target", entity_link.c.target_id, entity_link.c.source_id)

# What a user hid: few rows among all he said.
_HIDDEN = text("hidden = 1")
Index("ix_user_item_hidden", user_item.c.user_id, user_item.c.item_id, sqlite_where=_HIDDEN, postgresql_where=_HIDDEN)
Index("ix_user_entity_hidden", user_entity.c.user_id, user_entity.c.entity_id, sqlite_where=_HIDDEN, postgresql_where=_HIDDEN)


def hidden_of(connection: Connection, table: str) -> str:
    """`user_item` or `user_entity`, to be asked for rows with `hidden = 1`. SQLite takes the primary key where it has not counted the rows
    yet, and so reads everything a person ever said."""
    return f"{table} INDEXED BY ix_{table}_hidden" if connection.dialect.name == "sqlite" else table
