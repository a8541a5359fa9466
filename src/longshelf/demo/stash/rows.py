"""What the pretended Stash holds: one slotted record for a row, tables by id, and who points at whom.

The rule: ids are handed out by the table and never again (AUTOINCREMENT), until the library is reset. Rows come out by id. What is
derived from others (a tag's children, a gallery's scenes) is counted on demand and kept until something of its kind changes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, overload


@dataclass(slots=True)
class Row:
    """Stamps as the host wrote them. `id` 0 until a table has taken it in."""

    id: int = 0
    created_at: str = ""
    updated_at: str = ""


@dataclass(slots=True)
class File(Row):
    """`kind` is "video", "image" or "zip"; size in bytes, duration in seconds. Fingerprints follow from `content`."""

    kind: str = "video"
    path: str = ""
    mod_time: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    duration: float = 0.0
    format: str = ""
    content: int = 0


@dataclass(slots=True)
class Labelled(Row):
    """What scenes, images and galleries have in common. Relations are ids, in the order Stash lists them."""

    title: str = ""
    code: str = ""
    details: str = ""
    date: str | None = None
    rating100: int | None = None
    organized: bool = False
    urls: tuple[str, ...] = ()
    studio: int | None = None
    tags: tuple[int, ...] = ()
    performers: tuple[int, ...] = ()
    files: tuple[int, ...] = ()


@dataclass(slots=True)
class Scene(Labelled):
    """`groups` are (group, place or None); `cover` counts the pictures it has had; durations in seconds."""

    director: str = ""
    galleries: tuple[int, ...] = ()
    groups: tuple[tuple[int, int | None], ...] = ()
    captions: tuple[tuple[str, str], ...] = ()
    interactive: bool = False
    plays: tuple[str, ...] = ()
    os: tuple[str, ...] = ()
    resume_time: float = 0.0
    play_duration: float = 0.0
    cover: int = 0
    stash_ids: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Image(Labelled):
    photographer: str = ""
    o_counter: int = 0
    galleries: tuple[int, ...] = ()


@dataclass(slots=True)
class Gallery(Labelled):
    """`chapters` are (title, index of an image); without files it is made by hand, with `folder` it is a folder."""

    photographer: str = ""
    folder: str | None = None
    chapters: tuple[tuple[str, int], ...] = ()
    cover: int | None = None


@dataclass(slots=True)
class Named(Row):
    """Performers, studios, tags and groups. `picture` counts the pictures it has had, 0 for the default one."""

    name: str = ""
    details: str = ""
    favorite: bool = False
    rating100: int | None = None
    aliases: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    tags: tuple[int, ...] = ()
    ignore_auto_tag: bool = False
    stash_ids: tuple[tuple[str, str, str], ...] = ()
    picture: int = 0


@dataclass(slots=True)
class Performer(Named):
    disambiguation: str = ""
    gender: str | None = None
    birthdate: str | None = None
    death_date: str | None = None
    country: str = ""
    height_cm: int | None = None
    weight: int | None = None
    more: dict[str, str] = field(default_factory=dict)
    custom_fields: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Studio(Named):
    parent: int | None = None


@dataclass(slots=True)
class Tag(Named):
    sort_name: str = ""
    parents: tuple[int, ...] = ()


@dataclass(slots=True)
class Group(Named):
    """`inside` are (the group it belongs to, what for), kept in the order of that group's list."""

    duration: int | None = None
    date: str | None = None
    director: str = ""
    studio: int | None = None
    inside: tuple[tuple[int, str], ...] = ()
    back: int = 0


@dataclass(slots=True)
class Marker(Row):
    scene: int = 0
    title: str = ""
    seconds: float = 0.0
    end_seconds: float | None = None
    primary_tag: int = 0
    tags: tuple[int, ...] = ()
    preview: bool = True


R = TypeVar("R", bound=Row)


class Table(Generic[R]):
    """Rows of one type by ascending id."""

    def __init__(self) -> None:
        self._rows: dict[int, R] = {}
        self._ids: list[int] = []
        self.next_id = 1
        self.version = 0

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def __contains__(self, key: int) -> bool:
        return key in self._rows

    def __getitem__(self, key: int) -> R:
        return self._rows[key]

    def get(self, key: int) -> R | None:
        return self._rows.get(key)

    def add(self, row: R) -> R:
        """Takes the row in under the next id."""
        row.id = self.next_id
        self.next_id += 1
        self._rows[row.id] = row
        self._ids.append(row.id)
        self.version += 1
        return row

    def remove(self, key: int) -> R:
        """Takes the row out; its id stays used. KeyError when there is none."""
        row = self._rows.pop(key)
        del self._ids[bisect_left(self._ids, key)]
        self.version += 1
        return row

    def touched(self) -> None:
        """A relation of some row changed: what was derived from this table is stale."""
        self.version += 1

    def between(self, low: int | None, high: int | None) -> "Span[R]":
        """Rows with low <= id <= high; None leaves a side open. Costs nothing until it is read."""
        first = 0 if low is None else bisect_left(self._ids, low)
        last = len(self._ids) if high is None else bisect_right(self._ids, high)
        return Span(self._rows, self._ids, range(first, max(first, last)))

    def id_range(self) -> tuple[int, int]:
        """Smallest and largest id; (0, 0) when empty."""
        return (self._ids[0], self._ids[-1]) if self._ids else (0, 0)


class Span(Sequence[R]):
    """A stretch of a table by id; good until the table changes."""

    def __init__(self, rows: Mapping[int, R], ids: Sequence[int], places: range) -> None:
        self._rows = rows
        self._ids = ids
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> R: ...

    @overload
    def __getitem__(self, place: slice) -> "Span[R]": ...

    def __getitem__(self, place: int | slice) -> "R | Span[R]":
        if isinstance(place, slice):
            return Span(self._rows, self._ids, self._places[place])
        return self._rows[self._ids[self._places[place]]]

    def __iter__(self) -> Iterator[R]:
        rows, ids = self._rows, self._ids
        return (rows[ids[place]] for place in self._places)
