"""Tables of feed libraries, beside those of `store/tables.py`: which feeds a library reads, and which entry is which item."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from longshelf.store.tables import BIGKEY, metadata

# One row a feed. `state`: new · ready · failing · gone; `reason` says why. A gone one is not asked again by itself.
feed = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("library_id", Integer, ForeignKey("library.id"), nullable=False),
    Column("url", Text, nullable=False),  # where it is asked for; follows a permanent redirect
    Column("given_url", Text, nullable=False),  # as somebody entered it
    Column("title", Text, nullable=False, server_default=""),
    Column("site", Text, nullable=False, server_default=""),
    Column("format", String(16), nullable=False, server_default=""),
    Column("state", String(16), nullable=False, server_default="new"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("etag", Text, nullable=False, server_default=""),
    Column("last_modified", Text, nullable=False, server_default=""),
    Column("digest", LargeBinary),  # of the document that was read last: an equal one is not parsed again
    Column("hints", Text, nullable=False, server_default="{}"),  # JSON of sources.feed.document.Hints
    Column("every_seconds", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("asked_at", BigInteger),
    Column("answered_at", BigInteger),  # the last good answer
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("entries", Integer, nullable=False, server_default="0"),  # in the document that was read last
    Column("newest_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("library_id", "url"),
)

# What an entry is known by: its id, and its link where that is its own. `feed_id` is the feed whose word about the item counts.
feed_entry = Table(
    "feed_entry",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("key", LargeBinary, primary_key=True),
    Column("item_id", BIGKEY, ForeignKey("item.id"), nullable=False),
    Column("feed_id", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_feed_entry_item", feed_entry.c.item_id)
