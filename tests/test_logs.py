"""One line an operation, readable by people or by programs."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from longshelf import logs
from longshelf.errors import Cancelled


@pytest.fixture(autouse=True)
def restore() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_operation_logs_one_line_with_its_time_and_counts() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    with logs.operation("scan", library="Books") as running:
        running.report(files=3)
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["library"], line["files"]) == ("scan completed", "info", "Books", 3)
    assert line["total_ms"] >= 0


def test_a_failed_operation_logs_its_reason_and_still_fails() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    with pytest.raises(ZeroDivisionError), logs.operation("scan"):
        raise ZeroDivisionError("by zero")
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["error"]) == ("scan failed", "error", "by zero")


def test_a_cancelled_operation_is_no_error() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    with pytest.raises(Cancelled), logs.operation("scan"):
        raise Cancelled("stopped")
    assert [(line["event"], line["level"]) for line in lines(stream)] == [("scan cancelled", "info")]


def test_lines_below_the_level_are_left_out() -> None:
    stream = io.StringIO()
    logs.configure("json", "error", stream)
    with logs.operation("scan"):
        pass
    assert lines(stream) == []


def test_lines_of_libraries_take_the_same_form() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    logging.getLogger("some.library").warning("careful with %s", "this")
    (line,) = lines(stream)
    assert (line["event"], line["level"]) == ("careful with this", "warning")


def test_the_console_form_is_for_people() -> None:
    stream = io.StringIO()
    logs.configure("console", "info", stream)
    with logs.operation("scan", files=3):
        pass
    assert "scan completed" in stream.getvalue()
    assert "files=3" in stream.getvalue()
