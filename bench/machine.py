"""How commands are run and measured: a child process with its peak memory."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
