"""A feed's entries into its library, as one transaction.

The rules: an entry is the item that has its id, else its link, whichever feed of the library it comes from; of several feeds that bring
it, the first has the word, until it is read no more; an equal digest writes nothing; an item keeps what a person has edited; what leaves
the feed stays."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from longshelf.ingest.entities import EntityCache
from longshelf.ingest.locks import keep_locked
from longshelf.ingest.posts_prepared import prepare_post
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.sources.feed.posts import Known
from longshelf.store import bulk, feeds, items, posts, tables
from longshelf.store.database import Database, Transaction
from longshelf.store.feeds import Place
from longshelf.store.items import Existing


class Taken(msgspec.Struct):
    """What became of the entries; `doubles` are another feed's, or another entry's of this one."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    doubles: int = 0


class _Plan(NamedTuple):
    """What there is to write: posts without an item yet, posts that changed with their items, and keys that are new."""

    new: list[Known]
    changed: dict[int, Known]
    places: dict[bytes, Place]
    taken: Taken


def take(database: Database, library_id: int, feed_id: int, found: Sequence[Known], reading: frozenset[int]) -> Taken:
    """`reading` are the feeds the library still reads."""
    with database.read() as connection:
        plan = _plan(connection, library_id, feed_id, found, reading)
    if not (plan.new or plan.changed or plan.places):
        return plan.taken
    cache = EntityCache(library_id)
    at = database.clock()
    with database.write() as write:
        connection = write.connection
        plan = _plan(connection, library_id, feed_id, found, reading)  # again: others may have written since
        ids = bulk.next_ids(connection, tables.item, len(plan.new)) if plan.new else ()
        fresh = dict(zip(ids, plan.new, strict=True))
        before = items.existing(connection, plan.changed)
        given = {item_id: prepare_post(known.post.record) for item_id, known in {**plan.changed, **fresh}.items()}
        if before:
            given.update(keep_locked(write, {item_id: given[item_id] for item_id in before}))
        placed = [(each, Placement(item_id, library_id, before.get(item_id), at, write.revision)) for item_id, each in given.items()]
        put_items(write, placed, cache)
        added = {key: Place(item_id, feed_id) for item_id, known in fresh.items() for key in known.keys}
        feeds.put_places(connection, library_id, {**plan.places, **added})
        if given:
            write.touch(given, library_id=library_id)
    return plan.taken


def _plan(connection: Transaction, library_id: int, feed_id: int, found: Sequence[Known], reading: frozenset[int]) -> _Plan:
    places = feeds.places(connection, library_id, list(dict.fromkeys(key for known in found for key in known.keys)))
    named = posts.known(connection, library_id, list(dict.fromkeys(known.post.record.external_id for known in found)))
    led = [_place(known, places, named, feed_id) for known in found]
    stored = items.existing(connection, {place.item_id for place in led if place is not None})
    plan = _Plan([], {}, {}, Taken())
    seen: set[int] = set()
    names: set[str] = set()
    for known, place in zip(found, led, strict=True):
        name = known.post.record.external_id
        if name in names or (place is not None and place.item_id in seen):
            plan.taken.doubles += 1
            continue
        names.add(name)
        if place is None:
            plan.new.append(known)
            plan.taken.added += 1
            continue
        seen.add(place.item_id)
        owner = place.feed_id if place.feed_id in reading else feed_id
        plan.places.update({key: Place(place.item_id, owner) for key in known.keys if places.get(key) != Place(place.item_id, owner)})
        if owner != feed_id:
            plan.taken.doubles += 1
        elif _differs(known, stored.get(place.item_id)):
            plan.changed[place.item_id] = known
            plan.taken.updated += 1
        else:
            plan.taken.unchanged += 1
    return plan


def _place(known: Known, places: Mapping[bytes, Place], named: Mapping[str, Existing], feed_id: int) -> Place | None:
    """The item the entry is: by its surest key, or because an item bears its id."""
    for key in known.keys:
        if key in places:
            return places[key]
    existing = named.get(known.post.record.external_id)
    return None if existing is None else Place(existing.id, feed_id)


def _differs(known: Known, stored: Existing | None) -> bool:
    return stored is None or stored.deleted_at is not None or stored.content_hash != known.post.record.content_hash
