"""Every table, once, for SQLite and PostgreSQL. Alembic migrations create them; this metadata is what code and tests read.

Conventions: `*_at` are microseconds since 1970 UTC; booleans and enums are plain text or integers so that both dialects index them alike;
keys that are compared or sorted (`*_key`) are folded in Python (`model/text.py`) and compared byte-wise, so every engine agrees on
order. A deleted item keeps its row: `deleted_at` is set, and what people said about it stays."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite compares TEXT byte-wise already; PostgreSQL needs to be told, or the locale decides the order.
BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")
# "INTEGER PRIMARY KEY" is SQLite's rowid; BIGINT there would be a second, slower key.
BIGKEY = BigInteger().with_variant(Integer(), "sqlite")
LIVE = text("deleted_at IS NULL")

# One row: the newest committed revision. A writer bumps it inside its transaction and holds the row until commit, so revisions
# become visible in order on both dialects.
revision = Table("revision", metadata, Column("id", Integer, primary_key=True), Column("value", BigInteger, nullable=False))

# The last id given out for each table that takes its ids from `bulk.next_ids`. Ids are never given twice.
counter = Table("counter", metadata, Column("name", String(40), primary_key=True), Column("value", BigInteger, nullable=False))

library = Table(
    "library",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("type", String(16), nullable=False),
    Column("state", String(16), nullable=False, server_default="new"),  # new · ready · scanning · offline
    Column("state_reason", Text, nullable=False, server_default=""),
    Column("config", Text, nullable=False, server_default="{}"),  # JSON: roots, options; secrets never live here
    Column("created_at", BigInteger, nullable=False),
    Column("scanned_at", BigInteger),
)

item = Table(
    "item",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("library_id", Integer, ForeignKey("library.id"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("sort_title", Text, nullable=False, server_default=""),
    Column("title_key", BYTEWISE, nullable=False),
    Column("subtitle", Text, nullable=False, server_default=""),
    Column("description", Text, nullable=False, server_default=""),
    Column("language", String(35), nullable=False, server_default=""),
    Column("date", BYTEWISE),
    Column("year", Integer),
    Column("added_at", BigInteger, nullable=False),
    Column("created_at", BigInteger),  # when the source made it (file time, upload time)
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Column("duration", Float(53)),
    Column("width", Integer),
    Column("height", Integer),
    Column("size", BigInteger),
    Column("pages", Integer),
    Column("rating", Integer),
    Column("age_rating", Integer),
    Column("series_key", BYTEWISE),  # folded series name + number, for reading order
    Column("cover", Text, nullable=False, server_default=""),  # JSON of model.records.Cover, "" for none
    Column("cover_version", String(16), nullable=False, server_default=""),
    Column("color", String(7), nullable=False, server_default=""),
    Column("identifiers", Text, nullable=False, server_default="{}"),
    Column("extra", Text, nullable=False, server_default="{}"),
    Column("content_hash", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
    UniqueConstraint("library_id", "external_id"),
)

# One partial index a sort: (value, id) over live rows. Keyset pages read the non-null run, then the null run, each in index order.
# deleted_at is always NULL in them, but without it SQLite looks into the table for every row it counts.
SORT_COLUMNS = (
    "added_at",
    "created_at",
    "updated_at",
    "date",
    "title_key",
    "duration",
    "size",
    "pages",
    "rating",
    "width",
    "height",
    "series_key",
)
for _column in SORT_COLUMNS:
    Index(f"ix_item_sort_{_column}", item.c[_column], item.c.id, item.c.deleted_at, sqlite_where=LIVE, postgresql_where=LIVE)
Index("ix_item_kind", item.c.kind, item.c.id, item.c.deleted_at, sqlite_where=LIVE, postgresql_where=LIVE)
Index("ix_item_library", item.c.library_id, item.c.id, item.c.deleted_at, sqlite_where=LIVE, postgresql_where=LIVE)
Index("ix_item_year", item.c.year, item.c.id, item.c.deleted_at, sqlite_where=LIVE, postgresql_where=LIVE)

# The list form of an item as encoded JSON, written in the item's own transaction; a page is cards joined.
item_card = Table(
    "item_card",
    metadata,
    Column("item_id", BIGKEY, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("card", Text, nullable=False),
)

entity = Table(
    "entity",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("library_id", Integer, ForeignKey("library.id"), nullable=False),
    Column("external_id", Text),  # the remote's id; NULL for entities known by name only
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", BYTEWISE, nullable=False),  # folded: case, width, accents of composition, spaces
    Column("sort_name", Text, nullable=False, server_default=""),
    Column("sort_key", BYTEWISE, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("image", Text, nullable=False, server_default=""),
    Column("extra", Text, nullable=False, server_default="{}"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Column("revision", BigInteger, nullable=False),
    UniqueConstraint("library_id", "kind", "name_key"),
    UniqueConstraint("library_id", "kind", "external_id"),
)
Index("ix_entity_kind_sort", entity.c.kind, entity.c.sort_key, entity.c.id)

entity_alias = Table(
    "entity_alias",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("name_key", BYTEWISE, primary_key=True),
    Column("entity_id", BIGKEY, ForeignKey("entity.id"), nullable=False),
    Column("name", Text, nullable=False),
)

# performer→tag, parent tag/studio, group→group, gallery→performer …
entity_link = Table(
    "entity_link",
    metadata,
    Column("source_id", BIGKEY, ForeignKey("entity.id"), primary_key=True, autoincrement=False),
    Column("target_id", BIGKEY, ForeignKey("entity.id"), primary_key=True, autoincrement=False),
    Column("relation", String(16), primary_key=True),  # parent · tagged · performs · …
    sqlite_with_rowid=False,
)

link = Table(
    "link",
    metadata,
    Column("item_id", BIGKEY, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("entity_id", BIGKEY, ForeignKey("entity.id"), primary_key=True, autoincrement=False),
    Column("role", String(16), primary_key=True),
    Column("kind", String(16), nullable=False),  # the entity's kind, repeated so that facets need no join
    Column("position", Float(53)),
    Column("ordinal", Integer, nullable=False, server_default="0"),  # the order in which the source lists them
    sqlite_with_rowid=False,
)
Index("ix_link_entity", link.c.entity_id, link.c.item_id)

chapter = Table(
    "chapter",
    metadata,
    Column("item_id", BIGKEY, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("start", Float(53)),
    Column("end", Float(53)),
    Column("page", Integer),
    Column("href", Text, nullable=False, server_default=""),
    Column("level", Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

# A manual edit wins over every scan. The locked field keeps its value in the item; an explicit clear is a lock on an empty value.
field_lock = Table(
    "field_lock",
    metadata,
    Column("item_id", BIGKEY, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    Column("user_id", Integer),
    Column("locked_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

folder = Table(
    "folder",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("library_id", Integer, ForeignKey("library.id"), nullable=False),
    Column("root", Integer, nullable=False),
    Column("path", LargeBinary, nullable=False),  # relative to the root, b"" for the root itself
    Column("parent_id", BIGKEY, ForeignKey("folder.id")),
    UniqueConstraint("library_id", "root", "path"),
)
Index("ix_folder_parent", folder.c.parent_id)

file = Table(
    "file",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("library_id", Integer, ForeignKey("library.id"), nullable=False),
    Column("folder_id", BIGKEY, ForeignKey("folder.id"), nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("item_id", BIGKEY, ForeignKey("item.id")),  # NULL while the file has only an issue
    Column("ordinal", Integer, nullable=False, server_default="0"),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("ctime_ns", BigInteger, nullable=False),
    Column("inode", BigInteger, nullable=False),
    Column("companions", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("mime", Text, nullable=False, server_default=""),
    Column("duration", Float(53)),
    Column("missing_at", BigInteger),  # since when the file is gone; the row stays so that it can come back
    UniqueConstraint("folder_id", "name"),
)
Index("ix_file_item", file.c.item_id)
Index("ix_file_fingerprint", file.c.library_id, file.c.fingerprint)

scan_issue = Table(
    "scan_issue",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("root", Integer, primary_key=True, autoincrement=False),
    Column("path", LargeBinary, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# One row a committed batch, in commit order. `items` and `entities` are JSON arrays of the ids it touched.
change = Table(
    "change",
    metadata,
    Column("revision", BIGKEY, primary_key=True, autoincrement=False),
    Column("committed_at", BigInteger, nullable=False),
    Column("library_id", Integer),
    Column("items", Text, nullable=False),
    Column("entities", Text, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", Text, nullable=False, server_default=""),  # two live jobs never share a non-empty (kind, key)
    Column("args", Text, nullable=False, server_default="{}"),
    Column("state", String(16), nullable=False),  # queued · running · done · failed · cancelled
    Column("priority", Integer, nullable=False, server_default="0"),  # higher first
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("max_attempts", Integer, nullable=False, server_default="3"),
    Column("run_after", BigInteger, nullable=False),
    Column("worker", Text, nullable=False, server_default=""),
    Column("lease_until", BigInteger),
    Column("cancel_requested", Integer, nullable=False, server_default="0"),
    Column("checkpoint", Text, nullable=False, server_default=""),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger),
    Column("rate", Float(53)),
    Column("eta_seconds", Float(53)),
    Column("message", Text, nullable=False, server_default=""),
    Column("errors", Integer, nullable=False, server_default="0"),
    Column("result", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
)
_ACTIVE = text("state IN ('queued', 'running') AND key <> ''")
Index("uq_job_active_key", job.c.kind, job.c.key, unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
Index("ix_job_claim", job.c.state, job.c.priority, job.c.run_after)
Index("ix_job_updated", job.c.updated_at)

job_event = Table(
    "job_event",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("job_id", BIGKEY, ForeignKey("job.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("level", String(8), nullable=False),  # info · warning · error
    Column("message", Text, nullable=False),
)
Index("ix_job_event_job", job_event.c.job_id, job_event.c.id)

schedule = Table(
    "schedule",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", Text, nullable=False, server_default=""),
    Column("args", Text, nullable=False, server_default="{}"),
    Column("every_seconds", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("enabled", Integer, nullable=False, server_default="1"),
    UniqueConstraint("kind", "key"),
)

user = Table(
    "user",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", BYTEWISE, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False, server_default=""),
    Column("admin", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("personal_version", BigInteger, nullable=False, server_default="0"),  # of all the user ever said: store/personal.py
    sqlite_autoincrement=True,  # an id that is given twice would bring its next owner what is still kept about the last
)

user_item = Table(
    "user_item",
    metadata,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("rating", Integer),
    Column("favorite", Integer, nullable=False, server_default="0"),
    Column("progress", Float(53)),  # 0-1 of the whole
    Column("play_count", Integer, nullable=False, server_default="0"),
    Column("play_seconds", Float(53), nullable=False, server_default="0"),
    Column("last_played_at", BigInteger),
    Column("hidden", Integer, nullable=False, server_default="0"),
    Column("updated_at", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="0"),  # the user's personal_version with which it was written
    sqlite_with_rowid=False,
)
Index("ix_user_item_item", user_item.c.item_id)
Index("ix_user_item_version", user_item.c.user_id, user_item.c.version)
# What the user's own sorts walk. SQLite sees that a partial index will do when a query repeats its condition word for word.
for _column in ("rating", "progress", "last_played_at", "play_count", "favorite"):
    _where = text(f"{_column} {'> 0' if _column in {'play_count', 'favorite'} else 'IS NOT NULL'}")
    Index(
        f"ix_user_item_{_column}",
        user_item.c.user_id,
        user_item.c[_column],
        user_item.c.item_id,
        sqlite_where=_where,
        postgresql_where=_where,
    )

user_entity = Table(
    "user_entity",
    metadata,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("entity_id", BIGKEY, ForeignKey("entity.id"), primary_key=True, autoincrement=False),
    Column("rating", Integer),
    Column("favorite", Integer, nullable=False, server_default="0"),
    Column("hidden", Integer, nullable=False, server_default="0"),
    Column("updated_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_user_entity_entity", user_entity.c.entity_id)

setting = Table(
    "setting",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("user.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("user_id", "name"),
)
