"""What a format parser gives back, and the bounds it keeps.

A parser is `parse(path) -> Reading`. It says what the file says about itself, reads a bounded amount, never trusts the extension alone,
and raises `Unreadable` with a reason when the file is not what it claims. It never decodes pictures: the cover is only named."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from longshelf.model.kinds import ItemKind
from longshelf.model.records import Facts, Layer

MAX_TEXT = 16 * 2**20  # a metadata member (OPF, ComicInfo, NCX) larger than this is a bomb, not a book
MAX_COVER = 64 * 2**20  # compressed bytes of a cover we are willing to touch at all
MAX_MEMBERS = 100_000  # entries of one archive


@dataclass(frozen=True)
class Reading:
    """What a parser found. `layers` hold at most one layer an origin; `kind` may correct the table's guess; `warnings` are things
    a person should know though the file is usable (they become scan issues)."""

    kind: ItemKind
    facts: Facts
    layers: tuple[Layer, ...] = ()
    warnings: tuple[str, ...] = field(default=())


Parser = Callable[[Path], Reading]
