"""Items whose entities changed while they did not: renamed entities are renamed on them, and entities that were removed upstream are taken
from them, before they go themselves.

The rules: pieces of bounded size, the place kept with each, so that a run that was cut off goes on; an entity that is gone leaves only when
every item that carried it was read again, for after a merge another one stands in its place, and an item between the two would carry
neither."""

from collections.abc import Iterable

from longshelf.ingest.mirror_counts import Counts
from longshelf.ingest.mirror_entities import REMOTE_OF
from longshelf.ingest.mirror_session import Session
from longshelf.ingest.relabeling import relabel
from longshelf.model.kinds import EntityKind
from longshelf.model.text import name_key
from longshelf.sources.stash.kinds import Remote
from longshelf.store import mirror, mirror_entities, mirror_words
from longshelf.store.mirror import Stale
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
            with session.database.write_quietly() as quiet:
                mirror.move_stale(quiet, session.library_id, stale.entity_id, None)
        elif stale.vanished:
            _let_go(session, stale, row)
        else:
            _rename(session, stale, row)


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
    kind = REMOTE_OF[EntityKind(row.kind)]
    remote_id = int(row.external_id)
    if stale.after_item == 0:
        if session.reader.there(kind, [remote_id]):  # it is back
            session.fetch(kind, [remote_id])
            _forget(session, row.id)
            return
        _read_related(session, row)
    with session.database.read() as connection:
        carriers = mirror.carriers(connection, row.id, stale.after_item, READ_AT_ONCE)
    _read_items(session, (external_id for _, external_id in carriers))
    if carriers:
        with session.database.write_quietly() as quiet:
            mirror.move_stale(quiet, session.library_id, row.id, carriers[-1][0])
            session.progress.checkpoint(session.mode, quiet)
        return
    _remove(session, kind, remote_id, row)


def _read_related(session: Session, row: EntityRow) -> None:
    """Entities that were related to it are read again, too."""
    with session.database.read() as connection:
        related = mirror_entities.related_to(connection, row.id)
    by_kind: dict[Remote, list[int]] = {}
    for kind, external_id in related:
        by_kind.setdefault(REMOTE_OF[EntityKind(kind)], []).append(int(external_id))
    for remote, ids in sorted(by_kind.items()):
        session.fetch(remote, sorted(ids))


def _read_items(session: Session, external_ids: Iterable[str]) -> None:
    by_kind: dict[Remote, list[int]] = {}
    for external_id in external_ids:
        kind, _, remote_id = external_id.partition(":")
        if remote_id.isdigit():  # another work has the id of one that has not: it was retired, and is gone
            by_kind.setdefault(Remote(kind), []).append(int(remote_id))
    for remote, ids in sorted(by_kind.items()):
        missing = set(ids) - session.fetch(remote, sorted(ids))
        with session.database.read() as connection:
            live = {each for each, known in mirror.known(connection, session.library_id, remote, missing).items() if not known.gone}
        if live:
            session.suspect(remote, live)


def _remove(session: Session, kind: Remote, remote_id: int, row: EntityRow) -> None:
    at = session.database.clock()
    with session.database.write() as write:
        connection = write.connection
        targets = [
            each for each in mirror_entities.with_alias(connection, session.library_id, row.kind, name_key(row.name)) if each != row.id
        ]
        if len(targets) == 1 and mirror.note_merge(connection, session.library_id, kind, row.id, targets[0], at=at):
            mirror_words.carry_entity(connection, row.id, targets[0], at=at)
            session.report.merged += 1
            write.touch(entities=targets, library_id=session.library_id)
        mirror_entities.set_deleted(connection, [row.id], at=at, revision=write.revision)
        mirror.set_gone(connection, session.library_id, kind, [remote_id])
        mirror.move_stale(connection, session.library_id, row.id, None)
        write.touch(entities=[row.id], library_id=session.library_id)
        session.progress.checkpoint(session.mode, connection)
    session.report.count(str(kind), Counts(removed=1))


def _forget(session: Session, entity_id: int) -> None:
    with session.database.write_quietly() as quiet:
        mirror.move_stale(quiet, session.library_id, entity_id, None)
