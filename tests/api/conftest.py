"""One small catalogue and one server for all tests of the API that only read; tests that change things make their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.catalogue import Catalogue, administrator, client, listening, make_catalogue, reader


@dataclass
class Served:
    """A catalogue, its address, and clients of an administrator, of somebody else, and of nobody."""

    catalogue: Catalogue
    url: str
    admin: httpx.Client
    other: httpx.Client
    nobody: httpx.Client


def serve_catalogue(directory: Path) -> Iterator[Served]:
    """As a fixture yields it, with the catalogue in `directory`."""
    catalogue = make_catalogue(directory)
    admin_key, other_key = administrator(catalogue.database), reader(catalogue.database)
    with (
        listening(catalogue.settings) as url,
        client(url, admin_key) as admin,
        client(url, other_key) as other,
        client(url) as nobody,
    ):
        yield Served(catalogue, url, admin, other, nobody)
    catalogue.database.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Shared by all tests: read only."""
    yield from serve_catalogue(tmp_path_factory.mktemp("served"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """One test's own, to be changed."""
    yield from serve_catalogue(tmp_path / "own")
