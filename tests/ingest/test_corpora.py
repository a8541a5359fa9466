"""Every file of the shared corpora, through a whole scan: an item or an issue with a reason, never silence, never an end."""

import os

from longshelf.sources.folder.registry import format_of
from longshelf.store.database import Database
from tests.ingest.scanning import Shelves
from tests.support import corpora


@corpora.present
def test_every_corpora_file_is_an_item_or_an_issue(sqlite_database: Database) -> None:
    root = corpora.root()
    assert root is not None
    shelves = Shelves(sqlite_database, root)
    report = shelves.scan()
    items = {os.fsdecode(os.path.join(file["path"], file["name"])) for item in shelves.contents() for file in item["files"]}
    issues = shelves.issues()
    media = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and format_of(os.fsencode(path.name))]
    assert len(media) > 200
    assert [name for name in media if name not in items and name not in issues] == []
    assert report.added == len(shelves.contents()) > 200
    assert all(reason and "Error" not in reason for reason in issues.values()), issues
    again = shelves.scan()
    assert (again.unchanged, again.updated, again.added) == (again.files, 0, 0)
