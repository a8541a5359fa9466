"""The test of leaks, tested: the mask is left out in each place that asks for one, and each time the routes that pass there must be caught.

The places are found by driving all routes once; so a new one is broken too, without anybody thinking of it."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from longshelf.api.routes import ROUTES
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import NONE, Restrictions, Rule
from longshelf.visibility.visibility import OPEN, Visibility
from tests.api import declared_routes
from tests.api.declared_routes import DECLARED
from tests.api.leak_world import Leaky, served
from tests.api.leaking import Asking
from tests.visibility import worlds

# Asked once more, of what was judged already: it matters where an index lags, see tests/visibility/test_ingest.py.
SECOND_LOOKS = {
    "TimelineService.mask_of": "only whether the mask is another than before, for the player to drop what it kept",
    "Entities._hidden": "names of now, for entities and relations the snapshot shows",
    "Hydrating.seen": "rows of now, for items the snapshot shows",
    "Showing.hidden": "names of now, for entities the snapshot shows",
    "Showing._unchanged": "whether the rules still are those of the snapshot; if not, items are judged again",
}
PASSED_ON = {"Catalog.mask", "Showing.mask", "Entities.suggest.<locals>.<genexpr>"}  # who calls these is the place
Routed = dict[str, set[tuple[str, str]]]


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leaky]:
    with served(tmp_path_factory.mktemp("broken") / "data", None, "sql", 1) as made:
        _restrict(made)
        yield made


def _restrict(made: Leaky) -> None:
    """A bit of everything, for the administrator: every route lets her in."""
    world, user_id = made.world, min(made.viewers)
    carried = sorted({entity for each in world.items.values() for kind, entity in each.links if kind is EntityKind.TAG})
    rules = Restrictions(rules=(Rule(EntityKind.TAG, "exclude", tuple(carried[:2])),), libraries=tuple(world.libraries[:2]))
    worlds.keep(made.database, world, user_id, rules)
    seen = sorted(world.visible(user_id))
    entity = next(each for each in sorted(world.carried(user_id)) if world.entities[each].kind is EntityKind.PERSON)
    kept = min(world.items.keys() - set(seen))  # hidden twice: by himself too
    worlds.hide(made.database, world, user_id, [*seen[:2], kept], [entity, carried[0]])
    declared_routes.BEGUN.clear()
    declared_routes.BEGUN.update(made.begun)
    assert world.visible(user_id)


def _drive(made: Leaky, routes: set[tuple[str, str]]) -> None:
    user_id = min(made.viewers)
    for method, path in sorted(routes):
        DECLARED[method, path].drive(Asking(made.world, user_id, made.viewers[user_id], made.files), method, path)


def _place(frame: FrameType | None) -> str:
    while frame is not None and frame.f_code.co_qualname in PASSED_ON:
        frame = frame.f_back
    return frame.f_code.co_qualname if frame is not None else ""


def _asked(name: str, instead: Callable[[str, Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """`instead(place, answer)` says what a method of Visibility answers to each place that asks."""
    method = getattr(Visibility, name)

    def answer(self: Visibility, *args: Any, **kwargs: Any) -> Any:
        return instead(_place(sys._getframe(1)), method(self, *args, **kwargs))

    monkeypatch.setattr(Visibility, name, answer)


def _places(made: Leaky, name: str) -> Routed:
    """Who asks, and by which routes."""
    found: Routed = {}
    with pytest.MonkeyPatch.context() as patch:
        now: list[tuple[str, str]] = []

        def noted(place: str, answer: Any) -> Any:
            found.setdefault(place, set()).add(now[-1])
            return answer

        _asked(name, noted, patch)
        for route in ROUTES:
            now.append((route.method, route.path))
            _drive(made, {now[-1]})
    return found


def test_a_mask_left_out_anywhere_is_noticed(leaky: Leaky) -> None:
    places = _places(leaky, "mask")
    assert len(places) > 15
    unnoticed = [place for place in sorted(places.keys() - SECOND_LOOKS.keys()) if not _noticed(leaky, "mask", place, places[place], OPEN)]
    assert unnoticed == []
    assert SECOND_LOOKS.keys() <= places.keys(), "no place any more"


def test_so_is_a_library_that_is_not_kept_back(leaky: Leaky) -> None:
    places = _places(leaky, "libraries")
    assert places
    assert [place for place in sorted(places) if not _noticed(leaky, "libraries", place, places[place], None)] == []


def test_paths_of_files_are_for_those_from_whom_no_items_are_kept(leaky: Leaky) -> None:
    assert leaky.viewers[1].get(f"/api/libraries/{leaky.world.libraries[0]}/issues").status_code == 403


def test_so_are_own_hides_that_do_not_count(leaky: Leaky, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = Visibility.mask
    monkeypatch.setattr(Visibility, "mask", lambda self, viewer, snapshot, own=True: mask(self, viewer, snapshot, own=False))
    with pytest.raises(AssertionError):
        _drive(leaky, {("GET", "/api/items/count"), ("GET", "/api/items")})


def test_and_unbroken_it_passes(leaky: Leaky) -> None:
    _drive(leaky, {(route.method, route.path) for route in ROUTES})
    worlds.keep(leaky.database, leaky.world, max(leaky.viewers), NONE)


def _noticed(made: Leaky, name: str, place: str, routes: set[tuple[str, str]], instead: object) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        _asked(name, lambda asking, answer: instead if asking == place else answer, patch)
        try:
            _drive(made, routes)
        except AssertionError:
            return True
    return False
