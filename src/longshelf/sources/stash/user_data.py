"""What a Stash server keeps of the one person who uses it: which fields say it, by kind of data, and what a row says.

The rule: a server's silence is no word. A field it does not have, an empty rating, a resume time of nothing are all nothing said."""

import math
from collections.abc import Collection, Mapping
from typing import Literal, get_args

import msgspec

from longshelf.sources.stash.kinds import Remote
from longshelf.sources.stash.payloads import Said
from longshelf.sources.stash.schema import Schema
from longshelf.sources.stash.stamps import instant

DataKind = Literal["rating", "favorite", "plays", "progress", "o"]
DATA_KINDS: tuple[DataKind, ...] = get_args(DataKind)

_RATED = (Remote.STUDIO, Remote.PERFORMER, Remote.GROUP, Remote.GALLERY, Remote.SCENE, Remote.IMAGE)
FIELDS: Mapping[DataKind, Mapping[Remote, tuple[str, ...]]] = {
    "rating": dict.fromkeys(_RATED, ("rating100",)),
    "favorite": dict.fromkeys((Remote.TAG, Remote.STUDIO, Remote.PERFORMER), ("favorite",)),
    "plays": {Remote.SCENE: ("play_count", "play_duration", "last_played_at", "play_history")},
    "progress": {Remote.SCENE: ("resume_time", "last_played_at")},
    "o": {Remote.SCENE: ("o_counter", "o_history"), Remote.IMAGE: ("o_counter",)},
}


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says. `resume` and `seconds` in seconds, `*_at` microseconds since 1970 UTC, ascending."""

    rating: int | None = None
    favorite: bool = False
    plays: int = 0
    seconds: float = 0.0
    played_at: tuple[int, ...] = ()
    last_played_at: int | None = None
    resume: float = 0.0
    o_count: int = 0
    o_at: tuple[int, ...] = ()


def fields_of(schema: Schema, kind: Remote, wanted: Collection[DataKind]) -> list[str]:
    """The fields to ask of rows of a kind, in a steady order; none when they have nothing of what is wanted."""
    type_name = {Remote.SCENE: "Scene", Remote.IMAGE: "Image", Remote.GALLERY: "Gallery", Remote.GROUP: "Group", Remote.TAG: "Tag",
                 Remote.STUDIO: "Studio", Remote.PERFORMER: "Performer"}[kind]  # fmt: skip
    asked = {field for each in wanted for field in FIELDS[each].get(kind, ())}
    return sorted(field for field in asked if schema.has(type_name, field))


def word_of(row: Said) -> Word:
    """Numbers that cannot be (negative, endless) say nothing."""
    return Word(
        rating=row.rating100 if row.rating100 is not None and 0 < row.rating100 <= 100 else None,
        favorite=bool(row.favorite),
        plays=max(row.play_count or 0, 0),
        seconds=_seconds(row.play_duration),
        played_at=_moments(row.play_history),
        last_played_at=instant(row.last_played_at),
        resume=_seconds(row.resume_time),
        o_count=max(row.o_counter or 0, 0),
        o_at=_moments(row.o_history),
    )


def _seconds(value: float | None) -> float:
    return value if value is not None and math.isfinite(value) and value > 0 else 0.0


def _moments(stamps: list[str | None] | None) -> tuple[int, ...]:
    found = (instant(stamp) for stamp in stamps or ())
    return tuple(sorted(moment for moment in found if moment is not None))
