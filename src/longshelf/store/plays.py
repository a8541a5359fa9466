"""What people watched and read, sitting by sitting, and the players that are open. `model.watching` says what counts; totals an item stand
in `user_item`, and whoever changes them here does so through `personal`.

A ping is one small transaction. The person's row is held through it, so that his players are heard one after the other."""

from typing import Any, NamedTuple

from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.model import watching
from longshelf.model.kinds import ItemKind
from longshelf.model.times import DAY
from longshelf.model.watching import Ping, Place, Session, Sitting, Step
from longshelf.store import bulk, personal
from longshelf.store.database import run

FORGOTTEN = 2 * DAY  # after this long without a ping a session is over
_SITTING = "p.id, p.started_at, p.last_at, p.covered_to, p.seconds, p.passed, p.counted, p.finished"


class Lengths(NamedTuple):
    """How long an item is: `duration` in seconds, `pages`; None for what it has not."""

    kind: ItemKind
    duration: float | None
    pages: int | None


class Opening(NamedTuple):
    """Which player: the person, the item and the word his player calls itself by."""

    user_id: int
    item_id: int
    session: str


class Heard(NamedTuple):
    """What is known after a ping. `applied` is False for one that was heard before or came too late."""

    applied: bool
    counted: bool
    seconds: float


class PlayRow(NamedTuple):
    """One sitting as it is listed; times in µs."""

    id: int
    item_id: int
    started_at: int
    last_at: int
    seconds: float
    counted: bool
    source: str


def lengths(connection: Connection, item_id: int) -> Lengths:
    """NotFound when there is no such item."""
    row = run(connection, "SELECT kind, duration, pages FROM item WHERE id = ? AND deleted_at IS NULL", item_id).one_or_none()
    if row is None:
        raise NotFound("There is no such item.")
    return Lengths(ItemKind(row[0]), row[1] or None, row[2] or None)


def hold(connection: Connection, user_id: int) -> None:
    """Until the transaction ends nobody else writes what this person watches. Whoever takes the time afterwards takes it in the order in
    which pings are applied."""
    personal.hold(connection, [user_id])


def hear(connection: Connection, opening: Opening, ping: Ping, length: float | None) -> Heard:
    """Applies a ping, of somebody who is held (`hold`). `length` of the item in seconds, None where it has none."""
    session, found = _session(connection, opening)
    if watching.is_late(session, ping):
        return _heard(applied=False, sitting=found[1] if found else None)
    play_id, sitting = _sitting(connection, opening, ping, found)
    step = watching.step(session, sitting, ping, length)
    if play_id is None:
        play_id = _begin(connection, opening, step.sitting)
    else:
        _keep_sitting(connection, play_id, step.sitting)
    _keep_session(connection, opening, play_id, step.session)
    if session is None:
        run(connection, "DELETE FROM watch_session WHERE user_id = ? AND at < ?", opening.user_id, ping.at - FORGOTTEN)
    _add(connection, opening, step)
    return _heard(applied=True, sitting=step.sitting)


def mark(connection: Connection, user_id: int, item_id: int, *, watched: bool, at: int) -> None:
    """Marks as watched, which is a play where there was none, or as never played; what was watched stays in the history."""
    hold(connection, user_id)
    news = personal.mark(connection, user_id, item_id, watched=watched, at=at)
    if watched and news:
        text = """INSERT INTO play (user_id, item_id, source, started_at, last_at, covered_to, counted, finished)
                  VALUES (?, ?, 'marked', ?, ?, ?, 1, 1)"""
        run(connection, text, user_id, item_id, at, at, at)
        # What he is just watching is this play.
        text = "UPDATE play SET counted = 2 WHERE user_id = ? AND item_id = ? AND counted = 0 AND finished = 0"
        run(connection, text, user_id, item_id)
    elif not watched:
        run(connection, "DELETE FROM play WHERE user_id = ? AND item_id = ? AND source = 'marked'", user_id, item_id)
        # Finished, so that the next sitting is a new way through.
        run(connection, "UPDATE play SET counted = 0, passed = 0, finished = 1 WHERE user_id = ? AND item_id = ?", user_id, item_id)


def newest(connection: Connection, user_id: int, most: int) -> list[tuple[int, int]]:
    """(sitting, item) of the newest `most` sittings, the newest first."""
    text = "SELECT id, item_id FROM play WHERE user_id = ? ORDER BY started_at DESC, id DESC LIMIT ?"
    return [(row[0], row[1]) for row in run(connection, text, user_id, most)]


def rows(connection: Connection, user_id: int, ids: list[int]) -> dict[int, PlayRow]:
    """The user's sittings by id; others are left out."""
    text = "SELECT id, item_id, started_at, last_at, seconds, counted, source FROM play WHERE id IN {ids} AND user_id = ?"
    found = bulk.select_in(connection, text, ids, user_id)
    return {row[0]: PlayRow(row[0], row[1], row[2], row[3], row[4], row[5] == 1, row[6]) for row in found}


def forget(connection: Connection, user_id: int, play_id: int | None, *, at: int) -> None:
    """Removes one sitting (all of them: None) with what it counted. NotFound when the user has no such sitting."""
    hold(connection, user_id)
    one, ids = ("", []) if play_id is None else (" AND id = ?", [play_id])
    personal.unplay(connection, user_id, play_id, at=at)
    gone = run(connection, f"DELETE FROM play WHERE user_id = ?{one}", user_id, *ids).rowcount
    run(connection, f"DELETE FROM watch_session WHERE user_id = ?{one.replace('id', 'play_id')}", user_id, *ids)
    if play_id is not None and not gone:
        raise NotFound("There is no such entry in your history.")


def _session(connection: Connection, opening: Opening) -> tuple[Session | None, tuple[int, Sitting] | None]:
    """The session, and its sitting with its id; None for what is not there."""
    text = f"""SELECT s.seq, s.at, s.playing, s.position, s.rate, {_SITTING} FROM watch_session AS s LEFT JOIN play AS p ON p.id = s.play_id
               WHERE s.user_id = ? AND s.item_id = ? AND s.session = ?"""
    row = run(connection, text, *opening).one_or_none()
    if row is None:
        return None, None
    session = Session(seq=row[0], at=row[1], playing=bool(row[2]), position=row[3], rate=row[4])
    return session, None if row[5] is None else _read_sitting(row[5:])


def _sitting(connection: Connection, opening: Opening, ping: Ping, found: tuple[int, Sitting] | None) -> tuple[int | None, Sitting]:
    """The sitting a ping belongs to; without an id when it begins one."""
    if found is not None and watching.goes_on(found[1], ping.at, same=True):
        return found
    text = f"SELECT {_SITTING} FROM play AS p WHERE p.user_id = ? AND p.item_id = ? ORDER BY p.started_at DESC, p.id DESC LIMIT 1"
    row = run(connection, text, opening.user_id, opening.item_id).one_or_none()
    last = None if row is None else _read_sitting(row)
    if last is not None and watching.goes_on(last[1], ping.at, same=False):
        return last
    return None, watching.begun(None if last is None else last[1], ping.at, ping.place.progress)


def _read_sitting(row: Any) -> tuple[int, Sitting]:
    play_id, started_at, last_at, covered_to, seconds, passed, counted, finished = row
    return play_id, Sitting(
        started_at=started_at,
        last_at=last_at,
        covered_to=covered_to,
        seconds=seconds,
        passed=passed,
        counted=counted,
        finished=bool(finished),
    )


def _begin(connection: Connection, opening: Opening, sitting: Sitting) -> int:
    text = """INSERT INTO play (user_id, item_id, source, started_at, last_at, covered_to, seconds, passed, counted, finished)
              VALUES (?, ?, 'watched', ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
    return int(run(connection, text, opening.user_id, opening.item_id, sitting.started_at, *_values(sitting)).scalar_one())


def _keep_sitting(connection: Connection, play_id: int, sitting: Sitting) -> None:
    text = "UPDATE play SET last_at = ?, covered_to = ?, seconds = ?, passed = ?, counted = ?, finished = ? WHERE id = ?"
    run(connection, text, *_values(sitting), play_id)


def _values(sitting: Sitting) -> tuple[Any, ...]:
    return sitting.last_at, sitting.covered_to, sitting.seconds, sitting.passed, sitting.counted, int(sitting.finished)


def _keep_session(connection: Connection, opening: Opening, play_id: int, session: Session) -> None:
    text = """
        INSERT INTO watch_session (user_id, item_id, session, play_id, seq, at, playing, position, rate)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, item_id, session) DO UPDATE SET play_id = excluded.play_id, seq = excluded.seq, at = excluded.at,
            playing = excluded.playing, position = excluded.position, rate = excluded.rate"""
    run(connection, text, *opening, play_id, session.seq, session.at, int(session.playing), session.position, session.rate)


def _add(connection: Connection, opening: Opening, step: Step) -> None:
    """To what the person says about the item."""
    personal.play(
        connection,
        opening.user_id,
        opening.item_id,
        seconds=step.seconds,
        at=step.session.at,
        started=bool(step.plays),
        progress=step.progress,
    )


def _heard(*, applied: bool, sitting: Sitting | None) -> Heard:
    return Heard(applied, sitting is not None and sitting.counted > 0, 0.0 if sitting is None else sitting.seconds)


def place_in(item: Lengths, *, position: float | None, page: int | None, progress: float | None) -> Place:
    """Where a player is, told in one of three ways; all None: nowhere. The last page is the end."""
    if position is not None:
        return Place(position, min(position / item.duration, 1.0) if item.duration else None)
    if page is not None:
        return Place(None, min((page + 1) / item.pages, 1.0) if item.pages else None)
    if progress is not None:
        return Place(progress * item.duration if item.duration else None, progress)
    return Place()
