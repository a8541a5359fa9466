"""A `metadata.opf` or `<stem>.opf` beside a book, as calibre and others write them."""

from pathlib import Path

import msgspec

from longshelf.model.records import Cover, Layer, Origin
from longshelf.sources.folder.formats import package, xml
from longshelf.sources.folder.regular import content

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")


def read(path: Path) -> Layer:
    """What it says. A cover it names counts when that picture lies in the same folder. Unreadable when it is no package document."""
    found = package.parse(xml.parse(content(path), path.name).root, Origin.SIDECAR)
    named = found.manifest[found.cover_id].href if found.cover_id in found.manifest else found.guide_cover
    name = package.resolved("", named)
    if name and "/" not in name and name.lower().endswith(_PICTURES) and (path.parent / name).is_file():
        return msgspec.structs.replace(found.layer, cover=Cover("sidecar", name))
    return found.layer
