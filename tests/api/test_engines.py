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


def test_who_edits_an_item_finds_it_changed_in_the_next_list(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longshelf.index.following.LOOK_SECONDS", 3_600)  # nobody looks but who has written
    key = administrator(catalogue.database)
    build_generation(catalogue.database, catalogue.settings.index)
    with served(catalogue, "bitmaps", key) as found:
        listed: dict[str, str | int] = {"sort": "title", "order": "asc", "page_size": 1}
        assert found.get("/api/flags").json()["flags"][0]["active"] == "bitmaps"
        before = found.get("/api/items", params=listed).json()["items"][0]["id"]
        other = next(id_ for id_ in catalogue.ids if id_ != before)
        assert found.patch(f"/api/items/{other}", json={"title": "!!! first of all"}).status_code == 200
        assert found.get("/api/items", params=listed).json()["items"][0]["id"] == other


def test_the_flag_sends_the_next_question_to_the_other_engine(catalogue: Catalogue) -> None:
    key = administrator(catalogue.database)
    build_generation(catalogue.database, catalogue.settings.index)
    with served(catalogue, "bitmaps", key) as found:
        before = found.get("/api/items").json()
        assert found.put("/api/flags", json={"engine": "sql"}).json()["flags"][0]["active"] == "sql"
        assert found.get("/api/items").json()["items"] == before["items"]
        assert found.put("/api/flags", json={"engine": None}).json()["flags"][0]["active"] == "bitmaps"
        assert found.put("/api/flags", json={"engine": "magic"}).status_code == 422
