"""Whether a server still holds the library that is mirrored. A restored backup, an imported or a new database gives ids anew: the same id
is then another work, and what people said about the one must not be said about the other.

The rule: when what was made is not what it was, the sync stops before it writes anything."""

from longshelf.errors import Conflict
from longshelf.ingest.mirror_session import Session
from longshelf.sources.stash.kinds import Remote
from longshelf.store import mirror

LOOKED_AT = 25  # of a kind
ENOUGH = 8  # objects looked at; fewer may all have been removed by hand
FOUND_ENOUGH = 4  # of which some are still there


def check_identity(session: Session) -> None:
    """Conflict, with what to do, when the server seems to hold another library."""
    looked = found = same = 0
    for kind in (Remote.SCENE, Remote.IMAGE):
        if kind not in session.reader.schema.kinds:
            continue
        with session.database.read() as connection:
            samples = mirror.samples(connection, session.library_id, kind, LOOKED_AT)
        made = session.reader.made(kind, sorted(samples)) if samples else {}
        looked += len(samples)
        found += len(made)
        same += sum(made[each] == samples[each] for each in made)
    if found >= FOUND_ENOUGH and same * 2 < found:
        raise Conflict(
            f"The Stash server holds another library than before: of {found} works looked at, {found - same} are others under the same id. "
            "Nothing was changed. If it was reset or restored on purpose, add it as a new library."
        )
    if looked >= ENOUGH and same * 4 < looked and not session.allow_removals:
        raise Conflict(
            f"The Stash server has lost nearly everything: of {looked} works looked at, {same} are there. Nothing was changed. "
            "If they were removed on purpose, sync with `--allow-removals`."
        )
