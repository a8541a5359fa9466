"""Folding layers into one item: field by field the first origin with something to say wins (manual > sidecar > embedded > path).

The rule: an empty value never overrides, credits of one kind and role are one field and come whole from one layer, and a series keeps
its number: name and number never come from different places."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Chapter, Cover, Credit, Facts, ItemRecord, Layer, ParsedItem

UNTITLED = "Untitled"
SERIES_EXTRAS = frozenset(("series_number", "series_count", "volume"))
MAX_CREDITS = 500  # per item; a file with more is listing noise, and a card must stay small
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_encoder = msgspec.msgpack.Encoder(order="deterministic")


def merge(parsed: ParsedItem) -> ItemRecord:
    """The item its layers describe, with `content_hash` set. Deterministic: equal files give equal records."""
    layers = sorted(parsed.layers, key=lambda layer: layer.origin)  # stable: within an origin the given order stands
    facts, files = parsed.facts, parsed.files
    record = ItemRecord(
        kind=parsed.kind,
        title=_text(layers, "title") or UNTITLED,
        sort_title=_sort_title(layers),
        subtitle=_text(layers, "subtitle"),
        description=_text(layers, "description"),
        date=_text(layers, "date"),
        language=_text(layers, "language"),
        created_at=min(file.mtime_ns for file in files) // 1_000 if files else None,
        duration=facts.duration,
        width=facts.width,
        height=facts.height,
        size=sum(file.size for file in files) if files else None,
        pages=facts.pages,
        rating=_number(layers, "rating"),
        age_rating=_number(layers, "age_rating"),
        cover=_cover(layers),
        credits=_credits(layers),
        identifiers=_union(layer.identifiers for layer in layers),
        chapters=_chapters(layers),
        extra=_extra(layers, facts),
        files=files,
    )
    if not _is_storable(record):
        record = _storable(record)
    return msgspec.structs.replace(record, content_hash=content_hash(record))


def content_hash(record: ItemRecord) -> bytes:
    """16 bytes over everything a viewer could see. File names and times are left out: a moved file is not a changed item."""
    visible = msgspec.structs.replace(record, files=(), content_hash=b"")
    parts = [(file.fingerprint, file.size, file.mime, file.duration) for file in record.files]
    return hashlib.blake2b(_encoder.encode((visible, parts)), digest_size=16).digest()


def _is_storable(record: ItemRecord) -> bool:
    """Nearly every record is; encoding it tells ten times faster than walking it."""
    try:
        return b"\\u0000" not in msgspec.json.encode(record)
    except UnicodeEncodeError:
        return False


def _storable(value: Any) -> Any:
    """The same value without what no database keeps in a text: NUL and lone surrogates (a name that is not UTF-8)."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value) if _UNSTORABLE.search(value) else value
    if isinstance(value, tuple | list):
        return type(value)(map(_storable, value))
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: _storable(getattr(value, name)) for name in value.__struct_fields__})
    return value


def _text(layers: Sequence[Layer], field: str) -> str:
    return next((value for layer in layers if (value := getattr(layer, field))), "")


def _sort_title(layers: Sequence[Layer]) -> str:
    """Only from the layer that gave the title: another layer's sort title sorts another title."""
    return next((layer.sort_title for layer in layers if layer.title), "")


def _number(layers: Sequence[Layer], field: str) -> int | None:
    return next((value for layer in layers if (value := getattr(layer, field)) is not None), None)


def _cover(layers: Sequence[Layer]) -> Cover | None:
    return next((layer.cover for layer in layers if layer.cover is not None), None)


def _chapters(layers: Sequence[Layer]) -> tuple[Chapter, ...]:
    return next((layer.chapters for layer in layers if layer.chapters), ())


def _credits(layers: Sequence[Layer]) -> tuple[Credit, ...]:
    """The first layer with any credit of a (kind, role) gives all of that (kind, role); order within it is kept."""
    owner: dict[tuple[EntityKind, Role], int] = {}
    for index, layer in enumerate(layers):
        for credit in layer.credits:
            owner.setdefault((credit.kind, credit.role), index)
    chosen = (
        credit
        for index, layer in enumerate(layers)
        for credit in layer.credits
        if owner[(credit.kind, credit.role)] == index and credit.name.strip()
    )
    return tuple(dict.fromkeys(chosen))[:MAX_CREDITS]


def _union(maps: Iterable[dict[str, str]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for values in maps:
        for key, value in values.items():
            merged.setdefault(key, value)
    return dict(sorted(merged.items()))


def _extra(layers: Sequence[Layer], facts: Facts) -> dict[str, object]:
    """First come, first kept; what describes a place in a series comes from the layer that names the series."""
    merged: dict[str, object] = dict(facts.extra)
    serial = next((layer for layer in layers if any(credit.kind is EntityKind.SERIES for credit in layer.credits)), None)
    for layer in layers:
        for key, value in layer.extra.items():
            if key not in SERIES_EXTRAS or serial is None or layer is serial:
                merged.setdefault(key, value)
    return dict(sorted(merged.items()))
