"""A sync that is killed, again and again, ends as the same library as one that is not."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from longshelf.demo.stash.making import Counts
from longshelf.store.database import Database
from tests.ingest.mirroring import Mirrored, differences
from tests.support.fake_stash import FakeStash, fake_stash

COUNTS = Counts(scenes=2_100, images=1_100)
ITEMS = 3_200
KILLS = 3  # each twice: wherever the writer is, and where a page has just been asked for


def command(data: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "LONGSHELF_DATA": str(data), "LONGSHELF_LOG_LEVEL": "warning"}
    return subprocess.Popen(
        [sys.executable, "-m", "longshelf.cli.main", *arguments, "--json"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def run(data: Path, *arguments: str) -> dict[str, Any]:
    process = command(data, *arguments)
    output, trouble = process.communicate(timeout=100)
    assert process.returncode == 0, trouble.decode()
    result: dict[str, Any] = json.loads(output)
    return result


def opened(data: Path, stash: FakeStash) -> Mirrored:
    """The one library of a data directory, to be looked into."""
    return Mirrored.of(Database(f"sqlite:///{data / 'longshelf.db'}"), stash, 1)


def expire_leases(found: Mirrored) -> None:
    """As if a minute had passed: what a killed worker held is free again."""
    with found.database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE job SET lease_until = 0 WHERE state = 'running'")


def items(found: Mirrored) -> int:
    return int(found.rows("SELECT count(*) FROM item WHERE library_id = ?")[0][0])


def kill_when(come: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None and not come():
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL, "the sync ended before it could be killed"


@pytest.mark.timeout(300)
def test_kills_within_pages_and_between_them_and_then_a_whole_sync_make_the_same_library(tmp_path: Path) -> None:
    with fake_stash(COUNTS) as stash:
        run(tmp_path, "library", "add", "Mirror", "--stash", stash.url)
        found = opened(tmp_path, stash)
        for kill in range(KILLS):
            wanted = kill * ITEMS // KILLS
            process = command(tmp_path, "sync", "Mirror")
            kill_when(lambda wanted=wanted: items(found) > wanted, process)  # type: ignore[misc]
            expire_leases(found)
            process, asked = command(tmp_path, "sync", "Mirror"), len(stash.log)
            kill_when(lambda asked=asked: len(stash.log) > asked + 11, process)  # type: ignore[misc]
            expire_leases(found)
        report = run(tmp_path, "sync", "Mirror")
        assert report["mode"] == "full"
        assert report["entities"]["image"]["added"] < 1_100
        assert "scene" not in report["entities"]
        assert differences(found) == {}
        assert run(tmp_path, "sync", "Mirror")["mode"] == "incremental"
        found.database.close()
