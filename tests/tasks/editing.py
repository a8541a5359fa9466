"""A shelf that is scanned, edited, merged and undone with the real jobs, and what the store then says, in plain Python."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from longshelf.config import Settings
from longshelf.ingest.entity_edits import EntityEdit, edit_entity
from longshelf.jobs.worker import Worker
from longshelf.model.kinds import EntityKind
from longshelf.model.text import name_key
from longshelf.store import jobs
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.tasks import merge, relabel
from longshelf.tasks.table import tasks
from tests.ingest.shelf import Shelf, a_book, add_library

TAG = EntityKind.TAG
PERSON = EntityKind.PERSON


class Desk(Shelf):
    """A writer over a pretended disk, and a worker."""

    def __init__(self, database: Database, name: str = "Shelf") -> None:
        super().__init__(database, add_library(database, name))
        self.worker = Worker(database, tasks(Settings(data=Path("/nowhere"), database_url="")), pulse_seconds=0.05)

    def book(self, number: int, *tags: str, authors: Sequence[str] = ("Ann",)) -> int:
        """Scans a book whose file names these; the item's id."""
        path = f"{number}.epub".encode()
        self.put(a_book(path, f"Book {number}", authors=authors, tags=tags, content=f"{number}{tags}{authors}".encode()))
        return int(self.rows("SELECT id FROM item WHERE title = ?", f"Book {number}")[0][0])

    def entity(self, name: str, kind: EntityKind = TAG) -> int:
        """The id of whom the name leads to."""
        text = """SELECT id FROM entity WHERE kind = ? AND name_key = ? UNION SELECT entity_id FROM entity_alias
                  WHERE kind = ? AND name_key = ?"""
        ((found,),) = self.rows(text, kind.value, name_key(name), kind.value, name_key(name))
        return int(found)

    def rename(self, entity_id: int, name: str) -> None:
        self.edit(entity_id, name=name)

    def edit(self, entity_id: int, **changes: Any) -> None:
        edit_entity(self.database, entity_id, EntityEdit(**changes), None, relabel.enqueue)
        for job in self.jobs_live(relabel.KIND):
            self.run(job)

    def merge(self, target: int, *sources: int) -> Job:
        return self.run(merge.request(self.database, target, list(sources), None))

    def undo(self, job: Job) -> Job:
        return self.run(merge.request_undo(self.database, job.result["merge_id"]))

    def run(self, job: Job) -> Job:
        ended = self.worker.run_one(job.id)
        assert ended.state == "done", ended.message
        return ended

    def tags(self, item_id: int, kind: EntityKind = TAG) -> list[str]:
        """The names of what the item carries, by name."""
        text = """SELECT entity.name FROM link JOIN entity ON entity.id = link.entity_id WHERE link.item_id = ? AND link.kind = ?
                  AND entity.deleted_at IS NULL ORDER BY entity.name"""
        return [row[0] for row in self.rows(text, item_id, kind.value)]

    def rows(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            marked = text if connection.dialect.name == "sqlite" else text.replace("?", "%s")
            return [tuple(row) for row in connection.exec_driver_sql(marked, values)]

    def jobs_live(self, kind: str = "") -> list[Job]:
        with self.database.read() as connection:
            return jobs.newest(connection, states=jobs.LIVE, kind=kind)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All a merge may change, but for revisions and times."""
        texts = {
            "entities": "SELECT id, kind, name, name_key, sort_key, deleted_at IS NULL FROM entity ORDER BY id",
            "aliases": "SELECT kind, name_key, name, entity_id FROM entity_alias ORDER BY kind, name_key",
            "links": "SELECT item_id, entity_id, role, kind, position, ordinal FROM link ORDER BY item_id, entity_id, role",
            "relations": "SELECT source_id, target_id, relation FROM entity_link ORDER BY source_id, target_id, relation",
            "words": "SELECT user_id, entity_id, rating, favorite, hidden FROM user_entity ORDER BY user_id, entity_id",
            "rules": "SELECT user_id, body FROM restriction ORDER BY user_id",
            "views": "SELECT id, query FROM saved_view ORDER BY id",
            "cards": "SELECT item_id, card FROM item_card ORDER BY item_id",
            "keys": "SELECT id, series_key FROM item ORDER BY id",
        }
        return {name: self.rows(text) for name, text in texts.items()}
