"""What a person's data here have in common with those on a mirrored server, and what an import writes. Totals stand in `user_item`; whoever
changes them does so through `personal`.

The rule: the shared row is written in the transaction that writes what it says is shared."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.model.times import SECOND
from longshelf.store import bulk, claims, merging, personal, settings
from longshelf.store.claims import Claim
from longshelf.store.database import run
from longshelf.store.personal import EntityWord, ItemWord
from longshelf.store.play_tables import play
from longshelf.store.user_data_tables import remote_entity_word, remote_item_word

ITEM_COLUMNS = ("rating", "progress", "plays", "seconds", "o_count", "o_at")


class SharedItem(msgspec.Struct, frozen=True):
    """One person on one item: the last rating and progress (0-1) both sides had, how many of the server's plays and watched seconds stand
    in his own, and the server's o-counter with its moments."""

    rating: int | None = None
    progress: float | None = None
    plays: int = 0
    seconds: float = 0.0
    o_count: int = 0
    o_at: tuple[int, ...] = ()


class SharedEntity(msgspec.Struct, frozen=True):
    """The last rating and favourite both sides had."""

    rating: int | None = None
    favorite: bool = False


class Figures(NamedTuple):
    """How many of some items the server's o-counter stands for, and what it adds up to."""

    items: int
    total: int


def hold(connection: Connection, library_id: int, job_id: int, at: int) -> bool:
    """Takes what people say in a library for one job; False while another one has it that runs and whose worker lives."""
    name = _holder(library_id)
    run(connection, "INSERT INTO setting (name, value) VALUES (?, '0') ON CONFLICT (name) DO NOTHING", name)
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""  # SQLite holds its write lock already
    holder = int(run(connection, f"SELECT value FROM setting WHERE name = ?{lock}", name).scalar_one())
    # A statement of its own: on PostgreSQL it sees what was committed while the row was waited for.
    alive = run(connection, "SELECT 1 FROM job WHERE id = ? AND state = 'running' AND lease_until >= ?", holder, at).one_or_none()
    if alive is not None and holder != job_id:
        return False
    settings.put(connection, name, job_id)
    return True


def release(connection: Connection, library_id: int, claim: Claim) -> None:
    """Lets it go, if this attempt still has the job: one that was taken over would take it from its successor."""
    if claims.held(connection, claim):
        run(connection, "UPDATE setting SET value = '0' WHERE name = ? AND value = ?", _holder(library_id), str(claim.job_id))


def _holder(library_id: int) -> str:
    return settings.secret_name(f"user_data.{library_id}")


def shared_items(connection: Connection, user_id: int, item_ids: Iterable[int]) -> dict[int, SharedItem]:
    """Those that have a row."""
    text = f"SELECT item_id, {', '.join(ITEM_COLUMNS)} FROM remote_item_word WHERE item_id IN {{ids}} AND user_id = ?"
    return {
        row[0]: SharedItem(row[1], row[2], row[3], row[4], row[5], _moments(row[6]))
        for row in bulk.select_in(connection, text, item_ids, user_id)
    }


def put_shared_items(connection: Connection, user_id: int, rows: Mapping[int, SharedItem]) -> None:
    values = [
        (user_id, item_id, row.rating, row.progress, row.plays, row.seconds, row.o_count, msgspec.json.encode(row.o_at).decode())
        for item_id, row in rows.items()
    ]
    bulk.upsert(connection, remote_item_word, ("user_id", "item_id", *ITEM_COLUMNS), values, ("user_id", "item_id"))


def shared_entities(connection: Connection, user_id: int, entity_ids: Iterable[int]) -> dict[int, SharedEntity]:
    """Those that have a row."""
    text = "SELECT entity_id, rating, favorite FROM remote_entity_word WHERE entity_id IN {ids} AND user_id = ?"
    return {row[0]: SharedEntity(row[1], bool(row[2])) for row in bulk.select_in(connection, text, entity_ids, user_id)}


def put_shared_entities(connection: Connection, user_id: int, rows: Mapping[int, SharedEntity]) -> None:
    values = [(user_id, entity_id, row.rating, int(row.favorite)) for entity_id, row in rows.items()]
    columns = ("user_id", "entity_id", "rating", "favorite")
    bulk.upsert(connection, remote_entity_word, columns, values, columns[:2])


def say_items(connection: Connection, user_id: int, words: Mapping[int, ItemWord], *, at: int) -> None:
    """Whole words, of somebody who is held (`personal.hold`)."""
    if words:
        rows = [(user_id, item_id, *map(_plain, msgspec.structs.astuple(word)), at) for item_id, word in words.items()]
        personal.put_items(connection, rows)


def say_entities(connection: Connection, user_id: int, words: Mapping[int, EntityWord], *, at: int) -> None:
    """Likewise."""
    if words:
        merging.put_words(
            connection,
            [merging.Word(user_id, each, word.rating, int(word.favorite), int(word.hidden), at) for each, word in words.items()],
        )


def add_plays(connection: Connection, user_id: int, moments: Mapping[int, Iterable[int]]) -> None:
    """Plays the server knows of, into the history: counted, and without a length, for it tells only when."""
    columns = ("user_id", "item_id", "source", "started_at", "last_at", "covered_to", "counted", "finished")
    rows = [(user_id, item_id, "imported", at, at, at, 1, 1) for item_id, each in moments.items() for at in each]
    bulk.insert(connection, play, columns, rows)


def played_seconds(connection: Connection, user_id: int, item_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The moments of the user's sittings by item, in whole seconds since 1970: as exact as a server keeps them."""
    text = "SELECT item_id, started_at FROM play WHERE item_id IN {ids} AND user_id = ?"
    found: dict[int, set[int]] = {}
    for item_id, at in bulk.select_in(connection, text, item_ids, user_id):
        found.setdefault(item_id, set()).add(at // SECOND)
    return {item_id: frozenset(each) for item_id, each in found.items()}


def lengths(connection: Connection, item_ids: Iterable[int]) -> dict[int, float | None]:
    """Seconds by item; None for one that has no length."""
    return {row[0]: row[1] or None for row in bulk.select_in(connection, "SELECT id, duration FROM item WHERE id IN {ids}", item_ids)}


def take_over(connection: Connection, library_id: int, user_id: int, targets: Iterable[int]) -> None:
    """Where items were merged into some of these upstream, what was shared about them is shared about those: their plays were carried
    over here already, and must not come in once more."""
    text = """SELECT m.source_id, m.target_id FROM mirror_merge AS m
              WHERE m.target_id IN {ids} AND m.library_id = ? AND m.kind IN ('scene', 'image') AND EXISTS (
                  SELECT 1 FROM remote_item_word AS w WHERE w.user_id = ? AND w.item_id = m.source_id AND w.taken_to IS NULL)
              ORDER BY m.source_id"""
    merged = [(row[0], row[1]) for row in bulk.select_in(connection, text, targets, library_id, user_id)]
    if not merged:
        return
    sources = shared_items(connection, user_id, [source for source, _ in merged])
    rows = shared_items(connection, user_id, [target for _, target in merged])
    for source, target in merged:
        before, more = rows.get(target, SharedItem()), sources[source]
        rows[target] = msgspec.structs.replace(before, plays=before.plays + more.plays, seconds=before.seconds + more.seconds)
    put_shared_items(connection, user_id, rows)
    bulk.update(connection, remote_item_word, ("user_id", "item_id"), ("taken_to",), [(user_id, *each) for each in merged])


def give_back(connection: Connection, source_id: int, target_id: int) -> None:
    """The source of a merge is there again: what `take_over` shared about the target is shared about the source alone."""
    text = """SELECT user_id, plays, seconds FROM remote_item_word WHERE item_id = ? AND taken_to = ?"""
    for user_id, plays, seconds in run(connection, text, source_id, target_id).all():
        text = """UPDATE remote_item_word SET plays = CASE WHEN plays > ? THEN plays - ? ELSE 0 END,
                  seconds = CASE WHEN seconds > ? THEN seconds - ? ELSE 0 END WHERE user_id = ? AND item_id = ?"""
        run(connection, text, plays, plays, seconds, seconds, user_id, target_id)
    run(connection, "UPDATE remote_item_word SET taken_to = NULL WHERE item_id = ? AND taken_to = ?", source_id, target_id)


def is_in(connection: Connection, library_id: int, item_id: int) -> bool:
    """Whether the item is one of the library's."""
    return run(connection, "SELECT 1 FROM item WHERE id = ? AND library_id = ?", item_id, library_id).one_or_none() is not None


def o_counted(connection: Connection, user_id: int, library_id: int) -> dict[int, int]:
    """The o-counter by live item of a library."""
    text = """SELECT w.item_id, w.o_count FROM remote_item_word AS w JOIN item ON item.id = w.item_id
              WHERE w.user_id = ? AND w.o_count > 0 AND item.library_id = ? AND item.deleted_at IS NULL"""
    return {row[0]: row[1] for row in run(connection, text, user_id, library_id)}


def _moments(text: str) -> tuple[int, ...]:
    return msgspec.json.decode(text, type=tuple[int, ...])


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
