"""Displays and screens, asked as `test_leaks.py` asks every route, but more often: whoever an administrator is, and whatever is kept from
him, he is not told what a display plays that he may not see; and a screen shows what its person may see."""

import random
from collections.abc import Iterator

import pytest

from longshelf.api.routes import ROUTES
from tests.api.declared_routes import DECLARED
from tests.api.leak_world import Leaky, served
from tests.api.leaking import Asking
from tests.api.test_leaks import restrict

SHOWING = [route for route in ROUTES if route.path.startswith(("/api/displays", "/api/screens"))]


@pytest.fixture(scope="module", params=["sql", "bitmaps"])
def leaky(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leaky]:
    with served(tmp_path_factory.mktemp("leaky") / "data", None, request.param, 1) as made:
        yield made


def test_nothing_leaks_by_displays_and_screens(leaky: Leaky) -> None:
    """What must not appear is asserted by `drive`."""
    assert {route.path.split("/")[2] for route in SHOWING} == {"displays", "screens"}
    admin = min(leaky.viewers)
    for seed in range(4):
        for user_id in sorted(leaky.viewers):
            restrict(leaky, user_id, random.Random(seed * 10 + user_id))
        for route in SHOWING:
            asking = Asking(leaky.world, admin, leaky.viewers[admin], leaky.files)
            DECLARED[route.method, route.path].drive(asking, route.method, route.path)
