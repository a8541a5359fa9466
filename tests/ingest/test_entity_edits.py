"""Edits of entities: kept against scans, names that stay one space, fields given back."""

import msgspec
import pytest

from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.ingest import entity_edits
from longshelf.ingest.entity_edits import EntityEdit, edit_entity
from longshelf.model.engine import Offset
from longshelf.model.kinds import EntityKind
from longshelf.model.query import Text
from longshelf.model.sorts import Sort
from longshelf.model.text import natural_key, series_key
from longshelf.model.viewer import Viewer
from longshelf.store import entity_writing, field_locks
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.tasks import relabel
from tests.tasks.editing import PERSON, TAG, Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def aliases(desk: Desk, entity_id: int) -> list[str]:
    return [row[0] for row in desk.rows("SELECT name FROM entity_alias WHERE entity_id = ? ORDER BY name", entity_id)]


def row(desk: Desk, entity_id: int) -> entity_writing.Editable:
    with desk.database.read() as connection:
        found = entity_writing.one(connection, entity_id)
    assert found is not None
    return found


def locks(desk: Desk, entity_id: int) -> list[str]:
    with desk.database.read() as connection:
        return [each.field for each in field_locks.of_entity(connection, entity_id)]


def test_a_renamed_entity_is_found_by_its_old_name(desk: Desk) -> None:
    desk.book(1, "sf")
    sf = desk.entity("sf")
    desk.rename(sf, " Science   Fiction ")
    assert (row(desk, sf).name, aliases(desk, sf), locks(desk, sf)) == ("Science Fiction", ["sf"], ["name"])
    for item in (desk.book(1, "SF", "x"), desk.book(2, "sf"), desk.book(3, "science fiction", "sf")):
        assert "Science Fiction" in desk.tags(item)
        assert "sf" not in desk.tags(item)
    desk.fresh_writer()
    assert desk.tags(desk.book(4, "sf")) == ["Science Fiction"]
    assert desk.rows("SELECT count(*) FROM entity WHERE kind = 'tag'") == [(2,)]


def test_a_new_spelling_is_no_new_name(desk: Desk) -> None:
    desk.book(1, "sf")
    sf = desk.entity("sf")
    desk.rename(sf, "SF")
    assert (row(desk, sf).name, aliases(desk, sf)) == ("SF", [])


def test_a_name_goes_there_and_back(desk: Desk) -> None:
    desk.book(1, "a")
    a = desk.entity("a")
    desk.rename(a, "b")
    desk.rename(a, "a")
    assert (row(desk, a).name, aliases(desk, a)) == ("a", ["b"])


def test_cards_search_and_series_order_follow_a_rename(desk: Desk) -> None:
    item = desk.book(1, "sea", authors=("Tolkein",))
    desk.rename(desk.entity("Tolkein", PERSON), "Tolkien")
    desk.rename(desk.entity("Tides", EntityKind.SERIES), "The Tides")
    before = desk.rows("SELECT updated_at FROM item")
    ((card,),) = desk.rows("SELECT card FROM item_card WHERE item_id = ?", item)
    assert [link["name"] for link in msgspec.json.decode(card)["links"]] == ["Tolkien", "The Tides"]
    assert desk.rows("SELECT series_key FROM item") == [(series_key("The Tides", 2.0),)]
    assert before == desk.rows("SELECT updated_at FROM item")
    later = desk.book(2, "sea", authors=("Tolkein",))  # its file still says so
    ((card,),) = desk.rows("SELECT card FROM item_card WHERE item_id = ?", later)
    assert [link["name"] for link in msgspec.json.decode(card)["links"]] == ["Tolkien", "The Tides"]
    assert desk.rows("SELECT DISTINCT series_key FROM item") == [(series_key("The Tides", 2.0),)]
    with SqlEngine(desk.database.read).snapshot() as snapshot:
        assert snapshot.page(Text("tolkien"), Sort("id", descending=False), Offset(0, 9), Viewer(1)).ids == (item, later)
        assert snapshot.page(Text("tolkein"), Sort(), Offset(0, 9), Viewer(1)).ids == ()


@pytest.mark.parametrize("most", [0, 2, 100])
def test_many_items_follow_by_a_job_few_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    for number in range(5):
        desk.book(number, "sea", authors=("Tolkein",))
    monkeypatch.setattr(entity_edits, "AT_ONCE", most)
    desk.rename(desk.entity("Tolkein", PERSON), "Tolkien")
    cards = [row[0] for row in desk.rows("SELECT card FROM item_card")]
    assert all("Tolkien" in card and "Tolkein" not in card for card in cards)
    with desk.database.read() as connection:
        done = connection.exec_driver_sql("SELECT result FROM job WHERE kind = 'relabel'").scalars().all()
    assert [msgspec.json.decode(each) for each in done] == ([] if most == 100 else [{"items": 5}])


def test_names_are_one_space(desk: Desk) -> None:
    desk.book(1, "a", "b")
    a, b = desk.entity("a"), desk.entity("b")
    desk.edit(b, aliases=["bee"])
    for changes in ({"name": "B"}, {"name": "BEE"}, {"aliases": ["b"]}, {"aliases": ["x", "bee"]}):
        with pytest.raises(Conflict, match=r"merge the two instead"):
            edit_entity(desk.database, a, EntityEdit(**changes), None, relabel.enqueue)
    assert (row(desk, a).name, aliases(desk, a), locks(desk, a)) == ("a", [], [])
    desk.rename(b, "bee")
    assert aliases(desk, b) == ["b"]


def test_aliases_are_replaced_as_a_whole_but_for_the_name_that_was(desk: Desk) -> None:
    desk.book(1, "a")
    a = desk.entity("a")
    desk.edit(a, aliases=["x", "y", "A"])
    assert aliases(desk, a) == ["x", "y"]
    desk.edit(a, name="n", aliases=["z"])
    assert aliases(desk, a) == ["a", "z"]
    desk.edit(a, aliases=[])
    assert aliases(desk, a) == []
    assert desk.tags(desk.book(2, "a")) == ["a"]  # somebody new: nobody has that name any more
    assert desk.entity("a") != a


def test_parents_make_no_circle(desk: Desk) -> None:
    desk.book(1, "a", "b", "c")
    a, b, c, ann = desk.entity("a"), desk.entity("b"), desk.entity("c"), desk.entity("Ann", PERSON)
    desk.edit(a, parents=[b])
    desk.edit(b, parents=[c])
    for wrong in (a, ann, 999):
        with pytest.raises(Invalid):
            edit_entity(desk.database, c, EntityEdit(parents=[wrong]), None, relabel.enqueue)
    desk.edit(a, parents=[c])
    with desk.database.read() as connection:
        assert entity_writing.parents(connection, a) == [c]


def test_a_field_that_is_given_back_stands_as_the_source_said_it(desk: Desk) -> None:
    desk.book(1, "a", "b", "c")
    a, b = desk.entity("a"), desk.entity("b")
    desk.edit(a, name="x", description="mine", sort_name="zz", aliases=["y"], parents=[b])
    desk.edit(a, name="x2", description="mine too")
    assert locks(desk, a) == sorted(entity_edits.ENTITY_FIELDS)
    desk.edit(a, unlock=["description", "sort_name", "parents"])
    assert (row(desk, a).description, row(desk, a).sort_name, locks(desk, a)) == ("", "", ["aliases", "name"])
    assert desk.rows("SELECT sort_key FROM entity WHERE id = ?", a) == [(natural_key("x2"),)]
    assert desk.rows("SELECT count(*) FROM entity_link") == [(0,)]
    with desk.database.write_quietly() as connection:
        field_locks.remember(connection, [(a, "name", '"from the mirror"')])
    desk.edit(a, unlock=["name", "aliases"])
    assert row(desk, a).name == "from the mirror"
    assert locks(desk, a) == []


@pytest.mark.parametrize("changes", [{"name": " "}, {"unlock": ["title"]}, {"unlock": ["name"], "name": "x"}])
def test_what_cannot_be_kept_is_refused(desk: Desk, changes: dict[str, object]) -> None:
    desk.book(1, "a")
    with pytest.raises(Invalid):
        edit_entity(desk.database, desk.entity("a"), EntityEdit(**changes), None, relabel.enqueue)  # type: ignore[arg-type]  # a bad one on purpose
    with pytest.raises(NotFound):
        edit_entity(desk.database, 999, EntityEdit(name="x"), None, relabel.enqueue)


def test_the_change_log_tells_of_the_entity_and_its_items(desk: Desk) -> None:
    item = desk.book(1, "a")
    a = desk.entity("a")
    desk.edit(a, description="words")
    assert desk.rows("SELECT items, entities FROM change ORDER BY revision DESC LIMIT 1") == [("[]", f"[{a}]")]
    desk.rename(a, "b")
    assert desk.rows("SELECT items, entities FROM change ORDER BY revision DESC LIMIT 1") == [(f"[{item}]", f"[{a}]")]
    assert TAG == "tag"
