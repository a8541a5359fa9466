"""Every table there is, in one metadata: who needs all of them (migrations, the removal of a library or a user) reads this, for a table
exists only once its module was imported."""

from longshelf.store.tables import metadata

__all__ = ["metadata"]
