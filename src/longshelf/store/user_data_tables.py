"""Tables of what a person's own data have in common with a mirrored server; conventions as in `tables`.

Both sides change on their own. What both agreed on last is kept here, so that only what is new goes over, in either direction, and once."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from longshelf.store.tables import BIGKEY, metadata

# One person on one item. `rating` and `progress` are the last ones both had; `plays` and `seconds` are how much of the server's figures
# stands in `user_item`; `o_count` and `o_at` (JSON, microseconds) are the server's o-counter as it was last read. `held_…` is what was said
# before pushing back was switched on: it stays here as long as it stands. `taken_to` is the item that took the plays over, since a merge.
remote_item_word = Table(
    "remote_item_word",
    metadata,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("rating", Integer),
    Column("progress", Float(53)),
    Column("plays", Integer, nullable=False, server_default="0"),
    Column("seconds", Float(53), nullable=False, server_default="0"),
    Column("o_count", Integer, nullable=False, server_default="0"),
    Column("o_at", Text, nullable=False, server_default="[]"),
    Column("held_rating", Integer),
    Column("held_progress", Float(53)),
    Column("taken_to", BigInteger),
    sqlite_with_rowid=False,
)
Index("ix_remote_item_word_item", remote_item_word.c.item_id)

# One person on one entity: the rating and the favourite both had last, and what is held as above.
remote_entity_word = Table(
    "remote_entity_word",
    metadata,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("entity_id", BIGKEY, ForeignKey("entity.id"), primary_key=True, autoincrement=False),
    Column("rating", Integer),
    Column("favorite", Integer, nullable=False, server_default="0"),
    Column("held_rating", Integer),
    Column("held_favorite", Integer),
    sqlite_with_rowid=False,
)
Index("ix_remote_entity_word_entity", remote_entity_word.c.entity_id)

# How much of a sitting the server was told: seconds, and whether as a play. `sending` (JSON) is what was being told when nobody knows
# whether it arrived. `play_id` is no foreign key: rows go with their item in any order.
remote_play = Table(
    "remote_play",
    metadata,
    Column("play_id", BIGKEY, primary_key=True, autoincrement=False),
    Column("user_id", Integer, ForeignKey("user.id"), nullable=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), nullable=False),
    Column("seconds", Float(53), nullable=False, server_default="0"),
    Column("counted", Integer, nullable=False, server_default="0"),
    Column("sending", Text, nullable=False, server_default=""),
)
Index("ix_remote_play_user", remote_play.c.user_id, remote_play.c.item_id)
Index("ix_remote_play_item", remote_play.c.item_id)

# Whose data go back to the server, for libraries where that is switched on. `kinds` as in an import, separated by spaces; plays that began
# before `since` stay here. `seen_version` is the person's version up to which all has gone; `state` is JSON of `store.push_back.Pushed`.
push_back = Table(
    "push_back",
    metadata,
    Column("library_id", Integer, ForeignKey("library.id"), primary_key=True, autoincrement=False),
    Column("user_id", Integer, ForeignKey("user.id"), nullable=False),
    Column("kinds", String(80), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("seen_version", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="{}"),
)
Index("ix_push_back_user", push_back.c.user_id)
