"""What one person said here goes back to the server it was mirrored from. Reads like a contents page in `PushBack.run`.

The rules: what was told is shared from then on, in a transaction after the answer, so an import does not take it for news; what adds is
written down before it is sent, and asked for afterwards when nobody knows whether it arrived; what the server will not take is said once,
and waits until the person says something else."""

from collections.abc import Callable, Sequence

import msgspec

from longshelf.ingest.mirror_session import Progress
from longshelf.model.kinds import EntityKind
from longshelf.model.times import SECOND
from longshelf.model.watching import FINISHED
from longshelf.sources.stash.client import Failed
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.telling import ADD_PLAY, SAVE_ACTIVITY, UPDATES, Addition, Change, Teller, Watched
from longshelf.sources.stash.user_data import DataKind
from longshelf.store import personal, push_back
from longshelf.store.database import Database, Transaction
from longshelf.store.push_back import Due, DueEntity, DueItem, DuePlay, Problem, Pushed, Row, Sending, Unsure

EVER = 2**62
AT_ONCE = 20  # of each kind in one question: Stash writes one after the other, and holds its one writer meanwhile
QUIET = 60 * SECOND  # what was played later than this may go on
_ENTITIES = {str(kind.becomes): remote for remote, kind in KINDS.items() if isinstance(kind.becomes, EntityKind) and remote in UPDATES}
UNSURE_SECONDS = 0.5  # by how much watched time may be rounded on the way


class PushBack:
    """One run for one library. `wait` pauses between two rounds, and may raise to stop."""

    def __init__(self, database: Database, row: Row, teller: Teller, progress: Progress, wait: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._row = row
        self._teller = teller
        self._progress = progress
        self._wait = wait
        self._state = row.state
        self._told = 0

    def run(self) -> Pushed:
        """Until nothing is due. A SourceError when the server cannot be told now; what it has been told is written down."""
        self._learn()
        self._settle()
        while due := self._due():
            self._progress.check()
            self._tell(due)
            self._told += len(due.items) + len(due.entities) + len(due.plays)
            self._progress.progress(self._told)
            self._wait()
        return self._state

    def _learn(self) -> None:
        """What this version of the server cannot be told; that is said once."""
        lacking: list[DataKind] = []
        needed: dict[DataKind, Sequence[str]] = {"plays": (ADD_PLAY, SAVE_ACTIVITY), "progress": (SAVE_ACTIVITY,)}
        for kind, mutations in needed.items():
            missing = [each for each in mutations if not self._teller.takes(each)]
            if kind in self._row.kinds and missing:
                lacking.append(kind)
                self._problem(kind, f"this version of Stash has no {missing[0]}, so it is not told of them")
        self._state = msgspec.structs.replace(self._state, lacking=lacking)
        self._row = self._row._replace(state=self._state)

    def _due(self) -> Due:
        """With nothing due any more, all that was said up to here has gone, but for what may go on being played."""
        with self._database.write_quietly() as connection:
            quiet = self._database.clock() - QUIET
            due = push_back.due(connection, self._row, quiet=quiet, limit=AT_ONCE)
            if not due:
                version = personal.version(connection, self._row.user_id)
                later = push_back.due(connection, self._row, quiet=EVER, limit=1)
                push_back.forget_plays(connection, self._row.user_id)
                self._state = msgspec.structs.replace(self._state, seen_at=self._row.state.seen_at if later else quiet)
                push_back.put_state(connection, self._row.library_id, self._state, seen_version=None if later else version)
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
        first = len(due.items)
        items = [(row, _place(row)) for place, row in enumerate(due.items) if place not in refused]
        entities = [row for place, row in enumerate(due.entities, first) if place not in refused]
        user_id = self._row.user_id
        with self._database.write_quietly() as connection:
            push_back.told_items(connection, user_id, items)
            push_back.told_entities(connection, user_id, entities)
            push_back.refused_items(connection, user_id, [row for place, row in enumerate(due.items) if place in refused])
            push_back.refused_entities(connection, user_id, [row for place, row in enumerate(due.entities, first) if place in refused])
            for place, reason in refused.items():
                self._problem(changes[place].name, reason)
            self._count(
                rating=sum(row.rated for row, _ in items) + sum(row.rated for row in entities),
                favorite=sum(row.favored for row in entities),
                progress=sum(row.moved for row, _ in items),
            )
            push_back.put_state(connection, self._row.library_id, self._state)

    # --- plays

    def _tell_plays(self, plays: Sequence[DuePlay]) -> None:
        there = self._teller.watched(map(_scene, plays))
        gone = [play for play in plays if _scene(play) not in there]
        known = [play for play in plays if _scene(play) in there]
        with self._database.write_quietly() as connection:
            begun = [(play, Sending(play.seconds, play.counts, there[_scene(play)].seconds)) for play in known]
            begun += [(play, Sending(play.seconds, play.counts, 0.0)) for play in gone]
            push_back.begin_sending(connection, self._row.user_id, begun)
            if gone:
                self._refuse(connection, [(play, True, True) for play in gone], "it is not there any more")
        if not known:
            return
        try:
            self._teller.add([Addition(_scene(play), play.seconds, play.started_at if play.counts else None) for play in known])
        except Failed as error:
            self._settle(refusal=error.reasons[0] if error.reasons else "it does not say why")
            return
        with self._database.write_quietly() as connection:
            self._arrived(connection, [(play, True, True) for play in known])

    def _settle(self, refusal: str = "") -> None:
        """Asks what arrived of what was being told. The rest is due again; or refused, when the server said why it would not take it."""
        with self._database.read() as connection:
            unsure = push_back.unsure(connection, self._row)
        if not unsure:
            return
        there = self._teller.watched(_scene(each.play) for each in unsure)
        judged = [(each.play, *_arrived(each, there.get(_scene(each.play)))) for each in unsure]
        with self._database.write_quietly() as connection:
            self._arrived(connection, judged)
            for play, seconds, counted in judged:
                reason = refusal if _scene(play) in there else "it is not there any more"
                if reason and not (seconds and counted):
                    self._refuse(connection, [(play, not seconds, not counted)], reason)

    def _arrived(self, connection: Transaction, rows: Sequence[tuple[DuePlay, bool, bool]]) -> None:
        push_back.end_sending(connection, self._row.user_id, rows)
        self._count(plays=sum(counted and play.counts for play, _, counted in rows))
        push_back.put_state(connection, self._row.library_id, self._state)

    def _refuse(self, connection: Transaction, rows: Sequence[tuple[DuePlay, bool, bool]], reason: str) -> None:
        push_back.end_sending(connection, self._row.user_id, rows, shared=False)
        for play, _, _ in rows:
            self._problem(f"scene {_scene(play)}", reason)
        push_back.put_state(connection, self._row.library_id, self._state)

    # --- what is told of it

    def _count(self, **more: int) -> None:
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
