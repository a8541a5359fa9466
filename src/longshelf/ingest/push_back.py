"""What one person said here goes back to the server it was mirrored from. Reads like a contents page in `PushBack.run`.

The rules: what was told is shared from then on, in a transaction after the answer, so an import does not take it for news; what adds is
written down before it is sent, and asked for afterwards when nobody knows whether it arrived; what the server will not take is said once,
and waits until the person says something else. Every transaction proves that the job is still this attempt's, and reads the switch again:
one that was turned ends the run. Its job holds the library (`store.user_data.hold`), so no import goes between an answer and its
transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from longshelf.ingest.mirror_session import Progress
from longshelf.model.kinds import EntityKind
from longshelf.model.times import SECOND
from longshelf.model.watching import FINISHED
from longshelf.sources.stash.client import Failed
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.telling import ADD_PLAY, SAVE_ACTIVITY, UPDATES, Addition, Change, Teller, Watched
from longshelf.sources.stash.user_data import DataKind
from longshelf.store import personal, push_back, push_back_plays
from longshelf.store.database import Database, Transaction
from longshelf.store.push_back import EVER, Due, DueEntity, DueItem, DuePlay, Ended, Problem, Row, Sending, Unsure

AT_ONCE = 20  # of each kind in one question: Stash writes one after the other, and holds its one writer meanwhile
QUIET = 60 * SECOND  # what was played later than this may go on
GONE = "it is not there any more"
_ENTITIES = {str(kind.becomes): remote for remote, kind in KINDS.items() if isinstance(kind.becomes, EntityKind) and remote in UPDATES}
UNSURE_SECONDS = 0.5  # by how much watched time may be rounded on the way


class _Turned(Exception):
    """The switch was turned off, or to another person or other kinds."""


class PushBack:
    """One run for one library. `wait` pauses between two rounds, and may raise to stop; `kept` is the checkpoint of the job. `told` counts
    by kind what has gone."""

    def __init__(
        self,
        database: Database,
        row: Row,
        teller: Teller,
        progress: Progress,
        wait: Callable[[], None] = lambda: None,
        *,
        kept: object = None,
    ) -> None:
        self._database = database
        self._row = row
        self._teller = teller
        self._progress = progress
        self._wait = wait
        self._kept = kept
        self._state = row.state
        self.told: dict[DataKind, int] = {"rating": 0, "favorite": 0, "plays": 0, "progress": 0}

    def run(self) -> None:
        """Until nothing is due, or the switch is turned. A SourceError when the server cannot be told now; what it has been told is written
        down."""
        told = 0
        try:
            self._learn()
            self.settle()
            while due := self._due():
                self._progress.check()
                self._tell(due)
                told += len(due.items) + len(due.entities) + len(due.plays)
                self._progress.progress(told)
                self._wait()
        except _Turned:
            return

    @contextmanager
    def _writing(self) -> Iterator[tuple[Transaction, bool]]:
        """A transaction, and whether the switch still stands. It holds the person, so that nobody's words go between reading and writing,
        then the switch, and ends with the proof that the job is still ours."""
        with self._database.write_quietly() as connection:
            personal.hold(connection, [self._row.user_id])
            row = push_back.get(connection, self._row.library_id, hold=True)
            stands = row is not None and self._row.is_as(row)
            if row is not None and stands:
                self._row, self._state = row, row.state
            yield connection, stands
            if stands:
                push_back.put_state(connection, self._row, self._state)
            self._progress.checkpoint(self._kept, connection)

    @contextmanager
    def _standing(self) -> Iterator[Transaction]:
        """Likewise, and only while the switch stands."""
        with self._writing() as (connection, stands):
            if not stands:
                raise _Turned
            yield connection

    def _learn(self) -> None:
        """What this version of the server cannot be told; that is said once. What it could not be told before and can now goes, too."""
        found = list(self._lacking())
        with self._standing() as connection:
            if set(self._state.lacking) - {word for word, _, _ in found}:
                push_back.look_again(connection, self._row)
            words = [word for word, _, _ in found]
            self._state = msgspec.structs.replace(self._state, lacking=words, learned_at=self._database.clock())
            for _, what, missing in found:
                if missing:
                    self._problem(what, f"this version of Stash has no {missing}, so it is not told of them")

    def _lacking(self) -> Iterator[tuple[str, str, str]]:
        """With each what it is called, and what the server would have to have; nothing where it has no such things at all."""
        needed: dict[DataKind, Sequence[str]] = {"plays": (ADD_PLAY, SAVE_ACTIVITY), "progress": (SAVE_ACTIVITY,)}
        for data in self._row.kinds:
            if missing := [each for each in needed.get(data, ()) if not self._teller.takes(each)]:
                yield data, data, missing[0]
            for kind in UPDATES:
                if data not in needed and (lack := self._teller.lacks(kind, data)) is not None:
                    yield f"{data}:{kind if KINDS[kind].is_item else KINDS[kind].becomes}", f"{data} of {KINDS[kind].rows}", lack

    def _due(self) -> Due:
        """With nothing due any more, all that was said up to here has gone, but for what may go on being played."""
        with self._standing() as connection:
            quiet = self._database.clock() - QUIET
            due = push_back.due(connection, self._row, quiet=quiet, limit=AT_ONCE)
            if not due:
                version = personal.version(connection, self._row.user_id)
                push_back_plays.forget_plays(connection, self._row.user_id)
                if not push_back.due(connection, self._row, quiet=EVER, limit=1):
                    self._state = push_back.see(connection, self._row, version, quiet=quiet)
        return due

    # --- ratings, favourites, places

    def _tell(self, due: Due) -> None:
        changes = [self._of_item(row) for row in due.items] + [self._of_entity(row) for row in due.entities]
        if changes:
            refused = self._teller.set(changes)
            self._note_set(due, changes, refused)
        if due.plays:
            self._tell_plays(due.plays)

    def _of_item(self, row: DueItem) -> Change:
        kind, remote_id = _remote(row.external_id)
        fields: dict[str, int | bool | None] = {"rating100": row.rating or None} if row.rated else {}
        place = _place(row)
        return Change(kind, remote_id, fields, (place or 0.0) * (row.length or 0.0) if row.moved else None)

    def _of_entity(self, row: DueEntity) -> Change:
        fields: dict[str, int | bool | None] = {}
        if row.rated:
            fields["rating100"] = row.rating or None
        if row.favored:
            fields["favorite"] = row.favorite
        return Change(_ENTITIES[row.kind], int(row.external_id), fields)

    def _note_set(self, due: Due, changes: Sequence[Change], refused: dict[int, str]) -> None:
        """What went is shared, whatever the switch says by now."""
        first = len(due.items)
        items = [(row, _place(row)) for place, row in enumerate(due.items) if place not in refused]
        entities = [row for place, row in enumerate(due.entities, first) if place not in refused]
        user_id = self._row.user_id
        with self._writing() as (connection, stands):
            push_back.told_items(connection, user_id, items, holding=stands)
            push_back.told_entities(connection, user_id, entities, holding=stands)
            if stands:
                push_back.refused_items(connection, user_id, [row for place, row in enumerate(due.items) if place in refused])
                push_back.refused_entities(connection, user_id, [row for place, row in enumerate(due.entities, first) if place in refused])
            for place, reason in refused.items():
                self._problem(changes[place].name, reason)
            self._count(
                rating=sum(row.rated for row, _ in items) + sum(row.rated for row in entities),
                favorite=sum(row.favored for row in entities),
                progress=sum(row.moved for row, _ in items),
            )

    # --- plays

    def _tell_plays(self, plays: Sequence[DuePlay]) -> None:
        there = self._teller.watched(map(_scene, plays))
        gone = [play for play in plays if _scene(play) not in there]
        known = [play for play in plays if _scene(play) in there]
        with self._standing() as connection:
            begun = [(play, Sending(play.seconds, play.counts, there[_scene(play)].seconds)) for play in known]
            begun += [(play, Sending(play.seconds, play.counts, 0.0)) for play in gone]
            push_back_plays.begin_sending(connection, self._row.user_id, begun)
            if gone:
                self._end(connection, [Ended(play, seconds=False, counted=False, refused=True) for play in gone], GONE)
        if not known:
            return
        try:
            self._teller.add([Addition(_scene(play), play.seconds, play.started_at if play.counts else None) for play in known])
        except Failed as error:
            self.settle(refusal=error.reasons[0] if error.reasons else "it does not say why")
            return
        with self._writing() as (connection, _):
            self._end(connection, [Ended(play, seconds=True, counted=True) for play in known])

    def settle(self, refusal: str = "") -> None:
        """Asks what arrived of what was being told. The rest is due again; or refused, when the server said why it would not take it."""
        with self._database.read() as connection:
            unsure = push_back_plays.unsure(connection, self._row)
        if not unsure:
            return
        there = self._teller.watched(_scene(each.play) for each in unsure)
        with self._writing() as (connection, _):
            for each in unsure:
                seconds, counted = _arrived(each, there.get(_scene(each.play)))
                reason = refusal if _scene(each.play) in there else GONE
                self._end(connection, [Ended(each.play, seconds, counted, refused=bool(reason) and not (seconds and counted))], reason)

    def _end(self, connection: Transaction, rows: Sequence[Ended], reason: str = "") -> None:
        self._count(plays=push_back_plays.end_sending(connection, self._row.user_id, rows))
        for row in rows:
            if row.refused:
                self._problem(f"scene {_scene(row.play)}", reason)

    # --- what is told of it; kept by the transaction it is said in

    def _count(self, **more: int) -> None:
        for kind in self.told:
            self.told[kind] += more.get(kind, 0)
        counts = {name: getattr(self._state, name) + count for name, count in more.items()}
        pushed_at = self._database.clock() if any(more.values()) else self._state.pushed_at
        self._state = msgspec.structs.replace(self._state, **counts, pushed_at=pushed_at)

    def _problem(self, what: str, reason: str) -> None:
        """Each once; the newest are kept."""
        if any((each.what, each.reason) == (what, reason) for each in self._state.problems):
            return
        problem = Problem(self._database.clock(), what, reason)
        self._state = msgspec.structs.replace(self._state, problems=[*self._state.problems, problem])


def _remote(external_id: str) -> tuple[Remote, int]:
    kind, _, remote_id = external_id.partition(":")
    return Remote(kind), int(remote_id)


def _scene(play: DuePlay) -> int:
    return _remote(play.external_id)[1]


def _place(row: DueItem) -> float | None:
    """Where the server is to go on, as a share of the whole. It has no place for what is through."""
    return None if row.progress is None or row.progress >= FINISHED else row.progress


def _arrived(each: Unsure, there: Watched | None) -> tuple[bool, bool]:
    """Whether the seconds and the play are on the server."""
    if there is None:
        return False, False
    sending = each.sending
    seconds = sending.seconds <= 0 or there.seconds >= sending.before + sending.seconds - UNSURE_SECONDS
    return seconds, not sending.counts or each.play.started_at // SECOND in there.played
