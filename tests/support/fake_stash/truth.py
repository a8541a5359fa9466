"""What the pretended Stash holds, as plain values: what a mirror must have in the end.

The rule: read straight from the rows, never through the GraphQL answers, so that both can be compared."""

from dataclasses import asdict
from typing import Any

from longshelf.demo.stash.links import fingerprints
from longshelf.demo.stash.world import KINDS, Kind, World

Truth = dict[str, dict[int, dict[str, Any]]]


def truth(world: World) -> Truth:
    """By kind and id. Fields are those of rows.py; a work's `files` are its file rows with their fingerprints; relations are ids."""
    with world.lock:
        return {kind: {row.id: _told(world, kind, row) for row in world.table(kind)} for kind in KINDS}


def _told(world: World, kind: Kind, row: Any) -> dict[str, Any]:
    told = asdict(row)
    if "files" in told:
        told["files"] = [asdict(file) | {"prints": fingerprints(file)} for file in (world.files[each] for each in row.files)]
    if kind == "gallery":
        told["images"] = list(world.images_of_gallery(row.id))
        told["scenes"] = list(world.scenes_of_gallery(row.id))
    return told
