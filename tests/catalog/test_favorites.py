"""Lists of the entities somebody favours."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from longshelf.catalog.editing import EditEntityMe
from longshelf.catalog.entities import EntityQuery
from longshelf.catalog.paging import PageRequest
from longshelf.catalog.shapes import EntityList
from longshelf.errors import BadQuery, NotSignedIn
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import NOBODY, Viewer
from tests.catalog.personal_shelf import ANN, BOB, WAYS, OwnShelf, own_shelf

TAG = EntityKind.TAG


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnShelf]:
    with own_shelf(request, tmp_path, count=30) as found:
        for name in ("sea", "dune", "night"):
            found.editing.edit_entity_me(ANN, TAG, found.entity("tag", name), EditEntityMe(favorite=True))
        found.editing.edit_entity_me(ANN, EntityKind.PERSON, found.entity("person", "O'Reilly"), EditEntityMe(favorite=True))
        found.editing.edit_entity_me(ANN, TAG, found.entity("tag", "desert"), EditEntityMe(rating=90))
        yield found


def _list(shelf: OwnShelf, viewer: Viewer, query: EntityQuery | None = None, page: int = 1, size: int = 50) -> EntityList:
    return shelf.favorites.browse(viewer, TAG, query or EntityQuery(), PageRequest(page=page, size=size))


def test_they_come_by_name_or_by_number_of_items_and_only_ones_own(shelf: OwnShelf) -> None:
    found = _list(shelf, ANN)
    assert [each.name for each in found.items] == ["dune", "night", "sea"]
    for each in found.items:
        assert each == msgspec.structs.replace(shelf.entities.one(ANN, TAG, each.id), child_count=None)
        assert each.me.favorite
    assert [each.name for each in _list(shelf, ANN, EntityQuery(descending=True)).items] == ["sea", "night", "dune"]
    counts = [each.item_count for each in _list(shelf, ANN, EntityQuery(sort="count", descending=True)).items]
    assert counts == sorted((each.item_count for each in found.items), reverse=True)
    assert [each.name for each in _list(shelf, ANN, EntityQuery(q="SEA")).items] == ["sea"]
    assert _list(shelf, BOB).items == []


def test_they_come_in_numbered_pages(shelf: OwnShelf) -> None:
    pages = [_list(shelf, ANN, page=page, size=2) for page in (1, 2, 3)]
    assert [[each.name for each in page.items] for page in pages] == [["dune", "night"], ["sea"], []]
    assert [page.pagination.has_next for page in pages] == [True, False, False]
    assert {page.pagination.total_count for page in pages} == {3}
    with pytest.raises(BadQuery, match="numbered"):
        shelf.favorites.browse(ANN, TAG, EntityQuery(), PageRequest(page=None, cursor="x"))
    with pytest.raises(NotSignedIn):
        _list(shelf, NOBODY)


def test_what_may_not_be_seen_is_not_among_them(shelf: OwnShelf) -> None:
    shelf.hide_tag(ANN, shelf.entity("tag", "sea"))
    found = _list(shelf, ANN)
    assert [each.name for each in found.items] == ["dune", "night"]
    assert found.pagination.total_count == 2
    assert [each.item_count for each in found.items] == [shelf.entities.one(ANN, TAG, each.id).item_count for each in found.items]
