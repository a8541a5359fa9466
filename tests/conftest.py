"""Fixtures every test may use, and how properties are tried: with the same examples each time, so that a run says something about the
change and not about luck. `HYPOTHESIS_PROFILE=searching` looks for new ones; what it finds becomes an `@example`."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.support.databases import database, databases, postgres, postgres_databases, sqlite_database, sqlite_databases

settings.register_profile("fixed", derandomize=True)
settings.register_profile("searching")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

__all__ = ["database", "databases", "postgres", "postgres_databases", "sqlite_database", "sqlite_databases"]


@pytest.fixture(autouse=True)
def forgotten_logging() -> Iterator[None]:
    """Commands set up logging for their process, on its captured stderr; the tests' own process must not keep that."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        logging.root.handlers.clear()
