"""Commands set up logging for their process, on its captured stderr; the tests' own process must not keep that."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def forgotten_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.root.handlers.clear()
