"""Displays as administrators see and steer them: lists, timelines, history, and remote control.

Remote control changes what a display is asked to be, in its row; the player follows what it is told. There is no queue of commands to be
lost, repeated or overtaken. An administrator is shown only items he may see himself, whatever a screen shows."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from longshelf.catalog.numbered import numbered, whole
from longshelf.catalog.paging import version
from longshelf.catalog.showing import Showing
from longshelf.displays import changes, codes, presence
from longshelf.displays.moves import current_of
from longshelf.displays.shapes import (
    ClaimDisplay,
    Display,
    DisplayList,
    DisplayUser,
    EditDisplay,
    PlayedEntry,
    PlayedList,
    Playing,
    SetVolume,
    SlotItem,
    TimelineSlot,
    TimelineView,
)
from longshelf.displays.timeline import TimelineService
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.model.engine import Engine
from longshelf.model.text import fold
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.store import displays, play_history, playlists, restrictions, slots
from longshelf.store.database import Database, Transaction
from longshelf.store.displays import PAUSED, PLAYING, STOPPED, Clock, DisplayRow, Outline, Shown
from longshelf.store.hot import HotReads
from longshelf.store.slots import PLANNED, SlotRow

ENDED_SHOWN = 10  # slots of a timeline that have ended
HISTORY_MOST = 2_000  # plays a history lists, the newest


class Changed(NamedTuple):
    """The moment, displays that changed until then, in that order, and whether any was removed."""

    mark: Clock
    ids: list[int]
    removed: bool


Mark = Clock  # a moment of all displays
Change = Callable[[DisplayRow, SlotRow | None, int], dict[str, Any]]


class Board:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, showing: Showing, service: TimelineService, hot: HotReads) -> None:
        self._database = database
        self._engine = engine
        self._showing = showing
        self._timeline = service
        self._hot = hot

    # --- what there is

    def listed(self, viewer: Viewer) -> DisplayList:
        """All that are claimed, by name."""
        with self._database.read() as connection:
            rows = displays.shown(connection)
            found = self._shown(connection, viewer, rows)
        return DisplayList(found, whole(len(found)), _version(rows, viewer), sum(each.online for each in found))

    def page(self, viewer: Viewer, page: int, size: int, wanted: str = "") -> DisplayList:
        """Some of those whose name holds the words, by name. What it costs hardly grows with the number of displays."""
        now, words = self._database.clock(), fold(wanted).split()
        with self._database.read() as connection:
            rows = displays.outlines(connection)
            if words:
                rows = [each for each in rows if all(word in fold(each.name) for word in words)]
            ids = [each.id for each in rows[(page - 1) * size : page * size]]
            found = {each.id: each for each in self._shown(connection, viewer, displays.shown_of(connection, ids))}
        online = sum(presence.is_online(each, now) for each in rows)
        return DisplayList([found[each] for each in ids], numbered(page, size, len(rows)), _version(rows, viewer), online)

    def display(self, viewer: Viewer, display_id: int) -> Display:
        """NotFound when there is no such display."""
        with self._database.read() as connection:
            return self._shown(connection, viewer, [displays.shown_one(connection, display_id)])[0]

    def changed(self, mark: Clock | None) -> Changed:
        """What happened since a moment, None for nothing. One small statement while nothing does."""
        now = displays.clock(self._hot.rows)
        if mark is None or now == mark:
            return Changed(now, [], removed=False)
        found = displays.changed_since(self._hot.rows, mark.version)
        newest = max([now.version, *(version for _, version in found)])
        return Changed(Clock(newest, now.removed), [each for each, _ in found], removed=now.removed != mark.removed)

    def existing(self, ids: Iterable[int]) -> set[int]:
        """Which of them are still there, claimed or not."""
        return displays.existing(self._hot, ids)

    def of_ids(self, viewer: Viewer, ids: Collection[int]) -> list[Display]:
        """Those that are still there."""
        with self._database.read() as connection:
            return self._shown(connection, viewer, displays.shown_of(connection, ids))

    def timeline(self, viewer: Viewer, display_id: int) -> TimelineView:
        """NotFound when there is no such display."""
        with self._database.read() as connection:
            row = displays.get(connection, display_id)
            found = slots.of_display(connection, display_id)
            ended = [each for each in found if each.status not in {slots.CURRENT, PLANNED}]
            left_out = {each.id for each in ended[:-ENDED_SHOWN]}
            shown = [each for each in found if each.id not in left_out]
            items = self._items(connection, viewer, [each.item_id for each in shown])
        return TimelineView(row.generation, [_slot(each, items.get(each.item_id)) for each in shown])

    def history(self, viewer: Viewer, display_id: int, page: int, size: int) -> PlayedList:
        """What it played, the newest first, of what the viewer may see. NotFound when there is no such display."""
        with self._database.read() as connection:
            row = displays.get(connection, display_id)
            entries = play_history.page(connection, display_id, 0, HISTORY_MOST)
            seen = self._visible(viewer, {each.item_id for each in entries})
            kept = [each for each in entries if each.item_id in seen]
            shown = kept[(page - 1) * size : page * size]
            items = self._items(connection, viewer, [each.item_id for each in shown])
        told = [_entry(each, items[each.item_id]) for each in shown if each.item_id in items]
        return PlayedList(told, numbered(page, size, len(kept)), version(row.number, f"history:{display_id}:{len(kept)}", viewer))

    # --- which there are

    def claim(self, viewer: Viewer, said: ClaimDisplay, code: str) -> Display:
        """The screen that shows this code is a display from now on. NotFound for a code nobody shows, Conflict for one that is claimed."""
        name = _named(said.name)
        user_id = viewer.user_id if said.user_id is UNSET else said.user_id
        with self._database.write_quietly() as connection:
            if user_id is None or not displays.may_be(connection, user_id):
                raise _nobody(user_id)
            now = self._database.clock()
            display_id = displays.claim(connection, code, name, user_id, now)
            if display_id is None:
                if displays.by_code(self._hot, code) is not None:
                    raise Conflict("This screen has been claimed already.")
                raise NotFound("No screen shows this code. Look at the screen again: the code changes when it is started anew.")
            displays.tell(connection, [display_id])
        self._timeline.look(display_id)
        return self.display(viewer, display_id)

    def edit(self, viewer: Viewer, display_id: int, said: EditDisplay) -> Display:
        """NotFound when there is no such display; Invalid for an account there is none of."""
        with self._database.write_quietly() as connection:
            row = displays.held(connection, display_id)
            values: dict[str, Any] = {}
            if said.name is not UNSET:
                values["name"] = _named(said.name)
            if said.user_id is not UNSET:
                if not displays.may_be(connection, said.user_id):
                    raise _nobody(said.user_id)
                values["user_id"] = said.user_id
            if said.settings is not UNSET:
                wanted = {name: each for name, each in msgspec.structs.asdict(said.settings).items() if each is not UNSET}
                settings = msgspec.structs.replace(changes.settings_of(row.settings), **wanted)
                values["settings"] = msgspec.json.encode(settings).decode()
            changed = {name: each for name, each in values.items() if each != getattr(row, name)}
            if changed:
                displays.change(connection, display_id, **changed)
                displays.tell(connection, [display_id])
        if changed.keys() & {"user_id", "settings"}:
            self._timeline.renew(display_id, "the display was edited")
        return self.display(viewer, display_id)

    def remove(self, display_id: int) -> None:
        """With its history, some at a time; its playlists stay. The screen shows a new code. NotFound when there is no such display."""
        with self._database.read() as connection:
            number = displays.get(connection, display_id).number
        while self._forget_some(display_id, number):
            pass
        with self._database.write_quietly() as connection:
            displays.held(connection, display_id)
            playlists.leave_displays(connection, display_id)
            displays.remove(connection, display_id, self._database.clock())

    # --- remote control

    def play(self, viewer: Viewer, display_id: int) -> Display:
        """Goes on where it was paused; after a stop, the slot begins anew."""

        def change(row: DisplayRow, current: SlotRow | None, now: int) -> dict[str, Any]:
            if row.state == PLAYING:
                return {}
            due = None if current is None else presence.due_at(now, current.seconds, row.position)
            started = row.started_at if row.state == PAUSED else now
            return {"state": PLAYING, "position_at": now, "due_at": due, "started_at": started or now}

        self._change(display_id, change)
        self._timeline.look(display_id)
        return self.display(viewer, display_id)

    def pause(self, viewer: Viewer, display_id: int) -> Display:
        """Stays where it is."""

        def change(row: DisplayRow, current: SlotRow | None, now: int) -> dict[str, Any]:
            if row.state != PLAYING:
                return {}
            position = 0.0 if current is None else presence.passed(row, current.seconds, now)
            return {"state": PAUSED, "position": position, "position_at": now, "due_at": None}

        self._change(display_id, change)
        return self.display(viewer, display_id)

    def stop(self, viewer: Viewer, display_id: int) -> Display:
        """Shows nothing; what it played stays known."""

        def change(row: DisplayRow, current: SlotRow | None, now: int) -> dict[str, Any]:  # noqa: ARG001 - as the others
            if row.state == STOPPED:
                return {}
            return {"state": STOPPED, "position": 0.0, "position_at": now, "due_at": None, "started_at": None}

        self._change(display_id, change)
        return self.display(viewer, display_id)

    def seek(self, viewer: Viewer, display_id: int, seconds: float) -> Display:
        """Conflict when nothing is current."""

        def change(row: DisplayRow, current: SlotRow | None, now: int) -> dict[str, Any]:
            if current is None:
                raise Conflict("Nothing is playing on this display.")
            place = min(seconds, current.seconds)
            due = presence.due_at(now, current.seconds, place) if row.state == PLAYING else None
            return {"seek_to": place, "seek_number": row.seek_number + 1, "position": place, "position_at": now, "due_at": due}

        self._change(display_id, change)
        return self.display(viewer, display_id)

    def volume(self, viewer: Viewer, display_id: int, said: SetVolume) -> Display:
        def change(row: DisplayRow, current: SlotRow | None, now: int) -> dict[str, Any]:  # noqa: ARG001 - as the others
            wanted = {} if said.volume is UNSET else {"volume": said.volume}
            wanted |= {} if said.muted is UNSET else {"muted": int(said.muted)}
            return {name: each for name, each in wanted.items() if each != getattr(row, name)}

        self._change(display_id, change)
        return self.display(viewer, display_id)

    def rebuild(self, viewer: Viewer, display_id: int) -> Display:
        self._timeline.rebuild(display_id)
        return self.display(viewer, display_id)

    def next(self, viewer: Viewer, display_id: int, slot_id: int | None) -> Display:
        self._timeline.next(display_id, slot_id)
        return self.display(viewer, display_id)

    def previous(self, viewer: Viewer, display_id: int, slot_id: int | None) -> Display:
        self._timeline.previous(display_id, slot_id)
        return self.display(viewer, display_id)

    # --- parts

    def _forget_some(self, display_id: int, number: int) -> int:
        with self._database.write_quietly() as connection:
            return play_history.forget(connection, display_id, number) or play_history.forget_items(connection, display_id)

    def _change(self, display_id: int, change: Change) -> None:
        with self._database.write_quietly() as connection:
            row = displays.held(connection, display_id)
            current = current_of(slots.of_displays(connection, [display_id], ended=False).get(display_id, []))
            values = change(row, current, self._database.clock())
            if values:
                displays.change(connection, display_id, **values)
                displays.tell(connection, [display_id])

    def _shown(self, connection: Transaction, viewer: Viewer, rows: Sequence[Shown]) -> list[Display]:
        items = self._items(connection, viewer, [each.item_id for each in rows if each.item_id is not None])
        now = self._database.clock()
        return [_display(each, items, now) for each in rows]

    def _visible(self, viewer: Viewer, ids: Iterable[int]) -> set[int]:
        with self._engine.snapshot() as snapshot:
            return self._showing.visible(viewer, snapshot, self._showing.mask(viewer, snapshot), ids)

    def _items(self, connection: Transaction, viewer: Viewer, ids: Sequence[int]) -> dict[int, SlotItem]:
        """Those the viewer may see by now, by item."""
        seen = self._timeline.visible(connection, viewer, set(ids))
        return items_of(restrictions.cards(connection, sorted(seen)))


def items_of(cards: dict[int, bytes]) -> dict[int, SlotItem]:
    """From the cards of items."""
    return {item_id: msgspec.json.decode(card, type=SlotItem) for item_id, card in cards.items()}


def _display(row: Shown, items: dict[int, SlotItem], now: int) -> Display:
    return Display(
        id=row.id,
        code=codes.shown(row.code),
        name=row.name,
        state=row.state,  # type: ignore[arg-type]  # one of the literals: nothing else is written
        online=presence.is_online(row, now),
        last_seen_at=rfc3339(row.last_seen_at),
        user=_user(row),
        playlist_id=row.playlist_id,
        playlist_name=row.playlist_name,
        current=_playing(row, items, now),
        volume=row.volume,
        muted=bool(row.muted),
        settings=changes.settings_of(row.settings),
        note=row.note,
        generation=row.generation,
        version=row.version,
        created_at=_once_written(row.created_at) or "",
        claimed_at=_once_written(row.claimed_at),
    )


@lru_cache(maxsize=4_096)  # of a thousand displays, each time anybody looks at all of them
def _once_written(moment: int | None) -> str | None:
    """Of moments that never change."""
    return rfc3339(moment)


def _user(row: Shown) -> DisplayUser | None:
    if row.user_id is None or row.user_name is None:
        return None
    return DisplayUser(row.user_id, row.user_name, disabled=row.user_disabled_at is not None)


def _playing(row: Shown, items: dict[int, SlotItem], now: int) -> Playing | None:
    slot_id, generation, block_id, item_id, seconds = row[-5:]
    if slot_id is None or generation is None or block_id is None or item_id is None or seconds is None:  # they come together
        return None
    return Playing(
        slot=slot_id,
        generation=generation,
        block_id=block_id,
        item=items.get(item_id),
        position=round(presence.passed(row, seconds, now), 3),
        seconds=seconds,
    )


def _slot(row: SlotRow, item: SlotItem | None) -> TimelineSlot:
    return TimelineSlot(
        id=row.id,
        position=row.position,
        generation=row.generation,
        loop=row.loop,
        block_id=row.block_id,
        item=item,
        status=row.status,  # type: ignore[arg-type]  # one of the literals: nothing else is written
        seconds=row.seconds,
    )


def _entry(entry: play_history.Entry, item: SlotItem) -> PlayedEntry:
    return PlayedEntry(
        number=entry.number,
        item=item,
        block_id=entry.block_id,
        outcome=entry.outcome,  # type: ignore[arg-type]  # one of the literals: nothing else is written
        seconds=entry.seconds,
        played_at=rfc3339(entry.played_at) or "",
    )


def _version(rows: Sequence[Shown] | Sequence[Outline], viewer: Viewer) -> str:
    return version(max((each.version for each in rows), default=0), f"displays:{len(rows)}", viewer)


def _named(name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid("name", "give the display a name")
    return name


def _nobody(user_id: int | None) -> Invalid:
    return Invalid("user_id", f"there is no account {user_id} that may sign in")
