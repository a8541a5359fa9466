"""Log lines: one an operation, `"<operation> completed"`, with `total_ms` and its counts. `longshelf report` reads them back.

Lines go to standard error, as JSON or for people; lines of libraries take the same way."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import msgspec
import structlog

from longshelf.errors import Cancelled

_log = structlog.get_logger()


def configure(form: str, level: str, stream: TextIO | None = None) -> None:
    """`form` is `auto`, `json` or `console`, `level` the least severe that is written; see `config.Settings`."""
    stream = stream or sys.stderr
    lowest = logging.getLevelNamesMapping()[level.upper()]
    render = _renderer(form, stream)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]
        )
    )
    logging.basicConfig(handlers=[handler], level=max(lowest, logging.WARNING), force=True)  # libraries speak up only when it matters


def _renderer(form: str, stream: TextIO) -> list[Any]:
    terminal = stream.isatty()
    if form == "console" or (form == "auto" and terminal):
        return [structlog.dev.ConsoleRenderer(colors=terminal)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]


def _json(line: dict[str, Any], **_unused: Any) -> str:
    return msgspec.json.encode(line, enc_hook=repr).decode()


class Operation:
    """What an operation reports when it ends. Counts are added while it runs; a later value of one name wins."""

    def __init__(self, counts: dict[str, Any]) -> None:
        self.counts = counts

    def report(self, **counts: Any) -> None:
        self.counts.update(counts)


@contextmanager
def operation(name: str, **counts: Any) -> Iterator[Operation]:
    """Times the block and logs one line at its end: `"scan completed"`, or `"scan cancelled"` or `"scan failed"` with the error, which
    goes on to the caller."""
    running = Operation(counts)
    start = time.perf_counter()
    try:
        yield running
    except Cancelled:
        _log.info(f"{name} cancelled", total_ms=_since(start), **running.counts)
        raise
    except BaseException as error:
        _log.error(f"{name} failed", total_ms=_since(start), error=str(error) or type(error).__name__, **running.counts)
        raise
    _log.info(f"{name} completed", total_ms=_since(start), **running.counts)


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 2)
