"""What a merge does with words that are shared with a mirrored server.

The rule: a merge says nothing. What it makes of somebody's word about the target out of what both sides had about a source is no news for
the server: it is held, as what was said before pushing back was switched on. Only what he had said here about the source, and the server
was not told yet, is news about the target. Taken back, what was held is what it was."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Table

from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.user_data_tables import remote_entity_word, remote_item_word

Value = int | float | None


class Spoken(NamedTuple):
    """What somebody says of an item or entity, by field: `rating` and `progress`, or `rating` and `favorite`."""

    user_id: int
    id: int
    values: Mapping[str, Value]


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """That a merge made somebody's `field` of its target `became`, which is held; `before` is what was."""

    user_id: int
    field: str
    became: int | float
    before: int | float | None


class _Shared(NamedTuple):
    common: Value
    held: Value


class _Words(NamedTuple):
    """Where words of one sort are shared."""

    table: Table
    column: str
    fields: tuple[str, str]


_ITEMS = _Words(remote_item_word, "item_id", ("rating", "progress"))
_ENTITIES = _Words(remote_entity_word, "entity_id", ("rating", "favorite"))
_Key = tuple[int, int, str]  # user, item or entity, field


def hold_items(connection: Connection, target_id: int, said: Sequence[Spoken], became: Sequence[Spoken]) -> list[Kept]:
    """`said` of the target and its sources before, `became` of the target. What is held from now on."""
    return _hold(connection, _ITEMS, target_id, said, became)


def hold_entities(connection: Connection, target_id: int, said: Sequence[Spoken], became: Sequence[Spoken]) -> list[Kept]:
    """Likewise; nothing of a library that is no mirror."""
    text = "SELECT 1 FROM entity JOIN library ON library.id = entity.library_id WHERE entity.id = ? AND library.type = 'stash'"
    if run(connection, text, target_id).one_or_none() is None:
        return []
    return _hold(connection, _ENTITIES, target_id, said, became)


def release_items(connection: Connection, target_id: int, kept: Iterable[Kept]) -> None:
    """The merge is taken back."""
    _release(connection, _ITEMS, target_id, kept)


def release_entities(connection: Connection, target_id: int, kept: Iterable[Kept]) -> None:
    """Likewise."""
    _release(connection, _ENTITIES, target_id, kept)


def made_of_items(connection: Connection, library_id: int, user_id: int, ids: Iterable[int]) -> dict[int, dict[str, Value]]:
    """What merges upstream made of somebody's words about these items, by field: as long as it stands, he said nothing himself since."""
    return _made(connection, "IN", library_id, user_id, ids)


def made_of_entities(connection: Connection, library_id: int, user_id: int, ids: Iterable[int]) -> dict[int, dict[str, Value]]:
    """Likewise."""
    return _made(connection, "NOT IN", library_id, user_id, ids)


class _Made(msgspec.Struct):
    """Of all that is kept of a merge."""

    kept: list[Kept] = []


def _made(connection: Connection, of: str, library_id: int, user_id: int, ids: Iterable[int]) -> dict[int, dict[str, Value]]:
    text = f"""SELECT target_id, before FROM mirror_merge WHERE target_id IN {{ids}} AND library_id = ?
               AND kind {of} ('scene', 'image') ORDER BY merged_at, source_id"""
    found: dict[int, dict[str, Value]] = {}
    for target_id, before in bulk.select_in(connection, text, ids, library_id):
        for each in msgspec.json.decode(before, type=_Made).kept:
            if each.user_id == user_id:
                found.setdefault(target_id, {})[each.field] = each.became
    return found


def let_go(connection: Connection, user_id: int, changed: Mapping[int, set[str]], *, of_items: bool) -> None:
    """These fields of his words, by item or entity, were changed by an import: what was held of them stands no more."""
    where = _ITEMS if of_items else _ENTITIES
    for field in where.fields:
        rows = [(user_id, each, None) for each, fields in changed.items() if field in fields]
        bulk.update(connection, where.table, ("user_id", where.column), (f"held_{field}",), rows)


def _hold(connection: Connection, words: _Words, target_id: int, said: Sequence[Spoken], became: Sequence[Spoken]) -> list[Kept]:
    shared = _shared(connection, words, {target_id, *(each.id for each in said)})
    kept: list[Kept] = []
    for word in became:
        mine = [each for each in said if each.user_id == word.user_id]
        before = next((each.values for each in mine if each.id == target_id), {})
        for field in words.fields:
            value = word.values[field] or 0
            if value == (before.get(field) or 0) or any(_is_news(each, field, value, shared) for each in mine if each.id != target_id):
                continue
            held = shared.get((word.user_id, target_id, field))
            kept.append(Kept(word.user_id, field, value, held.held if held else None))
    for field in words.fields:
        rows = [(each.user_id, target_id, each.became) for each in kept if each.field == field]
        bulk.upsert(connection, words.table, ("user_id", words.column, f"held_{field}"), rows, ("user_id", words.column))
    return kept


def _is_news(word: Spoken, field: str, value: int | float, shared: Mapping[_Key, _Shared]) -> bool:
    """Whether this is where the value comes from, and the server was to be told of it."""
    common, held = shared.get((word.user_id, word.id, field), _Shared(None, None))
    return (word.values[field] or 0) == value and value != (common or 0) and (held is None or value != held)


def _shared(connection: Connection, words: _Words, ids: Iterable[int]) -> dict[_Key, _Shared]:
    names = ", ".join(f"{field}, held_{field}" for field in words.fields)
    text = f"SELECT user_id, {words.column}, {names} FROM {words.table.name} WHERE {words.column} IN {{ids}}"
    found: dict[_Key, _Shared] = {}
    for row in bulk.select_in(connection, text, ids):
        for place, field in enumerate(words.fields):
            found[row[0], row[1], field] = _Shared(row[2 + 2 * place], row[3 + 2 * place])
    return found


def _release(connection: Connection, words: _Words, target_id: int, kept: Iterable[Kept]) -> None:
    for each in kept:
        held = f"held_{each.field}"
        text = f"UPDATE {words.table.name} SET {held} = ? WHERE user_id = ? AND {words.column} = ? AND {held} = ?"
        run(connection, text, each.before, each.user_id, target_id, each.became)
