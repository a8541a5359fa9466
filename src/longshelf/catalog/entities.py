"""Entities as people read them: lists by name or number of items, one of them whole, and suggestions while typing. An engine says which and
how many items, the store what they are.

The rule is the catalogue's: the viewer comes first, and an entity without an item he may see does not exist for him, unless it stands
above one that has; what is hidden from him is not named anywhere, not even as a relation of what he sees."""

from collections.abc import Callable, Sequence
from typing import Any, get_args
from urllib.parse import urlencode

import msgspec

from longshelf.catalog.paging import Cursors, PageRequest, describe, version, window_of
from longshelf.catalog.presence import carried, present
from longshelf.catalog.shapes import Entity, EntityList, EntityMe, EntityRef, Link, Suggestion, SuggestionList
from longshelf.errors import BadQuery, NotFound
from longshelf.logs import operation
from longshelf.model.engine import Count, Engine, EntityOrder, EntityRequest, Offset, Snapshot, Tally
from longshelf.model.kinds import EntityKind
from longshelf.model.terms import MAX_LENGTH
from longshelf.model.viewer import Viewer
from longshelf.store import entity_reading
from longshelf.store.database import Database, Transaction
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.store.entity_reading import PARENT, EntityRow, Related, Suggested, Whole
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Mask, Visibility

SORTS: dict[EntityOrder, str] = {"name": "asc", "count": "desc"}  # each with its usual direction
SUGGESTED_MOST = 2_000  # names looked through for those this viewer may see
SUGGESTED_AT_ONCE = 200  # of them; one by one, the time an answer takes would count what is hidden


class EntityQuery(msgspec.Struct, frozen=True):
    """Which entities of one kind, in which order; with `parent` those right below it."""

    q: str = ""
    sort: EntityOrder = "name"
    descending: bool = False
    parent: int | None = None

    def scope(self, kind: EntityKind) -> str:
        """The name of this ordered result, for cursors."""
        return f"{kind}:{self.q}:{self.sort}:{self.descending}" + ("" if self.parent is None else f":{self.parent}")


def read_entity_query(q: str | None, sort: str | None, order: str | None, parent: int | None = None) -> EntityQuery:
    """From URL parameters. BadQuery for an unknown sort or order, or a search that is too long."""
    known = next((each for each in get_args(EntityOrder) if each == (sort or "name")), None)
    if known is None:
        raise BadQuery("sort", f"unknown sort {str(sort)[:40]!r}; one of {', '.join(SORTS)}")
    if order not in {None, "", "asc", "desc"}:
        raise BadQuery("order", f"unknown order {str(order)[:40]!r}; asc or desc")
    if q and len(q) > MAX_LENGTH:
        raise BadQuery("q", f"a search has at most {MAX_LENGTH} characters")
    return EntityQuery(q or "", known, (order or SORTS[known]) == "desc", parent)


class Entities:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, cursors: Cursors, *, visibility: Visibility | None = None) -> None:
        """`visibility` may be shared with others (default: its own)."""
        self._database = database
        self._visibility = visibility or Visibility(database, HotReads(database))
        self._engine = engine
        self._cursors = cursors

    def browse(self, viewer: Viewer, kind: EntityKind, query: EntityQuery, request: PageRequest) -> EntityList:
        """One page. The counts are what this viewer sees: 0 items for what only stands above something he sees."""
        scope = query.scope(kind)
        window = window_of(request, self._cursors, scope)
        with operation(f"{kind}_list") as running, self._engine.snapshot() as snapshot:
            seen = self._visibility.mask(viewer, snapshot)
            asked = EntityRequest(kind, seen.query, query.q, query.sort, query.descending, query.parent)
            found = snapshot.entities(asked, window, viewer)
            whole = self._whole(viewer, snapshot, seen, found.slice.ids)
            running.report(items=len(whole), total=found.total)
            revision = snapshot.revision
        figures = dict(zip(found.slice.ids, zip(found.tallies, found.children, strict=True), strict=True))
        pagination = describe(
            found.slice, Count(found.total), request, window, cursors=self._cursors, scope=scope, descending=query.descending
        )
        name = version(revision, f"{scope}:{seen.name}", viewer)
        return EntityList([_entity(each, *figures[each.row.id]) for each in whole], pagination, name)

    def one(self, viewer: Viewer, kind: EntityKind, entity_id: int) -> Entity:
        """NotFound when there is none of this kind, or none this viewer may see."""
        with self._engine.snapshot() as snapshot:
            seen = self._visibility.mask(viewer, snapshot)
            (tally,) = snapshot.tallies(kind, [entity_id], seen.query, viewer)
            there = tally.items or self._present(viewer, snapshot, seen, kind, entity_id)
            whole = self._whole(viewer, snapshot, seen, [entity_id]) if there else []
            if not whole:
                raise _no_entity(kind)
            below = snapshot.entities(EntityRequest(kind, seen.query, parent=entity_id), Offset(0, 1), viewer)
        return _entity(whole[0], tally, below.total)

    def some(self, viewer: Viewer, kind: EntityKind, ids: Sequence[int]) -> list[Entity]:
        """Those of the entities that are there for this viewer, in this order."""
        with self._engine.snapshot() as snapshot, self._database.read() as connection:
            seen = self._visibility.mask(viewer, snapshot)
            tallies = dict(zip(ids, snapshot.tallies(kind, ids, seen.query, viewer), strict=True))
            there = present(connection, viewer, snapshot, seen, {kind: ids})
            whole = self._whole(viewer, snapshot, seen, [each for each in ids if each in there])
        return [_entity(each, tallies[each.row.id]) for each in whole]

    def require(self, viewer: Viewer, kind: EntityKind, entity_id: int, *, own: bool = True) -> None:
        """The check in front of what belongs to one entity. NotFound unless the viewer may see it. Without `own`, what he hid himself does
        not count: for taking that back."""
        with self._engine.snapshot() as snapshot:
            seen = self._visibility.mask(viewer, snapshot, own=own)
            if not self._present(viewer, snapshot, seen, kind, entity_id):
                raise _no_entity(kind)

    def _present(self, viewer: Viewer, snapshot: Snapshot, seen: Mask, kind: EntityKind, entity_id: int) -> bool:
        with self._database.read() as connection:
            return bool(present(connection, viewer, snapshot, seen, {kind: [entity_id]}))

    def _whole(self, viewer: Viewer, snapshot: Snapshot, seen: Mask, ids: Sequence[int]) -> list[Whole]:
        """Rows are of now and the snapshot may be older: what is hidden by now is left out, as an entity and as a relation of one."""
        with self._database.read() as connection:
            hidden = self._hidden(connection, viewer, seen)
            shown = [each for each in ids if each not in hidden]
            related = [each for each in entity_reading.related(connection, shown) if each.id not in hidden]
            there = carried(viewer, snapshot, seen, _by_kind(related))
            kept = [each for each in related if each.id in there or each.relation == PARENT]  # a parent of something visible stays
            return entity_reading.whole(connection, viewer.user_id or 0, shown, kept)

    def _hidden(self, connection: Transaction, viewer: Viewer, seen: Mask) -> frozenset[int]:
        """Entities that may not be named, by what the connection sees."""
        return self._visibility.mask(viewer, SqlSnapshot(connection)).hidden if seen.restricts else seen.hidden

    def suggest(self, viewer: Viewer, typed: str, count: int) -> SuggestionList:
        """Titles that begin as typed, then names; up to half of the room each, more where the other leaves some."""
        if not typed.strip() or viewer.user_id is None:
            return SuggestionList([])
        typed = typed[:MAX_LENGTH]
        with self._database.read() as connection, self._engine.snapshot() as snapshot:
            now, seen = (self._visibility.mask(viewer, each) for each in (SqlSnapshot(connection), snapshot))
            items = entity_reading.suggest_items(connection, viewer.user_id, typed, now.query, count)

            def begins(start: int) -> list[Suggested]:
                return entity_reading.beginning_so(connection, typed, start, SUGGESTED_AT_ONCE)

            def holds(start: int) -> list[Suggested]:
                return entity_reading.holding_words(connection, typed, start, SUGGESTED_AT_ONCE)

            def shown(candidates: Sequence[Suggested]) -> list[Suggested]:
                there = present(connection, viewer, snapshot, seen, _by_kind(candidates))
                return [each for each in candidates if each.id in there and each.id not in now.hidden]

            entities = _first(count, begins, shown)
            if len(entities) < count:
                known = {each.id for each in entities}
                entities += [each for each in _first(count, holds, shown) if each.id not in known][: count - len(entities)]
        kept_entities = entities[: max(count - len(items), count // 2)]
        kept_items = items[: count - len(kept_entities)]
        return SuggestionList([*map(_suggested_item, kept_items), *map(_suggested_entity, kept_entities)])


def _first(count: int, some: Callable[[int], list[Suggested]], shown: Callable[[Sequence[Suggested]], list[Suggested]]) -> list[Suggested]:
    """The first `count` that are shown; `some(start)` gives the candidates from a place on."""
    found: list[Suggested] = []
    for start in range(0, SUGGESTED_MOST, SUGGESTED_AT_ONCE):
        candidates = some(start)
        found += shown(candidates)
        if len(found) >= count or len(candidates) < SUGGESTED_AT_ONCE:
            break
    return found[:count]


def _by_kind(entities: Sequence[Suggested | Related]) -> dict[EntityKind, list[int]]:
    found: dict[EntityKind, list[int]] = {}
    for each in entities:
        found.setdefault(EntityKind(each.kind), []).append(each.id)
    return found


def _entity(whole: Whole, tally: Tally, children: int | None = None) -> Entity:
    row, word = whole.row, whole.word
    portrayed = _portrayed(row)
    return Entity(
        id=row.id,
        library_id=row.library_id,
        kind=EntityKind(row.kind),
        name=row.name,
        sort_name=row.sort_name or row.name,
        description=row.description or None,
        item_count=tally.items,
        via_person_count=tally.via_person,
        child_count=children,
        parents=[EntityRef(each.id, each.name) for each in whole.related if each.relation == PARENT],
        links=[Link(each.id, EntityKind(each.kind), each.name, each.relation, None) for each in whole.related if each.relation != PARENT],
        aliases=whole.aliases,
        image=row.image or _picture(row, portrayed.picture),
        image_given=bool(row.image),
        image_back=_picture(row, portrayed.back, "/back"),
        me=EntityMe(rating=word.rating, favorite=word.favorite, hidden=word.hidden),
    )


def _picture(row: EntityRow, version: Any, side: str = "") -> str | None:
    """The address of a picture its server has; the version makes it immutable. Add &w=192, 384 or 768."""
    return f"thumb/entity/{row.id}{side}?{urlencode({'v': version})}" if isinstance(version, str) and version else None


class _Portrayed(msgspec.Struct):
    """Of all that a source says of an entity."""

    picture: Any = None
    back: Any = None


def _portrayed(row: EntityRow) -> _Portrayed:
    return msgspec.json.decode(row.extra, type=_Portrayed) if row.extra not in {"", "{}"} else _Portrayed()


def _no_entity(kind: EntityKind) -> NotFound:
    return NotFound(f"There is no such {kind}.")


def _suggested_item(row: Suggested) -> Suggestion:
    return Suggestion(type="item", id=row.id, kind=row.kind, name=row.name)


def _suggested_entity(row: Suggested) -> Suggestion:
    return Suggestion(type="entity", id=row.id, kind=row.kind, name=row.name)
