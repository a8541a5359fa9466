"""An index that lags while things come and change: what carries something hidden is never shown, not for a moment."""

import random
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.entities import Entities, EntityQuery
from longshelf.catalog.filters import Filters
from longshelf.catalog.paging import Cursors, PageRequest
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation
from longshelf.ingest.entities import EntityCache
from longshelf.ingest.prepared import prepare
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.model.engine import Engine, EntityPage, Snapshot
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.model.viewer import Viewer
from longshelf.store import bulk, tables
from longshelf.store.database import Database, run
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.store.items import existing
from tests.visibility import worlds

SECRET = re.compile("Zqsecret[a-z0-9]*")
CURSORS = Cursors(b"0" * 32)
BATCHES = 25


class Shelf:
    """A catalogue answered by an index that looks only when it is told to, and somebody from whom one tag is kept."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.world = worlds.build(database, 2, per_library=6)
        self.viewer = Viewer(worlds.user(database, "bob"), "bob")
        self.library = self.world.libraries[0]
        self.cache = EntityCache(self.library)
        self.put([_record("Zqplain0x", tags=("Zqsecrettag",)), _record("Zqplain1x", persons=("Zqplainperson",))])
        build_generation(database, directory)
        self.follower = Follower(database, directory)
        self.follower.catch_up()
        self.engine, self.hot = BitmapEngine(database, self.follower), HotReads(database)
        self.catalog = Catalog(database, self.engine, CURSORS, gate=SqlEngine(database.read), hot=self.hot)
        self.entities = Entities(database, self.engine, CURSORS)
        assert self.viewer.user_id is not None
        rules = Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (self.entity("Zqsecrettag"),)),))
        worlds.keep(database, self.world, self.viewer.user_id, rules)

    def entity(self, name: str) -> int:
        worlds.learn(self.database, self.world)
        return next(each.id for each in self.world.entities.values() if each.name == name)

    def item(self, title: str) -> int:
        worlds.learn(self.database, self.world)
        return next(each.id for each in self.world.items.values() if each.title == title)

    def put(self, records: list[ItemRecord], *, tagged: tuple[str, str] | None = None, ids: list[int] | None = None) -> list[int]:
        """One commit: items, new or written anew, and perhaps a person who carries a tag from now on."""
        with self.database.write() as write:
            new = list(bulk.next_ids(write.connection, tables.item, len(records))) if ids is None else ids
            at, known = self.database.clock(), existing(write.connection, new)
            placed = [
                (prepare(each), Placement(item_id, self.library, known.get(item_id), at, write.revision))
                for each, item_id in zip(records, new, strict=True)
            ]
            put_items(write, placed, self.cache)
            if tagged is not None:
                source, target = (self._known(write.connection, name) for name in tagged)
                bulk.insert_new(write.connection, tables.entity_link, ("source_id", "target_id", "relation"), [(source, target, "tagged")])
                write.touch(entities=[source])
            write.touch(new, library_id=self.library)
        self.cache.commit()
        return new

    def _known(self, connection: Any, name: str) -> int:
        return int(run(connection, "SELECT id FROM entity WHERE name = ?", name).scalar_one())

    def told(self) -> dict[str, str]:
        """All that lists say."""
        viewer, encode = self.viewer, msgspec.json.encode
        first = min(self.world.items)
        asks: dict[str, Callable[[], bytes]] = {
            "browse": lambda: self.catalog.browse(viewer, Filters(), PageRequest(size=1_000)),
            "random": lambda: self.catalog.random(viewer, Filters(), 1_000, 1),
            "export": lambda: b"".join(self.catalog.export(viewer, Filters())),
            "facets": lambda: encode(self.catalog.facets(viewer, Filters(), ["tag", "person"], limit=0, search="")),
            "similar": lambda: self.catalog.similar(viewer, first, 1, 1_000),
            "persons": lambda: encode(self.entities.browse(viewer, EntityKind.PERSON, EntityQuery(), PageRequest(size=1_000))),
            "tags": lambda: encode(self.entities.browse(viewer, EntityKind.TAG, EntityQuery(), PageRequest(size=1_000))),
            "suggest": lambda: encode(self.entities.suggest(viewer, "zqs", 50)),
        }
        return {name: ask().decode() for name, ask in asks.items()}


def _record(title: str, *, tags: tuple[str, ...] = (), persons: tuple[str, ...] = ()) -> ItemRecord:
    credits = (*(Credit(EntityKind.TAG, each) for each in tags), *(Credit(EntityKind.PERSON, each, Role.AUTHOR) for each in persons))
    return ItemRecord(kind=ItemKind.BOOK, title=title, credits=credits, external_id=title)


@pytest.fixture
def shelf(sqlite_database: Database, tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(sqlite_database, tmp_path / "index")
    yield made
    made.hot.close()


def _leaks(told: dict[str, str]) -> dict[str, list[str]]:
    return {name: found for name, text in told.items() if (found := SECRET.findall(text))}


def test_an_item_that_gets_a_hidden_tag_is_gone_before_the_index_knows(shelf: Shelf) -> None:
    item = shelf.item("Zqplain1x")
    assert "Zqplain1x" in shelf.told()["browse"]
    shelf.put([_record("Zqsecrettitle1", tags=("Zqsecrettag",))], ids=[item])
    assert _leaks(shelf.told()) == {}
    shelf.follower.catch_up()
    assert _leaks(shelf.told()) == {}


def test_a_person_who_gets_a_hidden_tag_is_not_named_any_more_before_the_index_knows(shelf: Shelf) -> None:
    assert "Zqplainperson" in shelf.told()["browse"]
    shelf.put([], tagged=("Zqplainperson", "Zqsecrettag"))
    told = shelf.told()
    assert [name for name, text in told.items() if "Zqplainperson" in text or "Zqplain1x" in text] == []
    shelf.follower.catch_up()
    assert [name for name, text in shelf.told().items() if "Zqplainperson" in text] == []


def test_a_name_that_is_hidden_between_the_list_and_its_rows_is_not_told(shelf: Shelf) -> None:
    entities = Entities(shelf.database, _Meddling(shelf.engine, lambda: shelf.put([], tagged=("Zqplainperson", "Zqsecrettag"))), CURSORS)
    names = {each.name for each in entities.browse(shelf.viewer, EntityKind.PERSON, EntityQuery(), PageRequest(size=1_000)).items}
    assert names
    assert "Zqplainperson" not in names


class _Meddling:
    """An engine; right after a list of entities was cut from a snapshot, something happens."""

    def __init__(self, engine: Engine, meanwhile: Callable[[], object]) -> None:
        self._engine = engine
        self._meanwhile = meanwhile

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        with self._engine.snapshot() as snapshot:
            yield _Meddled(snapshot, self._meanwhile)


class _Meddled:
    def __init__(self, snapshot: Snapshot, meanwhile: Callable[[], object]) -> None:
        self._snapshot = snapshot
        self._meanwhile = meanwhile

    def entities(self, *asked: Any) -> EntityPage:
        found = self._snapshot.entities(*asked)
        self._meanwhile()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._snapshot, name)


def test_nothing_hidden_shows_at_any_moment_of_an_ingest(shelf: Shelf) -> None:
    """Half of what comes carries the hidden tag, or a person who gets it in the same commit; and items change from the one to the other."""
    ended = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        rng = random.Random(4)
        try:
            for number in range(BATCHES):
                person = f"Zqsecretperson{number}"
                ids = shelf.put(
                    [
                        _record(f"Zqsecreta{number}", tags=("Zqsecrettag",)),
                        _record(f"Zqsecretb{number}", persons=(person,)),
                        _record(f"Zqplainc{number}x", tags=("Zqplaintag",)),
                    ],
                    tagged=(person, "Zqsecrettag"),
                )
                turned = rng.choice(ids[:2])  # from the person to the tag itself, or back
                shelf.put([_record(f"Zqsecretd{number}", tags=("Zqsecrettag",), persons=("Zqsecretother",))], ids=[turned])
                shelf.put([_record(f"Zqsecrete{number}", persons=(person,))], ids=[turned])
        except BaseException as error:
            failed.append(error)
        finally:
            ended.set()

    def follow() -> None:
        try:
            while not ended.wait(0.02):
                shelf.follower.catch_up()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=each) for each in (write, follow)]
    for each in threads:
        each.start()
    looks = 0
    while not ended.is_set() or looks == 0:
        assert _leaks(shelf.told()) == {}
        looks += 1
    for each in threads:
        each.join()
    assert failed == []
    shelf.follower.catch_up()
    told = shelf.told()
    assert _leaks(told) == {}
    assert told["browse"].count("Zqplainc") == BATCHES


def test_a_commit_between_a_snapshot_and_the_rules_closes_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot of rows may begin only when it is first asked something."""
    item, visibility = shelf.item("Zqplain1x"), shelf.catalog._visibility
    plain = visibility._standing

    def then_written(viewer: Viewer) -> Any:
        standing = plain(viewer)
        shelf.put([_record("Zqplain2x")])
        return standing

    monkeypatch.setattr(visibility, "_standing", then_written)
    shelf.catalog.require(shelf.viewer, item)
