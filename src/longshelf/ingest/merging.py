"""Several entities become one, and come apart again.

A merge begins in one transaction: from then on every name of the sources leads to the target, rules and what people said hold for both.
Then links of items and relations follow, some at a time, each transaction with a record of what it moved. Last the sources vanish. Undoing
goes the same way back: whatever was changed again since is left as it is, and counted. Nothing is kept in memory between two transactions,
so either can be stopped anywhere and taken up again."""

from collections.abc import Iterable, Sequence

import msgspec

from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.ingest import followers
from longshelf.ingest.relabeling import relabel
from longshelf.model.kinds import EntityKind
from longshelf.store import entity_writing, merging, mirror, remote_merges
from longshelf.store.database import Transaction, Write
from longshelf.store.entity_writing import PARENT
from longshelf.store.merging import Alias, Before, EntityRow, MergeRow, MovedLink, MovedRelation, Piece, Vanished, Word
from longshelf.store.remote_merges import Kept, Spoken

AT_ONCE = 250  # items or relations of one transaction: some 50 ms, which no other writer notices
TOMBSTONE = "\x01"  # in no key a name can have


class Undone(msgspec.Struct, frozen=True):
    """What one piece of an undoing put back, and how many things it left because they were changed since."""

    moved: int
    left: int


def begin(write: Write, row: MergeRow, source_ids: Sequence[int]) -> MergeRow:
    """Starts the merge `row` describes; it as it is kept. NotFound, Invalid when these cannot be one, Conflict while one of them is part of
    another merge."""
    connection = write.connection
    ids = list(dict.fromkeys(source_ids))
    known = merging.entities(connection, [row.target_id, *ids])
    target = _live(known, row.target_id)
    sources = [_live(known, each) for each in ids]
    _check(target, sources)
    busy = merging.busy(connection, known)
    if busy is not None:
        raise Conflict(f"One of these is being merged already; wait for job {busy}, or undo it.")
    row = row._replace(library_id=target.library_id, kind=target.kind)
    vanished = [Vanished(each.id, each.name, each.name_key) for each in sources]
    merging.add(connection, row, vanished)
    names = _take_names(write, row, vanished)
    said, folded = fold_words(connection, row.target_id, ids, row.created_at)
    ruled = followers.begin(connection, EntityKind(row.kind), ids, row.target_id, row.created_at)
    before = Before(vanished, names, said, folded, ruled, hold_words(connection, row.target_id, said, folded))
    merging.keep(connection, row.id, before)
    write.touch(entities=known, library_id=row.library_id)
    return row._replace(before=msgspec.json.encode(before).decode())


def move_links(write: Write, row: MergeRow, source_id: int, after_id: int) -> tuple[int, int]:
    """Moves the links that items behind one of them have to a source: (how many, the last item); (0, 0) when there are none."""
    links = merging.some_links(write.connection, source_id, after_id, AT_ONCE)
    if not links:
        return 0, 0
    merging.add_piece(write.connection, row.id, Piece(links=_move_links(write, row, links)))
    return len(links), links[-1].item_id


def move_relations(write: Write, row: MergeRow) -> int:
    """Moves some relations; how many, 0 when there are none left."""
    edges = merging.some_relations(write.connection, [each.id for each in before_of(row).sources], AT_ONCE)
    if edges:
        merging.add_piece(write.connection, row.id, Piece(relations=_move_relations(write, row, edges)))
    return len(edges)


def finish(write: Write, row: MergeRow, at: int) -> None:
    """The sources vanish, with the last links and relations that may have come to them since these were moved."""
    connection, before = write.connection, before_of(row)
    sources = [each.id for each in before.sources]
    for each in sources:
        while move_links(write, row, each, 0)[0]:
            pass
    while move_relations(write, row):
        pass
    of_sources = hear(connection, before, row.target_id, sources, at)
    merging.put_words(connection, [], [(each.user_id, each.entity_id) for each in of_sources])
    followers.finish(connection, EntityKind(row.kind), sources, row.target_id, at)
    merging.set_deleted(connection, sources, at, at=at, revision=write.revision)
    merging.set_state(connection, row.id, "merged", finished_at=at)
    write.touch(entities=[row.target_id, *sources], library_id=row.library_id)


def begin_undo(write: Write, row: MergeRow, job_id: int, at: int) -> None:
    """The sources are there again, with their names and what people said of them. Conflict when the target has vanished itself, or a
    name was given to somebody else."""
    connection, before = write.connection, before_of(row)
    sources = [each.id for each in before.sources]
    _live(merging.entities(connection, [row.target_id]), row.target_id)
    others = [other for other in [merging.busy(connection, [row.target_id, *sources])] if other not in {None, row.job_id}]
    if others:
        raise Conflict(f"One of these is being merged; wait for job {others[0]}, or undo it.")
    _return_names(write, row, before, at)
    merging.set_deleted(connection, sources, None, at=at, revision=write.revision)
    merging.put_words(connection, [each for each in before.said if each.entity_id in sources])
    followers.reopen(connection, EntityKind(row.kind), sources, row.target_id, at)
    merging.release(connection, row.id)
    mirror.unread(connection, [row.target_id, *sources])
    merging.set_state(connection, row.id, "undoing", undo_job_id=job_id)
    write.touch(entities=[row.target_id, *sources], library_id=row.library_id)


def undo_some(write: Write, row: MergeRow) -> Undone | None:
    """Puts back what the newest piece moved; None when no piece is left."""
    found = merging.last_piece(write.connection, row.id)
    if found is None:
        return None
    number, piece = found
    left = _return_links(write, row, piece.links) + _return_relations(write, row, piece.relations)
    merging.drop_piece(write.connection, row.id, number)
    moved = len(piece.links) + len(piece.relations)
    return Undone(moved - left, left)


def finish_undo(write: Write, row: MergeRow, at: int) -> int:
    """What people said of the target, and rules, are what they were; how many of them were changed since and are left. Call when
    `undo_some` gives None, in the same transaction."""
    connection, before = write.connection, before_of(row)
    sources = [each.id for each in before.sources]
    restored = unfold_words(connection, before, row.target_id)
    changed = followers.restore(connection, EntityKind(row.kind), sources, row.target_id, before.ruled, at=at)
    mirror.read_again(connection, row.library_id, [row.target_id])  # what a mirror brought since the merge was linked to the target
    merging.set_state(connection, row.id, "undone", finished_at=at)
    write.touch(entities=[row.target_id, *sources], library_id=row.library_id)
    return changed + len(before.folded) - len(restored)


def before_of(row: MergeRow) -> Before:
    """What was kept when the merge began."""
    return msgspec.json.decode(row.before, type=Before)


def _live(known: dict[int, EntityRow], entity_id: int) -> EntityRow:
    row = known.get(entity_id)
    if row is None:
        raise NotFound(f"There is no entity {entity_id}.")
    if row.deleted_at is not None:
        raise Conflict(f"{row.name!r} (id {row.id}) is no longer there; was it merged into another one? Undo that first.")
    return row


def _check(target: EntityRow, sources: Iterable[EntityRow]) -> None:
    for each in sources:
        if each.id == target.id:
            raise Invalid("ids", f"{target.name!r} cannot be merged into itself")
        if each.kind != target.kind:
            raise Invalid("ids", f"{each.name!r} is a {each.kind}, {target.name!r} a {target.kind}")
        if each.library_id != target.library_id:
            raise Invalid("ids", f"{each.name!r} belongs to another library; each library keeps its own names")


# --- names


def _take_names(write: Write, row: MergeRow, sources: Sequence[Vanished]) -> list[Alias]:
    """Every name of the sources becomes one of the target. What was, for `_return_names`."""
    connection = write.connection
    moved = merging.aliases(connection, [each.id for each in sources])
    made = [Alias(each.name_key, each.name, None) for each in sources]
    keys = [(each.id, f"{each.name_key}{TOMBSTONE}{each.id}") for each in sources]
    merging.rename_keys(connection, keys, at=row.created_at, revision=write.revision)
    rows = [(each.name_key, each.name, row.target_id) for each in (*moved, *made)]
    merging.put_aliases(connection, row.library_id, row.kind, rows)
    entity_writing.names_changed(connection)
    return [*moved, *made]


def _return_names(write: Write, row: MergeRow, before: Before, at: int) -> None:
    connection = write.connection
    keys = [each.name_key for each in before.aliases]
    held = entity_writing.holders(connection, row.library_id, row.kind, keys)
    for each in before.sources:
        holder = held.get(each.name_key)
        if holder is not None and not (holder.by_alias and holder.id == row.target_id):
            raise Conflict(f"{each.name!r} is the name of another one by now (id {holder.id}); rename or merge that first.")
    ours = [
        each for each in before.aliases if each.name_key in held and held[each.name_key] == (row.target_id, held[each.name_key].name, True)
    ]
    merging.drop_aliases(connection, row.library_id, row.kind, [each.name_key for each in ours])
    merging.rename_keys(connection, [(each.id, each.name_key) for each in before.sources], at=at, revision=write.revision)
    back = [(each.name_key, each.name, each.owner) for each in ours if each.owner is not None]
    merging.put_aliases(connection, row.library_id, row.kind, back)
    entity_writing.names_changed(connection)


# --- what people said


def fold_words(connection: Transaction, target_id: int, sources: Sequence[int], at: int) -> tuple[list[Word], list[Word]]:
    """(what was said of all of them, what is said of the target now by those who said something of a source)."""
    said = merging.held_words(connection, [target_id, *sources])
    of_target = [each for each in said if each.entity_id == target_id]
    folded = _folded([each for each in said if each.entity_id != target_id], of_target, target_id, at)
    merging.put_words(connection, folded)
    return said, folded


def hold_words(connection: Transaction, target_id: int, said: Sequence[Word], folded: Sequence[Word]) -> list[Kept]:
    """What `fold_words` did is not told to a server the target is mirrored from."""
    return remote_merges.hold_entities(connection, target_id, list(map(_spoken, said)), list(map(_spoken, folded)))


def hear(connection: Transaction, before: Before, target_id: int, sources: Sequence[int], at: int) -> list[Word]:
    """Folds what somebody said of a source while it was on its way; everything that was said of the sources."""
    said = merging.held_words(connection, [target_id, *sources])
    of_sources = [each for each in said if each.entity_id != target_id]
    heard = [each for each in of_sources if each not in before.said]
    if heard:
        merging.put_words(connection, _folded(heard, [each for each in said if each.entity_id == target_id], target_id, at))
    return of_sources


def unfold_words(connection: Transaction, before: Before, target_id: int) -> set[int]:
    """What people said of the target is what it was, where they said nothing since; who these are. What others have keeps being held
    where a merge made it: nobody said it."""
    now = {each.user_id: each for each in merging.held_words(connection, [target_id])}
    original = {each.user_id: each for each in before.said if each.entity_id == target_id}
    same = [each for each in before.folded if now.get(each.user_id) == each]
    merging.put_words(
        connection,
        [original[each.user_id] for each in same if each.user_id in original],
        [(each.user_id, target_id) for each in same if each.user_id not in original],
    )
    restored = {each.user_id for each in same}
    remote_merges.release_entities(connection, target_id, [each for each in before.kept if each.user_id in restored])
    return restored


def _spoken(word: Word) -> Spoken:
    return Spoken(word.user_id, word.entity_id, {"rating": word.rating, "favorite": word.favorite})


def _folded(said: Sequence[Word], of_target: Sequence[Word], target_id: int, at: int) -> list[Word]:
    """One word a person: the best rating, and favourite or hidden if one of them was."""
    found = {each.user_id: each for each in of_target}
    heard: dict[int, Word] = {}
    for each in said:
        now = found.get(each.user_id, Word(each.user_id, target_id, None, 0, 0, at))
        ratings = [rating for rating in (now.rating, each.rating) if rating is not None]
        best = max(ratings) if ratings else None
        found[each.user_id] = heard[each.user_id] = Word(
            each.user_id, target_id, best, max(now.favorite, each.favorite), max(now.hidden, each.hidden), at
        )
    return list(heard.values())


# --- links of items


def _move_links(write: Write, row: MergeRow, links: Sequence[MovedLink]) -> list[MovedLink]:
    items = {each.item_id for each in links}
    there = merging.links_to(write.connection, row.target_id, items)
    moved: list[MovedLink] = []
    come: dict[tuple[int, str], MovedLink] = {}
    for each in links:
        place = (each.item_id, each.role)
        existing = there.get(place)
        took = existing is not None and existing.position is None and each.position is not None
        moved.append(msgspec.structs.replace(each, folded=existing is not None, took=took))
        if existing is None:
            there[place] = come[place] = msgspec.structs.replace(each, entity_id=row.target_id)
        elif took:
            there[place] = come[place] = msgspec.structs.replace(existing, position=each.position)
    merging.replace_links(write.connection, links, list(come.values()))
    relabel(write, items, row.library_id)
    return moved


def _return_links(write: Write, row: MergeRow, links: Sequence[MovedLink]) -> int:
    """How many could not be put back: the item does not carry the target any more."""
    items = {each.item_id for each in links}
    there = merging.links_to(write.connection, row.target_id, items)
    gone: dict[tuple[int, str], MovedLink] = {}
    come: list[MovedLink] = []
    kept: dict[tuple[int, str], MovedLink] = {}
    left = 0
    for each in reversed(links):
        place = (each.item_id, each.role)
        existing = there.get(place)
        if existing is None:
            left += 1
        elif not each.folded:
            come.append(msgspec.structs.replace(existing, entity_id=each.entity_id))
            gone[place] = there.pop(place)
        else:
            come.append(each)
            if each.took and existing.position == each.position:
                there[place] = kept[place] = msgspec.structs.replace(existing, position=None)
    stay = [each for place, each in kept.items() if place not in gone]
    merging.replace_links(write.connection, list(gone.values()), [*come, *stay])
    relabel(write, items, row.library_id)
    return left


# --- relations


def _move_relations(write: Write, row: MergeRow, edges: Sequence[MovedRelation]) -> list[MovedRelation]:
    """Each edge leads from or to the target now, unless that makes a circle or is there already; parents one by one, as each may close
    the circle of the next."""
    connection = write.connection
    sources = {each.id for each in before_of(row).sources}
    moved: list[MovedRelation] = []
    for each in edges:
        start, end = (row.target_id if side in sources else side for side in (each.source_id, each.target_id))
        merging.replace_relations(connection, [(each.source_id, each.target_id, each.relation)], [])
        fresh = (start, end, each.relation)
        if _closes_circle(write, fresh) or merging.existing_relations(connection, [fresh]):
            moved.append(each)
            continue
        merging.replace_relations(connection, [], [fresh])
        moved.append(msgspec.structs.replace(each, became=(start, end)))
    _touch_ends(write, row, moved)
    return moved


def _return_relations(write: Write, row: MergeRow, edges: Sequence[MovedRelation]) -> int:
    """How many could not be put back: they were taken away since, or would close a circle by now."""
    connection = write.connection
    left = 0
    for each in reversed(edges):
        before = (each.source_id, each.target_id, each.relation)
        became = None if each.became is None else (*each.became, each.relation)
        if became is not None and not merging.existing_relations(connection, [became]):
            left += 1
            continue
        if became is not None:
            merging.replace_relations(connection, [became], [])
        if _closes_circle(write, before):
            left += 1
            continue
        merging.replace_relations(connection, [], [before])
    _touch_ends(write, row, edges)
    return left


def _closes_circle(write: Write, edge: tuple[int, int, str]) -> bool:
    start, end, relation = edge
    return start == end or (relation == PARENT and start in merging.above(write.connection, end, PARENT))


def _touch_ends(write: Write, row: MergeRow, edges: Iterable[MovedRelation]) -> None:
    ends = {end for each in edges for end in (each.source_id, each.target_id, row.target_id)}
    write.touch(entities=ends, library_id=row.library_id)
