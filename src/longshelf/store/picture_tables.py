"""The table of pictures that were given to entities by hand; conventions as in `tables`."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table

from longshelf.store.tables import BIGKEY, entity, metadata

# `data` is a WebP of ours, never what was sent; `version` is a digest of it. Here and not in a file, so that a backup holds it and every
# server finds it. `entity.image` is its address as long as there is one.
entity_picture = Table(
    "entity_picture",
    metadata,
    Column("entity_id", BIGKEY, ForeignKey(entity.c.id), primary_key=True, autoincrement=False),
    Column("version", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
