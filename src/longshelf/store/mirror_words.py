"""What people said about a work that was merged into another, said of that one too. The source keeps its own words, so that nothing is
lost when it comes back; then the other one's are what they were, where nobody changed them, and without the plays that came over."""

import msgspec
from sqlalchemy import Connection

from longshelf.store import bulk, personal, remote_merges
from longshelf.store.personal import IMPORTED, ItemWord
from longshelf.store.remote_merges import Kept, Spoken


class Carried(msgspec.Struct, frozen=True):
    """What one person said of the source and of the target, and what the latter became."""

    user_id: int
    source: ItemWord
    target: ItemWord
    became: ItemWord


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to take a merge of works back."""

    carried: list[Carried]
    kept: list[Kept]


def carry_item(connection: Connection, source_id: int, target_id: int, *, at: int) -> Before:
    """Ratings: the higher one · plays: added · favourite, hidden: where either is · progress: of what was played last."""
    speaking = bulk.select_in(connection, "SELECT DISTINCT user_id FROM user_item WHERE item_id IN {ids}", [source_id, target_id])
    personal.hold(connection, speaking.scalars().all())
    columns = ", ".join(IMPORTED)
    text = f"SELECT {columns} FROM user_item WHERE item_id IN {{ids}}"
    rows = [row._asdict() for row in bulk.select_in(connection, text, [source_id, target_id])]
    sources = {row["user_id"]: row for row in rows if row["item_id"] == source_id}
    targets = {row["user_id"]: row for row in rows if row["item_id"] == target_id}
    said = [(user_id, _word(row), _word(targets.get(user_id))) for user_id, row in sorted(sources.items())]
    carried = [Carried(user_id, source, target, _folded(source, target)) for user_id, source, target in said]
    personal.put_items(connection, [_row(each.user_id, target_id, each.became, at) for each in carried])
    spoken = [_spoken(each.user_id, source_id, each.source) for each in carried]
    spoken += [_spoken(each.user_id, target_id, each.target) for each in carried]
    became = [_spoken(each.user_id, target_id, each.became) for each in carried]
    return Before(carried=carried, kept=remote_merges.hold_items(connection, target_id, spoken, became))


def give_back(connection: Connection, target_id: int, before: Before, *, at: int) -> None:
    """The source is there again, and what was its."""
    personal.hold(connection, [each.user_id for each in before.carried])
    rows = []
    for each in before.carried:
        now = personal.on_items(connection, each.user_id, [target_id]).get(target_id, ItemWord())
        word = _unfolded(now, each)
        if word != now:
            rows.append(_row(each.user_id, target_id, word, at))
    personal.put_items(connection, rows)
    remote_merges.release_items(connection, target_id, before.kept)


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


def _unfolded(now: ItemWord, carried: Carried) -> ItemWord:
    source, target, became = carried.source, carried.target, carried.became
    same = {name for name in ItemWord.__struct_fields__ if getattr(now, name) == getattr(became, name)}
    back = {name: getattr(target, name) for name in same - {"play_count", "play_seconds"}}
    return msgspec.structs.replace(
        now,
        **back,
        play_count=max(0, now.play_count - source.play_count),
        play_seconds=target.play_seconds if "play_seconds" in same else max(0.0, now.play_seconds - source.play_seconds),
    )


def _spoken(user_id: int, item_id: int, word: ItemWord) -> Spoken:
    return Spoken(user_id, item_id, {"rating": word.rating, "progress": word.progress})


def _higher(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _row(user_id: int, item_id: int, word: ItemWord, at: int) -> tuple[object, ...]:
    values = {name: getattr(word, name) for name in ItemWord.__struct_fields__}
    return (user_id, item_id, *(int(value) if isinstance(value, bool) else value for value in values.values()), at)
