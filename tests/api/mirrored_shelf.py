"""A server over a library that is mirrored from a pretended Stash with a key, and what of it the tests of its media ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from longshelf.config import Settings
from longshelf.demo.stash.making import Counts
from longshelf.jobs.worker import Worker
from longshelf.store import libraries
from longshelf.store.database import Database
from longshelf.tasks.table import tasks
from tests.api.conftest import Served, serve_catalogue
from tests.support.fake_stash.media import MediaStash

KEY = "s3cr3t-key-of-the-stash"
COUNTS = Counts(scenes=60, images=80)
FULL = 11  # the scene that has everything
GROUP, PARTS = 1, (21, 22, 23)  # a group, and scenes of it from the last to the first


class Mirror:
    """`film` is a scene with everything, `bare` one without captions and script, `picture` an image; each by the id it has here."""

    def __init__(self, served: Served, stash: MediaStash, library_id: int) -> None:
        self.served = served
        self.stash = stash
        self.library_id = library_id
        world = stash.world
        with_files = [each for each in world.scenes if each.files]
        self.scene = world.scenes[FULL]
        self.plain = next(each for each in with_files if not each.captions and not each.interactive)
        self.image_id = next(each.id for each in world.images if each.files)
        self.film, self.bare = self.item("scene", self.scene.id), self.item("scene", self.plain.id)
        self.picture = self.item("image", self.image_id)

    @property
    def database(self) -> Database:
        return self.served.catalogue.database

    def item(self, kind: str, remote_id: int) -> int:
        return self._one("SELECT id FROM item WHERE library_id = ? AND external_id = ?", self.library_id, f"{kind}:{remote_id}")

    def entity(self, kind: str, remote_id: int) -> int:
        text = "SELECT id FROM entity WHERE library_id = ? AND kind = ? AND external_id = ?"
        return self._one(text, self.library_id, kind, str(remote_id))

    def asked(self, path: str) -> int:
        """How often the server was asked for a path."""
        return sum(each.path == path for each in self.stash.requests)

    def _one(self, text: str, *values: Any) -> int:
        with self.database.read() as connection:
            return int(connection.exec_driver_sql(text, values).scalar_one())


@contextmanager
def mirrored(directory: Path, *, zone: str = "UTC") -> Iterator[Mirror]:
    """Synced once."""
    stash = MediaStash(COUNTS, api_key=KEY, zone=zone)
    complete(stash)
    stash.start()
    try:
        for served in serve_catalogue(directory):
            added = served.admin.post("/api/libraries", json={"name": "Mirror", "stash": {"url": stash.url, "api_key": KEY}})
            assert added.status_code == 201, added.text
            sync(served)
            yield Mirror(served, stash, added.json()["id"])
    finally:
        stash.stop()


def complete(stash: MediaStash) -> None:
    """Makes one scene that has everything, a marker without a picture too, and a group whose scenes were not added in its order."""
    for place, scene_id in enumerate(PARTS):
        stash.world.scenes[scene_id].groups = ((GROUP, len(PARTS) - place),)
    scene = stash.world.scenes[FULL]
    assert scene.files
    assert scene.performers
    assert scene.tags
    assert stash.world.markers_of_scene(FULL)
    stash.changes.create("marker", scene=FULL, seconds=1.5, primary_tag=scene.tags[0], preview=False)
    scene.captions, scene.interactive = (("de", "vtt"), ("00", "srt")), True


def sync(served: Served) -> None:
    """Runs what is queued."""
    database = served.catalogue.database
    with database.read() as connection:
        mirrors = [each for each in libraries.listed(connection) if each.type == "stash"]
    for each in mirrors:
        served.admin.post(f"/api/libraries/{each.id}/sync")
    worker = Worker(database, tasks(Settings(data=served.catalogue.settings.data)))
    with database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE job SET run_after = 0 WHERE state = 'queued'")
    while worker.step():
        pass
