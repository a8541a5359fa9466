"""What a figure was measured on, and how commands are run and measured: a child process with its peak memory."""

import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def describe() -> str:
    """One line for the head of a table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"


@dataclass
class Ran:
    """A finished `longshelf` command: its JSON, how long it took by the wall, and the most memory its main process held, in MiB."""

    result: dict[str, Any]
    seconds: float
    peak_mib: float


def longshelf(arguments: Sequence[str], data: Path) -> Ran:
    """Runs the command line in a process of its own with `data` as its data directory."""
    environment = environment_for(data)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "longshelf.cli.main", *arguments, "--json"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    output, trouble = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    process.stderr.close()
    if process.returncode != 0:
        raise SystemExit(f"longshelf {' '.join(arguments)}: {output.decode()}{trouble.decode()}")
    return Ran(json.loads(output), seconds, usage.ru_maxrss / 1024)


def environment_for(data: Path) -> dict[str, str]:
    """The environment of a Longshelf that keeps everything in `data`."""
    return {**os.environ, "LONGSHELF_DATA": str(data), "LONGSHELF_LOG_LEVEL": "warning"}


def table(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table."""
    columns = list(rows[0])
    lines = [f"### {title}", "", "| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
