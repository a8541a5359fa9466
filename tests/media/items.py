"""Items for the tests of `media`: real files in a folder, described as the store would."""

import os
from pathlib import Path

from longshelf.media.locate import Located
from longshelf.model.kinds import ItemKind
from longshelf.model.records import Cover, FileRecord


def located(
    root: Path, *names: str, cover: Cover | None = None, kind: ItemKind = ItemKind.IMAGE, item_id: int = 1, version: str = "v1"
) -> Located:
    files = tuple(FileRecord(root=0, path=os.fsencode(name), size=0, mtime_ns=0, ctime_ns=0, inode=0) for name in names)
    return Located(item_id=item_id, kind=kind, roots=(os.fsencode(root),), files=files, cover=cover, version=version)
