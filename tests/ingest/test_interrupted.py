"""A scan that is killed, again and again, ends as the same library as one that is not; two at once make one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from longshelf.demo import bulk
from longshelf.store.database import Database
from tests.ingest.scanning import Shelves

FILES = 3_000
KILLS = 10


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    bulk.write_tree(root, FILES, 3)
    (root / "broken.epub").write_bytes(b"not a book")
    return root


def command(data: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "LONGSHELF_DATA": str(data), "LONGSHELF_LOG_LEVEL": "warning", "LONGSHELF_PARSERS": "2"}
    return subprocess.Popen(
        [sys.executable, "-m", "longshelf.cli.main", *arguments, "--json"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def run(data: Path, *arguments: str) -> dict[str, Any]:
    process = command(data, *arguments)
    output, trouble = process.communicate(timeout=100)
    assert process.returncode == 0, trouble.decode()
    result: dict[str, Any] = json.loads(output)
    return result


def library(data: Path, root: Path) -> Shelves:
    """The one library of a data directory, to be looked into."""
    shelves = Shelves.__new__(Shelves)
    shelves.database = Database(f"sqlite:///{data / 'longshelf.db'}")
    shelves.library_id, shelves.roots = 1, [os.fsencode(root)]
    return shelves


def expire_leases(data: Path) -> None:
    """As if a minute had passed: what a killed worker held is free again."""
    database = Database(f"sqlite:///{data / 'longshelf.db'}")
    with database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE job SET lease_until = 0 WHERE state = 'running'")
    database.close()


def wait_for_items(data: Path, wanted: int, process: "subprocess.Popen[bytes]") -> None:
    """Until the scan has committed that many items: the kill then falls in its middle."""
    database = Database(f"sqlite:///{data / 'longshelf.db'}")
    while process.poll() is None:
        with database.read() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM item").scalar_one() >= wanted:
                break
        time.sleep(0.01)
    database.close()


@pytest.mark.timeout(300)
def test_ten_kills_and_then_a_whole_scan_make_the_same_library(tree: Path, tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for data in (whole, broken):
        run(data, "library", "add", "Tree", "--folder", str(tree))
    run(whole, "scan", "Tree")
    for kill in range(1, KILLS + 1):
        process = command(broken, "scan", "Tree")
        wait_for_items(broken, kill * FILES // (KILLS + 2), process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL, "the scan ended before it could be killed"
        expire_leases(broken)
    report = run(broken, "scan", "Tree")
    expected, found = library(whole, tree), library(broken, tree)
    assert report["files"] == FILES + 1
    assert found.contents() == expected.contents()
    assert found.issues() == expected.issues()
    assert len(found.contents()) == FILES


@pytest.mark.timeout(120)
def test_two_scans_at_once_are_one(tree: Path, tmp_path: Path) -> None:
    run(tmp_path, "library", "add", "Tree", "--folder", str(tree))
    both = [command(tmp_path, "scan", "Tree") for _ in range(2)]
    results = []
    for process in both:
        output, trouble = process.communicate(timeout=100)
        assert process.returncode == 0, trouble.decode()
        results.append(json.loads(output))
    assert results[0] == results[1]
    assert results[0]["added"] == FILES
    assert len(library(tmp_path, tree).contents()) == FILES
