"""Live events tell nobody of a library that is kept from him: not as they happen, not when he comes back, not after the rules changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from longshelf.model.restrictions import NONE, Restrictions
from tests.api.leak_world import Leaky, served
from tests.api.test_events import stream
from tests.visibility import worlds

ANN, BOB = 1, 2


@pytest.fixture
def leaky(tmp_path: Path) -> Iterator[Leaky]:
    with served(tmp_path / "data", None, "sql", 1) as made:
        yield made


def _change(leaky: Leaky, library_id: int) -> int:
    with leaky.database.write() as write:
        write.touch(library_id=library_id)
        return write.revision


@pytest.mark.parametrize("user_id", [ANN, BOB])
def test_only_libraries_somebody_may_know_of_are_told(user_id: int, leaky: Leaky) -> None:
    shown, hidden, other = leaky.world.libraries
    worlds.keep(leaky.database, leaky.world, user_id, Restrictions(libraries=(shown,)))
    with stream(leaky.viewers[user_id]) as events:
        last_id = next(events)[0]
        _change(leaky, hidden)
        revision = _change(leaky, shown)
        assert next(events)[2] == {"library_id": shown, "revision": revision}
        worlds.keep(leaky.database, leaky.world, user_id, Restrictions(libraries=(shown, other)))  # holds for what is told next
        revision = _change(leaky, other)
        assert next(events)[2] == {"library_id": other, "revision": revision}
    _change(leaky, hidden)
    with stream(leaky.viewers[user_id], last_id) as events:
        assert next(events)[1] == "hello"
        assert {next(events)[2]["library_id"] for _ in range(2)} == {shown, other}
        worlds.keep(leaky.database, leaky.world, user_id, NONE)
        _change(leaky, hidden)
        assert next(events)[2]["library_id"] == hidden
