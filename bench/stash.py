"""Mirroring: a whole Stash library, the same again, and ten changes in it. The server is a made-up one in a process of its own that answers
some forty thousand scenes a second, so what is measured is the mirror."""

import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.fake_stash import RemoteStash, fake_stash_process

from bench.machine import longshelf
from longshelf.bench.machine import describe, table

SCENES, IMAGES = 104_000, 200_000
FEW = 10


def run(scale: float = 1.0) -> str:
    """Every table of this file. `scale` shrinks the library, for a quick look."""
    scenes, images = int(SCENES * scale), int(IMAGES * scale)
    parts = [f"## Mirroring a Stash server ({describe()})\n"]
    with (
        tempfile.TemporaryDirectory(prefix="longshelf-bench-") as place,
        fake_stash_process("--scenes", str(scenes), "--images", str(images)) as stash,
    ):
        data = Path(place)
        longshelf(["library", "add", "Stash", "--stash", stash.url], data)
        rows = [_sync("everything, first", data), _sync("everything again", data, "--reconcile"), _changes(stash, data)]
        assert _items(data) == scenes + images
        parts.append(table(f"{scenes:,} scenes and {images:,} images with their relations", rows))
    return "\n".join(parts)


def _sync(what: str, data: Path, *arguments: str) -> dict[str, Any]:
    found = longshelf(["sync", "Stash", *arguments], data)
    report = found.result
    seen = sum(each["seen"] for each in report["entities"].values())
    return {
        "what": what,
        "objects read": seen,
        "seconds": report["seconds"],
        "objects/s": seen / report["seconds"],
        "requests": report["requests"],
        "statements": report["statements"],
        "peak MiB": found.peak_mib,
    }


def _changes(stash: RemoteStash, data: Path) -> dict[str, Any]:
    time.sleep(5.5)  # or the newest second of the server is not over for the mirror, and is read once more
    longshelf(["sync", "Stash"], data)
    stash.do("clock.advance", seconds=86_400 * 2)
    stash.do("changes.bulk_edit", kind="scene", keys=list(range(1, FEW + 1)), rating100=50)
    return _sync(f"{FEW} changes in it", data)


def _items(data: Path) -> int:
    connection = sqlite3.connect(data / "longshelf.db")
    try:
        return int(connection.execute("SELECT count(*) FROM item WHERE deleted_at IS NULL").fetchone()[0])
    finally:
        connection.close()
