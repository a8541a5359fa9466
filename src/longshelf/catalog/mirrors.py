"""Mirrored libraries: how they are, what was removed upstream, and people's data on the way between here and the server.

A person's data are his own affair: he takes over what a server says for himself, an administrator for anybody. What is told of it is of
what the person may see, and an import for one from whom items are kept tells no numbers."""

from collections.abc import Mapping

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.mirror_shapes import (
    KindKept,
    MirrorStatus,
    PushBackState,
    PushedProblem,
    RemoteWord,
    RemovedEntry,
    RemovedList,
    ServerProbe,
    UserDataFigures,
    UserDataState,
)
from longshelf.catalog.numbered import numbered
from longshelf.catalog.shapes import Job
from longshelf.catalog.showing import Showing
from longshelf.catalog.watching import UNFINISHED, signed_in
from longshelf.catalog.work import job_info
from longshelf.errors import Invalid, NotAllowed, NotFound
from longshelf.model.engine import Engine
from longshelf.model.kinds import LibraryType
from longshelf.model.query import LibraryIs, Mine, Query, both
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.sources.stash import options as stash_options
from longshelf.sources.stash.kinds import WALKED
from longshelf.sources.stash.user_data import DataKind
from longshelf.store import accounts, jobs, libraries, mirror, mirror_reading, personal, push_back, schedules, user_data
from longshelf.store.database import Database, Transaction
from longshelf.store.libraries import Library
from longshelf.visibility.visibility import Visibility

JOBS_READ = 200  # of a kind, the newest: how far back the last one of a library is looked for


class Mirrors:
    """Safe to share between threads. Whether a viewer may change anything is decided by the route table. `private` allows servers in
    private networks."""

    def __init__(
        self, database: Database, engine: Engine, catalog: Catalog, showing: Showing, visibility: Visibility, *, private: bool = True
    ) -> None:
        self._database = database
        self._engine = engine
        self._catalog = catalog
        self._showing = showing
        self._visibility = visibility
        self._private = private

    def probe(self, viewer: Viewer, url: str, api_key: str | None, library_id: int | None) -> ServerProbe:
        """Tries an address and a key, nothing is kept. NotFound for a library there is none of; Invalid when its key would go elsewhere."""
        from longshelf.sources.stash.probing import probe

        key = api_key or ""
        if api_key is None and library_id is not None:
            key = self._key_for(viewer, library_id, url)
        found = probe(url, key, private=self._private)
        return ServerProbe(
            url=found.url,
            trouble=found.trouble,
            message=found.message or None,
            version=found.version,
            counts=found.counts,
            missing=found.missing,
            milliseconds=found.milliseconds,
        )

    def _key_for(self, viewer: Viewer, library_id: int, url: str) -> str:
        library = self._mirrored(viewer, library_id)
        with self._database.read() as connection:
            key = mirror.key(connection, library_id)
        if key and stash_options.tidy(url) != library.config["url"]:
            raise Invalid("api_key", "enter the key again: the one that is kept belongs to another address")
        return key

    def status(self, viewer: Viewer, library_id: int) -> MirrorStatus:
        """NotFound; Invalid for a library that mirrors nothing."""
        from longshelf.tasks import stash_hooks, sync

        library = self._mirrored(viewer, library_id)
        token = stash_hooks.token(self._database, library)
        told = not self._visibility.ruled_by_items(viewer)
        with self._database.read() as connection:
            state = mirror.state(connection, library_id)
            has_key = bool(mirror.key(connection, library_id))
            kept = mirror_reading.kept(connection, library_id) if told else {}
            planned = [each for each in schedules.listed(connection) if (each.kind, each.key) == (sync.KIND, str(library_id))]
            ended = _last(connection, sync.KIND, library_id, live=False)
            pushed = _push_back(connection, library_id)
        options = stash_options.parse(library.config)
        return MirrorStatus(
            library_id=library_id,
            url=options.url,
            has_key=has_key,
            poll_minutes=options.poll_minutes,
            reconcile_hours=options.reconcile_hours,
            listen=options.listen,
            hook=f"/api/hooks/stash/{token}",
            state=library.state,
            state_reason=library.state_reason or None,
            synced_at=rfc3339(library.scanned_at),
            reconciled_at=rfc3339(state.reconciled_at),
            next_sync_at=rfc3339(planned[0].next_at) if planned and planned[0].enabled else None,
            mode=state.mode or None,
            kinds=_kinds(kept, state) if told else None,
            last_sync=ended,
            push_back=pushed,
        )

    def removed(self, viewer: Viewer, library_id: int, page: int, size: int) -> RemovedList:
        """What was removed upstream, the newest first. NotAllowed for one whom items are kept from: rules judge what is there."""
        self._mirrored(viewer, library_id)
        if self._visibility.ruled_by_items(viewer):
            raise NotAllowed("Only an administrator from whom no items are kept may see what was removed.")
        start = (page - 1) * size
        with self._database.read() as connection:
            total = mirror_reading.count_removed(connection, library_id)
            rows = mirror_reading.removed(connection, library_id, offset=start, limit=size) if start < total else []
            items = [row.local_id for row in rows if row.kind in mirror_reading.ITEM_KINDS]
            of_items = personal.on_items(connection, viewer.user_id or 0, items)
            of_entities = personal.on_entities(connection, viewer.user_id or 0, [row.local_id for row in rows])
        found = []
        for row in rows:
            is_item = row.kind in mirror_reading.ITEM_KINDS
            word = of_items.get(row.local_id) if is_item else None
            said = word if is_item else of_entities.get(row.local_id)
            found.append(
                RemovedEntry(
                    kind=row.kind,
                    id=row.local_id,
                    title=row.title,
                    removed_at=rfc3339(row.removed_at) or "",
                    rating=said.rating if said else None,
                    favorite=said.favorite if said else False,
                    play_count=word.play_count if word else 0,
                    merged_into=row.merged_into[0] if row.merged_into else None,
                    merged_title=row.merged_into[1] if row.merged_into else None,
                )
            )
        return RemovedList(found, numbered(page, size, total), "")

    def change_hook(self, viewer: Viewer, library_id: int) -> MirrorStatus:
        """With another token; the address before is nobody's any more."""
        from longshelf.tasks import stash_hooks

        stash_hooks.change_token(self._database, self._mirrored(viewer, library_id))
        return self.status(viewer, library_id)

    # --- people's data

    def import_user_data(self, viewer: Viewer, library_id: int, kinds: list[DataKind], user_id: int | None, *, overwrite: bool) -> Job:
        """The import that is queued or running, or a new one. NotFound for a library the viewer, or the person, may not know of; NotAllowed
        for another's data; Conflict while another import of the same data runs."""
        from longshelf.tasks import user_data as task

        asking = signed_in(viewer)
        library = self._require(viewer, library_id)
        whose = user_id or asking
        if whose != asking and not viewer.admin:
            raise NotAllowed("Only an administrator may take over another person's data.")
        person = viewer if whose == asking else self._viewer(whose)
        if whose != asking and not self._knows(person, library_id):
            raise Invalid("user_id", "this person may not see the library")
        told = not (self._restricted(viewer) or self._restricted(person))
        return job_info(task.request(self._database, library, whose, kinds, overwrite=overwrite, told=told, priority=10))

    def user_data(self, viewer: Viewer, library_id: int, user_id: int | None) -> UserDataState:
        """How the newest import went. NotFound, NotAllowed as above."""
        from longshelf.tasks import user_data as task

        asking = signed_in(viewer)
        self._require(viewer, library_id)
        whose = user_id or asking
        if whose != asking and not viewer.admin:
            raise NotAllowed("Only an administrator may see another person's imports.")
        with self._database.read() as connection:
            job = _last(connection, task.KIND, library_id, user_id=whose)
        return UserDataState(
            library_id=library_id, user_id=whose, job=job, figures=self._figures(viewer, library_id) if whose == asking else None
        )

    def remote_word(self, viewer: Viewer, library_id: int, item_id: int) -> RemoteWord:
        """NotFound for an item the viewer may not see, that is of another library, or that no import of his was about."""
        user_id = signed_in(viewer)
        self._require(viewer, library_id)
        self._catalog.require(viewer, item_id)
        with self._database.read() as connection:
            if not user_data.is_in(connection, library_id, item_id):
                raise NotFound("There is no such item.")
            word = user_data.shared_items(connection, user_id, [item_id]).get(item_id, user_data.SharedItem())
        return RemoteWord(
            item_id=item_id,
            rating=word.rating,
            progress=word.progress,
            plays=word.plays,
            seconds=word.seconds,
            o_count=word.o_count,
            o_at=[rfc3339(moment) or "" for moment in word.o_at],
        )

    def set_push_back(
        self, viewer: Viewer, library_id: int, *, enabled: bool, user_id: int | None, kinds: list[DataKind], all_said: bool
    ) -> PushBackState:
        """NotFound; Invalid for what cannot be pushed, or a person who may not see the library."""
        from longshelf.tasks import push_back as task

        library = self._mirrored(viewer, library_id)
        if not enabled:
            task.switch_off(self._database, library)
        else:
            whose = user_id or signed_in(viewer)
            if not self._knows(self._viewer(whose), library_id):
                raise Invalid("user_id", "this person may not see the library")
            task.switch_on(self._database, library, whose, kinds, all_said=all_said)
        with self._database.read() as connection:
            return _push_back(connection, library_id)

    # --- parts

    def _figures(self, viewer: Viewer, library_id: int) -> UserDataFigures:
        with self._database.read() as connection:
            counted = user_data.o_counted(connection, signed_in(viewer), library_id)
        with self._engine.snapshot() as snapshot:
            mask = self._showing.mask(viewer, snapshot)
            seen = self._showing.visible(viewer, snapshot, mask, counted)

            def count(mine: Query) -> int:
                return snapshot.count(both(LibraryIs((library_id,)), mine, mask.query), viewer).value

            return UserDataFigures(
                rated=count(Mine("rating", 1, None)),
                played=count(Mine("play_count", 1, None)),
                in_progress=count(UNFINISHED),
                o_items=len(seen),
                o_total=sum(number for item_id, number in counted.items() if item_id in seen),
            )

    def _restricted(self, viewer: Viewer) -> bool:
        """Whether anything is kept from him: then a number of all tells of what he may not see."""
        with self._engine.snapshot() as snapshot:
            return self._showing.mask(viewer, snapshot).restricts

    def _viewer(self, user_id: int) -> Viewer:
        with self._database.read() as connection:
            user = accounts.user(connection, user_id)
        return Viewer(user.id, user.name)

    def _knows(self, viewer: Viewer, library_id: int) -> bool:
        within = self._visibility.libraries(viewer)
        return within is None or library_id in within

    def _require(self, viewer: Viewer, library_id: int) -> Library:
        """NotFound when there is none, or none for this viewer."""
        if not self._knows(viewer, library_id):
            raise NotFound(f"There is no library {library_id}.")  # as of one there never was
        with self._database.read() as connection:
            return libraries.get(connection, library_id)

    def _mirrored(self, viewer: Viewer, library_id: int) -> Library:
        library = self._require(viewer, library_id)
        if library.type is not LibraryType.STASH:
            raise Invalid("library", f"{library.name} is a {library.type} library; only Stash libraries are mirrored")
        return library


def _last(connection: Transaction, kind: str, library_id: int, *, user_id: int | None = None, live: bool = True) -> Job | None:
    """The newest job of the library (and person), or the newest that has ended."""
    states = () if live else ("done", "failed", "cancelled")
    for job in jobs.newest(connection, states=states, kind=kind, limit=JOBS_READ):
        if job.args.get("library_id") == library_id and (user_id is None or job.args.get("user_id") == user_id):
            return job_info(job)
    return None


def _kinds(kept: Mapping[str, mirror_reading.Kept], state: mirror.State) -> list[KindKept]:
    """In the order in which they are mirrored: those that have any, and while everything is read all of them."""
    found = []
    for kind in WALKED:
        walk, here = state.walks.get(str(kind)), kept.get(str(kind), mirror_reading.Kept(0, 0))
        if str(kind) in kept or state.mode:
            found.append(
                KindKept(
                    kind=str(kind),
                    count=here.here,
                    removed=here.gone,
                    seen=walk.seen if walk and state.mode else None,
                    read=bool(walk and walk.ended and state.mode),
                )
            )
    return found


def _push_back(connection: Transaction, library_id: int) -> PushBackState:
    from longshelf.tasks.push_back import PUSHED

    row = push_back.get(connection, library_id)
    if row is None:
        return PushBackState(enabled=False)
    state = row.state
    return PushBackState(
        enabled=True,
        user_id=row.user_id,
        user_name=accounts.user(connection, row.user_id).name,
        kinds=list(row.kinds),
        pushed={str(kind): getattr(state, kind) for kind in PUSHED},
        pushed_at=rfc3339(state.pushed_at),
        waiting=state.waiting or None,
        problems=[PushedProblem(rfc3339(each.at) or "", each.what, each.reason) for each in reversed(state.problems)],
    )
