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
from longshelf.store.user_data_tables import remote_entity_word, remote_item_word

EVER = 2**62
PROBLEMS_KEPT = 20
RATED_ITEMS = ("scene", "image")
RATED_ENTITIES = ("studio", "person", "group", "gallery")
FAVORED_ENTITIES = ("tag", "studio", "person")
LEAST_SECONDS = 1.0  # of watched time; less waits for more
SITTING_MOST = 7 * DAY  # a sitting that began earlier than this before everything had gone has not changed since


class Problem(msgspec.Struct, frozen=True):
    """Something the server would not take: `what` it is about ("scene 12")."""

    at: int
    what: str
    reason: str


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """What has gone since it was switched on, by kind. `lacking` is what the server at hand cannot be told: kinds, or "rating:studio" for
    one kind of thing; it was learned `learned_at`. `seen_at` is when all had gone last, but for what is about things that are away: that
    was said after the version `left`, when the library had been read `left_at`. `waiting` is why it is not tried before `not_before`, after
    so many `failures` in a row."""

    rating: int = 0
    favorite: int = 0
    plays: int = 0
    progress: int = 0
    problems: list[Problem] = []
    lacking: list[str] = []
    learned_at: int | None = None
    pushed_at: int | None = None
    seen_at: int | None = None
    left: int | None = None
    left_at: int | None = None
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

    @property
    def after(self) -> int:
        """The version of the person after which something may be due."""
        return self.seen_version if self.state.left is None else min(self.seen_version, self.state.left)

    def is_as(self, other: "Row | None") -> bool:
        """Whether the switch stands as it stood then."""
        return other is not None and self[:4] == other[:4]


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


class Ended(NamedTuple):
    """What of a sitting that was being told is on the server: its seconds, and its play. The rest was `refused`, or is due again."""

    play: DuePlay
    seconds: bool
    counted: bool
    refused: bool = False


class Due(NamedTuple):
    items: list[DueItem]
    entities: list[DueEntity]
    plays: list[DuePlay]

    def __bool__(self) -> bool:
        return bool(self.items or self.entities or self.plays)


# --- the switch


def get(connection: Connection, library_id: int, *, hold: bool = False) -> Row | None:
    """With `hold` it stays as it is until the transaction ends. Whoever holds the person, too, does that first, and writes words after."""
    lock = " FOR UPDATE" if hold and connection.dialect.name == "postgresql" else ""  # SQLite holds its write lock already
    row = run(connection, f"SELECT {_COLUMNS} FROM push_back WHERE library_id = ?{lock}", library_id).one_or_none()
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


def put_state(connection: Connection, row: Row, state: Pushed, *, seen_version: int | None = None) -> None:
    """Nothing, when the switch was turned to another person or other kinds meanwhile."""
    kept = msgspec.structs.replace(state, problems=state.problems[-PROBLEMS_KEPT:])
    text = """UPDATE push_back SET state = ?, seen_version = coalesce(?, seen_version)
              WHERE library_id = ? AND user_id = ? AND kinds = ?"""
    run(connection, text, msgspec.json.encode(kept).decode(), seen_version, row.library_id, row.user_id, " ".join(row.kinds))


def see(connection: Connection, row: Row, version: int, *, quiet: int | None = None) -> Pushed:
    """All that was said up to this version has gone, and with `quiet` all that was played until then; for a row that is held, with nothing
    due. What would be due if it were not away keeps its place. The state from now on."""
    wanted = _wanted(row)
    items, values = _items(row, wanted, EVER)
    first = run(connection, f"SELECT min(version) FROM ({items}) AS said WHERE rated = 1 OR moved = 1", *values).scalar()
    entities, values = _entities(row, wanted)
    of_entities = run(connection, f"SELECT 1 FROM ({entities}) AS said WHERE rated = 1 OR favored = 1 LIMIT 1", *values).first()
    sittings, values = _sittings(row, EVER)
    of_plays = "plays" in row.kinds and run(connection, f"{sittings} LIMIT 1", *values).first() is not None
    left = [int(first) - 1] if first is not None else []
    left += [version - 1] if of_entities is not None or (of_plays and "plays" in wanted) else []
    seen_at = row.state.seen_at if quiet is None or of_plays else quiet
    state = msgspec.structs.replace(
        row.state, seen_at=seen_at, left=min(left, default=None), left_at=read_at(connection, row.library_id) if left else None
    )
    put_state(connection, row, state, seen_version=version)
    return state


def read_at(connection: Connection, library_id: int) -> int | None:
    """When the library was read to its end last."""
    found = run(connection, "SELECT scanned_at FROM library WHERE id = ?", library_id).scalar()
    return None if found is None else int(found)


def look_again(connection: Connection, row: Row) -> None:
    """All that was ever said may be due."""
    run(connection, "UPDATE push_back SET seen_version = 0 WHERE library_id = ? AND user_id = ?", row.library_id, row.user_id)


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
    wanted = _wanted(row)
    return Due(
        _due_items(connection, row, wanted, quiet, limit) if wanted & {"rating", "progress"} else [],
        _due_entities(connection, row, wanted, limit) if wanted & {"rating", "favorite"} else [],
        _due_plays(connection, row, quiet, limit) if "plays" in wanted else [],
    )


def _wanted(row: Row) -> set[DataKind]:
    return set(row.kinds) - set(row.state.lacking)


_RATED = "coalesce(u.rating, 0) <> coalesce(w.rating, 0) AND (w.held_rating IS NULL OR coalesce(u.rating, 0) <> w.held_rating)"
_MOVED = """item.kind = 'video' AND item.duration > 0 AND coalesce(u.last_played_at, 0) < ? AND
    coalesce(u.progress, 0) <> coalesce(w.progress, 0) AND (w.held_progress IS NULL OR coalesce(u.progress, 0) <> w.held_progress)"""
_FAVORED = "u.favorite <> coalesce(w.favorite, 0) AND (w.held_favorite IS NULL OR u.favorite <> w.held_favorite)"
_HERE = "said.deleted_at IS NULL"  # what is away may come back: its words keep


def _items(row: Row, kinds: set[DataKind], quiet: int) -> tuple[str, list[Any]]:
    """A query for the person's words on items, those that are away among them, and what of each is due."""
    lacking = "".join(
        f" AND substr(item.external_id, 1, {len(kind) + 1}) <> '{kind}:'" for kind in RATED_ITEMS if _lacks(row, "rating", kind)
    )
    rated = f"{_RATED}{lacking}" if "rating" in kinds else "1 = 0"
    moved, values = (_MOVED, [quiet]) if "progress" in kinds else ("1 = 0", [])
    text = f"""
        SELECT u.item_id, item.external_id, item.duration, u.rating, u.progress, u.version, item.deleted_at,
            CASE WHEN {rated} THEN 1 ELSE 0 END AS rated, CASE WHEN {moved} THEN 1 ELSE 0 END AS moved
        FROM user_item AS u JOIN item ON item.id = u.item_id
        LEFT JOIN remote_item_word AS w ON w.user_id = u.user_id AND w.item_id = u.item_id
        WHERE u.user_id = ? AND u.version > ? AND item.library_id = ? AND item.external_id IS NOT NULL"""
    return text, [*values, row.user_id, row.after, row.library_id]


def _due_items(connection: Connection, row: Row, kinds: set[DataKind], quiet: int, limit: int) -> list[DueItem]:
    words, values = _items(row, kinds, quiet)
    text = f"""SELECT item_id, external_id, duration, rating, progress, rated, moved FROM ({words}) AS said
               WHERE (rated = 1 OR moved = 1) AND {_HERE} ORDER BY item_id LIMIT ?"""
    found = run(connection, text, *values, limit)
    return [DueItem(each[0], each[1], each[2], each[3], each[4], bool(each[5]), bool(each[6])) for each in found]


def _entities(row: Row, kinds: set[DataKind]) -> tuple[str, list[Any]]:
    """Likewise for words on entities."""
    rated = f"{_of(row, 'rating', RATED_ENTITIES)} AND {_RATED}" if "rating" in kinds else "1 = 0"
    favored = f"{_of(row, 'favorite', FAVORED_ENTITIES)} AND {_FAVORED}" if "favorite" in kinds else "1 = 0"
    text = f"""
        SELECT u.entity_id, entity.kind, entity.external_id, u.rating, u.favorite, entity.deleted_at,
            CASE WHEN {rated} THEN 1 ELSE 0 END AS rated, CASE WHEN {favored} THEN 1 ELSE 0 END AS favored
        FROM user_entity AS u JOIN entity ON entity.id = u.entity_id
        LEFT JOIN remote_entity_word AS w ON w.user_id = u.user_id AND w.entity_id = u.entity_id
        WHERE u.user_id = ? AND entity.library_id = ? AND entity.external_id IS NOT NULL"""
    return text, [row.user_id, row.library_id]


def _of(row: Row, data: str, kinds: Iterable[str]) -> str:
    """A condition on the kind of an entity: one of these that the server can be told of."""
    told = [f"'{kind}'" for kind in kinds if not _lacks(row, data, kind)]
    return f"entity.kind IN ({', '.join(told)})" if told else "1 = 0"


def _lacks(row: Row, data: str, kind: str) -> bool:
    return f"{data}:{kind}" in row.state.lacking


def _due_entities(connection: Connection, row: Row, kinds: set[DataKind], limit: int) -> list[DueEntity]:
    words, values = _entities(row, kinds)
    text = f"""SELECT entity_id, kind, external_id, rating, favorite, rated, favored FROM ({words}) AS said
               WHERE (rated = 1 OR favored = 1) AND {_HERE} ORDER BY entity_id LIMIT ?"""
    found = run(connection, text, *values, limit)
    return [DueEntity(each[0], each[1], each[2], each[3], bool(each[4]), bool(each[5]), bool(each[6])) for each in found]


PLAY = "p.id, p.item_id, item.external_id, p.started_at"


def _sittings(row: Row, quiet: int) -> tuple[str, list[Any]]:
    """A query for sittings the server was not told all of, those with items that are away among them."""
    text = f"""
        SELECT {PLAY}, p.seconds - coalesce(r.seconds, 0), CASE WHEN p.counted = 1 AND coalesce(r.counted, 0) = 0 THEN 1 ELSE 0 END
        FROM play AS p JOIN item ON item.id = p.item_id LEFT JOIN remote_play AS r ON r.play_id = p.id
        WHERE p.user_id = ? AND p.started_at >= ? AND p.source <> 'imported' AND p.last_at < ? AND coalesce(r.sending, '') = ''
            AND item.library_id = ? AND item.kind = 'video' AND item.external_id IS NOT NULL
            AND ((p.counted = 1 AND coalesce(r.counted, 0) = 0) OR p.seconds - coalesce(r.seconds, 0) >= ?)"""
    begun = row.since if row.state.seen_at is None else max(row.since, row.state.seen_at - SITTING_MOST)
    return text, [row.user_id, begun, quiet, row.library_id, LEAST_SECONDS]


def _due_plays(connection: Connection, row: Row, quiet: int, limit: int) -> list[DuePlay]:
    """One of an item, the oldest: how many seconds the server has is asked before it is told more."""
    sittings, values = _sittings(row, quiet)
    found = run(connection, f"{sittings} AND item.deleted_at IS NULL ORDER BY p.started_at, p.id LIMIT ?", *values, 4 * limit)
    plays = [DuePlay(each[0], each[1], each[2], each[3], max(each[4], 0.0), bool(each[5])) for each in found]
    first = {play.item_id: play for play in reversed(plays)}
    return [play for play in plays if first[play.item_id] is play][:limit]


# --- what went


def told_items(connection: Connection, user_id: int, rows: Iterable[tuple[DueItem, float | None]], *, holding: bool = True) -> None:
    """These are on the server now; with each, the place it has there, as a share of the whole. What stands here and not there (a finished
    work has no place) is held; without `holding` what is held stays, for the switch was turned since."""
    rated, moved = [], []
    for row, place in rows:
        if row.rated:
            rated.append((user_id, row.item_id, row.rating, None))
        if row.moved:
            moved.append((user_id, row.item_id, place, None if place == row.progress else row.progress or 0.0))
    key = ("user_id", "item_id")
    bulk.upsert(connection, remote_item_word, (*key, "rating", "held_rating"), rated, key, None if holding else ("rating",))
    bulk.upsert(connection, remote_item_word, (*key, "progress", "held_progress"), moved, key, None if holding else ("progress",))


def refused_items(connection: Connection, user_id: int, rows: Iterable[DueItem]) -> None:
    """The server would not take them: they wait until the person says something else."""
    key = ("user_id", "item_id")
    listed_rows = list(rows)
    rated = [(user_id, row.item_id, row.rating or 0) for row in listed_rows if row.rated]
    moved = [(user_id, row.item_id, row.progress or 0.0) for row in listed_rows if row.moved]
    bulk.upsert(connection, remote_item_word, (*key, "held_rating"), rated, key)
    bulk.upsert(connection, remote_item_word, (*key, "held_progress"), moved, key)


def told_entities(connection: Connection, user_id: int, rows: Iterable[DueEntity], *, holding: bool = True) -> None:
    """Likewise."""
    key = ("user_id", "entity_id")
    listed_rows = list(rows)
    rated = [(user_id, row.entity_id, row.rating, None) for row in listed_rows if row.rated]
    favored = [(user_id, row.entity_id, int(row.favorite), None) for row in listed_rows if row.favored]
    bulk.upsert(connection, remote_entity_word, (*key, "rating", "held_rating"), rated, key, None if holding else ("rating",))
    bulk.upsert(connection, remote_entity_word, (*key, "favorite", "held_favorite"), favored, key, None if holding else ("favorite",))


def refused_entities(connection: Connection, user_id: int, rows: Iterable[DueEntity]) -> None:
    key = ("user_id", "entity_id")
    listed_rows = list(rows)
    rated = [(user_id, row.entity_id, row.rating or 0) for row in listed_rows if row.rated]
    favored = [(user_id, row.entity_id, int(row.favorite)) for row in listed_rows if row.favored]
    bulk.upsert(connection, remote_entity_word, (*key, "held_rating"), rated, key)
    bulk.upsert(connection, remote_entity_word, (*key, "held_favorite"), favored, key)


_COLUMNS = "library_id, user_id, kinds, since, seen_version, state"


def _row(values: Sequence[Any]) -> Row:
    library_id, user_id, kinds, since, seen_version, state = values
    return Row(library_id, user_id, tuple(kinds.split()), since, seen_version, msgspec.json.decode(state, type=Pushed))
