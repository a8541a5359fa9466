"""Fixtures every test may use."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.support.databases import database, databases, postgres, postgres_databases, sqlite_database, sqlite_databases

__all__ = ["database", "databases", "postgres", "postgres_databases", "sqlite_database", "sqlite_databases"]


@pytest.fixture(autouse=True)
def forgotten_logging() -> Iterator[None]:
    """Commands set up logging for their process, on its captured stderr; the tests' own process must not keep that."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        logging.root.handlers.clear()
