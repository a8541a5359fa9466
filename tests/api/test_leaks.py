"""Nothing a viewer may not see appears anywhere: by id, title, name, file name or count, or by the way it is refused.

Random profiles, hides and libraries; an administrator and somebody who is none; both engines and both databases. What may be seen is worked
out in plain Python (`tests/visibility/worlds.py`); how each route is asked stands in `declared_routes.py`, and a route that does not stand
there fails. Broken on purpose in each place where a mask is asked for, it must fail too: `test_leaks_broken.py`."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from longshelf.api.routes import ROUTES
from longshelf.model.restrictions import NONE
from tests.api import declared_routes
from tests.api.declared_routes import DECLARED
from tests.api.leak_world import Leaky, served
from tests.api.leaking import Asking
from tests.visibility import worlds

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
CASES = {
    "sql on sqlite": ("sql", "sqlite", 3),
    "bitmaps on sqlite": ("bitmaps", "sqlite", 3),
    "bitmaps on postgres": ("bitmaps", "postgres", 1),
}


def test_every_route_says_how_it_is_asked() -> None:
    """A new route needs its row in `declared_routes.py`."""
    assert sorted(DECLARED) == sorted((route.method, route.path) for route in ROUTES)


@pytest.fixture(scope="module", params=CASES)
def leaky(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Leaky, int]]:
    engine, dialect, examples = CASES[request.param]
    directory = tmp_path_factory.mktemp("leaky") / "data"
    url = None if dialect == "sqlite" else request.getfixturevalue("postgres").create()
    with served(directory, url, engine, 1) as made:
        yield made, examples


def test_nothing_leaks_by_any_route(leaky: tuple[Leaky, int]) -> None:
    made, examples = leaky

    # A smaller number is no simpler an example: there is nothing to shrink.
    @settings(max_examples=examples, suppress_health_check=SLOW, deadline=None, phases=[Phase.generate])
    @given(seed=st.integers(0, 2**32))
    def check(seed: int) -> None:
        rng = random.Random(seed)
        user_id = rng.choice(sorted(made.viewers))
        restrict(made, user_id, rng)
        drive(made, user_id)

    check()


def restrict(made: Leaky, user_id: int, rng: random.Random) -> None:
    """Other rules and hides than before."""
    shared = worlds.profile(made.world, rng) if rng.random() < 0.3 else None
    worlds.keep(made.database, made.world, user_id, worlds.profile(made.world, rng), shared)
    worlds.random_hides(made.database, made.world, user_id, rng)


def drive(made: Leaky, user_id: int) -> None:
    """Every route that lets him in."""
    admin = user_id == min(made.viewers)
    declared_routes.BEGUN.clear()
    declared_routes.BEGUN.update(made.begun)
    for route in ROUTES:
        if admin or route.access.value != "admin":
            asking = Asking(made.world, user_id, made.viewers[user_id], made.files)
            DECLARED[route.method, route.path].drive(asking, route.method, route.path)


def test_who_has_no_rules_sees_it_all(leaky: tuple[Leaky, int]) -> None:
    """Or the test above could be content with nothing."""
    made, _ = leaky
    for user_id, client in made.viewers.items():
        worlds.keep(made.database, made.world, user_id, NONE)
        worlds.hide(made.database, made.world, user_id, [], [])
        assert Asking(made.world, user_id, client).get("/api/items/count")["count"] == len(made.world.items)
        drive(made, user_id)
