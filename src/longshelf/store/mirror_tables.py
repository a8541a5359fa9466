"""Tables of mirrored libraries, beside those of `store/tables.py`: which remote object is which row here, and how far a mirror is."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from longshelf.store.tables import BIGKEY, metadata

# One row a mirrored library. `state` is JSON of `store.mirror.State`; `holder` is the job that may write, as long as it runs.
mirror = Table(
    "mirror",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False, server_default="{}"),
    Column("holder", BigInteger),
)

# Every remote object ever seen. `local_id` is an item's or an entity's, by kind; `stamp` is the remote's own text, "" while a second edit
# could still bear the same; `hash` is empty while only the id is known; `gone` since it was removed upstream.
mirror_row = Table(
    "mirror_row",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("remote_id", BIGKEY, primary_key=True, autoincrement=False),
    Column("local_id", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("stamp", Text, nullable=False),
    Column("made_at", BigInteger),
    Column("gone", Integer, nullable=False, server_default="0"),
    Column("files", Text, nullable=False, server_default=""),  # remote ids of a scene's files, ",12,13,"
    sqlite_with_rowid=False,
)

# Which scenes ever had a file: a merge moves files from one scene to another, and so shows where the source went.
mirror_file = Table(
    "mirror_file",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("file_id", BIGKEY, primary_key=True, autoincrement=False),
    Column("scene_id", BIGKEY, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Ids that were missing in a walk, or that a message says are gone. Nothing is removed before a second look.
mirror_missing = Table(
    "mirror_missing",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("remote_id", BIGKEY, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Entities whose items are still to be written anew, item by item up to `after_item`; `vanished` is the number of `store.mirror.Why`.
mirror_stale = Table(
    "mirror_stale",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("entity_id", BIGKEY, primary_key=True, autoincrement=False),
    Column("vanished", Integer, nullable=False, server_default="0"),
    Column("after_item", BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

# What a remote last said of an entity's other names and relations: JSON of `store.mirror_entities.Said`. Names and relations that it never
# said were made here, and stay.
mirror_said = Table(
    "mirror_said",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("remote_id", BIGKEY, primary_key=True, autoincrement=False),
    Column("said", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Whose user data went where, once: the source keeps its own. `before` is JSON of what is needed to take it back when the source returns.
mirror_merge = Table(
    "mirror_merge",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("source_id", BIGKEY, primary_key=True, autoincrement=False),
    Column("target_id", BigInteger, nullable=False),
    Column("merged_at", BigInteger, nullable=False),
    Column("before", Text, nullable=False, server_default="{}"),
    sqlite_with_rowid=False,
)
