"""What objects that are about to be written referred to until now, and refer to no more. An edit takes a tag from a scene, and so does a
merge of the tag into another one, which leaves no trace in the scene itself.

The rule: a reference is let go only when what it led to was still on the server after the object was read (then it was an edit), or when
it is known here who stands in its place (`mirror_merges.py`). Until then the object keeps it beside what it says now: it may be hidden for
too long that way, and is never shown for a moment to somebody from whom the tag kept it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from longshelf.ingest.mirror_items import REMOTE_OF, is_another
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, ItemRecord
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.mapping import EntityRecord, Mapped, Relation
from longshelf.store import merging, mirror, mirror_entities
from longshelf.store.database import Database, Transaction
from longshelf.store.mirror import Row

KEPT = b"kept"  # the digest of an object that is not what the server says of it: the next look writes it anew
Reference = tuple[EntityKind, str]


class Lost(NamedTuple):
    """An edge from an object to an entity here; `how` is a role or a relation."""

    remote_id: int
    entity_id: int
    how: str
    position: float | None


class Losses:
    """What the objects of one page refer to no more. Ask the server for all of `asked`, and say with `there` which of them it knows."""

    def __init__(self, lost: Iterable[Lost], led_by: Mapping[int, Sequence[tuple[Remote, int]]]) -> None:
        self._lost = [each for each in lost if led_by.get(each.entity_id)]
        self._led_by = led_by
        self._absent: set[tuple[Remote, int]] = set()

    def asked(self) -> dict[Remote, list[int]]:
        """The server's ids of the entities, by kind."""
        return _by_kind(one for each in self._lost for one in self._led_by[each.entity_id])

    def there(self, kind: Remote, ids: set[int]) -> None:
        """Those of a kind the server still knows: they were taken away from the objects by hand."""
        self._absent.update((kind, each) for each in self.asked().get(kind, ()) if each not in ids)

    def absent(self) -> dict[Remote, list[int]]:
        return _by_kind(self._absent)

    def keeping(self, each: Mapped) -> Mapped:
        """The object with what it must not lose yet."""
        kept = [
            (lost, absent)
            for lost in self._lost
            if lost.remote_id == each.id and (absent := next((one for one in self._led_by[lost.entity_id] if one in self._absent), None))
        ]
        if not kept:
            return each
        if isinstance(each.record, ItemRecord):
            credits = [Credit(_kind(remote), "", Role(lost.how), lost.position, external_id=str(key)) for lost, (remote, key) in kept]
            record: ItemRecord | EntityRecord = msgspec.structs.replace(each.record, credits=(*each.record.credits, *credits))
        else:
            relations = [Relation(lost.how, _kind(remote), str(key)) for lost, (remote, key) in kept]
            record = msgspec.structs.replace(each.record, relations=(*each.record.relations, *relations))
        return msgspec.structs.replace(each, record=record, hash=KEPT, stamp="")


def find(database: Database, library_id: int, kind: Remote, page: Sequence[Mapped], known: Mapping[int, Row]) -> Losses:
    """What is lost by objects that are known and are about to be written anew."""
    remotes = {known[each.id].local_id: each.id for each in page if not is_another(known[each.id], each.made_at)}
    with database.read() as connection:
        had = _references_here(connection, kind, remotes)
        now = _resolved(connection, library_id, page)
        lost = [each for each in had if each.entity_id not in now[each.remote_id]]
        return Losses(lost, _led_by(connection, library_id, {each.entity_id for each in lost}))


def referred(each: Mapped) -> set[Reference]:
    """What an object says it is related to."""
    record = each.record
    if isinstance(record, ItemRecord):
        return {(credit.kind, credit.external_id) for credit in record.credits if credit.external_id}
    return {(relation.kind, relation.external_id) for relation in record.relations}


def references(page: Iterable[Mapped], kinds: Iterable[EntityKind]) -> dict[EntityKind, set[int]]:
    """What the objects are related to, of these kinds."""
    found: dict[EntityKind, set[int]] = {kind: set() for kind in kinds}
    for each in page:
        for kind, remote_id in referred(each):
            if kind in found:
                found[kind].add(int(remote_id))
    return found


def unread(connection: Transaction, library_id: int, wanted: Mapping[EntityKind, set[int]]) -> dict[EntityKind, set[int]]:
    """Those of the entities that were never read themselves, or are thought to be gone."""
    found: dict[EntityKind, set[int]] = {}
    for kind, ids in wanted.items():
        read = {key for key, row in mirror.known(connection, library_id, REMOTE_OF[kind], ids).items() if row.hash and not row.gone}
        if ids - read:
            found[kind] = ids - read
    return found


def _references_here(connection: Transaction, kind: Remote, remotes: Mapping[int, int]) -> list[Lost]:
    if KINDS[kind].is_item:
        return [Lost(remotes[item], entity, role, place) for item, entity, role, place in mirror.links_of(connection, remotes)]
    return [Lost(remotes[one], other, how, None) for one, other, how in mirror_entities.relations_of(connection, remotes)]


def _resolved(connection: Transaction, library_id: int, page: Sequence[Mapped]) -> dict[int, set[int]]:
    """Which entities here each object refers to now, after merges that were made here."""
    ids: dict[Reference, int] = {}
    for kind, wanted in references(page, REMOTE_OF).items():
        ids.update(((kind, str(key)), row) for key, row in mirror.local_ids(connection, library_id, REMOTE_OF[kind], wanted).items())
    led = merging.led(connection, ids.values())
    return {each.id: {led.get(ids[one], ids[one]) for one in referred(each) if one in ids} for each in page}


def _led_by(connection: Transaction, library_id: int, entity_ids: set[int]) -> dict[int, list[tuple[Remote, int]]]:
    """The remote objects that each entity here stands for, without those that are known to be gone."""
    if not entity_ids:
        return {}
    leading = merging.leading(connection, entity_ids)
    vanishing = mirror.vanishing(connection, library_id)
    origins = {origin: target for target, sources in leading.items() for origin in sources if origin not in vanishing}
    found: dict[int, list[tuple[Remote, int]]] = {}
    for origin, remote, remote_id in mirror.remotes_of(connection, library_id, origins):
        found.setdefault(origins[origin], []).append((Remote(remote), remote_id))
    return found


def _kind(remote: Remote) -> EntityKind:
    return EntityKind(KINDS[remote].becomes or "")


def _by_kind(found: Iterable[tuple[Remote, int]]) -> dict[Remote, list[int]]:
    by_kind: dict[Remote, set[int]] = {}
    for remote, key in found:
        by_kind.setdefault(remote, set()).add(key)
    return {remote: sorted(keys) for remote, keys in sorted(by_kind.items())}
