"""What is kept of a mirrored library beside its items and entities: which remote object is which row, how far each walk is, what waits.

The rule: whoever moves a cursor does so in the transaction that wrote what lies before it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.store import bulk, settings
from longshelf.store.database import Database, run
from longshelf.store.mirror_tables import mirror_file, mirror_missing, mirror_row, mirror_stale

ROW_COLUMNS = ("library_id", "kind", "remote_id", "local_id", "hash", "stamp", "made_at", "gone", "files")
FORGOTTEN_AT_ONCE = 20_000


class Row(NamedTuple):
    """One remote object. `hash` b"" while only its id is known, `stamp` "" while an equal stamp would prove nothing; `gone` since it was
    removed upstream; `files` like ",12,13,"."""

    remote_id: int
    local_id: int
    hash: bytes
    stamp: str
    made_at: int | None
    gone: bool
    files: str


class Mark(msgspec.Struct, frozen=True):
    """A watermark: see `sources.stash.stamps.Watermark`."""

    text: str
    seen_at: int
    begun_at: int


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """How far a walk over one kind is: the last id, the number of rows, the greatest stamps (of its markers: `marked`), when it began.
    One that is not `complete` judges nothing."""

    after: int = 0
    seen: int = 0
    high: str = ""
    marked: str = ""
    begun_at: int = 0
    ended: bool = False
    complete: bool = True


class State(msgspec.Struct, frozen=True, kw_only=True):
    """`mode` of the run that is under way ("" for none) with its `walks` by kind; `marks` by kind; `built` once a whole run has ended.
    `removed` counts what was removed upstream since ever;
    `reconciled_at` is when everything was last compared."""

    mode: str = ""
    walks: dict[str, Walk] = {}
    marks: dict[str, Mark] = {}
    built: bool = False
    removed: int = 0
    reconciled_at: int | None = None


class Stale(NamedTuple):
    """An entity whose items are to be written anew."""

    entity_id: int
    vanished: bool
    after_item: int


def prepare(connection: Connection, library_id: int) -> None:
    """Makes the library's row when it has none."""
    run(connection, "INSERT INTO mirror (library_id, state) VALUES (?, '{}') ON CONFLICT (library_id) DO NOTHING", library_id)


def state(connection: Connection, library_id: int) -> State:
    text = run(connection, "SELECT state FROM mirror WHERE library_id = ?", library_id).scalar()
    return msgspec.json.decode(text, type=State) if text else State()


def put_state(connection: Connection, library_id: int, value: State) -> None:
    run(connection, "UPDATE mirror SET state = ? WHERE library_id = ?", msgspec.json.encode(value).decode(), library_id)


def hold(connection: Connection, library_id: int, job_id: int, at: int) -> bool:
    """Takes the library for one job; False while another one has it that runs and whose worker lives."""
    text = """UPDATE mirror SET holder = ? WHERE library_id = ? AND (holder IS NULL OR holder = ? OR NOT EXISTS
              (SELECT 1 FROM job WHERE job.id = mirror.holder AND job.state = 'running' AND job.lease_until >= ?))"""
    return run(connection, text, job_id, library_id, job_id, at).rowcount > 0


def release(connection: Connection, library_id: int, job_id: int) -> None:
    run(connection, "UPDATE mirror SET holder = NULL WHERE library_id = ? AND holder = ?", library_id, job_id)


# --- remote objects


def known(connection: Connection, library_id: int, kind: str, ids: Iterable[int]) -> dict[int, Row]:
    """Those of the remote ids that were ever seen."""
    text = f"SELECT {_ROW} FROM mirror_row WHERE remote_id IN {{ids}} AND library_id = ? AND kind = ?"
    return {row[0]: _row(row) for row in bulk.select_in(connection, text, ids, library_id, kind)}


def live_between(connection: Connection, library_id: int, kind: str, after: int, last: int | None) -> list[int]:
    """Remote ids of what is there, from after one id to another, both by number; None for no end."""
    text = """SELECT remote_id FROM mirror_row WHERE library_id = ? AND kind = ? AND remote_id > ? AND remote_id <= ? AND gone = 0
              ORDER BY remote_id"""
    return list(run(connection, text, library_id, kind, after, 2**62 if last is None else last).scalars())


def count_live(connection: Connection, library_id: int, kind: str, low: int = 0, high: int = 2**62) -> int:
    """How many are there with an id from `low` to `high`, both included."""
    text = "SELECT count(*) FROM mirror_row WHERE library_id = ? AND kind = ? AND remote_id BETWEEN ? AND ? AND gone = 0"
    return int(run(connection, text, library_id, kind, low, high).scalar_one())


def count_after(connection: Connection, library_id: int, kind: str, stamp: str) -> int:
    """How many bear a greater stamp, compared byte by byte."""
    order = ' COLLATE "C"' if connection.dialect.name == "postgresql" else ""
    text = f"SELECT count(*) FROM mirror_row WHERE library_id = ? AND kind = ? AND stamp{order} > ?"
    return int(run(connection, text, library_id, kind, stamp).scalar_one())


def greatest(connection: Connection, library_id: int, kind: str) -> int:
    """The greatest remote id ever seen; 0 for none."""
    text = "SELECT coalesce(max(remote_id), 0) FROM mirror_row WHERE library_id = ? AND kind = ?"
    return int(run(connection, text, library_id, kind).scalar_one())


def only_ids(connection: Connection, library_id: int, kind: str) -> list[int]:
    """Objects that something refers to and that were never read themselves."""
    text = "SELECT remote_id FROM mirror_row WHERE library_id = ? AND kind = ? AND hash = ? AND gone = 0 ORDER BY remote_id"
    return list(run(connection, text, library_id, kind, b"").scalars())


def put_rows(connection: Connection, library_id: int, kind: str, rows: Iterable[Row]) -> None:
    values = [(library_id, kind, row.remote_id, row.local_id, row.hash, row.stamp, row.made_at, int(row.gone), row.files) for row in rows]
    bulk.upsert(connection, mirror_row, ROW_COLUMNS, values, ROW_COLUMNS[:3])


def set_stamps(connection: Connection, library_id: int, kind: str, rows: Iterable[tuple[int, str]]) -> None:
    """`rows` are (remote id, stamp)."""
    bulk.update(connection, mirror_row, ROW_COLUMNS[:3], ("stamp",), [(library_id, kind, *row) for row in rows])


def set_gone(connection: Connection, library_id: int, kind: str, ids: Iterable[int]) -> None:
    bulk.update(connection, mirror_row, ROW_COLUMNS[:3], ("gone", "stamp"), [(library_id, kind, each, 1, "") for each in ids])


def samples(connection: Connection, library_id: int, kind: str, count: int) -> dict[int, int]:
    """Some live objects from all over the ids, and when each was made."""
    first, last = run(
        connection, "SELECT min(remote_id), max(remote_id) FROM mirror_row WHERE library_id = ? AND kind = ? AND gone = 0", library_id, kind
    ).one()
    if first is None:
        return {}
    text = """SELECT remote_id, made_at FROM mirror_row WHERE library_id = ? AND kind = ? AND remote_id >= ? AND gone = 0
              AND made_at IS NOT NULL ORDER BY remote_id LIMIT 1"""
    places = {first + (last - first) * step // max(1, count - 1) for step in range(count)}
    found = (run(connection, text, library_id, kind, place).one_or_none() for place in sorted(places))
    return {row[0]: row[1] for row in found if row is not None}


def local_ids(connection: Connection, library_id: int, kind: str, ids: Iterable[int]) -> dict[int, int]:
    """Row here by remote id, gone or not."""
    return {remote: row.local_id for remote, row in known(connection, library_id, kind, ids).items()}


def retire(connection: Connection, item_ids: Mapping[int, str]) -> None:
    """Gives items another external id: another work has come to theirs."""
    for item_id, external_id in item_ids.items():
        run(connection, "UPDATE item SET external_id = ? WHERE id = ?", external_id, item_id)


# --- files and merges


def note_files(connection: Connection, library_id: int, pairs: Iterable[tuple[int, int]]) -> None:
    """`pairs` are (file, scene)."""
    bulk.insert_new(connection, mirror_file, ("library_id", "file_id", "scene_id"), [(library_id, *pair) for pair in pairs])


def scenes_with(connection: Connection, library_id: int, file_id: int) -> list[Row]:
    """Live scenes that hold this file now."""
    text = f"""SELECT {_ROW} FROM mirror_row WHERE library_id = ? AND kind = 'scene' AND gone = 0 AND remote_id IN
               (SELECT scene_id FROM mirror_file WHERE library_id = ? AND file_id = ?) ORDER BY remote_id"""
    return [row for each in run(connection, text, library_id, library_id, file_id) if f",{file_id}," in (row := _row(each)).files]


def note_merge(connection: Connection, library_id: int, kind: str, source_id: int, target_id: int, *, at: int) -> bool:
    """False when the source's user data were carried before."""
    text = """INSERT INTO mirror_merge (library_id, kind, source_id, target_id, merged_at) VALUES (?, ?, ?, ?, ?)
              ON CONFLICT (library_id, kind, source_id) DO NOTHING"""
    return run(connection, text, library_id, kind, source_id, target_id, at).rowcount > 0


# --- what waits


def suspect(connection: Connection, library_id: int, kind: str, ids: Iterable[int]) -> None:
    """These seem to be gone."""
    bulk.insert_new(connection, mirror_missing, ("library_id", "kind", "remote_id"), [(library_id, kind, each) for each in ids])


def suspects(connection: Connection, library_id: int, kind: str) -> list[int]:
    """By id, and only those that are still live here."""
    text = """SELECT remote_id FROM mirror_missing WHERE library_id = ? AND kind = ? AND EXISTS (SELECT 1 FROM mirror_row
              WHERE mirror_row.library_id = mirror_missing.library_id AND mirror_row.kind = mirror_missing.kind
              AND mirror_row.remote_id = mirror_missing.remote_id AND gone = 0) ORDER BY remote_id"""
    return list(run(connection, text, library_id, kind).scalars())


def clear_suspects(connection: Connection, library_id: int, kind: str, ids: Iterable[int] | None = None) -> None:
    """They were looked at; all of the kind when None."""
    if ids is None:
        run(connection, "DELETE FROM mirror_missing WHERE library_id = ? AND kind = ?", library_id, kind)
    else:
        bulk.delete(connection, mirror_missing, ("library_id", "kind", "remote_id"), [(library_id, kind, each) for each in ids])


def make_stale(connection: Connection, library_id: int, entity_ids: Iterable[int], *, vanished: bool = False) -> None:
    """From the first item on. One that vanishes stays so until it is done."""
    rows = [(library_id, each, int(vanished), 0) for each in entity_ids]
    columns = ("library_id", "entity_id", "vanished", "after_item")
    bulk.upsert(connection, mirror_stale, columns, rows, columns[:2], ("vanished", "after_item") if vanished else ("after_item",))


def next_stale(connection: Connection, library_id: int) -> Stale | None:
    text = "SELECT entity_id, vanished, after_item FROM mirror_stale WHERE library_id = ? ORDER BY vanished, entity_id LIMIT 1"
    row = run(connection, text, library_id).one_or_none()
    return Stale(row[0], bool(row[1]), row[2]) if row else None


def move_stale(connection: Connection, library_id: int, entity_id: int, after_item: int | None) -> None:
    """All items up to this one are written; None when it is the last."""
    if after_item is None:
        run(connection, "DELETE FROM mirror_stale WHERE library_id = ? AND entity_id = ?", library_id, entity_id)
    else:
        run(connection, "UPDATE mirror_stale SET after_item = ? WHERE library_id = ? AND entity_id = ?", after_item, library_id, entity_id)


def carriers(connection: Connection, entity_id: int, after_item: int, limit: int) -> list[tuple[int, str]]:
    """(item, external id) of items that carry the entity, deleted ones too, from one item on."""
    text = """SELECT DISTINCT link.item_id, item.external_id FROM link JOIN item ON item.id = link.item_id
              WHERE link.entity_id = ? AND link.item_id > ? ORDER BY link.item_id LIMIT ?"""
    return [(row[0], row[1]) for row in run(connection, text, entity_id, after_item, limit)]


def carried_by_kind(connection: Connection, entity_id: int, prefix: str) -> list[int]:
    """Remote ids of the live items of a kind ("scene:") that carry the entity."""
    text = """SELECT item.external_id FROM link JOIN item ON item.id = link.item_id
              WHERE link.entity_id = ? AND item.deleted_at IS NULL AND item.external_id LIKE ?"""
    found = run(connection, text, entity_id, f"{prefix}%").scalars()
    return sorted(int(each.removeprefix(prefix)) for each in found if each.removeprefix(prefix).isdigit())


# --- secrets, and the end


def put_key(connection: Connection, library_id: int, key: str) -> None:
    """The API key of the library's server, in the settings store and nowhere else."""
    if key:
        settings.put(connection, settings.secret_name(f"stash.{library_id}"), key)
    else:
        settings.remove(connection, settings.secret_name(f"stash.{library_id}"))


def key(connection: Connection, library_id: int) -> str:
    return str(settings.get(connection, settings.secret_name(f"stash.{library_id}"), ""))


def forget(database: Database, library_id: int) -> None:
    """Everything kept beside a library that is being removed, in pieces; its key first."""
    with database.write_quietly() as connection:
        put_key(connection, library_id, "")
    for table, columns in ((mirror_row, ("kind", "remote_id")), (mirror_file, ("file_id", "scene_id"))):
        while _forget_some(database, table.name, columns, library_id):
            pass


def _forget_some(database: Database, table: str, columns: Sequence[str], library_id: int) -> int:
    names = ", ".join(columns)
    text = f"DELETE FROM {table} WHERE library_id = ? AND ({names}) IN (SELECT {names} FROM {table} WHERE library_id = ? LIMIT ?)"
    with database.write_quietly() as connection:
        return run(connection, text, library_id, library_id, FORGOTTEN_AT_ONCE).rowcount


_ROW = ", ".join(Row._fields)


def _row(values: Sequence[object]) -> Row:
    row = Row._make(values)
    return row if row.gone is True or row.gone is False else row._replace(gone=bool(row.gone))
