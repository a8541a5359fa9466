"""Entities as people read them: lists by name or number of items, one of them whole, and suggestions while typing.

The rule is the catalogue's: the viewer comes first, and an entity without an item he may see does not exist for him."""

from typing import Protocol

import msgspec

from longshelf.catalog.paging import Cursors, PageRequest, describe, version, window_of
from longshelf.catalog.shapes import Entity, EntityList, EntityMe, EntityRef, Link, Suggestion, SuggestionList
from longshelf.errors import BadQuery, NotFound
from longshelf.logs import operation
from longshelf.model.engine import After, Before, Count, Offset, Slice, Window
from longshelf.model.kinds import EntityKind
from longshelf.model.sorts import Key
from longshelf.model.terms import MAX_LENGTH
from longshelf.model.viewer import Viewer
from longshelf.store import entity_reading
from longshelf.store.database import Database
from longshelf.store.entity_reading import PARENT, Suggested, Whole
from longshelf.visibility.allowed import allowed

SORTS: dict[str, str] = {"name": "asc", "count": "desc"}  # each with its usual direction


class Keys(Protocol):
    """Places of one order, from behind a place or from an offset on."""

    def __call__(self, *, descending: bool, after: Key | None, offset: int, limit: int) -> list[Key]: ...


class EntityQuery(msgspec.Struct, frozen=True):
    """Which entities of one kind, in which order."""

    q: str = ""
    sort: str = "name"
    descending: bool = False

    def scope(self, kind: EntityKind) -> str:
        """The name of this ordered result, for cursors."""
        return f"{kind}:{self.q}:{self.sort}:{self.descending}"


def read_entity_query(q: str | None, sort: str | None, order: str | None) -> EntityQuery:
    """From URL parameters. BadQuery for an unknown sort or order, or a search that is too long."""
    sort = sort or "name"
    if sort not in SORTS:
        raise BadQuery("sort", f"unknown sort {sort[:40]!r}; one of {', '.join(SORTS)}")
    if order not in {None, "", "asc", "desc"}:
        raise BadQuery("order", f"unknown order {str(order)[:40]!r}; asc or desc")
    if q and len(q) > MAX_LENGTH:
        raise BadQuery("q", f"a search has at most {MAX_LENGTH} characters")
    return EntityQuery(q or "", sort, (order or SORTS[sort]) == "desc")


class Entities:
    """Safe to share between threads."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    def browse(self, viewer: Viewer, kind: EntityKind, query: EntityQuery, request: PageRequest) -> EntityList:
        """One page. The counts are what this viewer sees."""
        scope = query.scope(kind)
        window = window_of(request, self._cursors, scope)
        with operation(f"{kind}_list") as running, self._database.read() as connection:
            listed = entity_reading.EntityList(connection, viewer.user_id or 0, kind, allowed(viewer), query.q)
            keys = listed.by_name if query.sort == "name" else listed.by_count
            total = listed.total()
            found = _slice(keys, window, descending=query.descending)
            counts = listed.counts(found.ids)
            whole = entity_reading.whole(connection, viewer.user_id or 0, found.ids, allowed(viewer))
            revision = entity_reading.revision(connection)
            running.report(items=len(whole), total=total)
        pagination = describe(found, Count(total), request, window, cursors=self._cursors, scope=scope, descending=query.descending)
        return EntityList([_entity(each, counts.get(each.row.id, 0)) for each in whole], pagination, version(revision, scope, viewer))

    def one(self, viewer: Viewer, kind: EntityKind, entity_id: int) -> Entity:
        """NotFound when there is none of this kind, or none this viewer may see."""
        with self._database.read() as connection:
            listed = entity_reading.EntityList(connection, viewer.user_id or 0, kind, allowed(viewer))
            counts = listed.counts([entity_id])
            whole = entity_reading.whole(connection, viewer.user_id or 0, [entity_id], allowed(viewer)) if counts else []
        if not whole:
            raise NotFound(f"There is no such {kind}.")
        return _entity(whole[0], counts[entity_id])

    def suggest(self, viewer: Viewer, typed: str, count: int) -> SuggestionList:
        """Titles that begin as typed, then names; up to half of the room each, more where the other leaves some."""
        if not typed.strip() or viewer.user_id is None:
            return SuggestionList([])
        seen = allowed(viewer)
        typed = typed[:MAX_LENGTH]
        with self._database.read() as connection:
            items = entity_reading.suggest_items(connection, viewer.user_id, typed, seen, count)
            entities = entity_reading.suggest_entities(connection, viewer.user_id, typed, seen, count)
        kept_entities = entities[: max(count - len(items), count // 2)]
        kept_items = items[: count - len(kept_entities)]
        return SuggestionList([*map(_suggested_item, kept_items), *map(_suggested_entity, kept_entities)])


def _slice(keys: Keys, window: Window, *, descending: bool) -> Slice:
    """The window of an ordered list of places; one more than asked is read, to see whether there is more."""
    size = window.size
    match window:
        case Offset():
            found = keys(descending=descending, after=None, offset=window.start, limit=size + 1)
            before = window.start > 0 and bool(found or keys(descending=descending, after=None, offset=0, limit=1))
            return _of(found[:size], before=before, more=len(found) > size)
        case After():
            found = keys(descending=descending, after=window.key, offset=0, limit=size + 1)
            before = bool(keys(descending=not descending, after=_just(window.key, descending), offset=0, limit=1))
            return _of(found[:size], before=before, more=len(found) > size)
        case Before():
            found = keys(descending=not descending, after=window.key, offset=0, limit=size + 1)
            more = bool(keys(descending=descending, after=_just(window.key, not descending), offset=0, limit=1))
            return _of(found[:size][::-1], before=len(found) > size, more=more)


def _just(key: Key, descending: bool) -> Key:
    """The place just behind `key` in this direction, so that looking back from it includes `key` itself."""
    return Key(key.value, key.id - 1 if descending else key.id + 1)


def _of(keys: list[Key], *, before: bool, more: bool) -> Slice:
    if not keys:
        return Slice(has_previous=before, has_next=more)
    return Slice(tuple(key.id for key in keys), keys[0], keys[-1], before, more)


def _entity(whole: Whole, count: int) -> Entity:
    row, word = whole.row, whole.word
    return Entity(
        id=row.id,
        library_id=row.library_id,
        kind=EntityKind(row.kind),
        name=row.name,
        sort_name=row.sort_name or row.name,
        description=row.description or None,
        item_count=count,
        via_person_count=0,
        parents=[EntityRef(each.id, each.name) for each in whole.related if each.relation == PARENT],
        links=[Link(each.id, EntityKind(each.kind), each.name, each.relation, None) for each in whole.related if each.relation != PARENT],
        aliases=whole.aliases,
        image=row.image or None,
        me=EntityMe(rating=word.rating, favorite=word.favorite, hidden=word.hidden),
    )


def _suggested_item(row: Suggested) -> Suggestion:
    return Suggestion(type="item", id=row.id, kind=row.kind, name=row.name)


def _suggested_entity(row: Suggested) -> Suggestion:
    return Suggestion(type="entity", id=row.id, kind=row.kind, name=row.name)
