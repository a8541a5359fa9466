"""Merges made in Stash, as far as they concern what is kept here: one of two entities is gone upstream, and the other stands in its place.
Links follow with the items, which are read again; rules, saved filters and what people said follow here.

The rule: they follow before the first item or relation does. From then on rules name both, until the last one is done; when the one that
was gone returns, it is kept back from everybody from whom the other one is, and what nobody changed meanwhile is as it was."""

from collections.abc import Iterable

import msgspec

from longshelf.ingest import followers, merging
from longshelf.model.kinds import EntityKind
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.store import mirror, mirror_words, user_data
from longshelf.store.database import Write
from longshelf.store.merging import Before


def begin(write: Write, library_id: int, kind: Remote, source_id: int, target_id: int, *, at: int) -> bool:
    """Everything that names the source names the target too. False when that was done before."""
    connection = write.connection
    if not mirror.note_merge(connection, library_id, kind, source_id, target_id, at=at):
        return False
    said, folded = merging.fold_words(connection, target_id, [source_id], at)
    ruled = followers.begin(connection, _entity(kind), [source_id], target_id, at)
    kept = merging.hold_words(connection, target_id, said, folded)
    mirror.keep_before(connection, library_id, kind, source_id, _written(Before([], [], said, folded, ruled, kept)))
    write.touch(entities=[source_id, target_id], library_id=library_id)
    return True


def finish(write: Write, library_id: int, kind: Remote, source_id: int, at: int) -> None:
    """Nothing carries the source any more: nothing names it any more. What people said of it stays, and would return with it."""
    connection = write.connection
    found = mirror.merged_into(connection, library_id, kind, source_id)
    if found is None:
        return
    target_id, before = found
    merging.hear(connection, _read(before), target_id, [source_id], at)
    followers.finish(connection, _entity(kind), [source_id], target_id, at)
    write.touch(entities=[source_id, target_id], library_id=library_id)


def take_back(write: Write, library_id: int, kind: Remote, source_id: int, at: int) -> None:
    """The source is there again: what hides the target hides both, until what carries the target was read again (`settle`)."""
    found = mirror.merged_into(write.connection, library_id, kind, source_id)
    if found is None:
        return
    target_id, _ = found
    followers.reopen(write.connection, _entity(kind), [source_id], target_id, at)
    mirror.read_again(write.connection, library_id, [target_id])
    write.touch(entities=[source_id, target_id], library_id=library_id)


def settle(write: Write, library_id: int, kind: Remote, target_id: int, at: int) -> None:
    """Whoever returned has its items back: rules and what people said are as they were before, where nobody changed them."""
    connection = write.connection
    for source_id, text in mirror.returned(connection, library_id, kind, target_id):
        before = _read(text)
        merging.unfold_words(connection, before, target_id)
        followers.restore(connection, _entity(kind), [source_id], target_id, before.ruled, at=at)
        mirror.forget_merge(connection, library_id, kind, source_id)
        write.touch(entities=[source_id, target_id], library_id=library_id)


def carry(write: Write, library_id: int, kind: Remote, source_id: int, target_id: int, *, at: int) -> None:
    """The same for works, of which nobody makes rules: what people said of one that is gone is said of the other one, too."""
    before = mirror_words.carry_item(write.connection, source_id, target_id, at=at)
    mirror.keep_before(write.connection, library_id, kind, source_id, msgspec.json.encode(before).decode())


def give_back(write: Write, library_id: int, kind: Remote, source_ids: Iterable[int], at: int) -> None:
    """These works are there again; what was said of one that had been merged is its own again. Merges of an earlier version stay as they
    are: what came over by them is not known."""
    connection = write.connection
    for source_id in source_ids:
        found = mirror.merged_into(connection, library_id, kind, source_id)
        if found is None or found[1] == mirror.NOTHING_KEPT:
            continue
        target_id, before = found
        mirror_words.give_back(connection, target_id, msgspec.json.decode(before, type=mirror_words.Before), at=at)
        user_data.give_back(connection, source_id, target_id)
        mirror.forget_merge(connection, library_id, kind, source_id)
        write.touch([source_id, target_id], library_id=library_id)


def _entity(kind: Remote) -> EntityKind:
    return EntityKind(KINDS[kind].becomes or "")


def _written(before: Before) -> str:
    return msgspec.json.encode(before).decode()


def _read(before: str) -> Before:
    return msgspec.json.decode(before, type=Before)
