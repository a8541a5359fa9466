"""A mirrored library with people, for tests of data on the way between a Stash server and them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from longshelf.config import Settings
from longshelf.demo.stash.making import Counts
from longshelf.jobs.worker import Worker
from longshelf.sources.stash.options import StashOptions
from longshelf.sources.stash.user_data import DATA_KINDS
from longshelf.store import accounts, jobs, libraries, personal, user_data
from longshelf.store.database import Database, run
from longshelf.store.jobs import Job
from longshelf.store.personal import EntityWord, ItemWord
from longshelf.store.user_data import SharedItem
from longshelf.tasks import push_back
from longshelf.tasks import user_data as task
from longshelf.tasks.libraries import add_stash_library
from longshelf.tasks.table import tasks
from tests.support.fake_stash import FakeStash

KEY = "a-key-nobody-may-see"
FEW = Counts(scenes=40, images=30)
KINDS = {
    "scene": "video",
    "image": "image",
    "performer": "person",
    "studio": "studio",
    "tag": "tag",
    "group": "group",
    "gallery": "gallery",
}


def wait_until(come: Callable[[], object]) -> None:
    """Another thread or process is to bring it about; a test that waits too long fails."""
    deadline = time.monotonic() + 60
    while not come():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


class People:
    """A database with the real tasks over it, one mirrored library that was read, and two people."""

    def __init__(self, database: Database, stash: FakeStash, base: Path, *, name: str = "Mirror") -> None:
        self.database = database
        self.stash = stash
        self.worker = Worker(database, tasks(Settings(data=base)), pulse_seconds=0.05)
        self.library, first = add_stash_library(database, name, StashOptions(url=stash.url), KEY)
        assert self.run(first).state == "done"
        with database.write_quietly() as connection:
            self.ann = accounts.add_user(connection, f"ann{name}", password_hash="x", admin=True, at=1).id
            self.ben = accounts.add_user(connection, f"ben{name}", password_hash="x", admin=False, at=1).id

    def run(self, job: Job) -> Job:
        """Now, whatever it waits for."""
        with self.database.write_quietly() as connection:
            run(connection, "UPDATE job SET run_after = 0 WHERE id = ? AND state = 'queued'", job.id)
        self.worker._take_one(job.id, lambda _job: None)  # once: `run_one` would wait until one that waits for its server is due
        with self.database.read() as connection:
            return jobs.get(connection, job.id)

    def take(self, user_id: int | None = None, *kinds: Any, overwrite: bool = False, told: bool = True) -> Job:
        """An import, run to its end."""
        wanted = kinds or DATA_KINDS
        ended = self.run(task.request(self.database, self.library, user_id or self.ann, wanted, overwrite=overwrite, told=told))
        assert ended.state == "done", ended.message
        return ended

    def push(self) -> Job:
        """A push, run to its end or to where it has to wait."""
        return self.run(push_back.request(self.database, self.library.id))

    def row(self, kind: str, remote_id: int) -> Any:
        return self.stash.world.table(kind)[remote_id]  # type: ignore[arg-type]  # a kind of the fake's

    # --- what is kept here

    def item(self, kind: str, remote_id: int) -> int:
        return self._one("SELECT id FROM item WHERE library_id = ? AND external_id = ?", self.library.id, f"{kind}:{remote_id}")

    def entity(self, kind: str, remote_id: int) -> int:
        text = "SELECT id FROM entity WHERE library_id = ? AND kind = ? AND external_id = ?"
        return self._one(text, self.library.id, KINDS[kind], str(remote_id))

    def says(self, item_id: int, user_id: int | None = None) -> ItemWord:
        with self.database.read() as connection:
            return personal.on_items(connection, user_id or self.ann, [item_id]).get(item_id, ItemWord())

    def says_of(self, entity_id: int, user_id: int | None = None) -> EntityWord:
        with self.database.read() as connection:
            return personal.on_entities(connection, user_id or self.ann, [entity_id]).get(entity_id, EntityWord())

    def shares(self, item_id: int) -> SharedItem:
        with self.database.read() as connection:
            return user_data.shared_items(connection, self.ann, [item_id]).get(item_id, SharedItem())

    def say(self, item_id: int, user_id: int | None = None, **said: Any) -> None:
        with self.database.write_quietly() as connection:
            personal.say_item(connection, user_id or self.ann, item_id, said, at=self.database.clock())

    def say_of(self, entity_id: int, **said: Any) -> None:
        with self.database.write_quietly() as connection:
            personal.say_entity(connection, self.ann, entity_id, said, at=self.database.clock())

    def played(self, item_id: int, *, at: int, seconds: float = 300.0, progress: float | None = None) -> int:
        """A sitting that counts, as `plays.hear` leaves one; its id."""
        with self.database.write_quietly() as connection:
            personal.play(connection, self.ann, item_id, seconds=seconds, at=at, started=True, progress=progress)
            text = """INSERT INTO play (user_id, item_id, source, started_at, last_at, covered_to, seconds, counted, finished)
                      VALUES (?, ?, 'watched', ?, ?, ?, ?, 1, 1) RETURNING id"""
            return int(run(connection, text, self.ann, item_id, at, at, at, seconds).scalar_one())

    def everything(self) -> dict[str, Any]:
        """All that all people say, and what is shared; without what every write changes."""
        tables = {
            "user_item": "user_id, item_id, rating, favorite, progress, play_count, play_seconds, last_played_at, hidden",
            "user_entity": "user_id, entity_id, rating, favorite, hidden",
            "play": "user_id, item_id, source, started_at, last_at, seconds, counted",
            "remote_item_word": "user_id, item_id, rating, progress, plays, seconds, o_count, o_at",
            "remote_entity_word": "user_id, entity_id, rating, favorite",
        }
        with self.database.read() as connection:
            return {name: sorted(map(repr, run(connection, f"SELECT {columns} FROM {name}").all())) for name, columns in tables.items()}

    def library_now(self) -> libraries.Library:
        with self.database.read() as connection:
            return libraries.get(connection, self.library.id)

    def _one(self, text: str, *values: Any) -> int:
        with self.database.read() as connection:
            return int(run(connection, text, *values).scalar_one())
