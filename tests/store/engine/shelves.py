"""A `World` of plain Python written into a real database, and an engine on top of it. Everything is rolled back at the end, so that one
database serves a thousand random worlds."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, insert, update

from longshelf.model.facts import ItemFacts
from longshelf.model.text import name_key, natural_key
from longshelf.store import search, tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine, SqlSnapshot
from tests.model.worlds import ENTITIES, LIBRARIES, VIEWERS, World


@contextmanager
def shelf(database: Database, library: World) -> Iterator[Connection]:
    """A transaction that holds the world, and nothing else, and never commits."""
    with database.write_quietly() as connection:
        inner = connection.begin_nested()
        try:
            fill(connection, library)
            yield connection
        finally:
            inner.rollback()


@contextmanager
def snapshot(connection: Connection, *, count_cap: int | None = None) -> Iterator[SqlSnapshot]:
    with SqlEngine(lambda: nullcontext(connection), count_cap=count_cap).snapshot() as found:
        yield found


def fill(connection: Connection, library: World) -> None:
    connection.execute(
        insert(tables.library), [{"id": each, "name": f"library {each}", "type": "folder", "created_at": 0} for each in LIBRARIES]
    )
    connection.execute(
        insert(tables.entity),
        [
            {
                "id": each.id, "library_id": 1, "kind": each.kind.value, "name": each.name, "name_key": name_key(each.name),
                "sort_key": natural_key(each.name), "created_at": 0, "updated_at": 0, "revision": 1,
            }
            for each in ENTITIES
        ],
    )  # fmt: skip
    connection.execute(
        insert(tables.user),
        [{"id": each.user_id, "name": each.name, "name_key": each.name, "admin": int(each.admin), "created_at": 0} for each in VIEWERS],
    )
    add(connection, [*library.items, *library.deleted])
    if library.deleted:
        gone = [each.id for each in library.deleted]
        connection.execute(update(tables.item).where(tables.item.c.id.in_(gone)).values(deleted_at=1))


def add(connection: Connection, items: Iterable[ItemFacts]) -> None:
    items = list(items)
    if not items:
        return
    connection.execute(insert(tables.item), [_row(each) for each in items])
    links = [
        {"item_id": each.id, "entity_id": link.entity_id, "role": link.role.value, "kind": link.kind.value, "ordinal": place}
        for each in items
        for place, link in enumerate(each.links)
    ]
    if links:
        connection.execute(insert(tables.link), links)
    search.write_rows(connection, [search.SearchRow(each.id, (each.title, each.subtitle), each.names, each.description) for each in items])
    mine = [
        {
            "user_id": user_id, "item_id": each.id, "rating": said.rating, "favorite": int(said.favorite), "hidden": int(said.hidden),
            "progress": said.progress, "play_count": said.play_count, "play_seconds": said.play_seconds,
            "last_played_at": said.last_played, "updated_at": 0,
        }
        for each in items
        for user_id, said in each.mine.items()
    ]  # fmt: skip
    if mine:
        connection.execute(insert(tables.user_item), mine)


def _row(each: ItemFacts) -> dict[str, object]:
    return {
        "id": each.id, "library_id": each.library_id, "external_id": str(each.id), "kind": each.kind.value, "title": each.title,
        "title_key": each.title_key, "subtitle": each.subtitle, "description": each.description, "date": each.date, "year": each.year,
        "added_at": each.added, "created_at": each.created, "updated_at": each.updated, "duration": each.duration, "width": each.width,
        "height": each.height, "size": each.size, "pages": each.pages, "rating": each.rating, "age_rating": each.age_rating,
        "series_key": each.series_key, "cover": each.cover, "content_hash": b"", "revision": 1,
    }  # fmt: skip
