"""Removing what was removed upstream. Nothing is removed because it was not seen: each suspected id is asked for by itself, and when too
many are gone at once, none is believed until a person says so.

What goes is soft-deleted: what people said about it stays and comes back with it. Scenes that were merged into another hand on what was
said of them, once; proof is a file of theirs that the other one holds now. Who stands in the place of an entity says `mirror_heirs.py`."""

from collections.abc import Sequence

from longshelf.ingest import mirror_heirs, mirror_merges
from longshelf.ingest.mirror_counts import Counts
from longshelf.ingest.mirror_session import Session
from longshelf.logs import operation
from longshelf.sources.stash.kinds import KINDS, WALKED, Remote
from longshelf.store import items, merging, mirror, playlist_items
from longshelf.store.database import Write
from longshelf.store.mirror import Row, Why

AT_ONCE = 500
FEW = 20  # may always go at once: a small library loses more than its twentieth part by one click
PART = 20  # otherwise at most one in so many


def remove_missing(session: Session) -> None:
    """Looks a second time at everything suspected, and removes what is really gone."""
    with operation("cleanup_deleted", library=session.library_id) as running:
        before = session.report.removed
        for kind in reversed([kind for kind in WALKED if kind in session.reader.schema.kinds]):
            judge(session, kind)
        running.report(removed=session.report.removed - before, held=len(session.report.held))


def judge(session: Session, kind: Remote) -> None:
    """The same for one kind. Entities are only marked, and whoever stands in their place is found: `mirror_stale` takes them from their
    items, and then they go."""
    with session.database.read() as connection:
        suspects = mirror.suspects(connection, session.library_id, kind)
    if not suspects or _held(session, kind, len(suspects)):
        return
    gone: list[int] = []
    for start in range(0, len(suspects), AT_ONCE):
        session.progress.check()
        asked = suspects[start : start + AT_ONCE]
        there = session.reader.there(kind, asked)
        absent = [each for each in asked if each not in there]
        session.fetch(kind, sorted(there))
        with session.database.write() as write:
            if KINDS[kind].is_item:
                _remove_items(session, write, kind, mirror.known(write.connection, session.library_id, kind, absent))
            mirror.clear_suspects(write.connection, session.library_id, kind, asked if KINDS[kind].is_item else there)
            session.progress.checkpoint(session.mode, write.connection)
        gone += absent
    if KINDS[kind].is_item and gone:
        session.report.count(str(kind), Counts(removed=len(gone)))
    elif gone:
        _let_go(session, kind, gone)


def _held(session: Session, kind: Remote, count: int) -> bool:
    """Whether these are too many to be believed, and says so."""
    if session.allow_removals:
        return False
    if str(kind) in session.report.entities and session.report.entities[str(kind)].held:
        return True  # and said already
    with session.database.read() as connection:
        live = mirror.count_live(connection, session.library_id, kind)
    if count <= max(FEW, live // PART) and session.reader.count(kind) > 0:
        return False
    session.report.count(str(kind), Counts(held=count))
    session.report.held.append(
        f"{count} of {live} {KINDS[kind].rows} are not on the server any more. That is so many that nothing was removed; "
        "if it is right, sync with --allow-removals."
    )
    return True


def _let_go(session: Session, kind: Remote, gone: Sequence[int]) -> None:
    """From now on rules and what people said hold for those who stand in their place, too; only then may anything lose these."""
    heirs = mirror_heirs.find(session, kind, gone)
    at = session.database.clock()
    for start in range(0, len(gone), AT_ONCE):
        asked = gone[start : start + AT_ONCE]
        with session.database.write() as write:
            connection = write.connection
            known = mirror.known(connection, session.library_id, kind, asked)
            mirror.make_stale(connection, session.library_id, [row.local_id for row in known.values()], Why.VANISHED)
            for remote_id, row in known.items():
                if remote_id in heirs:
                    source = merging.led(connection, [row.local_id]).get(row.local_id, row.local_id)
                    session.report.merged += mirror_merges.begin(write, session.library_id, kind, source, heirs[remote_id], at=at)
            mirror.clear_suspects(connection, session.library_id, kind, asked)
            session.progress.checkpoint(session.mode, connection)


def _remove_items(session: Session, write: Write, kind: Remote, known: dict[int, Row]) -> None:
    at = session.database.clock()
    gone = [row.local_id for row in known.values()]
    mirror.set_gone(write.connection, session.library_id, kind, known)
    for row in known.values():
        target = _merged_into(session, write, row)
        if target is not None and mirror.note_merge(write.connection, session.library_id, kind, row.local_id, target, at=at):
            mirror_merges.carry(write, session.library_id, kind, row.local_id, target, at=at)
            playlist_items.follow_merge(write.connection, row.local_id, target)
            session.report.merged += 1
            write.touch([target], library_id=session.library_id)
    items.delete_fileless(write.connection, gone, at=at, revision=write.revision)
    write.touch(gone, library_id=session.library_id)


def _merged_into(session: Session, write: Write, row: Row) -> int | None:
    """The item that holds a file of this one now. None without one, or when its files went to several."""
    files = [int(each) for each in row.files.strip(",").split(",") if each]
    targets = {
        other.local_id
        for file in files
        for other in mirror.scenes_with(write.connection, session.library_id, file)
        if other.remote_id != row.remote_id
    }
    return targets.pop() if len(targets) == 1 else None
