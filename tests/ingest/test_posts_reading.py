"""Reading ahead in another process gives what reading here gives, whatever becomes of that process."""

import gc
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.ingest import posts as importing
from longshelf.ingest import posts_reading
from longshelf.ingest.posts_reading import Pages, prepared, read_page, seldom_collecting
from longshelf.ingest.posts_sheet import Numbering
from longshelf.sources.posts.lines import Line
from longshelf.store import items
from longshelf.store.database import Database
from tests.ingest.posting import contents, encoded, run_import
from tests.support.databases import Databases


def lines(*posts: dict[str, Any] | bytes, start: int = 1) -> list[Line]:
    return [Line(start + place, post if isinstance(post, bytes) else json.dumps(post).encode()) for place, post in enumerate(posts)]


def pages_of(count: int, size: int) -> Iterator[list[Line]]:
    for start in range(0, count, size):
        yield lines(*({"external_id": str(number), "tags": ["sea"]} for number in range(start, start + size)), start=start + 1)


said = {"title": st.text(max_size=5), "tags": st.lists(st.text(max_size=3))}
post = st.one_of(
    st.fixed_dictionaries({"external_id": st.sampled_from("abc")}, optional=said),
    st.sampled_from([b"{", b'{"title":"x"}']),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(posts=st.lists(post, max_size=8))
def test_a_page_is_the_same_with_a_sheet_and_without(posts: list[dict[str, Any] | bytes]) -> None:
    given_lines = lines(*posts)
    whole, bare = read_page(given_lines, Numbering("sqlite")), read_page(given_lines, None)
    assert whole.sheet is not None
    assert [post.said[items.SAID.index("external_id")] for post in whole.sheet.posts] == list(whole.digests)
    assert [post.said[items.SAID.index("content_hash")] for post in whole.sheet.posts] == list(whole.digests.values())
    assert msgspec.structs.replace(whole, sheet=None) == bare
    assert list(prepared(bare, given_lines, list(whole.digests))) == list(whole.digests)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short the pages are."""
    monkeypatch.setattr(posts_reading, "PROCESS_FROM", 1)


def read_all(trouble: Callable[[Pages, int], None]) -> list[tuple[int, list[str]]]:
    found = []
    with Pages(lambda: None, "sqlite") as pages:
        for number, (page, _) in enumerate(pages.read(pages_of(40, 5))):
            found.append((page.last, list(page.digests)))
            trouble(pages, number)
    return found


def test_pages_come_in_order_from_a_process_that_is_gone_afterwards(always: None) -> None:
    seen: list[int] = []

    def look(pages: Pages, _number: int) -> None:
        assert pages.process_id is not None
        seen.append(pages.process_id)

    found = read_all(look)
    assert found == [(start + 5, [str(number) for number in range(start, start + 5)]) for start in range(0, 40, 5)]
    assert len(set(seen)) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(seen[0], 0)


@pytest.mark.parametrize("when", [0, 3, 6])
def test_a_reader_that_is_killed_costs_no_page(when: int, always: None) -> None:
    def kill(pages: Pages, number: int) -> None:
        if number == when and pages.process_id is not None:
            os.kill(pages.process_id, signal.SIGKILL)

    assert read_all(kill) == read_all(lambda _pages, _number: None)


def test_short_files_are_read_without_a_process() -> None:
    with Pages(lambda: None, "sqlite") as pages:
        for _ in pages.read(pages_of(40, 5)):
            assert pages.process_id is None


def test_an_import_that_reads_ahead_ends_as_one_that_does_not(
    sqlite_databases: Databases, tmp_path: Path, always: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PAGE_LINES", 7)
    path = tmp_path / "posts.ndjson"
    first: list[Any] = [{"external_id": str(number % 40), "title": f"{number}", "persons": [f"p{number % 3}"]} for number in range(60)]
    path.write_bytes(encoded([*first, b"{", {"external_id": "last", "series": [{"name": "s", "number": 0.1}]}]))

    def both() -> Iterator[Database]:
        for ahead in (1, 10_000):
            monkeypatch.setattr(posts_reading, "PROCESS_FROM", ahead)
            with sqlite_databases.new() as database:
                run_import(database, path)
                run_import(database, path)
                yield database

    one, other = (contents(database) for database in both())
    assert one == other


def test_garbage_is_looked_for_as_before_once_the_last_import_has_ended() -> None:
    before = gc.get_threshold()
    one, other = seldom_collecting(), seldom_collecting()
    one.__enter__()
    other.__enter__()
    assert gc.get_threshold() > before
    one.__exit__(None, None, None)
    assert gc.get_threshold() > before
    other.__exit__(None, None, None)
    assert gc.get_threshold() == before
