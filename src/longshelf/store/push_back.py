"""What one person said here that the server of a mirrored library has not been told: which library's data go back, what is due, what went.

The rule: what is due follows from what is said and what is shared alone, so nothing is queued that could go stale, and what was told or
came from the server is due no more."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.model.times import DAY
from longshelf.sources.stash.user_data import DataKind
from longshelf.store import bulk, personal
from longshelf.store.database import run
from longshelf.store.user_data_tables import remote_entity_word, remote_item_word, remote_play

PROBLEMS_KEPT = 20
LEAST_SECONDS = 1.0  # of watched time; less waits for more
SITTING_MOST = 7 * DAY  # a sitting that began earlier than this before everything had gone has not changed since


class Problem(msgspec.Struct, frozen=True):
    """Something the server would not take: `what` it is about ("scene 12")."""

    at: int
    what: str
    reason: str


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """What has gone since it was switched on, by kind; `lacking` are kinds the server at hand cannot be told. `seen_at` is when all had
    gone last; `waiting` why it is not tried before `not_before`, after so many `failures` in a row."""

    rating: int = 0
    favorite: int = 0
    plays: int = 0
    progress: int = 0
    problems: list[Problem] = []
    lacking: list[DataKind] = []
    pushed_at: int | None = None
    seen_at: int | None = None
    waiting: str = ""
    not_before: int = 0
    failures: int = 0


class Row(NamedTuple):
    """A library whose data go back. Plays that began before `since` do not."""

    library_id: int
    user_id: int
    kinds: tuple[DataKind, ...]
    since: int
    seen_version: int
    state: Pushed


class DueItem(NamedTuple):
    """A work with another rating or place than both had last; `rated` and `moved` say which. `external_id` like "scene:12"."""

    item_id: int
    external_id: str
    length: float | None
    rating: int | None
    progress: float | None
    rated: bool
    moved: bool


class DueEntity(NamedTuple):
    entity_id: int
    kind: str
    external_id: str
    rating: int | None
    favorite: bool
    rated: bool
    favored: bool


class DuePlay(NamedTuple):
    """A sitting of which the server was not told all: `seconds` more, and as a play when `counts`."""

    play_id: int
    item_id: int
    external_id: str
    started_at: int
    seconds: float
    counts: bool


class Sending(msgspec.Struct, frozen=True):
    """What was being told when nobody knows whether it arrived: `before` are the seconds the server had."""

    seconds: float
    counts: bool
    before: float


class Unsure(NamedTuple):
    play: DuePlay
    sending: Sending


class Due(NamedTuple):
    items: list[DueItem]
    entities: list[DueEntity]
    plays: list[DuePlay]

    def __bool__(self) -> bool:
        return bool(self.items or self.entities or self.plays)


# --- the switch


def get(connection: Connection, library_id: int) -> Row | None:
    row = run(connection, f"SELECT {_COLUMNS} FROM push_back WHERE library_id = ?", library_id).one_or_none()
    return None if row is None else _row(row)


def listed(connection: Connection) -> list[Row]:
    return [_row(row) for row in run(connection, f"SELECT {_COLUMNS} FROM push_back ORDER BY library_id")]


def switch_on(connection: Connection, library_id: int, user_id: int, kinds: Sequence[DataKind], *, at: int, all_said: bool) -> None:
    """From now on. What was said before stays here, unless `all_said`; a library that is switched on already only gets other kinds, when it
    is for the same person and not for all that was said. NotFound for a user there is none of."""
    personal.hold(connection, [user_id])
    if run(connection, 'SELECT 1 FROM "user" WHERE id = ?', user_id).one_or_none() is None:
        raise NotFound("There is no such user.")
    before = get(connection, library_id)
    stored = " ".join(kinds)
    if before is not None and before.user_id == user_id and not all_said:
        run(connection, "UPDATE push_back SET kinds = ?, seen_version = 0 WHERE library_id = ?", stored, library_id)
        return
    switch_off(connection, library_id)
    text = "INSERT INTO push_back (library_id, user_id, kinds, since, seen_version) VALUES (?, ?, ?, ?, 0)"
    run(connection, text, library_id, user_id, stored, 0 if all_said else at)
    (_release if all_said else _hold_back)(connection, library_id, user_id)


def switch_off(connection: Connection, library_id: int) -> None:
    run(connection, "DELETE FROM push_back WHERE library_id = ?", library_id)


def put_state(connection: Connection, library_id: int, state: Pushed, *, seen_version: int | None = None) -> None:
    kept = msgspec.structs.replace(state, problems=state.problems[-PROBLEMS_KEPT:])
    text = "UPDATE push_back SET state = ?, seen_version = coalesce(?, seen_version) WHERE library_id = ?"
    run(connection, text, msgspec.json.encode(kept).decode(), seen_version, library_id)


def see(connection: Connection, row: Row, version: int) -> None:
    """All that was said up to this version has gone, unless the switch was turned meanwhile."""
    text = "UPDATE push_back SET seen_version = ? WHERE library_id = ? AND user_id = ? AND kinds = ? AND seen_version = ?"
    run(connection, text, version, row.library_id, row.user_id, " ".join(row.kinds), row.seen_version)


def _hold_back(connection: Connection, library_id: int, user_id: int) -> None:
    """What is said now and not shared is not due until it changes."""
    text = """
        INSERT INTO remote_item_word (user_id, item_id, held_rating, held_progress)
        SELECT u.user_id, u.item_id, coalesce(u.rating, 0), coalesce(u.progress, 0) FROM user_item AS u JOIN item ON item.id = u.item_id
        WHERE u.user_id = ? AND item.library_id = ?
        ON CONFLICT (user_id, item_id) DO UPDATE SET held_rating = excluded.held_rating, held_progress = excluded.held_progress"""
    run(connection, text, user_id, library_id)
    text = """
        INSERT INTO remote_entity_word (user_id, entity_id, held_rating, held_favorite)
        SELECT u.user_id, u.entity_id, coalesce(u.rating, 0), u.favorite FROM user_entity AS u JOIN entity ON entity.id = u.entity_id
        WHERE u.user_id = ? AND entity.library_id = ?
        ON CONFLICT (user_id, entity_id) DO UPDATE SET held_rating = excluded.held_rating, held_favorite = excluded.held_favorite"""
    run(connection, text, user_id, library_id)


def _release(connection: Connection, library_id: int, user_id: int) -> None:
    text = """UPDATE remote_item_word SET held_rating = NULL, held_progress = NULL
              WHERE user_id = ? AND item_id IN (SELECT id FROM item WHERE library_id = ?)"""
    run(connection, text, user_id, library_id)
    text = """UPDATE remote_entity_word SET held_rating = NULL, held_favorite = NULL
              WHERE user_id = ? AND entity_id IN (SELECT id FROM entity WHERE library_id = ?)"""
    run(connection, text, user_id, library_id)


# --- what is due


def due(connection: Connection, row: Row, *, quiet: int, limit: int) -> Due:
    """At most `limit` of each that the server can be told. What was played after `quiet` waits: the sitting may not be over."""
    wanted = set(row.kinds) - set(row.state.lacking)
    return Due(
        _due_items(connection, row, wanted, quiet, limit) if wanted & {"rating", "progress"} else [],
        _due_entities(connection, row, wanted, limit) if wanted & {"rating", "favorite"} else [],
        _due_plays(connection, row, quiet, limit) if "plays" in wanted else [],
    )


_RATED = "coalesce(u.rating, 0) <> coalesce(w.rating, 0) AND (w.held_rating IS NULL OR coalesce(u.rating, 0) <> w.held_rating)"
_MOVED = """item.kind = 'video' AND item.duration > 0 AND coalesce(u.last_played_at, 0) < ? AND
    coalesce(u.progress, 0) <> coalesce(w.progress, 0) AND (w.held_progress IS NULL OR coalesce(u.progress, 0) <> w.held_progress)"""
_FAVORED = "u.favorite <> coalesce(w.favorite, 0) AND (w.held_favorite IS NULL OR u.favorite <> w.held_favorite)"


def _due_items(connection: Connection, row: Row, kinds: set[DataKind], quiet: int, limit: int) -> list[DueItem]:
    rated = _RATED if "rating" in kinds else "1 = 0"
    moved, values = (_MOVED, [quiet]) if "progress" in kinds else ("1 = 0", [])
    text = f"""
        SELECT * FROM (
            SELECT u.item_id, item.external_id, item.duration, u.rating, u.progress,
                CASE WHEN {rated} THEN 1 ELSE 0 END AS rated, CASE WHEN {moved} THEN 1 ELSE 0 END AS moved
            FROM user_item AS u JOIN item ON item.id = u.item_id
            LEFT JOIN remote_item_word AS w ON w.user_id = u.user_id AND w.item_id = u.item_id
            WHERE u.user_id = ? AND u.version > ? AND item.library_id = ? AND item.deleted_at IS NULL AND item.external_id IS NOT NULL
        ) AS said WHERE rated = 1 OR moved = 1 ORDER BY item_id LIMIT ?"""
    found = run(connection, text, *values, row.user_id, row.seen_version, row.library_id, limit)
    return [DueItem(each[0], each[1], each[2], each[3], each[4], bool(each[5]), bool(each[6])) for each in found]


def _due_entities(connection: Connection, row: Row, kinds: set[DataKind], limit: int) -> list[DueEntity]:
    rated = f"entity.kind <> 'tag' AND {_RATED}" if "rating" in kinds else "1 = 0"
    favored = f"entity.kind IN ('tag', 'studio', 'person') AND {_FAVORED}" if "favorite" in kinds else "1 = 0"
    text = f"""
        SELECT * FROM (
            SELECT u.entity_id, entity.kind, entity.external_id, u.rating, u.favorite,
                CASE WHEN {rated} THEN 1 ELSE 0 END AS rated, CASE WHEN {favored} THEN 1 ELSE 0 END AS favored
            FROM user_entity AS u JOIN entity ON entity.id = u.entity_id
            LEFT JOIN remote_entity_word AS w ON w.user_id = u.user_id AND w.entity_id = u.entity_id
            WHERE u.user_id = ? AND entity.library_id = ? AND entity.deleted_at IS NULL AND entity.external_id IS NOT NULL
        ) AS said WHERE rated = 1 OR favored = 1 ORDER BY entity_id LIMIT ?"""
    found = run(connection, text, row.user_id, row.library_id, limit)
    return [DueEntity(each[0], each[1], each[2], each[3], bool(each[4]), bool(each[5]), bool(each[6])) for each in found]


_PLAY = "p.id, p.item_id, item.external_id, p.started_at"


def _due_plays(connection: Connection, row: Row, quiet: int, limit: int) -> list[DuePlay]:
    """One of an item, the oldest: how many seconds the server has is asked before it is told more."""
    text = f"""
        SELECT {_PLAY}, p.seconds - coalesce(r.seconds, 0), CASE WHEN p.counted = 1 AND coalesce(r.counted, 0) = 0 THEN 1 ELSE 0 END
        FROM play AS p JOIN item ON item.id = p.item_id LEFT JOIN remote_play AS r ON r.play_id = p.id
        WHERE p.user_id = ? AND p.started_at >= ? AND p.source <> 'imported' AND p.last_at < ? AND coalesce(r.sending, '') = ''
            AND item.library_id = ? AND item.kind = 'video' AND item.deleted_at IS NULL AND item.external_id IS NOT NULL
            AND ((p.counted = 1 AND coalesce(r.counted, 0) = 0) OR p.seconds - coalesce(r.seconds, 0) >= ?)
        ORDER BY p.started_at, p.id LIMIT ?"""
    begun = row.since if row.state.seen_at is None else max(row.since, row.state.seen_at - SITTING_MOST)
    found = run(connection, text, row.user_id, begun, quiet, row.library_id, LEAST_SECONDS, 4 * limit)
    plays = [DuePlay(each[0], each[1], each[2], each[3], max(each[4], 0.0), bool(each[5])) for each in found]
    first = {play.item_id: play for play in reversed(plays)}
    return [play for play in plays if first[play.item_id] is play][:limit]


# --- what went


def told_items(connection: Connection, user_id: int, rows: Iterable[tuple[DueItem, float | None]]) -> None:
    """These are on the server now; with each, the place it has there, as a share of the whole. What stands here and not there (a finished
    work has no place) is held."""
    rated, moved = [], []
    for row, place in rows:
        if row.rated:
            rated.append((user_id, row.item_id, row.rating, None))
        if row.moved:
            moved.append((user_id, row.item_id, place, None if place == row.progress else row.progress or 0.0))
    key = ("user_id", "item_id")
    bulk.upsert(connection, remote_item_word, (*key, "rating", "held_rating"), rated, key)
    bulk.upsert(connection, remote_item_word, (*key, "progress", "held_progress"), moved, key)


def refused_items(connection: Connection, user_id: int, rows: Iterable[DueItem]) -> None:
    """The server would not take them: they wait until the person says something else."""
    key = ("user_id", "item_id")
    listed_rows = list(rows)
    rated = [(user_id, row.item_id, row.rating or 0) for row in listed_rows if row.rated]
    moved = [(user_id, row.item_id, row.progress or 0.0) for row in listed_rows if row.moved]
    bulk.upsert(connection, remote_item_word, (*key, "held_rating"), rated, key)
    bulk.upsert(connection, remote_item_word, (*key, "held_progress"), moved, key)


def told_entities(connection: Connection, user_id: int, rows: Iterable[DueEntity]) -> None:
    key = ("user_id", "entity_id")
    listed_rows = list(rows)
    rated = [(user_id, row.entity_id, row.rating, None) for row in listed_rows if row.rated]
    favored = [(user_id, row.entity_id, int(row.favorite), None) for row in listed_rows if row.favored]
    bulk.upsert(connection, remote_entity_word, (*key, "rating", "held_rating"), rated, key)
    bulk.upsert(connection, remote_entity_word, (*key, "favorite", "held_favorite"), favored, key)


def refused_entities(connection: Connection, user_id: int, rows: Iterable[DueEntity]) -> None:
    key = ("user_id", "entity_id")
    listed_rows = list(rows)
    rated = [(user_id, row.entity_id, row.rating or 0) for row in listed_rows if row.rated]
    favored = [(user_id, row.entity_id, int(row.favorite)) for row in listed_rows if row.favored]
    bulk.upsert(connection, remote_entity_word, (*key, "held_rating"), rated, key)
    bulk.upsert(connection, remote_entity_word, (*key, "held_favorite"), favored, key)


def begin_sending(connection: Connection, user_id: int, rows: Iterable[tuple[DuePlay, Sending]]) -> None:
    """Before they are sent: whoever comes after a crash asks the server which of them arrived."""
    columns = ("play_id", "user_id", "item_id", "sending")
    values = [(play.play_id, user_id, play.item_id, msgspec.json.encode(sending).decode()) for play, sending in rows]
    bulk.upsert(connection, remote_play, columns, values, columns[:1], columns[3:])


def unsure(connection: Connection, row: Row) -> list[Unsure]:
    """What was begun and not ended."""
    text = f"""SELECT {_PLAY}, r.sending FROM remote_play AS r JOIN play AS p ON p.id = r.play_id JOIN item ON item.id = p.item_id
               WHERE r.user_id = ? AND item.library_id = ? AND r.sending <> '' ORDER BY p.id"""
    found = []
    for each in run(connection, text, row.user_id, row.library_id):
        sending = msgspec.json.decode(each[4], type=Sending)
        found.append(Unsure(DuePlay(each[0], each[1], each[2], each[3], sending.seconds, sending.counts), sending))
    return found


def end_sending(connection: Connection, user_id: int, rows: Iterable[tuple[DuePlay, bool, bool]], *, shared: bool = True) -> None:
    """With each sitting, whether its seconds and its play are there. What is there is shared from now on; without `shared` the server would
    not take it, and it only is not told again."""
    for play, seconds, counted in rows:
        text = """UPDATE remote_play SET sending = '', seconds = seconds + ?, counted = CASE WHEN ? = 1 THEN 1 ELSE counted END
                  WHERE play_id = ?"""
        run(connection, text, play.seconds if seconds else 0.0, int(counted and play.counts), play.play_id)
        if shared and (seconds or counted):
            text = """INSERT INTO remote_item_word (user_id, item_id, plays, seconds) VALUES (?, ?, ?, ?)
                      ON CONFLICT (user_id, item_id) DO UPDATE SET plays = remote_item_word.plays + excluded.plays,
                          seconds = remote_item_word.seconds + excluded.seconds"""
            run(connection, text, user_id, play.item_id, int(counted and play.counts), play.seconds if seconds else 0.0)


def forget_plays(connection: Connection, user_id: int) -> None:
    """Sittings the person took out of his history."""
    run(
        connection, "DELETE FROM remote_play WHERE user_id = ? AND play_id NOT IN (SELECT id FROM play WHERE user_id = ?)", user_id, user_id
    )


_COLUMNS = "library_id, user_id, kinds, since, seen_version, state"


def _row(values: Sequence[Any]) -> Row:
    library_id, user_id, kinds, since, seen_version, state = values
    return Row(library_id, user_id, tuple(kinds.split()), since, seen_version, msgspec.json.decode(state, type=Pushed))
