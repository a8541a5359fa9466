"""What files say about themselves is what the store says: the demonstration library against its own manifest."""

import os
from pathlib import Path
from typing import Any

from longshelf.demo.library import write_library
from longshelf.store.database import Database
from tests.ingest.scanning import Shelves


def test_every_item_of_the_demonstration_says_what_its_files_say(sqlite_database: Database, tmp_path: Path) -> None:
    root = tmp_path / "library"
    manifest = write_library(root, 4, books=8, comics=6, audiobooks=4, videos=2, images=6, pdfs=2)
    shelves = Shelves(sqlite_database, root)
    assert shelves.scan().issues == 0
    stored = {_first_path(item): item for item in shelves.contents()}
    assert len(stored) == len(manifest.items) == 28
    for written in manifest.items:
        item = stored[written.paths[0]]
        says = written.says
        assert (item["kind"], item["title"], len(item["files"])) == (written.kind, says.title, len(written.paths))
        assert {(c.kind, c.role, c.name, c.position) for c in says.credits} <= _links(item), written.paths
        if says.date:
            assert item["date"] == says.date, written.paths
        if says.language:
            assert item["language"] == says.language, written.paths
        if written.facts.pages is not None:
            assert item["pages"] == written.facts.pages, written.paths


def _links(item: dict[str, Any]) -> set[tuple[str, str, str, float | None]]:
    return {(link["kind"], link["role"], link["name"], link["position"]) for link in item["links"]}


def _first_path(item: dict[str, Any]) -> str:
    first = min(item["files"], key=lambda file: file["ordinal"])
    return os.fsdecode(os.path.join(first["path"], first["name"]))
