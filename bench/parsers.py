"""What reading one file costs the processor, by format: the demonstration library's files, each parsed by its own parser, warm.

The rule: processor time of this process alone, so that a busy machine changes little."""

import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from longshelf.bench.machine import describe, percentile, table
from longshelf.demo.library import write_library
from longshelf.sources.folder.reading import Parser
from longshelf.sources.folder.registry import FileFormat, format_of, parser

SEED = 7
ROUNDS = 20  # over the same files


def run(scale: float = 1.0) -> str:
    """The table. `scale` is the share of the rounds."""
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as place:
        by_format: dict[FileFormat, list[Path]] = defaultdict(list)
        for written in write_library(Path(place), SEED).items:
            for name in written.paths:
                found = format_of(name.encode())
                if found is not None:
                    by_format[found].append(Path(place, name))
        rows = [_row(format_, paths, max(int(ROUNDS * scale), 1)) for format_, paths in sorted(by_format.items())]
    return table(f"Parsers, processor time a file ({describe()})", rows)


def _row(format_: FileFormat, paths: list[Path], rounds: int) -> dict[str, Any]:
    parse = parser(format_.parser)
    for path in paths:  # warms up
        parse(path)
    times = [_cost(parse, path) for _ in range(rounds) for path in paths]
    return {"format": format_.extension, "files": len(paths), "median, ms": percentile(times, 0.5), "p99, ms": percentile(times, 0.99)}


def _cost(parse: Parser, path: Path) -> float:
    """Milliseconds."""
    began = time.process_time()
    parse(path)
    return (time.process_time() - began) * 1000
