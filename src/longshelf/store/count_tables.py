"""The table of counts that are made beforehand, for where no index counts while somebody waits; conventions as in `tables`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from longshelf.store.tables import metadata

# How many items of a query a person may see. `state` names all that the number follows from (`catalog.block_counts`): it holds for that
# and nothing else. `value` is NULL where nobody has counted yet, or counting failed.
block_count = Table(
    "block_count",
    metadata,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("digest", String(32), primary_key=True),
    Column("query", Text, nullable=False),  # a filter tree as JSON
    Column("value", BigInteger),
    Column("state", Text, nullable=False, server_default=""),
    Column("counted_at", BigInteger),
    Column("asked_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_block_count_asked", block_count.c.asked_at)
