"""Items whose entities changed while they did not: renamed entities are renamed on them, and entities that were removed upstream are taken
from them, before they go themselves.

The rules: pieces of bounded size, the place kept with each, so that a run that was cut off goes on; an entity that is gone leaves only when
every item that carried it was read again, for after a merge another one stands in its place, and an item between the two would carry
neither; one into which others were merged here stays as long as any of those is there upstream."""

from collections.abc import Iterable

from longshelf.ingest import mirror_merges
from longshelf.ingest.mirror_counts import Counts
from longshelf.ingest.mirror_items import REMOTE_OF
from longshelf.ingest.mirror_session import Session
from longshelf.ingest.relabeling import relabel
from longshelf.model.kinds import EntityKind
from longshelf.sources.stash.kinds import Remote
from longshelf.store import merging, mirror, mirror_entities
from longshelf.store.mirror import Stale, Why
from longshelf.store.mirror_entities import EntityRow

RENAMED_AT_ONCE = 500
READ_AT_ONCE = 200


def refresh(session: Session) -> None:
    """Until nothing is stale."""
    while True:
        session.progress.check()
        with session.database.read() as connection:
            stale = mirror.next_stale(connection, session.library_id)
            row = mirror_entities.rows(connection, [stale.entity_id]).get(stale.entity_id) if stale else None
        if stale is None:
            return
        if row is None:
            _forget(session, stale.entity_id)
        else:
            {Why.RENAMED: _rename, Why.VANISHED: _let_go, Why.AGAIN: _read_anew}[stale.why](session, stale, row)


def _rename(session: Session, stale: Stale, row: EntityRow) -> None:
    with session.database.write() as write:
        ids = [each for each, _ in mirror.carriers(write.connection, row.id, stale.after_item, RENAMED_AT_ONCE)]
        if ids:
            relabel(write, ids, session.library_id)
        if ids and row.kind == EntityKind.TAG:
            mirror_entities.rename_chapters(write.connection, ids, f":tag:{row.external_id}", row.name)
        mirror.move_stale(write.connection, session.library_id, row.id, ids[-1] if len(ids) == RENAMED_AT_ONCE else None)
        session.progress.checkpoint(session.mode, write.connection)
    session.report.relabelled += len(ids)


def _let_go(session: Session, stale: Stale, row: EntityRow) -> None:
    """One piece of its items is read again; after the last, it goes."""
    if not row.external_id.isdecimal():  # another one has its id meanwhile, and it was retired
        _forget(session, row.id)
        return
    kind, remote_id = REMOTE_OF[EntityKind(row.kind)], int(row.external_id)
    if stale.after_item == 0:
        if session.reader.there(kind, [remote_id]):
            _stay(session, kind, remote_id, row)
            return
        _read_related(session, _carried(session, row))
    if not _read_some(session, stale, _carried(session, row)):
        _remove(session, kind, remote_id, row)


def _read_anew(session: Session, stale: Stale, row: EntityRow) -> None:
    """What is related to it, and then its items piece by piece, are written as the remote says."""
    if stale.after_item == 0:
        _read_related(session, row.id)
    if _read_some(session, stale, row.id):
        return
    with session.database.write() as write:
        if row.kind in REMOTE_OF:
            mirror_merges.settle(write, session.library_id, REMOTE_OF[EntityKind(row.kind)], row.id, session.database.clock())
        mirror.move_stale(write.connection, session.library_id, row.id, None)
        session.progress.checkpoint(session.mode, write.connection)


def _carried(session: Session, row: EntityRow) -> int:
    """The entity that items carry for this one: another one after a merge that was made here."""
    with session.database.read() as connection:
        return merging.led(connection, [row.id]).get(row.id, row.id)


def _read_some(session: Session, stale: Stale, entity_id: int) -> bool:
    """Reads some items that carry the entity, writes them as the remote has them, and keeps the place; False when none are left."""
    with session.database.read() as connection:
        carriers = mirror.carriers(connection, entity_id, stale.after_item, READ_AT_ONCE)
    if not carriers:
        return False
    _read_items(session, (external_id for _, external_id in carriers))
    with session.database.write_quietly() as quiet:
        mirror.move_stale(quiet, session.library_id, stale.entity_id, carriers[-1][0])
        session.progress.checkpoint(session.mode, quiet)
    return True


def _read_related(session: Session, entity_id: int) -> None:
    """Entities that were related to it are read again, too."""
    with session.database.read() as connection:
        related = mirror_entities.related_to(connection, entity_id)
    by_kind: dict[Remote, list[int]] = {}
    for kind, external_id in related:
        if external_id.isdecimal():
            by_kind.setdefault(REMOTE_OF[EntityKind(kind)], []).append(int(external_id))
    for remote, ids in sorted(by_kind.items()):
        session.fetch(remote, sorted(ids), anew=True)


def _read_items(session: Session, external_ids: Iterable[str]) -> None:
    """Anew: what they are known as here may be what was said before a merge was taken back."""
    by_kind: dict[Remote, list[int]] = {}
    for external_id in external_ids:
        kind, _, remote_id = external_id.partition(":")
        if remote_id.isdecimal():  # another work has the id of one that has not: it was retired, and is gone
            by_kind.setdefault(Remote(kind), []).append(int(remote_id))
    for remote, ids in sorted(by_kind.items()):
        missing = set(ids) - session.fetch(remote, sorted(ids), anew=True)
        with session.database.read() as connection:
            live = {each for each, known in mirror.known(connection, session.library_id, remote, missing).items() if not known.gone}
        if live:
            session.suspect(remote, live)


def _remove(session: Session, kind: Remote, remote_id: int, row: EntityRow) -> None:
    at = session.database.clock()
    with session.database.write() as write:
        connection = write.connection
        mirror.set_gone(connection, session.library_id, kind, [remote_id])
        carried = merging.led(connection, [row.id]).get(row.id, row.id)
        if not mirror.remotes_of(connection, session.library_id, merging.leading(connection, [carried])[carried]):
            mirror_merges.finish(write, session.library_id, kind, carried, at)
            mirror_entities.set_deleted(connection, [carried], at=at, revision=write.revision)
        mirror.move_stale(connection, session.library_id, row.id, None)
        write.touch(entities=[row.id, carried], library_id=session.library_id)
        session.progress.checkpoint(session.mode, connection)
    session.report.count(str(kind), Counts(removed=1))


def _stay(session: Session, kind: Remote, remote_id: int, row: EntityRow) -> None:
    """It is back."""
    with session.database.write() as write:
        mirror.move_stale(write.connection, session.library_id, row.id, None)
        mirror_merges.take_back(write, session.library_id, kind, row.id, session.database.clock())
    session.fetch(kind, [remote_id])


def _forget(session: Session, entity_id: int) -> None:
    with session.database.write_quietly() as quiet:
        mirror.move_stale(quiet, session.library_id, entity_id, None)
