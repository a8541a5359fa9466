"""What is merged in Stash stays hidden from whom it was hidden, at every moment and wherever the sync is when it happens; rules, filters
and what people said follow, and return."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from longshelf.demo.stash.making import Counts
from longshelf.model.engine import Offset
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import NONE, Restrictions, Rule
from longshelf.model.sorts import Sort
from longshelf.model.viewer import Viewer
from longshelf.sources.stash.modes import MODES, Mode
from longshelf.store import mirror as store
from longshelf.store import personal, restrictions, views
from longshelf.store.database import Database, Transaction
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Visibility
from tests.ingest.mirroring import Mirrored, differences, mirrored
from tests.support.fake_stash import FakeStash
from tests.visibility import worlds

FEW = Counts(scenes=14, images=10, tags=8, performers=6, studios=4, groups=3, galleries=3)
TAG, PERSON, STUDIO = EntityKind.TAG, EntityKind.PERSON, EntityKind.STUDIO


class Watched:
    """A mirror and somebody who may not see all of it; after each commit it is looked what he sees."""

    def __init__(self, mirror: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mirror = mirror
        self.database = mirror.database
        self.user_id = worlds.user(mirror.database, f"bob {random.random()}")
        self._hot = HotReads(mirror.database)
        self._visibility = Visibility(mirror.database, self._hot)
        self.secret: set[str] = set()
        self.leaks: list[set[str]] = []
        self.commits = 0
        whole = mirror.database._writing

        @contextmanager
        def looked_after(role: str) -> Iterator[Transaction]:
            with whole(role) as connection:
                yield connection
            self._look()

        monkeypatch.setattr(mirror.database, "_writing", looked_after)

    def restrict(self, *rules: Rule) -> None:
        with self.database.write_quietly() as connection:
            restrictions.restrict(connection, self.user_id, Restrictions(rules=rules), None, at=1)

    def rules(self) -> Restrictions:
        with self.database.read() as connection:
            return restrictions.kept(connection, self.user_id).own

    def hide(self, entity_id: int) -> None:
        with self.database.write_quietly() as connection:
            personal.say_entity(connection, self.user_id, entity_id, {"hidden": True}, at=1)

    def keep_secret(self) -> None:
        """From now on nothing may be seen of what is hidden now, whatever it carries."""
        everything = {row[0] for row in self.mirror.rows("SELECT external_id FROM item WHERE library_id = ?")}
        self.secret = everything - self.seen()
        assert self.secret
        assert self.secret != everything

    def seen(self) -> set[str]:
        viewer = Viewer(self.user_id, "bob")
        with self.database.read() as connection:
            snapshot = SqlSnapshot(connection)
            mask = self._visibility.mask(viewer, snapshot)
            ids = snapshot.page(mask.query, Sort("id"), Offset(0, 1_000), viewer).ids
            text = f"SELECT external_id FROM item WHERE library_id = {self.mirror.library_id} AND id IN ({','.join(map(str, ids)) or 0})"
            return set(connection.exec_driver_sql(text).scalars())

    def close(self) -> None:
        self._hot.close()

    def _look(self) -> None:
        self.commits += 1
        leak = self.secret & self.seen() if self.secret else set()
        if leak:
            self.leaks.append(leak)


@pytest.fixture
def mirror(sqlite_database: Database) -> Iterator[Mirrored]:
    with mirrored(sqlite_database, FEW) as found:
        found.sync()
        found.stash.clock.advance(60)
        yield found


@pytest.fixture
def watched(mirror: Mirrored, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    found = Watched(mirror, monkeypatch)
    yield found
    found.close()


def used(stash: FakeStash, kind: str) -> int:
    """What some scenes and images carry, and others do not."""
    counts: dict[int, int] = {}
    for work in ("scene", "image"):
        for row in stash.truth()[work].values():
            for each in [row["studio"]] if kind == "studio" else row[f"{kind}s"]:
                counts[each] = counts.get(each, 0) + 1
    return max((each for each in counts if each), key=lambda each: (min(counts[each], 8), each))


def fresh(stash: FakeStash, kind: Any) -> int:
    """One nobody carries."""
    return int(stash.changes.create(kind, name=f"another {kind}"))


Hiding = Callable[[Watched, int], None]
Merging = Callable[[FakeStash, int, int], None]


def by_rule(kind: EntityKind) -> Hiding:
    return lambda watched, remote: watched.restrict(Rule(kind, "exclude", (watched.mirror.entity(kind, remote),)))


def by_parent(watched: Watched, tag: int) -> None:
    above = fresh(watched.mirror.stash, "tag")
    watched.mirror.stash.changes.edit("tag", tag, parents=[above])
    watched.mirror.sync()
    by_rule(TAG)(watched, above)


def by_performer(watched: Watched, tag: int) -> None:
    """The tag is only on a performer, who is in scenes."""
    stash = watched.mirror.stash
    for kind in ("scene", "image", "gallery", "marker"):
        for key, row in stash.truth()[kind].items():
            if tag in row["tags"]:
                stash.changes.edit(kind, key, tags=[each for each in row["tags"] if each != tag])
            if row.get("primary_tag") == tag:
                stash.changes.edit(kind, key, primary_tag=tag + 1 if tag < 8 else 1)
    stash.changes.edit("performer", used(stash, "performer"), tags=[tag])
    watched.mirror.sync("reconcile")
    by_rule(TAG)(watched, tag)


def by_hand(kind: EntityKind) -> Hiding:
    return lambda watched, remote: watched.hide(watched.mirror.entity(kind, remote))


CASES: dict[str, tuple[str, Hiding]] = {
    "a tag, by a rule": ("tag", by_rule(TAG)),
    "a tag, by its parent": ("tag", by_parent),
    "a tag, by a performer": ("tag", by_performer),
    "a tag, by his own hand": ("tag", by_hand(TAG)),
    "a performer, by a rule": ("performer", by_rule(PERSON)),
    "a performer, by his own hand": ("performer", by_hand(PERSON)),
    "a studio, by a rule": ("studio", by_rule(STUDIO)),
}


def merge(stash: FakeStash, kind: str, source: int, target: int) -> None:
    getattr(stash.changes, f"merge_{kind}s")([source], target)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("mode", MODES)
def test_nothing_shows_after_a_merge_before_the_sync(case: str, mode: Mode, watched: Watched) -> None:
    kind, hide = CASES[case]
    stash = watched.mirror.stash
    source = used(stash, kind)
    hide(watched, source)
    target = fresh(stash, kind)
    watched.mirror.sync()
    watched.keep_secret()
    before = watched.commits
    merge(stash, kind, source, target)
    report = watched.mirror.sync(mode)
    assert report.merged == 1
    assert watched.leaks == []
    assert watched.commits > before + 5
    assert watched.secret == watched.secret - watched.seen()
    assert differences(watched.mirror) == {}
    if case.endswith("rule"):
        (rule,) = watched.rules().rules
        assert rule.ids == (watched.mirror.entity(rule.kind, target),)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("case", "mode", "step"),
    [("a tag, by a rule", "reconcile", 1), ("a tag, by its parent", "incremental", 3), ("a performer, by a rule", "reconcile", 4)],
)
def test_nothing_shows_whenever_during_a_sync_the_merge_happens(case: str, mode: Mode, step: int, watched: Watched) -> None:
    """At one request after the other. The scenes and images that carried the source are edited too, so that the delta reads them."""
    kind, hide = CASES[case]
    stash, first = watched.mirror.stash, watched.mirror
    source = used(stash, kind)
    target = fresh(stash, kind)
    first.sync()
    backup = stash.silent.backup()
    request, requests = 1, 2
    while request < requests:
        watched.secret = set()
        watched.restrict(*NONE.rules)
        stash.silent.restore(backup)
        watched.mirror = Mirrored(watched.database, stash, f"{case} {request}")
        watched.mirror.sync()
        hide(watched, source)
        stash.clock.advance(60)
        carrying = {work: [key for key, row in stash.truth()[work].items() if source in row[f"{kind}s"]] for work in ("scene", "image")}
        watched.keep_secret()
        asked = len(stash.requests)
        doing = [(f"changes.merge_{kind}s", {"sources": [source], "destination": target})]
        doing += [("changes.bulk_edit", {"kind": work, "keys": keys, "rating100": 12}) for work, keys in carrying.items()]
        stash.faults.add(path="/graphql", nth=request, do=doing)
        watched.mirror.sync(mode)
        assert watched.leaks == [], f"at request {request}"
        stash.faults.clear()
        requests = max(requests, len(stash.requests) - asked)
        request += step
    assert requests > 15
    watched.mirror.sync("reconcile")
    assert watched.leaks == []
    assert differences(watched.mirror) == {}


def test_an_edit_is_not_taken_for_a_merge(watched: Watched) -> None:
    """A tag that was taken from a scene by hand is taken from it here, and who could not see it may."""
    stash = watched.mirror.stash
    tag = used(stash, "tag")
    by_rule(TAG)(watched, tag)
    watched.keep_secret()
    scene = next(key for key, row in stash.truth()["scene"].items() if tag in row["tags"])
    markers = [key for key, row in stash.truth()["marker"].items() if row["scene"] == scene]
    performers = [key for key, row in stash.truth()["performer"].items() if tag in row["tags"]]
    stash.changes.edit("scene", scene, tags=[], galleries=[], groups=[], studio=None, performers=[])
    for key in markers:
        stash.silent.delete_marker(key)
    assert performers is not None
    watched.mirror.sync("reconcile")
    assert f"scene:{scene}" in watched.seen()
    assert differences(watched.mirror) == {}


def test_rules_filters_and_words_follow_and_return_with_the_one_that_was_merged(database: Database) -> None:
    with mirrored(database, FEW) as mirror:
        stash = mirror.stash
        source, target = used(stash, "tag"), fresh(stash, "tag")
        mirror.sync()
        stash.clock.advance(60)
        old, new = mirror.entity("tag", source), mirror.entity("tag", target)
        user_id = worlds.user(database, "bob")
        with database.write_quietly() as connection:
            restrictions.restrict(connection, user_id, Restrictions(rules=(Rule(TAG, "include", (old,)),)), None, at=1)
            views.save(connection, user_id, "mine", f"tag={old}", at=1)
            personal.say_entity(connection, user_id, old, {"rating": 80, "favorite": True}, at=1)
            personal.say_entity(connection, user_id, new, {"rating": 20}, at=1)

        def told() -> tuple[Any, ...]:
            with database.read() as connection:
                own = restrictions.kept(connection, user_id).own.rules[0].ids
                return own, views.listed(connection, user_id)[0].query, personal.on_entities(connection, user_id, [old, new])

        before = told()
        backup = stash.silent.backup()
        stash.changes.merge_tags([source], target)
        assert mirror.sync().merged == 1
        ids, query, words = told()
        assert (ids, query) == ((new,), f"tag={new}")
        assert words[new] == personal.EntityWord(80, favorite=True)
        assert words[old] == before[2][old]
        stash.silent.restore(backup)
        mirror.sync("reconcile")
        assert told() == before
        assert differences(mirror) == {}
        stash.changes.merge_tags([source], target)
        mirror.sync()
        assert told()[:2] == ((new,), f"tag={new}")


def test_one_that_returns_is_hidden_until_its_items_are_its_own_again(watched: Watched) -> None:
    stash = watched.mirror.stash
    source, target = used(stash, "tag"), fresh(stash, "tag")
    watched.mirror.sync()
    by_rule(TAG)(watched, source)
    backup = stash.silent.backup()
    watched.keep_secret()
    stash.changes.merge_tags([source], target)
    watched.mirror.sync()
    stash.silent.restore(backup)
    watched.mirror.sync()
    watched.mirror.sync("reconcile")
    assert watched.leaks == []
    (rule,) = watched.rules().rules
    assert rule.ids == (watched.mirror.entity("tag", source),)


def test_what_nobody_stands_in_for_is_followed_by_nothing(watched: Watched) -> None:
    stash = watched.mirror.stash
    source = used(stash, "performer")
    by_rule(PERSON)(watched, source)
    before = watched.rules()
    stash.changes.destroy("performer", source)
    report = watched.mirror.sync()
    assert report.merged == 0
    assert watched.rules() == before
    with watched.database.read() as connection:
        assert store.merged_into(connection, watched.mirror.library_id, "performer", watched.mirror.entity("person", source)) is None
    assert differences(watched.mirror) == {}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", MODES[:2])
def test_nothing_shows_while_what_hides_it_is_not_read_yet(mode: Mode, watched: Watched) -> None:
    """A performer loses the hidden tag and gets a new one, far below it. Whenever that happens, nobody sees his scenes in between."""
    stash, first = watched.mirror.stash, watched.mirror
    performer, tag = used(stash, "performer"), fresh(stash, "tag")
    stash.changes.edit("performer", performer, tags=[tag])
    stash.clock.advance(60)
    first.sync()
    below = len(stash.world.tags) + 1
    backup = stash.silent.backup()
    request, requests = 1, 2
    while request < requests:
        watched.secret = set()
        watched.restrict(*NONE.rules)
        stash.silent.restore(backup)
        watched.mirror = Mirrored(watched.database, stash, f"below {request}")
        watched.mirror.sync()
        by_rule(TAG)(watched, tag)
        watched.keep_secret()
        stash.clock.advance(60)
        asked = len(stash.requests)
        doing = [
            ("changes.create", {"kind": "tag", "name": "upper", "parents": [tag]}),
            ("changes.create", {"kind": "tag", "name": "middle", "parents": [below]}),
            ("changes.create", {"kind": "tag", "name": "lower", "parents": [below + 1]}),
            ("changes.edit", {"kind": "performer", "key": performer, "tags": [below + 2]}),
        ]
        stash.faults.add(path="/graphql", nth=request, do=doing)
        watched.mirror.sync(mode)
        assert watched.leaks == [], f"at request {request}"
        stash.faults.clear()
        requests = max(requests, len(stash.requests) - asked)
        request += 4
    assert requests > 15
    watched.mirror.sync("reconcile")
    assert watched.leaks == []
    assert differences(watched.mirror) == {}
