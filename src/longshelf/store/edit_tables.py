"""The tables of edits: locks of entities, merges, changes of many items at once, and what is needed to take them back. For conventions see
`tables.py`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from longshelf.store.tables import BIGKEY, BYTEWISE, entity, library, metadata

# A manual edit of an entity wins over every scan and mirror. `said` is JSON of what the source last said of the field.
entity_lock = Table(
    "entity_lock",
    metadata,
    Column("entity_id", BIGKEY, ForeignKey(entity.c.id), primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    Column("user_id", Integer),
    Column("locked_at", BigInteger, nullable=False),
    Column("said", Text, nullable=False, server_default="null"),
    sqlite_with_rowid=False,
)

# Entities that vanished, or vanish, into another. `state`: merging · merged · undoing · undone · final (merged, and
# what is needed to undo it is no longer kept). `before` is JSON of what was not in pieces.
entity_merge = Table(
    "entity_merge",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("library_id", Integer, ForeignKey(library.c.id), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("target_id", BIGKEY, ForeignKey(entity.c.id), nullable=False),
    Column("state", String(16), nullable=False),
    Column("job_id", BIGKEY, nullable=False),
    Column("undo_job_id", BIGKEY),
    Column("user_id", Integer),
    Column("links", BigInteger, nullable=False, server_default="0"),
    Column("before", Text, nullable=False, server_default="{}"),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
)
Index("ix_entity_merge_target", entity_merge.c.target_id)
Index("ix_entity_merge_job", entity_merge.c.job_id)

# One row an entity that vanished: what it was called, for people and for taking it back. A source that still sends it by its own id is led
# to where it went.
entity_merged = Table(
    "entity_merged",
    metadata,
    Column("merge_id", BIGKEY, ForeignKey(entity_merge.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("entity_id", BIGKEY, ForeignKey(entity.c.id), primary_key=True, autoincrement=False),
    Column("target_id", BIGKEY, ForeignKey(entity.c.id), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", BYTEWISE, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_entity_merged_entity", entity_merged.c.entity_id)

# One row a transaction of the job: JSON of the links and relations it moved.
entity_merge_piece = Table(
    "entity_merge_piece",
    metadata,
    Column("merge_id", BIGKEY, ForeignKey(entity_merge.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("moved", Text, nullable=False),
)

# A change of many items. `plan` is JSON of what to do; `state`: doing · done · undoing · undone.
bulk_edit = Table(
    "bulk_edit",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("job_id", BIGKEY, nullable=False),
    Column("undo_job_id", BIGKEY),
    Column("user_id", Integer),
    Column("personal", Integer, nullable=False),
    Column("plan", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("items", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
Index("ix_bulk_edit_job", bulk_edit.c.job_id)
Index("ix_bulk_edit_created", bulk_edit.c.created_at)

# The items one transaction of it is to change, and once it has, what they were, packed. `state`: waiting · done · undone.
bulk_edit_piece = Table(
    "bulk_edit_piece",
    metadata,
    Column("edit_id", BIGKEY, ForeignKey(bulk_edit.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(8), nullable=False),
    Column("items", Text, nullable=False),
    Column("before", LargeBinary),
)
Index("ix_bulk_edit_piece_state", bulk_edit_piece.c.edit_id, bulk_edit_piece.c.state, bulk_edit_piece.c.number)
