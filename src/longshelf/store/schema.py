"""Every table there is, in one metadata: who needs all of them (migrations, the removal of a library or a user) reads this, for a table
exists only once its module was imported."""

from longshelf.store import account_tables, edit_tables, mirror_tables, play_tables, restriction_tables  # noqa: F401 - their tables
from longshelf.store.tables import metadata

__all__ = ["metadata"]
