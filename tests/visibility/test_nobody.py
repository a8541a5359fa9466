"""Whoever is known sees something, and a viewer nobody knows nothing, on every path of the catalogue."""

from collections.abc import Callable
from typing import Any

import pytest

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.entities import Entities, EntityQuery
from longshelf.catalog.files import Files
from longshelf.catalog.filters import Filters
from longshelf.catalog.libraries import Libraries
from longshelf.catalog.paging import Cursors, PageRequest
from longshelf.errors import NotFound
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store.engine.sql import SqlEngine
from longshelf.visibility.visibility import Mask, Visibility
from tests.support.catalogue import Catalogue, make_catalogue
from tests.visibility.worlds import user


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    catalogue = make_catalogue(tmp_path_factory.mktemp("seen"), count=20)
    assert user(catalogue.database, "ann") == ANN.user_id
    yield catalogue
    catalogue.database.close()


ANN = Viewer(1, "ann")
Read = Callable[[Catalog, Entities, Files, Libraries, Viewer, Catalogue], object]
LISTS: dict[str, Read] = {
    "count": lambda c, e, f, b, v, m: c.count(v, Filters()).count,
    "browse": lambda c, e, f, b, v, m: b'"items":[]' not in c.browse(v, Filters(), PageRequest()),
    "random": lambda c, e, f, b, v, m: b'"items":[]' not in c.random(v, Filters(), 5, 1),
    "facets": lambda c, e, f, b, v, m: c.facets(v, Filters(), ["tag"], limit=0, search="").facets["tag"].values,
    "rail": lambda c, e, f, b, v, m: c.rail(v, Filters(), 5).total,
    "export": lambda c, e, f, b, v, m: list(c.export(v, Filters())),
    "stats": lambda c, e, f, b, v, m: c.stats(v).items,
    "entities": lambda c, e, f, b, v, m: e.browse(v, EntityKind.TAG, EntityQuery(), PageRequest()).items,
    "entities by count": lambda c, e, f, b, v, m: e.browse(v, EntityKind.TAG, EntityQuery("", "count", True), PageRequest()).items,
    "suggest": lambda c, e, f, b, v, m: e.suggest(v, "the", 5).items,
    "libraries": lambda c, e, f, b, v, m: b.browse(v, 1, 50).items,
}  # fmt: skip
SINGLE: dict[str, Read] = {
    "item": lambda c, e, f, b, v, m: c.item(v, m.film),
    "similar": lambda c, e, f, b, v, m: c.similar(v, m.ids[0], 1, 5),
    "position": lambda c, e, f, b, v, m: c.position(v, m.film, Filters()),
    "files": lambda c, e, f, b, v, m: f.locate(v, m.film),
    "entity": lambda c, e, f, b, v, m: e.one(v, EntityKind.STUDIO, _studio(m)),
}  # fmt: skip


def _studio(made: Catalogue) -> int:
    with made.database.read() as connection:
        return int(connection.exec_driver_sql("SELECT id FROM entity WHERE kind = 'studio'").scalar_one())


def _parts(made: Catalogue) -> tuple[Catalog, Entities, Files, Libraries]:
    cursors = Cursors(b"0" * 32)
    catalog = Catalog(made.database, SqlEngine(made.database.read), cursors)
    return catalog, Entities(made.database, SqlEngine(made.database.read), cursors), Files(made.database, catalog), Libraries(made.database)


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_something_for_a_known_viewer_and_nothing_for_nobody(name: str, made: Catalogue) -> None:
    parts = _parts(made)
    assert LISTS[name](*parts, ANN, made)
    assert not LISTS[name](*parts, NOBODY, made)


@pytest.mark.parametrize("name", SINGLE)
def test_one_thing_is_found_by_a_known_viewer_and_by_nobody_else(name: str, made: Catalogue) -> None:
    parts = _parts(made)
    assert SINGLE[name](*parts, ANN, made)
    with pytest.raises(NotFound):
        SINGLE[name](*parts, NOBODY, made)


# One a snapshot; suggestions and the rows of entities ask the store's own state too, and what begins with one item asks for that first.
MASKS = {"entities": 1, "entities by count": 1, "suggest": 2, "similar": 2}


@pytest.mark.parametrize("name", [*LISTS, *SINGLE])
def test_a_request_asks_for_one_mask_a_snapshot(name: str, made: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    mask = Visibility.mask

    def counted(self: Visibility, viewer: Viewer, snapshot: Any, *, own: bool = True) -> Mask:
        asked.append(snapshot)
        return mask(self, viewer, snapshot, own=own)

    monkeypatch.setattr(Visibility, "mask", counted)
    {**LISTS, **SINGLE}[name](*_parts(made), ANN, made)
    assert len(asked) == MASKS.get(name, 1)
    assert len({id(each) for each in asked}) == len(asked)
