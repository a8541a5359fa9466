"""The same answers whichever engine gives them, and wherever they are worked out."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from longshelf.index.generations import build_generation
from tests.support.catalogue import Catalogue, administrator, client, listening, make_catalogue

QUESTIONS: tuple[dict[str, str | int], ...] = (
    {},
    {"page": 2},
    {"sort": "title", "offset": 17},
    {"sort": "rating", "order": "asc", "page_size": 100},
    {"kind": "book", "sort": "random", "seed": 5},
    {"q": "sea", "sort": "date"},
    {"tag": 1, "page": 99},
)


@contextmanager
def served(catalogue: Catalogue, engine: str, key: str) -> Iterator[httpx.Client]:
    with listening(replace(catalogue.settings, engine=engine)) as url, client(url, key) as found:
        yield found


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = make_catalogue(tmp_path / "own")
    yield made
    made.database.close()


def test_bitmaps_answer_as_the_database_does_the_first_time_and_every_time(catalogue: Catalogue) -> None:
    key = administrator(catalogue.database)
    build_generation(catalogue.database, catalogue.settings.index)
    with ExitStack() as stack:
        sql, bitmaps = (stack.enter_context(served(catalogue, engine, key)) for engine in ("sql", "bitmaps"))
        for _ in range(3):  # in the pool, then on the event loop
            for params in QUESTIONS:
                expected, found = (each.get("/api/items", params=params) for each in (sql, bitmaps))
                assert found.status_code == 200
                assert found.content == expected.content
                assert found.headers["etag"] == expected.headers["etag"]
        assert bitmaps.get("/api/items", params={"sort": "title", "cursor": "x"}).json()["code"] == "bad_query"


def test_without_an_index_the_database_answers(catalogue: Catalogue) -> None:
    key = administrator(catalogue.database)
    with served(catalogue, "bitmaps", key) as found:
        assert found.get("/api/items").json()["pagination"]["total_count"] == len(catalogue.ids)
