"""Tables of what people watched and read, and of their home pages; conventions as in `tables`."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from longshelf.store.tables import BIGKEY, metadata

# One sitting: what a person watched of an item without a long break. `passed` are the seconds of the whole way through the item so far,
# earlier sittings included; `counted` is 1 when this sitting counts as a play, 2 when an earlier one of the same way through did.
play = Table(
    "play",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("user_id", Integer, ForeignKey("user.id"), nullable=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), nullable=False),
    Column("source", String(16), nullable=False),  # watched · marked · imported
    Column("started_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("covered_to", BigInteger, nullable=False),  # until when time was given credit for, by whichever of several players
    Column("seconds", Float(53), nullable=False, server_default="0"),
    Column("passed", Float(53), nullable=False, server_default="0"),
    Column("counted", Integer, nullable=False, server_default="0"),
    Column("finished", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,  # a player that is still open must not go on in a sitting that took over a forgotten one's id
)
Index("ix_play_user_started", play.c.user_id, play.c.started_at, play.c.id)
Index("ix_play_user_item", play.c.user_id, play.c.item_id, play.c.started_at)
Index("ix_play_item", play.c.item_id)

# One opening of a player or reader. `play_id` is no foreign key: rows go with their item in any order.
watch_session = Table(
    "watch_session",
    metadata,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("item_id", BIGKEY, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("session", String(64), primary_key=True),
    Column("play_id", BIGKEY, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("playing", Integer, nullable=False),
    Column("position", Float(53)),
    Column("rate", Float(53), nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_watch_session_item", watch_session.c.item_id)

# Who has no row has the usual page.
home = Table(
    "home",
    metadata,
    Column("user_id", Integer, ForeignKey("user.id"), primary_key=True, autoincrement=False),
    Column("carousels", Text, nullable=False),  # JSON: ids and titles in order
    Column("updated_at", BigInteger, nullable=False),
)
