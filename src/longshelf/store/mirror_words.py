"""What people said about a work that was merged into another, said of that one too. The source keeps its own words, so that nothing is
lost when it comes back."""

from sqlalchemy import Connection

from longshelf.store import bulk, personal
from longshelf.store.personal import IMPORTED, ItemWord


def carry_item(connection: Connection, source_id: int, target_id: int, *, at: int) -> None:
    """Ratings: the higher one · plays: added · favourite, hidden: where either is · progress: of what was played last."""
    speaking = bulk.select_in(connection, "SELECT DISTINCT user_id FROM user_item WHERE item_id IN {ids}", [source_id, target_id])
    personal.hold(connection, speaking.scalars().all())
    columns = ", ".join(IMPORTED)
    text = f"SELECT {columns} FROM user_item WHERE item_id IN {{ids}}"
    rows = [row._asdict() for row in bulk.select_in(connection, text, [source_id, target_id])]
    sources = {row["user_id"]: row for row in rows if row["item_id"] == source_id}
    targets = {row["user_id"]: row for row in rows if row["item_id"] == target_id}
    said = [(user_id, _word(row), _word(targets.get(user_id))) for user_id, row in sorted(sources.items())]
    personal.put_items(connection, [_row(user_id, target_id, _folded(source, target), at) for user_id, source, target in said])


def _word(row: dict[str, object] | None) -> ItemWord:
    if row is None:
        return ItemWord()
    values = {name: row[name] for name in ItemWord.__struct_fields__}
    return ItemWord(**{**values, "favorite": bool(values["favorite"]), "hidden": bool(values["hidden"])})  # type: ignore[arg-type]


def _folded(source: ItemWord, target: ItemWord) -> ItemWord:
    newest = max((source, target), key=lambda word: word.last_played_at or 0)
    older = target if newest is source else source
    return ItemWord(
        rating=_higher(source.rating, target.rating),
        favorite=source.favorite or target.favorite,
        progress=older.progress if newest.progress is None else newest.progress,
        play_count=source.play_count + target.play_count,
        play_seconds=source.play_seconds + target.play_seconds,
        last_played_at=_higher(source.last_played_at, target.last_played_at),
        hidden=source.hidden or target.hidden,
    )


def _higher(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _row(user_id: int, item_id: int, word: ItemWord, at: int) -> tuple[object, ...]:
    values = {name: getattr(word, name) for name in ItemWord.__struct_fields__}
    return (user_id, item_id, *(int(value) if isinstance(value, bool) else value for value in values.values()), at)
