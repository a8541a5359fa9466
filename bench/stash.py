"""Mirroring: a whole Stash library, the same again, and ten changes in it. The server is a made-up one in a process of its own that answers
some forty thousand scenes a second, so what is measured is the mirror."""

import multiprocessing
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.ingest.mirroring import Mirrored, differences
from tests.support.fake_stash import FakeStash, RemoteStash, fake_stash_process

from bench.machine import longshelf
from longshelf.bench.machine import describe, table
from longshelf.demo.stash.making import Counts
from longshelf.store.database import Database

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
        rows = [_sync("everything, first", data)]
        wrong = _wrong(data, scenes, images)
        rows += [_sync("everything again", data, "--reconcile"), _changes(stash, data)]
        parts.append(table(f"{scenes:,} scenes and {images:,} images with their relations", rows))
        parts.append(f"After the first, held against what the server has, object by object with relations: {wrong:,} differ.\n")
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


def _wrong(data: Path, scenes: int, images: int) -> int:
    """How many objects are not as the server has them. In a process of its own, for it holds both in memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return int(pool.apply(_differing, (data, scenes, images)))


def _differing(data: Path, scenes: int, images: int) -> int:
    stash = FakeStash(Counts(scenes, images))  # the same as the one in the other process: what it holds follows from its size
    return len(differences(Mirrored.of(Database(f"sqlite:///{data / 'longshelf.db'}"), stash, 1)))
