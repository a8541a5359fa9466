"""Who stands in the place of an entity that is gone upstream: Stash tells nobody that it merged two.

The rule: exactly one, or nobody. Proof is the name of the one that is gone among the other names of the one that is left, as merges of
tags leave it; else that everything that carried the one that is gone carries the other instead. All of the kind is read for it, after the
one was gone, for a name that was read before proves nothing."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from longshelf.ingest import mirror_losses
from longshelf.ingest.mirror_losses import KEPT
from longshelf.ingest.mirror_pages import pages
from longshelf.ingest.mirror_session import Session
from longshelf.model.text import name_key
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.mapping import EntityRecord
from longshelf.store import field_locks, merging, mirror, mirror_entities
from longshelf.store.database import Transaction

LOOKED_AT = 100  # items that carried it


def find(session: Session, kind: Remote, gone: Sequence[int]) -> dict[int, int]:
    """The entity here that stands in the place of each, by the remote's id of the one that is gone; nothing where there is none."""
    with session.database.read() as connection:
        rows = {key: row.local_id for key, row in mirror.known(connection, session.library_id, kind, gone).items() if row.hash}
        names = _names(connection, rows)
    if not rows:
        return {}
    found = _by_name(session, kind, names)
    for key in rows.keys() - found.keys():
        by_items = _by_items(session, kind, rows[key])
        if by_items is not None:
            found[key] = by_items
    return found


def _names(connection: Transaction, rows: Mapping[int, int]) -> dict[str, int]:
    """The remote's ids by the keys of what the remote called them; without those that share a name."""
    entities = mirror_entities.rows(connection, rows.values())
    locks = field_locks.said_by_source(connection, rows.values())
    found: dict[str, list[int]] = {}
    for key, local_id in rows.items():
        said = locks.get(local_id, {}).get("name")
        name = entities[local_id].name if said is None else msgspec.json.decode(said, type=str)
        found.setdefault(name_key(name), []).append(key)
        plain = name.partition(" (")[0]  # a person's disambiguation is no part of the name
        if plain != name:
            found.setdefault(name_key(plain), []).append(key)
    return {name: keys[0] for name, keys in found.items() if len(keys) == 1}


def _by_name(session: Session, kind: Remote, names: Mapping[str, int]) -> dict[int, int]:
    bearing: dict[int, set[int]] = {}
    for page in pages(session, kind, 0, 0):
        session.check()
        for each in page.objects:
            if isinstance(each.record, EntityRecord):
                for key in {names[name] for alias in each.record.aliases if (name := name_key(alias)) in names} - {each.id}:
                    bearing.setdefault(key, set()).add(each.id)
        session.write(page)
    with session.database.read() as connection:
        one = {key: _live(connection, session.library_id, kind, ids) for key, ids in bearing.items()}
    return {key: found.pop() for key, found in one.items() if len(found) == 1}


def _by_items(session: Session, kind: Remote, entity_id: int) -> int | None:
    """What all of its items carry now that some did not before."""
    with session.database.read() as connection:
        carriers = mirror.carriers(connection, merging.led(connection, [entity_id]).get(entity_id, entity_id), 0, LOOKED_AT)
        before: dict[int, set[int]] = {}
        for item_id, carried, _, _ in mirror.links_of(connection, [item_id for item_id, _ in carriers]):
            before.setdefault(item_id, set()).add(carried)
    common: set[int] | None = None
    come: set[int] = set()
    for remote, works in _by_kind(carriers).items():
        page = session.mapped(remote, session.reader.whole(remote, sorted(works)))
        with session.database.read() as connection:
            known = mirror.known(connection, session.library_id, remote, works)
            for each in page.objects:
                wanted = {int(key) for of, key in mirror_losses.referred(each) if of == KINDS[kind].becomes}
                now = _live(connection, session.library_id, kind, wanted) - {entity_id}
                common = now if common is None else common & now
                come |= now if known[each.id].hash == KEPT else now - before.get(works[each.id], set())
    found = come & (common or set())
    return found.pop() if len(found) == 1 else None


def _by_kind(carriers: Iterable[tuple[int, str]]) -> dict[Remote, dict[int, int]]:
    """Items by the remote's ids, kind by kind."""
    found: dict[Remote, dict[int, int]] = {}
    for item_id, external_id in carriers:
        kind, _, remote_id = external_id.partition(":")
        if remote_id.isdecimal():
            found.setdefault(Remote(kind), {})[int(remote_id)] = item_id
    return found


def _live(connection: Transaction, library_id: int, kind: Remote, ids: Iterable[int]) -> set[int]:
    """The entities here that live and are not about to go, after merges that were made here."""
    rows = [row.local_id for row in mirror.known(connection, library_id, kind, ids).values() if not row.gone]
    led = merging.led(connection, rows)
    found = {led.get(each, each) for each in rows} - mirror.vanishing(connection, library_id)
    return {each for each, row in merging.entities(connection, found).items() if row.deleted_at is None}
