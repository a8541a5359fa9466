"""Writing mirrored items: one page, in the caller's transaction, with the row that says which remote object each one is.

The rules: an equal hash writes nothing; a known id whose object was made at another moment is another work, and what was said about the
old one stays with the old one; an item keeps what a person has edited."""

from collections import OrderedDict
from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec
import structlog

from longshelf.ingest import mirror_merges
from longshelf.ingest.entities import EXTERNAL, EntityCache, key_of
from longshelf.ingest.locks import keep_locked
from longshelf.ingest.mirror_counts import Counts
from longshelf.ingest.prepared import Prepared, prepare
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.model.kinds import EntityKind
from longshelf.model.records import Chapter, Credit, ItemRecord
from longshelf.model.times import Clock
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.mapping import Mapped, derived_tag, external_id
from longshelf.store import bulk, entities, items, mirror, tables
from longshelf.store.database import Transaction, Write
from longshelf.store.entities import EntityKey
from longshelf.store.mirror import Row

NAMES_KEPT = 200_000  # about 40 MB
REMOTE_OF = {EntityKind(kind.becomes): name for name, kind in KINDS.items() if isinstance(kind.becomes, EntityKind)}
_log = structlog.get_logger()


class Ready(msgspec.Struct, frozen=True):
    """One object of a page. `prepared` is None where nothing is to be written but perhaps the stamp."""

    mapped: Mapped
    prepared: Prepared | None


class Names:
    """What mirrored entities of some kinds are called, by the remote's ids: kept, for a page asks for thousands. Forget when entities are
    written. Not safe between threads: whoever calls holds the session's lock, from looking up to using what was found."""

    def __init__(self, library_id: int, kinds: Container[EntityKind]) -> None:
        self._library_id = library_id
        self._kinds = kinds
        self._known: OrderedDict[EntityKey, str] = OrderedDict()

    def forget(self) -> None:
        self._known.clear()

    def look_up(self, connection: Transaction, records: Iterable[ItemRecord]) -> set[tuple[EntityKind, str]]:
        """Learns every name the records need; (kind, id) of those that were never read, of which only the id is known, or that are gone."""
        wanted: dict[EntityKind, set[str]] = {}
        for record in records:
            for credit in record.credits:
                if credit.external_id and credit.kind in self._kinds and (credit.kind, EXTERNAL + credit.external_id) not in self._known:
                    wanted.setdefault(credit.kind, set()).add(credit.external_id)
        unknown: set[tuple[EntityKind, str]] = set()
        for kind, ids in wanted.items():
            rows = mirror.known(connection, self._library_id, REMOTE_OF[kind], map(int, ids))
            read = [str(key) for key, row in rows.items() if row.hash and not row.gone]
            found = entities.find_external(connection, self._library_id, kind, read)
            self._known.update(((kind, EXTERNAL + each), remote.name) for each, remote in found.items())
            unknown.update((kind, each) for each in ids - found.keys())
        return unknown

    def trim(self) -> None:
        while len(self._known) > NAMES_KEPT:
            self._known.popitem(last=False)

    def named(self, record: ItemRecord, content_hash: bytes) -> ItemRecord:
        """The record with names in place, without what is of kinds this server does not have. KeyError for one that was not looked up: an
        item without it would be seen by those from whom it keeps the item."""
        credits = tuple(
            Credit(credit.kind, self._known[key_of(credit)], credit.role, credit.position, credit.sort_name, credit.external_id)
            if credit.external_id
            else credit
            for credit in record.credits
            if not credit.external_id or credit.kind in self._kinds
        )
        chapters = tuple(self._titled(chapter) for chapter in record.chapters) if record.chapters else ()
        return msgspec.structs.replace(record, credits=credits, chapters=chapters, content_hash=content_hash)

    def _titled(self, chapter: Chapter) -> Chapter:
        tag = derived_tag(chapter)
        if not tag or EntityKind.TAG not in self._kinds:
            return chapter
        return msgspec.structs.replace(chapter, title=self._known[EntityKind.TAG, EXTERNAL + tag])


class ItemWriter:
    """For one library and one run."""

    def __init__(self, library_id: int, clock: Clock, kinds: Container[EntityKind]) -> None:
        self.library_id = library_id
        self.names = Names(library_id, kinds)
        self._clock = clock
        self._cache = EntityCache(library_id)

    def prepare(self, page: Sequence[Mapped], known: Mapping[int, Row], *, force: bool) -> list[Ready]:
        """Computes what is to be written. The names must have been looked up."""
        return [
            Ready(each, prepare(self.names.named(each.record, each.hash)) if force or differs(each, known.get(each.id)) else None)
            for each in page
            if isinstance(each.record, ItemRecord)
        ]

    def forget_names(self) -> None:
        """Entities were written: what was kept of them may be wrong."""
        self.names.forget()
        self._cache = EntityCache(self.library_id)

    def put(self, write: Write, kind: Remote, page: Sequence[Ready], known: Mapping[int, Row]) -> Counts:
        """`known` are the rows of the page's ids, read while nobody else may write this library. Call `commit` afterwards."""
        connection, at = write.connection, self._clock()
        changed = [(each.mapped, each.prepared) for each in page if each.prepared is not None]
        others = {each.id for each, _ in changed if is_another(known.get(each.id), each.made_at)}
        self._retire(write, kind, {each: known[each] for each in others}, at)
        ids = {each.id: known[each.id].local_id for each, _ in changed if each.id in known and each.id not in others}
        before = items.existing(connection, ids.values())
        new = [each.id for each, _ in changed if each.id not in ids]
        ids.update(zip(new, bulk.next_ids(connection, tables.item, len(new)) if new else (), strict=True))
        prepared = {ids[each.id]: ready for each, ready in changed}
        if before:
            prepared.update(keep_locked(write, {item_id: prepared[item_id] for item_id in before if item_id in prepared}))
        placed = [
            (prepared[ids[each.id]], Placement(ids[each.id], self.library_id, before.get(ids[each.id]), at, write.revision, each.made_at))
            for each, _ in changed
        ]
        put_items(write, placed, self._cache)
        returned = sorted(ids[each.id] for each, _ in changed if each.id in known and known[each.id].gone and each.id not in others)
        mirror_merges.give_back(write, self.library_id, kind, returned, at)
        self._put_rows(write, kind, page, ids, known)
        if changed:
            write.touch(ids.values(), library_id=self.library_id)
        return Counts(seen=len(page), added=len(new), updated=len(changed) - len(new))

    def commit(self) -> None:
        self._cache.commit()
        self.names.trim()

    def _put_rows(self, write: Write, kind: Remote, page: Sequence[Ready], ids: Mapping[int, int], known: Mapping[int, Row]) -> None:
        """`ids` are the items of what was written."""
        written = [each.mapped for each in page if each.prepared is not None]
        rows = [Row(each.id, ids[each.id], each.hash, each.stamp, each.made_at, False, _listed(each.files)) for each in written]
        mirror.put_rows(write.connection, self.library_id, kind, rows)
        mirror.note_files(write.connection, self.library_id, [(file, each.id) for each in written for file in each.files])
        stamps = [
            (each.mapped.id, each.mapped.stamp)
            for each in page
            if each.prepared is None and known[each.mapped.id].stamp != each.mapped.stamp
        ]
        mirror.set_stamps(write.connection, self.library_id, kind, stamps)

    def _retire(self, write: Write, kind: Remote, rows: Mapping[int, Row], at: int) -> None:
        """Another work has the id now: the one that had it is gone, with all that was said about it."""
        if not rows:
            return
        _log.warning("other works under known ids", library=self.library_id, kind=str(kind), count=len(rows))
        retired = {row.local_id: f"{external_id(kind, each)}~{row.made_at or 0}" for each, row in rows.items()}
        mirror.retire(write.connection, retired)
        items.delete_fileless(write.connection, retired, at=at, revision=write.revision)
        write.touch(retired, library_id=self.library_id)


def _listed(files: Sequence[int]) -> str:
    return f",{','.join(map(str, files))}," if files else ""


def differs(each: Mapped, row: Row | None) -> bool:
    """Whether the object is to be written, being what is known of its id."""
    return row is None or row.gone or row.hash != each.hash or is_another(row, each.made_at)


def is_another(row: Row | None, made_at: int | None) -> bool:
    """Whether an object made at `made_at` is another than the one that is known by its id: when it was made never changes."""
    return row is not None and None not in {row.made_at, made_at} and row.made_at != made_at
