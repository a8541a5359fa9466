"""Tables of playlists, displays and what they will play; conventions as in `tables`. What these must never break stands here as
constraints: one active playlist a display, one slot a place, no slot beyond what a block asks for."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from longshelf.store.tables import BIGKEY, BYTEWISE, metadata

# A screen. `state` is what it is asked to do: pairing · playing · paused · stopped; of one that was removed a new row is kept for a while
# (removed), of which only `code` and `created_at` say something. `user_id` is as whom it plays: it shows what that person may see.
# `version` comes from one sequence for all displays (`display_clock`) and grows with every change an administrator sees.
display = Table(
    "display",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", BYTEWISE, nullable=False, unique=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("user_id", Integer),  # no foreign key: an account that is gone sees nothing, and so does its screen
    Column("state", String(16), nullable=False),
    Column("generation", BigInteger, nullable=False, server_default="0"),  # of what was planned last
    Column(
        "step", BigInteger, nullable=False, server_default="0"
    ),  # grows whenever slots are written: who planned on an older one plans again
    Column("asked", BigInteger, nullable=False, server_default="0"),  # rebuilds that were asked for …
    Column("answered", BigInteger, nullable=False, server_default="0"),  # … and the last of them that a rebuild was for
    Column("playlist_id", Integer),  # what the timeline was planned from, as it was then; no foreign key: it may be gone since
    Column("playlist_version", BigInteger),
    Column("number", BigInteger, nullable=False, server_default="0"),  # of the newest row of its history
    Column("position", Float(53), nullable=False, server_default="0"),  # seconds into the current slot, as the player said at `position_at`
    Column("position_at", BigInteger, nullable=False, server_default="0"),
    Column("started_at", BigInteger),  # when the current slot was first said to play
    Column("due_at", BigInteger),  # when the current slot should long have ended; NULL while nothing moves on
    Column("look_at", BigInteger),  # when to plan again, because less was found than there is room for
    Column("online", Integer, nullable=False, server_default="0"),  # as administrators were told
    Column("seek_to", Float(53)),
    Column("seek_number", BigInteger, nullable=False, server_default="0"),
    Column("volume", Integer, nullable=False, server_default="100"),  # 0–100
    Column("muted", Integer, nullable=False, server_default="0"),
    Column("settings", Text, nullable=False, server_default="{}"),  # JSON: dwell seconds, fit, rotate
    Column("note", Text, nullable=False, server_default=""),  # why nothing plays, for people
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("claimed_at", BigInteger),
    Column("last_seen_at", BigInteger),
    sqlite_autoincrement=True,
)
Index("ix_display_version", display.c.version)
Index("ix_display_user", display.c.user_id)

# The one row whose value is the newest version any display has; `removed` counts displays that were removed.
display_clock = Table(
    "display_clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
    Column("removed", BigInteger, nullable=False, server_default="0"),
)

# Blocks in order for displays (`kind` blocks), or chosen items for a person (`kind` items). Everybody with an account may read `shared`
# ones.
playlist = Table(
    "playlist",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("user.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", String(8), nullable=False, server_default="blocks"),
    Column("shared", Integer, nullable=False, server_default="0"),
    Column("display_id", Integer, ForeignKey("display.id")),
    Column("active", Integer, nullable=False, server_default="0"),
    Column("version", BigInteger, nullable=False, server_default="0"),  # grows with every edit: who edits an old one is told
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    CheckConstraint("active = 0 OR (active = 1 AND display_id IS NOT NULL)", name="active_has_display"),
    sqlite_autoincrement=True,
)
_ACTIVE = text("active = 1")
Index("uq_playlist_active", playlist.c.display_id, unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
Index("ix_playlist_display", playlist.c.display_id)
Index("ix_playlist_user", playlist.c.user_id)

# `q`, `filter` (the JSON tree of GET /api/items) or a saved view, ANDed; `order` newest · random; `format` mixed · wide · tall.
block = Table(
    "block",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("playlist_id", Integer, ForeignKey("playlist.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("q", Text, nullable=False, server_default=""),
    Column("filter", Text, nullable=False, server_default=""),
    Column("view_id", Integer, ForeignKey("saved_view.id", ondelete="SET NULL")),
    Column("count", Integer, nullable=False),
    Column("order", String(8), nullable=False),
    Column("format", String(8), nullable=False),
    Column("dwell", Float(53)),  # seconds a picture stands; NULL: as the display says
    CheckConstraint("count >= 1", name="asks_for_some"),
    sqlite_autoincrement=True,  # slots and history name a block that may be gone
)
Index("ix_block_playlist", block.c.playlist_id, block.c.position)

# The items of an ordinary playlist. `place` orders them; between two there is room for others.
playlist_item = Table(
    "playlist_item",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("playlist_id", Integer, ForeignKey("playlist.id", ondelete="CASCADE"), nullable=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    UniqueConstraint("playlist_id", "place"),
    sqlite_autoincrement=True,
)
Index("ix_playlist_item_item", playlist_item.c.item_id)

# Where a person is in a playlist of items; `seed` when he plays it shuffled.
playlist_place = Table(
    "playlist_place",
    metadata,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("playlist_id", Integer, ForeignKey("playlist.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("entry_id", BIGKEY),
    Column("seed", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What a display will play, plays, and just played. `position` runs on from 0 since the last rebuild; `place` is that of the block in its
# playlist, `ordinal` the place within the block in this loop, below the block's count. `round` counts how often the block's pool was used
# up before. `status`: planned · current · played · skipped · failed · timeout.
slot = Table(
    "slot",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("display_id", Integer, ForeignKey("display.id", ondelete="CASCADE"), nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("loop", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("block_id", BIGKEY, nullable=False),
    Column("place", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("asked", Integer, nullable=False),  # the block's count when the slot was planned
    Column("round", BigInteger, nullable=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), nullable=False),
    Column("seconds", Float(53), nullable=False),  # how long it is expected to take
    Column("status", String(8), nullable=False),
    Column("planned_at", BigInteger, nullable=False),
    UniqueConstraint("display_id", "position"),
    UniqueConstraint("display_id", "loop", "block_id", "ordinal"),
    CheckConstraint("ordinal >= 0 AND ordinal < asked", name="within_block"),
    sqlite_autoincrement=True,  # a player that acknowledges an old slot must not hit a new one
)
Index("ix_slot_item", slot.c.item_id)
_CURRENT = text("status = 'current'")
Index("uq_slot_current", slot.c.display_id, unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT)

# How far a block of a display has drawn from its pool. Its present round began after number `round_at` of the display's history; `used`
# of its slots in loop `loop` have been played or are. `drawn` (JSON) is where to go on looking; it only saves work, and is true for the
# pool called `pool`.
block_draw = Table(
    "block_draw",
    metadata,
    Column("display_id", Integer, ForeignKey("display.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("block_id", BIGKEY, primary_key=True, autoincrement=False),
    Column("round", BigInteger, nullable=False, server_default="0"),
    Column("round_at", BigInteger, nullable=False, server_default="0"),
    Column("loop", BigInteger, nullable=False, server_default="0"),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("seed", BigInteger, nullable=False),
    Column("pool", String(80), nullable=False, server_default=""),
    Column("drawn", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

# What a display played. `outcome`: played · skipped · failed · timeout. `number` counts the display's plays: "how long ago" is a
# difference.
play_history = Table(
    "play_history",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("display_id", Integer, ForeignKey("display.id", ondelete="CASCADE"), nullable=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), nullable=False),
    Column("block_id", BIGKEY, nullable=False),
    Column("slot_id", BIGKEY, nullable=False),
    Column("generation", BigInteger, nullable=False),  # of the slot: it gets another when somebody goes back to it
    Column("loop", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("seconds", Float(53), nullable=False, server_default="0"),
    Column("played_at", BigInteger, nullable=False),
    UniqueConstraint("display_id", "slot_id", "generation"),
    UniqueConstraint("display_id", "number"),
    sqlite_autoincrement=True,
)
Index("ix_play_history_item", play_history.c.item_id)

# Of every item a display ever played, the number of its last play: what keeps repeats away.
display_item = Table(
    "display_item",
    metadata,
    Column("display_id", Integer, ForeignKey("display.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_display_item_number", display_item.c.display_id, display_item.c.number)
Index("ix_display_item_item", display_item.c.item_id)
