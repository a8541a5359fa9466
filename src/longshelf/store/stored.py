"""Items read back as the records they were written from: for edits and for fields a person has locked. Not a hot path."""

import os
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection

from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Credit, FileRecord, ItemRecord
from longshelf.store import bulk

_ITEMS = """SELECT id, external_id, kind, title, sort_title, subtitle, description, date, language, created_at, duration, width, height,
            size, pages, rating, age_rating, cover, identifiers, extra, content_hash FROM item WHERE id IN {ids}"""
_LINKS = """SELECT link.item_id, entity.kind, entity.name, link.role, link.position, entity.sort_name, coalesce(entity.external_id, '')
            FROM link JOIN entity ON entity.id = link.entity_id WHERE link.item_id IN {ids}
            ORDER BY link.item_id, link.ordinal, entity.id"""
_CHAPTERS = 'SELECT item_id, title, start, "end", page, href, level FROM chapter WHERE item_id IN {ids} ORDER BY item_id, ordinal'
_FILES = """SELECT file.item_id, folder.root, folder.path, file.name, file.size, file.mtime_ns, file.ctime_ns, file.inode, file.fingerprint,
            file.companions, file.mime, file.duration FROM file JOIN folder ON folder.id = file.folder_id
            WHERE file.item_id IN {ids} AND file.missing_at IS NULL ORDER BY file.item_id, file.ordinal, file.id"""


def records(connection: Connection, ids: Iterable[int]) -> dict[int, ItemRecord]:
    """What is stored of each item, live or deleted, as one record; unknown ids are left out."""
    wanted = list(ids)
    links = _grouped(connection, _LINKS, wanted)
    chapters = _grouped(connection, _CHAPTERS, wanted)
    files = _grouped(connection, _FILES, wanted)
    found: dict[int, ItemRecord] = {}
    for row in bulk.select_in(connection, _ITEMS, wanted):
        found[row.id] = ItemRecord(
            kind=ItemKind(row.kind),
            title=row.title,
            external_id=row.external_id,
            sort_title=row.sort_title,
            subtitle=row.subtitle,
            description=row.description,
            date=row.date or "",
            language=row.language,
            created_at=row.created_at,
            duration=row.duration,
            width=row.width,
            height=row.height,
            size=row.size,
            pages=row.pages,
            rating=row.rating,
            age_rating=row.age_rating,
            cover=msgspec.json.decode(row.cover, type=Cover) if row.cover else None,
            credits=tuple(Credit(EntityKind(kind), name, Role(role), *rest) for kind, name, role, *rest in links.get(row.id, ())),
            identifiers=msgspec.json.decode(row.identifiers),
            chapters=tuple(Chapter(*values) for values in chapters.get(row.id, ())),
            extra=msgspec.json.decode(row.extra),
            files=tuple(_file(values) for values in files.get(row.id, ())),
            content_hash=row.content_hash,
        )
    return found


def _grouped(connection: Connection, text: str, ids: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    groups: dict[int, list[tuple[Any, ...]]] = {}
    for item_id, *values in bulk.select_in(connection, text, ids):
        groups.setdefault(item_id, []).append(tuple(values))
    return groups


def _file(values: tuple[Any, ...]) -> FileRecord:
    root, folder, name, size, mtime_ns, ctime_ns, inode, fingerprint, companions, mime, duration = values
    return FileRecord(
        root=root,
        path=os.path.join(folder, name),
        size=size,
        mtime_ns=mtime_ns,
        ctime_ns=ctime_ns,
        inode=inode,
        fingerprint=fingerprint,
        companions=companions,
        mime=mime,
        duration=duration,
    )
