"""Mirroring a Stash server: entities, then the items that carry them, then what is gone. Reads like a contents page in `Mirror.run`.

Two ways of looking. A walk reads everything in the order of ids and compares it; it finds what Stash does not tell, and its place is kept
with every page, so that one that was killed goes on. A delta asks only what bears a newer stamp, and whether the number of rows agrees.

The rules: a watermark moves when a whole pass is through, never before; a walk that read fewer rows than the server counts is walked
again, and judges nothing when it fails again; nothing is removed here, only suspected (`mirror_removal.py`); which entities are gone, and
into whom they were merged, is known before the first item is read."""

from collections.abc import Sequence

import msgspec
import structlog

from longshelf.ingest.mirror_counts import SyncReport
from longshelf.ingest.mirror_identity import check_identity
from longshelf.ingest.mirror_pages import pages
from longshelf.ingest.mirror_removal import judge, remove_missing
from longshelf.ingest.mirror_session import Page, Progress, Session
from longshelf.ingest.mirror_stale import refresh
from longshelf.sources.stash import stamps
from longshelf.sources.stash.kinds import KINDS, WALKED, Remote
from longshelf.sources.stash.modes import Mode
from longshelf.sources.stash.payloads import Stub
from longshelf.sources.stash.reader import Reader
from longshelf.store import mirror
from longshelf.store.database import Database
from longshelf.store.mirror import Row, Walk

ANALYZE_AFTER = 5_000  # objects written; fewer do not change what the planner should think
WINDOW_MOST = 20_000  # rows that the long overlap may make Stash read anew at each poll; past it the short one must do
WALK_KEPT = 6 * stamps.HOUR  # a walk that was left longer ago begins anew, except the first of all
SPLIT_MOST = 50  # rows that may differ in number for them to be found by halving; past it everything is read
SMALL_RANGE = 500  # ids of a range that is read rather than halved
GALLERIES_AT_ONCE = 50
_log = structlog.get_logger()


class Mirror:
    """One run over one library; `reader` is its server. A first run is a walk, whatever is asked for."""

    def __init__(
        self,
        database: Database,
        library_id: int,
        reader: Reader,
        progress: Progress,
        *,
        mode: Mode = "incremental",
        allow_removals: bool = False,
    ) -> None:
        self.session = Session(database, library_id, reader, progress, mode, allow_removals=allow_removals)
        if not self.session.state.built:
            self.session.mode = self.session.report.mode = "full"

    def run(self) -> SyncReport:
        """Every phase in turn. A SourceError with the reason when the server cannot be mirrored now; what was committed stays."""
        session = self.session
        database = session.database
        sent_before = database.statements
        session.yield_to_scan()
        check_identity(session)
        self._begin()
        if session.mode == "incremental":
            self._read_changes()
        else:
            self._walk_all()
        remove_missing(session)
        refresh(session)
        self._finish()
        session.report.requests = session.reader.client.requests
        session.report.statements = database.statements - sent_before
        return session.report

    def _begin(self) -> None:
        """Goes on with the walk that was left, or begins one."""
        session = self.session
        begun = [walk.begun_at for walk in session.state.walks.values()]
        old = session.state.built and begun and session.database.clock() - min(begun) > WALK_KEPT
        if session.state.mode != session.mode or old:
            session.keep(mode=session.mode, walks={})

    def _kinds(self) -> list[Remote]:
        return [kind for kind in WALKED if kind in self.session.reader.schema.kinds]

    # --- walks

    def _walk_all(self) -> None:
        kinds = self._kinds()
        totals = {kind: self.session.reader.count(kind) for kind in kinds}
        self.session.progress.progress(0, sum(totals.values()), "mirroring")
        for kind in kinds:
            self.walk(kind)
            self._settle(kind)
        self.session.keep(built=True)

    def _settle(self, kind: Remote) -> None:
        """Entities are whole, and those that are gone are known, before anything that carries them is read."""
        if not KINDS[kind].is_item:
            self.session.complete()
            judge(self.session, kind)

    def walk(self, kind: Remote) -> None:
        """Reads every object of a kind; twice when the first time did not see all."""
        for last_try in (False, True):
            walk = self.session.state.walks.get(str(kind)) or Walk(begun_at=self.session.database.clock())
            if not walk.ended:
                walk = self._walk_once(kind, walk)
            if not walk.ended and not last_try:
                _log.warning("a walk did not see all rows; walking again", library=self.session.library_id, kind=str(kind), seen=walk.seen)
                self._set_walk(kind, None)
                continue
            break
        if not walk.ended:
            self._give_up(kind, walk)
            return
        if walk.complete:
            self._mark(kind, walk)

    def _walk_once(self, kind: Remote, walk: Walk) -> Walk:
        """From where it stands to its end; `ended` only when as many rows came as there are."""
        session = self.session
        if walk.after == 0:
            with session.database.write_quietly() as connection:
                mirror.clear_suspects(connection, session.library_id, kind)
        by_key = session.reader.schema.keyset(kind)
        for page in pages(session, kind, walk.after, walk.seen):
            session.check()
            if not by_key:
                _leave_out(page, walk.after)  # numbered pages overlap where rows before them went
            if not page.objects:
                continue
            last = page.objects[-1].id
            here = msgspec.structs.replace(
                walk,
                after=last,
                seen=walk.seen + len(page.objects),
                high=max(walk.high, page.high),
                marked=max(walk.marked, page.marked),
            )
            session.write(page, walk=here, extent=(walk.after, last))
            walk = here
        if walk.seen < session.reader.count(kind):
            return walk
        with session.database.read() as connection:
            behind = mirror.live_between(connection, session.library_id, kind, walk.after, None)
        session.suspect(kind, behind)
        walk = msgspec.structs.replace(walk, ended=True)
        self._set_walk(kind, walk)
        return walk

    def _give_up(self, kind: Remote, walk: Walk) -> None:
        """What was read stands; what was not read is not judged."""
        session = self.session
        with session.database.write_quietly() as connection:
            mirror.clear_suspects(connection, session.library_id, kind)
        session.report.held.append(
            f"Stash sent fewer {KINDS[kind].rows} than it counts; none is taken for removed. The next sync looks again."
        )
        self._set_walk(kind, msgspec.structs.replace(walk, ended=True, complete=False))

    def _set_walk(self, kind: Remote, walk: Walk | None) -> None:
        walks = {name: each for name, each in self.session.state.walks.items() if name != kind}
        self.session.keep(walks={**walks, str(kind): walk} if walk else walks)

    def _mark(self, kind: Remote, walk: Walk) -> None:
        self.session.mark(kind, walk.high, walk.begun_at)
        if kind is Remote.SCENE:
            self.session.mark(Remote.MARKER, walk.marked, walk.begun_at)

    # --- deltas

    def _read_changes(self) -> None:
        """Kind by kind: what bears a newer stamp, what came with an older one, and what is missing."""
        galleries: list[int] = []
        for kind in self._kinds():
            self.session.check()
            mark = self.session.state.marks.get(str(kind))
            if mark is None or not mark.text:  # there is no stamp yet after which to ask
                self.walk(kind)
                self._settle(kind)
                continue
            changed = self._delta(kind)
            if kind is Remote.GALLERY:
                galleries = changed
            self._compare(kind)
            self._settle(kind)
        self._follow_galleries(galleries)
        if Remote.MARKER in self.session.reader.schema.kinds:
            self._delta_of_markers()

    def _delta(self, kind: Remote) -> list[int]:
        """Reads what changed; which objects those were."""
        session = self.session
        begun_at, high = session.database.clock(), ""
        changed: list[int] = []
        for stubs in session.reader.changed(kind, self._since(kind)):
            session.read_page()
            high = max(high, self._high(stubs))
            changed += self._fetch_changed(kind, stubs)
        if session.reader.schema.keyset(kind):
            with session.database.read() as connection:
                greatest = mirror.greatest(connection, session.library_id, kind)
            for stubs in session.reader.newer(kind, greatest):
                session.read_page()
                changed += self._fetch_changed(kind, stubs)
        session.mark(kind, high, begun_at)
        return changed

    def _fetch_changed(self, kind: Remote, stubs: Sequence[Stub]) -> list[int]:
        with self.session.database.read() as connection:
            known = mirror.known(connection, self.session.library_id, kind, [int(stub.id) for stub in stubs])
        wanted = [int(stub.id) for stub in stubs if _changed(stub, known.get(int(stub.id)))]
        # A gallery whose pictures are not followed yet must be looked at again if this run is cut off.
        self.session.fetch(kind, wanted, stamped=kind is not Remote.GALLERY)
        return wanted

    def _since(self, kind: Remote) -> str:
        session = self.session
        watermark = session.watermark(kind)
        if watermark is None:
            return ""
        since = watermark.since(server_now=session.reader.client.server_now)
        with session.database.read() as connection:
            window = mirror.count_after(connection, session.library_id, kind, since)
        if window > WINDOW_MOST:
            return watermark.since(overlap=stamps.SHORT_OVERLAP, server_now=session.reader.client.server_now)
        return since

    def _high(self, stubs: Sequence[Stub]) -> str:
        now = self.session.reader.client.server_now
        return max((stub.updated_at for stub in stubs if stub.updated_at and stamps.believable(stub.updated_at, now)), default="")

    def _follow_galleries(self, galleries: Sequence[int]) -> None:
        """A gallery is stamped when pictures come or go, the pictures are not: those that differ are read."""
        session = self.session
        for start in range(0, len(galleries), GALLERIES_AT_ONCE):
            some = galleries[start : start + GALLERIES_AT_ONCE]
            page = session.mapped(Remote.GALLERY, session.reader.whole(Remote.GALLERY, some))
            with session.database.read() as connection:
                local = mirror.local_ids(connection, session.library_id, Remote.GALLERY, some)
            for each in page.objects:
                self._follow_gallery(each.id, set(each.scenes), local[each.id])
            with session.database.write_quietly() as connection:
                mirror.set_stamps(connection, session.library_id, Remote.GALLERY, [(each.id, each.stamp) for each in page.objects])
                session.progress.checkpoint(session.mode, connection)

    def _follow_gallery(self, remote_id: int, scenes: set[int], entity_id: int) -> None:
        session = self.session
        session.check()
        there = {int(stub.id) for stubs in session.reader.images_of(remote_id) for stub in stubs}
        with session.database.read() as connection:
            images_here = set(mirror.carried_by_kind(connection, entity_id, "image:"))
            scenes_here = set(mirror.carried_by_kind(connection, entity_id, "scene:"))
        session.fetch(Remote.IMAGE, sorted(there ^ images_here))
        session.fetch(Remote.SCENE, sorted(scenes ^ scenes_here))

    def _delta_of_markers(self) -> None:
        """Markers are part of their scenes here: the scenes of those that changed are read."""
        session = self.session
        begun_at, high = session.database.clock(), ""
        for stubs in session.reader.changed(Remote.MARKER, self._since(Remote.MARKER)):
            session.read_page()
            high = max(high, self._high(stubs))
            with session.database.read() as connection:
                known = mirror.known(connection, session.library_id, Remote.MARKER, [int(stub.id) for stub in stubs])
            changed = [stub for stub in stubs if _changed(stub, known.get(int(stub.id)))]
            session.fetch(Remote.SCENE, sorted({int(stub.scene.id) for stub in changed if stub.scene}))
            stamped = ((int(stub.id), stub.updated_at or "") for stub in changed)
            rows = [Row(each, 0, b"-", stamp if session.settled(Remote.MARKER, stamp) else "", None, False, "") for each, stamp in stamped]
            with session.database.write_quietly() as connection:
                mirror.put_rows(connection, session.library_id, Remote.MARKER, rows)
                session.progress.checkpoint(session.mode, connection)
        session.mark(Remote.MARKER, high, begun_at)

    # --- whether the numbers agree

    def _compare(self, kind: Remote) -> None:
        """Finds what went, and what came without a new stamp, where the server has more or fewer rows than there are here."""
        session = self.session
        total = session.reader.count(kind)
        with session.database.read() as connection:
            here = mirror.count_live(connection, session.library_id, kind)
            greatest = mirror.greatest(connection, session.library_id, kind)
        if total == here:
            return
        if not session.reader.schema.keyset(kind):
            # A merge shows only in what its destination is called now: so the whole kind is read, which is small.
            self._set_walk(kind, None)
            self.walk(kind)
        elif abs(total - here) <= SPLIT_MOST:
            self._halve(kind, 1, greatest, None)
        else:
            self._compare_range(kind, 0, greatest)

    def _halve(self, kind: Remote, low: int, high: int, remote: int | None) -> None:
        """Halves the range of ids until the part that differs is small. `remote` is the server's number, when it is known."""
        session = self.session
        with session.database.read() as connection:
            here = mirror.count_live(connection, session.library_id, kind, low, high)
        there = session.reader.count(kind, low, high) if remote is None else remote
        if here == there:
            return
        if high - low < SMALL_RANGE or max(here, there) <= SMALL_RANGE:
            self._compare_range(kind, low - 1, high)
            return
        middle = (low + high) // 2
        left = session.reader.count(kind, low, middle)
        self._halve(kind, low, middle, left)
        self._halve(kind, middle + 1, high, there - left)

    def _compare_range(self, kind: Remote, after: int, last: int) -> None:
        """Ids after one and up to another, page by page: those that are only here are suspected, those that are only there are read."""
        session = self.session
        for stubs in session.reader.newer(kind, after):
            session.check()
            session.read_page()
            ids = [int(stub.id) for stub in stubs if int(stub.id) <= last]
            end = min(int(stubs[-1].id), last)
            self._judge(kind, after, end, ids)
            after = end
            if end >= last:
                return
        self._judge(kind, after, last, [])

    def _judge(self, kind: Remote, after: int, last: int, ids: Sequence[int]) -> None:
        session = self.session
        with session.database.read() as connection:
            here = mirror.live_between(connection, session.library_id, kind, after, last)
        there = set(ids)
        session.suspect(kind, [each for each in here if each not in there])
        session.fetch(kind, sorted(there.difference(here)))

    # --- the end

    def _finish(self) -> None:
        session = self.session
        state = session.state
        compared = state.reconciled_at if session.mode == "incremental" else session.database.clock()
        session.keep(mode="", walks={}, removed=state.removed + session.report.removed, reconciled_at=compared)
        if session.report.changed >= ANALYZE_AFTER:
            session.database.analyze()


def _changed(stub: Stub, row: Row | None) -> bool:
    """Whether the object must be read: an equal stamp is proof only where one is kept."""
    return row is None or row.gone or not row.hash or not row.stamp or row.stamp != stub.updated_at


def _leave_out(page: Page, up_to: int) -> None:
    page.objects = [each for each in page.objects if each.id > up_to]
    page.ready = [each for each in page.ready if each.mapped.id > up_to]
