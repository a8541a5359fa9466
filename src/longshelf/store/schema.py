"""Every table there is, in one metadata: who needs all of them (migrations, the removal of a library or a user) reads this, for a table
exists only once its module was imported."""

from longshelf.store import (  # noqa: F401 - their tables
    account_tables,
    count_tables,
    display_tables,
    edit_tables,
    feed_tables,
    mirror_tables,
    picture_tables,
    play_tables,
    restriction_tables,
    user_data_tables,
)
from longshelf.store.tables import metadata

__all__ = ["metadata"]
