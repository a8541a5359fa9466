"""What is kept of a mirrored library beside its items and entities: which remote object is which row, how far each walk is, what waits.

The rule: whoever moves a cursor does so in the transaction that wrote what lies before it."""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.model.kinds import EntityKind
from longshelf.sources.stash.kinds import KINDS
from longshelf.store import bulk, claims, settings
from longshelf.store.claims import Claim
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


class Why(IntEnum):
    """Why the items of an entity are to be written anew: they bear its old name; it is gone upstream, and they are read again before it
    goes here; links were put back that may not be what the remote says, so they are read again."""

    RENAMED = 0
    VANISHED = 1
    AGAIN = 2


class Stale(NamedTuple):
    """An entity whose items are to be written anew."""

    entity_id: int
    why: Why
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


def release(connection: Connection, library_id: int, claim: Claim) -> None:
    """Lets the library go, if this attempt still has the job: one that was taken over would take it from its successor."""
    if claims.held(connection, claim):
        run(connection, "UPDATE mirror SET holder = NULL WHERE library_id = ? AND holder = ?", library_id, claim.job_id)


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


def unread(connection: Connection, entity_ids: Iterable[int]) -> None:
    """What is kept of these entities proves nothing any more: the next sync reads them, and looks for those that were gone. Entities of
    other libraries than mirrored ones are passed over."""
    text = "SELECT library_id, kind, external_id, id FROM entity WHERE external_id IS NOT NULL AND id IN {ids}"
    rows = [(row[0], _REMOTE[row[1]], int(row[2]), row[3], b"", "", 0) for row in bulk.select_in(connection, text, entity_ids)
            if row[1] in _REMOTE and row[2].isdecimal()]  # fmt: skip
    bulk.update(connection, mirror_row, (*ROW_COLUMNS[:3], "local_id"), ("hash", "stamp", "gone"), rows)


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


def remotes_of(connection: Connection, library_id: int, entity_ids: Iterable[int]) -> list[tuple[int, str, int]]:
    """(entity, kind, remote id) of those of the entities that are there upstream, as far as is known."""
    text = "SELECT id, kind, external_id FROM entity WHERE id IN {ids} AND library_id = ? AND external_id IS NOT NULL ORDER BY id"
    wanted: dict[str, dict[int, int]] = {}
    for entity_id, kind, external_id in bulk.select_in(connection, text, entity_ids, library_id):
        if kind in _REMOTE and external_id.isdecimal():
            wanted.setdefault(_REMOTE[kind], {})[int(external_id)] = entity_id
    return [
        (row.local_id, kind, key)
        for kind, entities in wanted.items()
        for key, row in known(connection, library_id, kind, entities).items()
        if not row.gone and row.local_id == entities[key]
    ]


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


NOTHING_KEPT = "{}"  # of a merge by a version that did not keep what is needed to take it back


def keep_before(connection: Connection, library_id: int, kind: str, source_id: int, before: str) -> None:
    """What is needed to take the merge back."""
    text = "UPDATE mirror_merge SET before = ? WHERE library_id = ? AND kind = ? AND source_id = ?"
    run(connection, text, before, library_id, kind, source_id)


def merged_into(connection: Connection, library_id: int, kind: str, source_id: int) -> tuple[int, str] | None:
    """(target, what `keep_before` kept) of the source's merge."""
    text = "SELECT target_id, before FROM mirror_merge WHERE library_id = ? AND kind = ? AND source_id = ?"
    row = run(connection, text, library_id, kind, source_id).one_or_none()
    return None if row is None else (row[0], row[1])


def returned(connection: Connection, library_id: int, kind: str, target_id: int) -> list[tuple[int, str]]:
    """(source, what `keep_before` kept) of those that were merged into the target and are there again."""
    text = """SELECT source_id, before FROM mirror_merge WHERE library_id = ? AND kind = ? AND target_id = ? AND EXISTS (
              SELECT 1 FROM entity WHERE entity.id = source_id AND entity.deleted_at IS NULL) ORDER BY source_id"""
    found = [(row[0], row[1]) for row in run(connection, text, library_id, kind, target_id)]
    there = {each for each, _, _ in remotes_of(connection, library_id, [source for source, _ in found])} - vanishing(connection, library_id)
    return [each for each in found if each[0] in there]


def forget_merge(connection: Connection, library_id: int, kind: str, source_id: int) -> None:
    run(connection, "DELETE FROM mirror_merge WHERE library_id = ? AND kind = ? AND source_id = ?", library_id, kind, source_id)


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


def make_stale(connection: Connection, library_id: int, entity_ids: Iterable[int], why: Why = Why.RENAMED) -> None:
    """From the first item on. One that is gone or read again stays so until it is done."""
    rows = [(library_id, each, why.value, 0) for each in entity_ids]
    columns = ("library_id", "entity_id", "vanished", "after_item")
    bulk.upsert(connection, mirror_stale, columns, rows, columns[:2], ("after_item",) if why is Why.RENAMED else ("vanished", "after_item"))


def read_again(connection: Connection, library_id: int, entity_ids: Iterable[int]) -> None:
    """The next sync reads all that carries these entities, if the library is a mirrored one."""
    if run(connection, "SELECT 1 FROM mirror WHERE library_id = ?", library_id).scalar() is not None:
        make_stale(connection, library_id, set(entity_ids) - vanishing(connection, library_id), Why.AGAIN)


def vanishing(connection: Connection, library_id: int) -> set[int]:
    """Entities that are gone upstream and about to go here: who stands in their place is known, if anybody does."""
    return set(run(connection, "SELECT entity_id FROM mirror_stale WHERE library_id = ? AND vanished = 1", library_id).scalars())


def next_stale(connection: Connection, library_id: int) -> Stale | None:
    text = "SELECT entity_id, vanished, after_item FROM mirror_stale WHERE library_id = ? ORDER BY vanished, entity_id LIMIT 1"
    row = run(connection, text, library_id).one_or_none()
    return Stale(row[0], Why(row[1]), row[2]) if row else None


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


def links_of(connection: Connection, item_ids: Iterable[int]) -> list[tuple[int, int, str, float | None]]:
    """(item, entity, role, position) of all links of the items."""
    text = "SELECT item_id, entity_id, role, position FROM link WHERE item_id IN {ids} ORDER BY item_id, ordinal"
    return [(row[0], row[1], row[2], row[3]) for row in bulk.select_in(connection, text, item_ids)]


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
_REMOTE = {str(kind.becomes): str(name) for name, kind in KINDS.items() if isinstance(kind.becomes, EntityKind)}


def _row(values: Sequence[object]) -> Row:
    row = Row._make(values)
    return row if row.gone is True or row.gone is False else row._replace(gone=bool(row.gone))
