"""Writing mirrored entities: rows, other names and relations of one page, in the caller's transaction.

The rules: the remote's id is who it is (as long as it was made at the same moment), its name only what it is called; fields a person has
edited keep his words, and what the source says meanwhile is remembered; names and relations the source never spoke of were made here, and
stay; a relation to one that was not read yet makes its row, so that nothing is lost by the order of pages."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from longshelf.ingest import mirror_merges
from longshelf.ingest.mirror_counts import Counts
from longshelf.ingest.mirror_items import REMOTE_OF, differs, is_another
from longshelf.model.kinds import EntityKind
from longshelf.model.text import name_key, natural_key
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.mapping import PARENT, EntityRecord, Mapped
from longshelf.store import bulk, field_locks, merging, mirror, mirror_entities, tables
from longshelf.store.database import Write
from longshelf.store.mirror import Row
from longshelf.store.mirror_entities import EntityRow, Said


class EntityWriter:
    """For one library and one run. `waiting` says whether the last page named entities of which nothing but the id is known."""

    def __init__(self, library_id: int) -> None:
        self.library_id = library_id
        self.waiting = False

    def put(self, write: Write, kind: Remote, page: Sequence[Mapped], *, force: bool, at: int) -> Counts:
        """Writes what differs from what is kept. Entities whose name changed have their items written anew later (`mirror_stale`)."""
        connection = write.connection
        self.waiting = False
        known = mirror.known(connection, self.library_id, kind, [each.id for each in page])
        changed = [each for each in page if force or differs(each, known.get(each.id))]
        others = {each.id: known[each.id] for each in changed if is_another(known.get(each.id), each.made_at)}
        ids = {each.id: known[each.id].local_id for each in changed if each.id in known and each.id not in others}
        new = [each for each in changed if each.id not in ids]
        for each, local_id in zip(new, bulk.next_ids(connection, tables.entity, len(new)) if new else (), strict=True):
            ids[each.id] = local_id
        self._retire(write, others, at)
        # First of all, so that those of one page that are related to each other find each other.
        mirror.put_rows(
            connection,
            self.library_id,
            kind,
            [Row(each.id, ids[each.id], each.hash, each.stamp, each.made_at, False, "") for each in changed],
        )
        # What a person merged away stays away: what is said of it is nobody's.
        led = merging.led(connection, ids.values())
        written = [each for each in changed if ids[each.id] not in led]
        returned = {row.local_id for row in known.values() if row.gone}
        self._write(write, kind, written, ids, returned, at=at)
        self._follow(write, {row.local_id: ids[remote_id] for remote_id, row in others.items()})
        same = {each.id for each in page} - {each.id for each in changed}
        stamps = [(each.id, each.stamp) for each in page if each.id in same and known[each.id].stamp != each.stamp]
        mirror.set_stamps(connection, self.library_id, kind, stamps)
        fresh = sum(not known[each.id].hash for each in changed if each.id in known and each.id not in others)
        return Counts(seen=len(page), added=len(new) + fresh, updated=len(changed) - len(new) - fresh)

    def _write(self, write: Write, kind: Remote, page: Sequence[Mapped], ids: Mapping[int, int], returned: set[int], *, at: int) -> None:
        if not page:
            return
        connection = write.connection
        records = {ids[each.id]: each.record for each in page if isinstance(each.record, EntityRecord)}
        before = mirror_entities.rows(connection, records)
        locks = field_locks.said_by_source(connection, before)
        targets = self._targets(write, records.values(), at)
        self._remember(write, locks, records, targets)
        rows = [self._row(each_id, record, before.get(each_id), locks.get(each_id, {})) for each_id, record in records.items()]
        mirror_entities.put(connection, self.library_id, rows, returned & records.keys(), at=at, revision=write.revision)
        self._write_said(write, kind, records, locks, targets)
        renamed = [row.id for row in rows if row.id in before and before[row.id].name != row.name]
        mirror.make_stale(connection, self.library_id, renamed)
        write.touch(entities=records, library_id=self.library_id)
        for each_id in sorted(returned & records.keys()):
            mirror_merges.take_back(write, self.library_id, kind, each_id, at)

    def _retire(self, write: Write, others: Mapping[int, Row], at: int) -> None:
        """Another one has the id now: the one that had it is gone, with all that was said about it."""
        retired = {row.local_id: f"{remote_id}~{row.made_at}" for remote_id, row in others.items()}
        if retired:
            mirror_entities.retire(write.connection, retired, at=at, revision=write.revision)
            write.touch(entities=retired, library_id=self.library_id)

    def _follow(self, write: Write, successors: Mapping[int, int]) -> None:
        """What was said to carry the id carries the one that has it now: its items are written anew."""
        for old, new in successors.items():
            mirror_entities.move_links(write.connection, old, new)
        mirror.make_stale(write.connection, self.library_id, successors.values())

    def _row(self, each_id: int, record: EntityRecord, before: EntityRow | None, locks: Mapping[str, str]) -> EntityRow:
        name = before.name if before and "name" in locks else record.name
        sort_name = before.sort_name if before and "sort_name" in locks else record.sort_name
        description = before.description if before and "description" in locks else record.description
        return EntityRow(
            id=each_id,
            kind=record.kind,
            external_id=record.external_id,
            name=name,
            name_key=name_key(name),
            sort_name=sort_name,
            sort_key=natural_key(sort_name or name),
            description=description,
            extra=msgspec.json.encode(record.extra).decode(),
        )

    def _targets(self, write: Write, records: Iterable[EntityRecord], at: int) -> dict[tuple[EntityKind, str], int]:
        """The row of everything these are related to; those nobody has read yet get one that waits for its name."""
        wanted: dict[EntityKind, set[str]] = {}
        for record in records:
            for relation in record.relations:
                wanted.setdefault(relation.kind, set()).add(relation.external_id)
        found: dict[tuple[EntityKind, str], int] = {}
        for kind, external_ids in sorted(wanted.items()):
            local = self.ensure(write, REMOTE_OF[kind], sorted(map(int, external_ids)), at=at)
            found.update(((kind, str(remote)), local_id) for remote, local_id in local.items())
        led = merging.led(write.connection, found.values())
        return {key: led.get(local_id, local_id) for key, local_id in found.items()}

    def ensure(self, write: Write, kind: Remote, remote_ids: Sequence[int], *, at: int) -> dict[int, int]:
        """The rows of these ids, made where there is none."""
        connection = write.connection
        found = mirror.local_ids(connection, self.library_id, kind, remote_ids)
        new = [each for each in remote_ids if each not in found]
        if new:
            fresh = dict(zip(new, bulk.next_ids(connection, tables.entity, len(new)), strict=True))
            rows = [_unnamed(kind, remote_id, local_id) for remote_id, local_id in fresh.items()]
            mirror_entities.put(connection, self.library_id, rows, set(), at=at, revision=write.revision)
            mirror.put_rows(connection, self.library_id, kind, [Row(each, fresh[each], b"", "", None, False, "") for each in new])
            write.touch(entities=fresh.values(), library_id=self.library_id)
            found.update(fresh)
            self.waiting = True
        return found

    def _remember(
        self,
        write: Write,
        locks: Mapping[int, Mapping[str, str]],
        records: Mapping[int, EntityRecord],
        targets: Mapping[tuple[EntityKind, str], int],
    ) -> None:
        """Keeps what the source says of fields it may not write."""
        rows = []
        for each_id, fields in locks.items():
            record = records[each_id]
            said: dict[str, object] = {
                "name": record.name,
                "sort_name": record.sort_name,
                "description": record.description,
                "aliases": list(record.aliases),
                "parents": sorted(targets[each.kind, each.external_id] for each in record.relations if each.relation == PARENT),
            }
            rows += [(each_id, field, msgspec.json.encode(said[field]).decode()) for field in fields if field in said]
        field_locks.remember(write.connection, rows)

    def _write_said(
        self,
        write: Write,
        kind: Remote,
        records: Mapping[int, EntityRecord],
        locks: Mapping[int, Mapping[str, str]],
        targets: Mapping[tuple[EntityKind, str], int],
    ) -> None:
        """Other names and relations: what the source says now comes, and goes when it was said before and is not any more. Fields a person
        has edited stay."""
        connection = write.connection
        remotes = {int(record.external_id): each_id for each_id, record in records.items()}
        said = {each_id: _said(each_id, record, targets) for each_id, record in records.items()}
        old = {remotes[key]: each for key, each in mirror_entities.said(connection, self.library_id, kind, remotes).items()}
        gone = {each_id: each.without(said[each_id]) for each_id, each in old.items()}
        free = [each_id for each_id in records if "aliases" not in locks.get(each_id, {})]
        parents_kept = {each_id for each_id in records if "parents" in locks.get(each_id, {})}
        mirror_entities.replace_aliases(
            connection,
            self.library_id,
            records[next(iter(records))].kind,
            [(key, each_id) for each_id in free if each_id in gone for key in gone[each_id].aliases],
            [(key, each_id, name) for each_id in free for key, name in said[each_id].aliases.items()],
        )
        mirror_entities.replace_relations(
            connection,
            _edges(gone, parents_kept),
            _edges(said, parents_kept),
        )
        mirror_entities.put_said(
            connection, self.library_id, kind, {key: said[each_id] for key, each_id in remotes.items() if said[each_id] or each_id in old}
        )


def _said(each_id: int, record: EntityRecord, targets: Mapping[tuple[EntityKind, str], int]) -> Said:
    aliases = {key: alias for alias in record.aliases if (key := name_key(alias)) and key != name_key(record.name)}
    related = {(targets[each.kind, each.external_id], each.relation) for each in record.relations}
    return Said(aliases, sorted(each for each in related if each[0] != each_id))


def _edges(said: Mapping[int, Said], parents_kept: Collection[int]) -> list[tuple[int, int, str]]:
    """Those the source may write."""
    return sorted(
        (each_id, target, relation)
        for each_id, each in said.items()
        for target, relation in each.relations
        if not (relation == PARENT and each_id in parents_kept)
    )


def _unnamed(kind: Remote, remote_id: int, local_id: int) -> EntityRow:
    becomes = EntityKind(KINDS[kind].becomes or "")
    name = f"{KINDS[kind].type} {remote_id}"
    return EntityRow(local_id, becomes, str(remote_id), name, name_key(name), "", natural_key(name), "", "{}")
