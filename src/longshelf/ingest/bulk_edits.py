"""Many items changed alike, and changed back. Some at a time, each transaction together with the record of what these were before.

Undoing an item restores what the edit changed, field by field; a field that no longer is what the edit made it was changed again since,
and is left as it is and counted. So is an item that is gone. A field that was given back to its source is what it was before, and locked,
whatever the source wrote into it meanwhile."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from longshelf.ingest.entities import EntityCache, key_of
from longshelf.ingest.locks import LOCKABLE_FIELDS
from longshelf.ingest.prepared import prepare
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, ItemRecord
from longshelf.store import files, items, merging, personal, plays, reading
from longshelf.store.database import Transaction, Write
from longshelf.store.personal import ItemWord
from longshelf.store.stored import records

AT_ONCE = 100  # items of one transaction: some 50 ms
PERSONAL_FIELDS = ("rating", "favorite", "hidden", "watched")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with each item. `scalars` and `credits` replace; `add` and `remove` (ids) change what is there; `unlock` gives fields back
    to the source; `said` is what its user says about them."""

    scalars: dict[str, Any] = {}
    credits: dict[EntityKind, list[Credit]] = {}
    add: tuple[Credit, ...] = ()
    remove: dict[EntityKind, list[int]] = {}
    unlock: tuple[str, ...] = ()
    said: dict[str, Any] = {}

    @property
    def catalogue(self) -> bool:
        """Whether it changes items, and not only what somebody says about them."""
        return bool(self.scalars or self.credits or self.add or self.remove or self.unlock)


class Changed(msgspec.Struct, frozen=True, array_like=True):
    """One field of an item: a scalar, or the credits of a kind, each with its place among all of the item; `after` tells what it became,
    digested. `locked` is whether it was before."""

    field: str
    before: Any
    after: bytes
    locked: bool


class Trace(msgspec.Struct, frozen=True, array_like=True):
    """What an edit did to an item. `unlocked` are the fields whose locks it took away, each with what stood in it."""

    item_id: int
    fields: list[Changed] = []
    unlocked: dict[str, Any] = {}


class SaidTrace(msgspec.Struct, frozen=True, array_like=True):
    """What somebody said about an item before and after; `before` None for nothing."""

    item_id: int
    before: ItemWord | None
    after: ItemWord


class Put(msgspec.Struct, frozen=True):
    """How many items were changed, and how many were left as they are: gone, or changed again since."""

    changed: int = 0
    left: int = 0


def edit_some(write: Write, plan: Plan, ids: Sequence[int], user_id: int | None, at: int) -> tuple[list[Trace], Put]:
    """Applies the plan to these items; what it did to each."""
    known = items.existing(write.connection, ids)
    live = [each for each in ids if each in known and known[each].deleted_at is None]
    stored, locks = records(write.connection, live), items.locks(write.connection, live)
    gone = _gone(write.connection, plan, live)
    fresh = {each: _applied(plan, stored[each], gone.get(each, set())) for each in live}
    edited = {each: record for each, record in fresh.items() if record != stored[each]}
    _put(write, edited, known, at)
    # Read back: a name may lead to an entity that is called otherwise.
    now = {**stored, **records(write.connection, edited)}
    traces = [trace for each in live if (trace := _traced(plan, each, (stored[each], now[each]), locks.get(each, set()))) is not None]
    locked = {each.item_id: [change.field for change in each.fields] for each in traces}
    items.lock_all(write.connection, locked, user_id=user_id, at=at)
    _give_back(write.connection, {each.item_id: list(each.unlocked) for each in traces if each.unlocked})
    _touch(write, [each.item_id for each in traces])
    return traces, Put(len(traces), len(ids) - len(live))


def _traced(plan: Plan, item_id: int, records: tuple[ItemRecord, ItemRecord], held: Collection[str]) -> Trace | None:
    """What the plan made of an item, from what it was and is and the locks it had; None for nothing."""
    before, after = records
    fields = [
        Changed(field, _placed(before, field), _digest(_value(after, field)), field in held)
        for field in _touched(plan)
        if _value(before, field) != _value(after, field) or field not in held
    ]
    unlocked = {field: _placed(before, field) for field in plan.unlock if field in held}
    return Trace(item_id, fields, unlocked) if fields or unlocked else None


def undo_some(write: Write, traces: Sequence[Trace], user_id: int | None, at: int) -> Put:
    """Puts back what `edit_some` changed, where it still is what that made it."""
    ids = [each.item_id for each in traces]
    known = items.existing(write.connection, ids)
    stored, locks = records(write.connection, known), items.locks(write.connection, known)
    edited: dict[int, ItemRecord] = {}
    locked: dict[int, list[str]] = {}
    unlocked: dict[int, list[str]] = {}
    left = 0
    for trace in traces:
        if trace.item_id not in known or known[trace.item_id].deleted_at is not None:
            left += 1
            continue
        now = stored[trace.item_id]
        held = locks.get(trace.item_id, set())
        made = [each for each in trace.fields if each.field not in trace.unlocked]
        same = [each for each in made if each.field in held and _digest(_value(now, each.field)) == each.after]
        # Whatever the source said in it since; one that is locked again was changed by somebody.
        back = [Changed(field, before, b"", locked=True) for field, before in trace.unlocked.items() if field not in held]
        left += len(same) + len(back) < len(made) + len(trace.unlocked)
        fresh = _restored(now, [*same, *back])
        if fresh != now:
            edited[trace.item_id] = fresh
        unlocked[trace.item_id] = [each.field for each in same if not each.locked]
        locked[trace.item_id] = [each.field for each in back]
    _put(write, edited, known, at)
    items.unlock_all(write.connection, unlocked)
    items.lock_all(write.connection, locked, user_id=user_id, at=at)
    _touch(write, list(unlocked))
    return Put(len(unlocked), left)


def say_some(connection: Transaction, plan: Plan, ids: Sequence[int], user_id: int, at: int) -> list[SaidTrace]:
    """What the user says about these items from now on; what it was before."""
    personal.hold(connection, [user_id])
    ids = items.that_are_there(connection, ids)
    before = personal.on_items(connection, user_id, ids)
    plain = {name: value for name, value in plan.said.items() if name != "watched"}
    if plain:
        _say(connection, user_id, {each: msgspec.structs.replace(before.get(each, ItemWord()), **plain) for each in ids}, at)
    if "watched" in plan.said:
        for item_id in ids:
            plays.mark(connection, user_id, item_id, watched=plan.said["watched"], at=at)
    after = personal.on_items(connection, user_id, ids)
    return [SaidTrace(each, before.get(each), after[each]) for each in ids if after.get(each, ItemWord()) != before.get(each, ItemWord())]


def unsay_some(connection: Transaction, traces: Sequence[SaidTrace], user_id: int, at: int) -> Put:
    """What the user said before stands again, where he said nothing else since. A play that was only marked leaves the history; the numbers
    of one that was taken back come back, its sittings stay there uncounted."""
    personal.hold(connection, [user_id])
    there = set(items.that_are_there(connection, [each.item_id for each in traces]))
    now = personal.on_items(connection, user_id, there)
    same = [each for each in traces if each.item_id in there and now.get(each.item_id) == each.after]
    for each in same:
        if each.after.play_count and not (each.before and each.before.play_count):
            plays.mark(connection, user_id, each.item_id, watched=False, at=at)
    _say(connection, user_id, {each.item_id: each.before or ItemWord() for each in same}, at)
    return Put(len(same), len(traces) - len(same))


def packed(traces: Sequence[Trace] | Sequence[SaidTrace]) -> bytes:
    """As they are kept: names come again and again, so this is a tenth of them."""
    return zlib.compress(msgspec.msgpack.encode(traces))


def unpacked(kept: bytes) -> list[Trace]:
    """Of `edit_some`."""
    return msgspec.msgpack.decode(zlib.decompress(kept), type=list[Trace])


def unpacked_said(kept: bytes) -> list[SaidTrace]:
    """Of `say_some`."""
    return msgspec.msgpack.decode(zlib.decompress(kept), type=list[SaidTrace])


def _touched(plan: Plan) -> list[str]:
    """The fields the plan writes, and so locks, by the names of locks."""
    kinds = {*plan.credits, *(credit.kind for credit in plan.add), *plan.remove}
    return [*plan.scalars, *(kind.value for kind in EntityKind if kind in kinds)]


def _applied(plan: Plan, record: ItemRecord, gone: Collection[tuple[str, str]]) -> ItemRecord:
    """`gone` are the (kind, name) to be taken away."""
    kept = [credit for credit in record.credits if credit.kind not in plan.credits and (credit.kind, credit.name) not in gone]
    given = [credit for credits in plan.credits.values() for credit in credits]
    there = {(key_of(credit), credit.role) for credit in kept}
    more = [credit for credit in plan.add if (key_of(credit), credit.role) not in there]
    return msgspec.structs.replace(record, credits=(*given, *kept, *more), **plan.scalars)


def _gone(connection: Transaction, plan: Plan, ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """What each item is to lose, by kind and name: links lead to the entities that are meant, or to where these were merged since."""
    meant = {(kind.value, each) for kind, some in plan.remove.items() for each in some}
    if not meant:
        return {}
    led = merging.led(connection, [each for _, each in meant])
    meant |= {(kind, led[each]) for kind, each in meant if each in led}
    links = reading.links(connection, ids)
    return {item_id: {(link.kind, link.name) for link in some if (link.kind, link.id) in meant} for item_id, some in links.items()}


def _value(record: ItemRecord, field: str) -> Any:
    if field in LOCKABLE_FIELDS:
        return getattr(record, field)
    return tuple(credit for credit in record.credits if credit.kind == field)


def _placed(record: ItemRecord, field: str) -> Any:
    """As `_value`, credits with their places."""
    if field in LOCKABLE_FIELDS:
        return getattr(record, field)
    return [(place, *msgspec.structs.astuple(credit)) for place, credit in enumerate(record.credits) if credit.kind == field]


def _restored(record: ItemRecord, changed: Sequence[Changed]) -> ItemRecord:
    """The record with these fields as they were before."""
    types = {each.name: each.type for each in msgspec.structs.fields(ItemRecord)}
    scalars = {each.field: msgspec.convert(each.before, types[each.field]) for each in changed if each.field in LOCKABLE_FIELDS}
    kinds = [each for each in changed if each.field not in LOCKABLE_FIELDS]
    placed = [
        (int(place), Credit(EntityKind(kind), name, Role(role), *rest)) for each in kinds for place, kind, name, role, *rest in each.before
    ]
    credits = [credit for credit in record.credits if credit.kind not in {each.field for each in kinds}]
    for place, credit in sorted(placed, key=lambda pair: pair[0]):
        credits.insert(place, credit)
    return msgspec.structs.replace(record, credits=tuple(credits), **scalars)


def _digest(value: Any) -> bytes:
    return hashlib.blake2b(msgspec.msgpack.encode(value, order="deterministic"), digest_size=8).digest()


def _put(write: Write, edited: Mapping[int, ItemRecord], known: Mapping[int, items.Existing], at: int) -> None:
    """Rewrites the items, library by library: names belong to one."""
    by_library: dict[int, list[int]] = {}
    for item_id, library_id in items.libraries_of(write.connection, edited).items():
        by_library.setdefault(library_id, []).append(item_id)
    for library_id, ids in sorted(by_library.items()):
        placed = [(prepare(edited[each]), Placement(each, library_id, known[each], at, write.revision)) for each in ids]
        put_items(write, placed, EntityCache(library_id))


def _give_back(connection: Transaction, fields: Mapping[int, Iterable[str]]) -> None:
    """The next scan writes these fields again."""
    items.unlock_all(connection, fields)
    for item_id in fields:
        files.read_again(connection, item_id)


def _touch(write: Write, ids: Sequence[int]) -> None:
    libraries = set(items.libraries_of(write.connection, ids).values())
    for library_id in libraries:
        write.touch(library_id=library_id)
    if ids:
        write.touch(ids)


def _say(connection: Transaction, user_id: int, words: Mapping[int, ItemWord], at: int) -> None:
    personal.put_items(connection, [(user_id, item_id, *_row(word), at) for item_id, word in words.items()])


def _row(word: ItemWord) -> tuple[Any, ...]:
    return tuple(int(value) if isinstance(value, bool) else value for value in msgspec.structs.astuple(word))
