"""Playlists over a mirrored library: what was merged or removed upstream keeps its place in them."""

from longshelf.store import accounts, playlist_items, playlists
from longshelf.store.database import Database
from tests.ingest.mirroring import Mirrored, mirrored


def _items(mirror: Mirrored, playlist_id: int) -> list[tuple[int, bool]]:
    """(item, gone) in order."""
    with mirror.database.read() as connection:
        return [(each.item_id, each.gone) for each in playlist_items.at(connection, playlist_id, 0, 100)]


def test_entries_follow_a_scene_that_was_merged_and_wait_for_one_that_was_removed(database: Database) -> None:
    with mirrored(database) as mirror:
        mirror.sync("full")
        with_files = [key for key, row in sorted(mirror.stash.truth()["scene"].items()) if row["files"]]
        from_scene, to_scene, gone_scene = with_files[:3]
        source, target, going, other = (mirror.item(f"scene:{each}") for each in with_files[:4])
        with database.write_quietly() as connection:
            owner = accounts.add_user(connection, "ann", password_hash="", admin=True, at=1).id
            one, both = (playlists.add(connection, owner, name, "items", shared=False, at=1) for name in ("one", "both"))
            playlist_items.insert(connection, one, [other, source, going], None, 1)
            playlist_items.insert(connection, both, [target, source, other], None, 1)
        mirror.stash.changes.merge_scenes([from_scene], to_scene)
        mirror.stash.changes.destroy("scene", gone_scene)
        mirror.sync()
        for _ in range(2):  # a removal is proved twice
            mirror.sync("reconcile", allow_removals=True)
        assert _items(mirror, one) == [(other, False), (target, False), (going, True)]
        assert _items(mirror, both) == [(target, False), (other, False)]
