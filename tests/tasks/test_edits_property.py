"""Scans, renames, edits, merges and undoing in any order: the store, both engines and a slow model in plain Python say the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.errors import Conflict
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation
from longshelf.ingest.bulk_edits import Plan
from longshelf.ingest.edits import Edit, edit
from longshelf.model.engine import Engine, EntityRequest, Offset
from longshelf.model.query import EVERYTHING, Linked, Text
from longshelf.model.records import Credit
from longshelf.model.sorts import Sort
from longshelf.model.viewer import Viewer
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.jobs import Job
from longshelf.tasks import bulk_edit
from tests.support.databases import Databases
from tests.tasks.editing import TAG, Desk

SLOW = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
    max_examples=8,
)
NAMES = ("sea", "sf", "dune", "cat", "dog", "owl")
ANN = Viewer(1)
BOOKS = 4

name = st.sampled_from(NAMES)
some_names = st.sets(name, min_size=1, max_size=3).map(lambda each: tuple(sorted(each)))
steps = st.one_of(
    st.tuples(st.just("scan"), st.integers(0, BOOKS - 1), some_names),
    st.tuples(st.just("rename"), name, name),
    st.tuples(st.just("merge"), name, some_names),
    st.tuples(st.just("merge"), name, some_names),
    st.tuples(st.just("undo"), st.integers(0, 3)),
    st.tuples(st.just("edit"), st.integers(0, BOOKS - 1), some_names),
    st.tuples(st.just("bulk"), name),
)


@dataclass
class Merged:
    """A merge, as the model remembers it."""

    job: Job
    target: int
    sources: list[int]
    links: list[tuple[int, int, bool]]  # book, source, whether the target was there already
    names: dict[str, int]  # name to whom it led


@dataclass
class Model:
    """Entities are numbers; each has a name, and every name leads to one of them."""

    called: dict[int, str] = field(default_factory=dict)
    leads: dict[str, int] = field(default_factory=dict)
    carries: dict[int, set[int]] = field(default_factory=dict)
    said: dict[int, tuple[str, ...]] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    merges: list[Merged] = field(default_factory=list)
    made: int = 0

    def find(self, name: str) -> int:
        if name not in self.leads:
            self.made += 1
            self.called[self.made], self.leads[name] = name, self.made
        return self.leads[name]

    def scan(self, book: int, names: tuple[str, ...]) -> None:
        if self.said.get(book) == names:
            return
        self.said[book] = names
        if book in self.locked:
            return
        self.carries[book] = {self.find(each) for each in names}

    def edit(self, book: int, names: tuple[str, ...]) -> None:
        self.carries[book] = {self.find(each) for each in names}
        self.locked.add(book)

    def rename(self, entity: int, name: str) -> None:
        if self.leads.get(name, entity) != entity:
            raise Conflict(name)
        self.called[entity], self.leads[name] = name, entity

    def merge(self, job: Job, target: int, sources: list[int]) -> None:
        links = []
        for source in sources:
            for book in sorted(self.carries):
                if source in self.carries[book]:
                    links.append((book, source, target in self.carries[book]))
                    self.carries[book] = self.carries[book] - {source} | {target}
        names = {each: owner for each, owner in self.leads.items() if owner in sources}
        self.leads.update(dict.fromkeys(names, target))
        self.merges.append(Merged(job, target, sources, links, names))

    def undo(self, merged: Merged) -> int:
        """How many links it leaves."""
        target = merged.target
        if any(target in each.sources for each in self.merges if each is not merged):
            raise Conflict("the target has vanished")
        if any(self.called[target] == self.called[source] for source in merged.sources):
            raise Conflict("the name is taken")
        left = 0
        for book, source, folded in reversed(merged.links):
            if target not in self.carries[book]:
                left += 1
            else:
                self.carries[book] = (self.carries[book] if folded else self.carries[book] - {target}) | {source}
        for each, owner in merged.names.items():
            if self.leads[each] == target and self.called[target] != each:
                self.leads[each] = owner
        self.merges.remove(merged)
        return left

    def names_of(self, book: int) -> list[str]:
        return sorted(self.called[each] for each in self.carries[book])


class Both:
    """The model beside the real thing."""

    def __init__(self, desk: Desk, index: Path) -> None:
        self.desk = desk
        self.model = Model()
        self.items: dict[int, int] = {}
        for book in range(BOOKS):
            self.scan(book, (NAMES[book],))
        build_generation(desk.database, index)
        self.follower = Follower(desk.database, index)

    def scan(self, book: int, names: tuple[str, ...]) -> None:
        self.items[book] = self.desk.book(book, *names)
        self.model.scan(book, names)

    def edit(self, book: int, names: tuple[str, ...]) -> None:
        edit(self.desk.database, self.items[book], Edit(credits={TAG: [Credit(TAG, each) for each in names]}), None)
        self.model.edit(book, names)

    def bulk(self, name: str) -> None:
        self.desk.run(bulk_edit.request(self.desk.database, Plan(add=(Credit(TAG, name),)), list(self.items.values()), None))
        for book, carried in self.model.carries.items():
            self.model.carries[book] = carried | {self.model.find(name)}
            self.model.locked.add(book)

    def rename(self, name: str, fresh: str) -> None:
        if name in self.model.leads:
            entity = self.desk.entity(name)
            _alike(lambda: self.desk.rename(entity, fresh), lambda: self.model.rename(self.model.leads[name], fresh))

    def merge(self, name: str, others: tuple[str, ...]) -> None:
        leads = self.model.leads
        known = list(dict.fromkeys(leads[each] for each in others if each in leads and name in leads and leads[each] != leads[name]))
        if known:
            ids = list(dict.fromkeys(self.desk.entity(each) for each in others if each in leads and leads[each] != leads[name]))
            self.model.merge(self.desk.merge(self.desk.entity(name), *ids), leads[name], known)

    def undo(self, number: int) -> None:
        if number < len(self.model.merges):
            merged = self.model.merges[-1 - number]
            left: list[int] = []

            def really() -> None:
                left.append(self.desk.undo(merged.job).result["left"])

            _alike(really, lambda: left.append(self.model.undo(merged)))
            assert len(set(left)) <= 1

    def agree(self) -> None:
        self.follower.refresh()
        engines: list[Engine] = [SqlEngine(self.desk.database.read), BitmapEngine(self.desk.database, self.follower)]
        model = self.model
        carried = {each for some in model.carries.values() for each in some}
        live = {model.called[each]: each for each in carried}
        for book, item in self.items.items():
            assert self.desk.tags(item) == model.names_of(book)
        for engine in engines:
            with engine.snapshot() as snapshot:
                listed = snapshot.entities(EntityRequest(TAG, EVERYTHING), Offset(0, 50), ANN)
                with self.desk.database.read() as connection:
                    rows = connection.exec_driver_sql("SELECT id, name FROM entity WHERE kind = 'tag' AND deleted_at IS NULL").all()
                called: dict[int, str] = {row[0]: row[1] for row in rows}
                assert sorted(called[each] for each in listed.slice.ids) == sorted(live)
                for each in NAMES:
                    wanted = sorted(item for book, item in self.items.items() if each in model.names_of(book))
                    found = snapshot.page(Text(each), Sort("id", descending=False), Offset(0, 50), ANN)
                    assert list(found.ids) == wanted
                    if each in live:
                        query = Linked(TAG, (self.desk.entity(each),))
                        assert list(snapshot.page(query, Sort("id", descending=False), Offset(0, 50), ANN).ids) == wanted


def _alike(really: Callable[[], None], modelled: Callable[[], object]) -> None:
    """Both do it, or both refuse."""
    try:
        modelled()
    except Conflict:
        with pytest.raises(Conflict):
            really()
    else:
        really()


@SLOW
@given(st.lists(steps, min_size=3, max_size=14))
def test_any_sequence_of_edits_is_what_the_model_says(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, done: list[tuple[str, ...]]
) -> None:
    with databases.new() as database:
        both = Both(Desk(database), tmp_path_factory.mktemp("index"))
        try:
            for step, *rest in done:
                getattr(both, step)(*rest)
                both.agree()
        finally:
            both.follower.stop()
