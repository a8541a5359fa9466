"""What commands print: one JSON object on stdout with --json, a few plain lines without; progress and errors go to stderr."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

BAR = 24  # characters of a progress bar


def show(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Prints a command's result; for people as `name: value` lines, lists of rows as tables."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
        return
    for name, value in result.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            _table(value)
        elif isinstance(value, Mapping):
            show(value, as_json=False)
        elif value not in (None, [], ""):
            sys.stdout.write(f"{name.replace('_', ' ')}: {_plain(value)}\n")


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(rows[0])
    cells = [columns, *([_plain(row[name]) if row[name] is not None else "" for name in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


class Progress(Protocol):
    """How far something is, as a `Job` tells it: `rate` is things a second; None where nothing is known."""

    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int | None: ...
    @property
    def rate(self) -> float | None: ...
    @property
    def eta_seconds(self) -> float | None: ...


class ProgressLine:
    """One line on a terminal that is rewritten in place; nothing where stderr is not a terminal."""

    def __init__(self) -> None:
        self._drawn = False
        self._wanted = sys.stderr.isatty()

    def __call__(self, job: Progress) -> None:
        if self._wanted and job.state == "running":
            width = os.get_terminal_size(sys.stderr.fileno()).columns
            sys.stderr.write("\r" + progress_text(job)[: width - 1].ljust(width - 1))
            sys.stderr.flush()
            self._drawn = True

    def end(self) -> None:
        """Leaves the line behind."""
        if self._drawn:
            sys.stderr.write("\n")


def progress_text(job: Progress) -> str:
    """ "scan  [#####     ] 1,200 / 5,000  410/s  9 s left"; without a total only what is done."""
    parts = [job.kind]
    if job.total:
        filled = min(BAR, BAR * job.done // job.total)
        parts.append(f"[{'#' * filled}{' ' * (BAR - filled)}] {job.done:,} / {job.total:,}")
    else:
        parts.append(f"{job.done:,}")
    if job.rate:
        parts.append(f"{job.rate:,.0f}/s")
    if job.eta_seconds is not None:
        parts.append(f"{job.eta_seconds:,.0f} s left")
    return "  ".join(parts)
