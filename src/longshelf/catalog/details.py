"""Items in full form, one or a batch: seven statements, whatever the number of items. Visibility is the caller's business."""

from collections.abc import Iterable
from typing import Any

import msgspec

from longshelf.catalog.pages import me
from longshelf.catalog.shapes import Item, ItemChapter, ItemFile, Link
from longshelf.media.mime import UNKNOWN, mime_of
from longshelf.model.kinds import EntityKind, ItemKind, LibraryType
from longshelf.model.times import rfc3339
from longshelf.store import reading
from longshelf.store.cards import cover_url
from longshelf.store.database import Database, Transaction


def read_items(database: Database, user_id: int, ids: Iterable[int]) -> list[Item]:
    """The items in the order of `ids`, one consistent state of all of them; unknown ids are left out."""
    with database.read() as connection:
        return items_of(connection, user_id, ids)


def items_of(connection: Transaction, user_id: int, ids: Iterable[int]) -> list[Item]:
    """As `read_items`, of the connection's own state."""
    wanted = list(ids)
    rows = reading.items(connection, wanted)
    links = reading.links(connection, wanted)
    chapters = reading.chapters(connection, wanted)
    files = reading.files(connection, wanted)
    locked = reading.locked_fields(connection, wanted)
    mine = reading.mine(connection, user_id, wanted)
    return [
        _item(
            rows[id_],
            links=links.get(id_, []),
            chapters=chapters.get(id_, []),
            files=files.get(id_, []),
            locked=locked.get(id_, []),
            mine=mine.get(id_),
        )
        for id_ in wanted
        if id_ in rows
    ]


def _item(
    row: reading.ItemRow,
    *,
    links: list[reading.LinkRow],
    chapters: list[reading.ChapterRow],
    files: list[reading.FileRow],
    locked: list[str],
    mine: reading.MineRow | None,
) -> Item:
    return Item(
        id=row.id,
        library_id=row.library_id,
        kind=ItemKind(row.kind),
        title=row.title,
        subtitle=row.subtitle or None,
        date=row.date or None,
        added_at=_time(row.added_at),
        created_at=rfc3339(row.created_at),
        updated_at=_time(row.updated_at),
        duration=row.duration,
        width=row.width,
        height=row.height,
        size=row.size,
        pages=row.pages,
        rating=row.rating,
        age_rating=row.age_rating,
        cover=cover_url(row.id, row.cover_version),
        color=row.color or None,
        links=[Link(each.id, EntityKind(each.kind), each.name, each.role, each.position) for each in links],
        me=me(mine),
        sort_title=row.sort_title or row.title,
        description=row.description or None,
        language=row.language or None,
        files=_mirrored_file(row) if row.library == LibraryType.STASH else [_file(row.id, index, each) for index, each in enumerate(files)],
        chapters=[_chapter(position, each) for position, each in enumerate(chapters)],
        identifiers=_mapping(row.identifiers),
        extra=_mapping(row.extra),
        issues=[each.reason for each in files if each.reason],
        locked=locked,
    )


def _file(item_id: int, index: int, row: reading.FileRow) -> ItemFile:
    return ItemFile(
        index=index,
        name=row.name.decode("utf-8", "replace"),
        size=row.size,
        mime=row.mime or None,
        duration=row.duration,
        missing=row.missing_at is not None,
        url=f"media/{item_id}/file/{index}",
    )


def _mirrored_file(row: reading.ItemRow) -> list[ItemFile]:
    """The first file of a mirrored item, which its server sends; none of one that has none there."""
    name = _mapping(row.extra).get("file_name")
    if not isinstance(name, str) or not name:
        return []
    url = f"media/{row.id}/file/0"
    mime = mime_of(name)
    return [
        ItemFile(
            index=0,
            name=name,
            size=row.size or 0,
            mime=None if mime == UNKNOWN else mime,
            duration=row.duration,
            missing=False,
            url=url,
        )
    ]


def _chapter(position: int, row: reading.ChapterRow) -> ItemChapter:
    return ItemChapter(
        position=position, title=row.title, start=row.start, end=row.end, page=row.page, href=row.href or None, level=row.level
    )


def _mapping(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any]) if text else {}


def _time(micros: int) -> str:
    return rfc3339(micros) or ""
