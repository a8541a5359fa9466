"""The persons, studios, tags … somebody favours, as a list of entities: short, so it is read whole and cut into numbered pages. One that
has no item he may see, nor anything below it that has one, is not there, as in every list of entities."""

from longshelf.catalog.entities import Entities, EntityQuery
from longshelf.catalog.paging import Cursors, PageRequest, describe, version, window_of
from longshelf.catalog.shapes import EntityList
from longshelf.catalog.watching import signed_in
from longshelf.errors import BadQuery
from longshelf.model.engine import Count, Slice
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import Viewer
from longshelf.store import personal
from longshelf.store.database import Database

MOST = 2_000  # of a kind, the first by name


class Favorites:
    """Safe to share between threads."""

    def __init__(self, database: Database, entities: Entities, cursors: Cursors) -> None:
        self._database = database
        self._entities = entities
        self._cursors = cursors

    def browse(self, viewer: Viewer, kind: EntityKind, query: EntityQuery, request: PageRequest) -> EntityList:
        """One page. BadQuery for a cursor: there are none in this list."""
        user_id = signed_in(viewer)
        if request.cursor is not None:
            raise BadQuery("cursor", "favourites come in numbered pages; use page or offset")
        with self._database.read() as connection:
            ids = personal.favorites(connection, user_id, kind, query.q, MOST)
            revision, _ = personal.state(connection, user_id)
        found = self._entities.some(viewer, kind, ids)
        if query.parent is not None:
            found = [each for each in found if any(parent.id == query.parent for parent in each.parents)]
        if query.sort == "count":
            found.sort(key=lambda each: (each.item_count, each.id))
        if query.descending:
            found.reverse()
        start = request.start or 0
        shown = found[start : start + request.size]
        scope = f"favorites:{query.scope(kind)}"
        place = Slice(tuple(each.id for each in shown), None, None, start > 0 and bool(found), start + request.size < len(found), start)
        pagination = describe(
            place,
            Count(len(found)),
            request,
            window_of(request, self._cursors, scope),
            cursors=self._cursors,
            scope=scope,
            descending=query.descending,
        )
        return EntityList(shown, pagination, version(revision, f"{scope}:{[each.id for each in found]}", viewer))
