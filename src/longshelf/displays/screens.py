"""What players are told, and what they say. A player has no account: it is known by its code, sees what its display's person may see of its
present slots, and nothing else there is.

The rule: an item is told, and its files are served, only while it stands in a current or planned slot and its person may see it, both
asked anew each time."""

import hashlib
from collections.abc import Collection, Sequence

import msgspec

from longshelf.displays import changes, codes, presence
from longshelf.displays.board import items_of
from longshelf.displays.codes import Codes
from longshelf.displays.moves import current_of, planned_of
from longshelf.displays.planning import SHOWN_TYPES
from longshelf.displays.presence import POLL_SECONDS, Presence
from longshelf.displays.shapes import Acknowledged, At, NewScreen, Played, Screen, ScreenSlot, SeekTo, SlotItem
from longshelf.displays.timeline import TimelineService
from longshelf.errors import Conflict, NotFound
from longshelf.model.times import DAY
from longshelf.model.viewer import Viewer
from longshelf.sources.stash.media import Format
from longshelf.store import displays, restrictions, slots
from longshelf.store.database import Database, Transaction
from longshelf.store.displays import PAIRING, PLAYING, STOPPED, DisplayRow
from longshelf.store.hot import HotReads
from longshelf.store.slots import Media, SlotRow

UNCLAIMED = DAY  # how long a code is kept that nobody claims and nobody shows
REMOVED = 90 * DAY  # how long a screen that was off meanwhile is told that its display was removed
WAITING_MOST = 1_000  # screens that wait at once
MOVED = 0.75  # seconds a report may differ from where it was thought to be, before anybody is told
_PAIRING = Screen(state="pairing", poll_seconds=POLL_SECONDS)
UNSEEN = "This screen does not show this item now."


class Screens:
    """Safe to share between threads."""

    def __init__(self, database: Database, hot: HotReads, service: TimelineService, heard: Presence) -> None:
        self._database = database
        self._hot = hot
        self._timeline = service
        self._presence = heard
        self._codes = Codes(database, hot)

    def new(self, address: str) -> NewScreen:
        """A new code, to be shown until somebody claims it. Conflict while too many wait."""
        self._codes.check_new(address)
        code, now = codes.new_code(), self._database.clock()
        with self._database.write_quietly() as connection:
            displays.forget_waiting(connection, now - UNCLAIMED)
            if displays.waiting(connection) >= WAITING_MOST:
                raise Conflict("Too many screens wait to be claimed. Claim some, or wait a day until they are forgotten.")
            displays.add(connection, code, now)
        self._codes.made(code, address)
        return NewScreen(codes.shown(code), POLL_SECONDS)

    def row(self, code: str, address: str) -> DisplayRow:
        """The display of this code, whose player speaks just now. NotFound, TooManyAttempts."""
        found = self._codes.find(code, address)
        self._presence.hear(found)
        return found

    def screen(self, code: str, address: str) -> Screen:
        """How things are. Counts as a word of the player."""
        return self.told(self.row(code, address).id)

    def find(self, code: str, address: str) -> DisplayRow:
        """The display of this code. NotFound, TooManyAttempts."""
        return self._codes.find(code, address)

    def told(self, display_id: int) -> Screen:
        """How things are on a display, claimed or not."""
        return self.of_ids([display_id]).get(display_id) or _PAIRING

    def of_ids(self, ids: Collection[int]) -> dict[int, Screen]:
        """How things are on several displays; those that are gone are left out."""
        with self._database.read() as connection:
            return self._shown(connection, displays.of_ids(connection, ids))

    def played(self, code: str, address: str, said: Played) -> Acknowledged:
        """The player is through with a slot."""
        row = self._claimed(code, address)
        applied = self._timeline.played(row.id, said.slot_id, said.generation, said.outcome, said.seconds)
        return self._acknowledged(row.id, applied=applied)

    def at(self, code: str, address: str, said: At) -> Acknowledged:
        """Where the player is. What it says of another slot than the current one changes nothing."""
        row = self._claimed(code, address)
        return self._acknowledged(row.id, applied=self._note(row.id, said))

    def person(self, code: str, address: str, item_id: int) -> Viewer:
        """As whom the screen may fetch an item of its slots. NotFound unless it is in one now, and may be seen."""
        row = self._codes.find(code, address)
        with self._database.read() as connection:
            ahead = slots.of_displays(connection, [row.id], ended=False).get(row.id, []) if row.state != PAIRING else []
            viewer = changes.viewer_of(connection, row.user_id)
        if not any(each.item_id == item_id for each in ahead):
            raise NotFound(UNSEEN)
        return viewer

    def _claimed(self, code: str, address: str) -> DisplayRow:
        row = self.row(code, address)
        if row.state == PAIRING:
            raise Conflict("This screen has not been claimed yet.")
        return row

    def _note(self, display_id: int, said: At) -> bool:
        with self._database.write_quietly() as connection:
            row = displays.held(connection, display_id)
            current = current_of(slots.of_displays(connection, [display_id], ended=False).get(display_id, []))
            if current is None or (current.id, current.generation) != (said.slot_id, said.generation) or row.state == STOPPED:
                return False
            now = self._database.clock()
            place = min(said.position, current.seconds)
            moved = abs(place - presence.passed(row, current.seconds, now)) > MOVED
            goes_on = row.state == PLAYING and not said.paused
            due = presence.due_at(now, current.seconds, place) if goes_on else None
            displays.change(connection, display_id, position=place, position_at=now, due_at=due, last_seen_at=now)
            if moved or (due is None) != (row.due_at is None):
                displays.tell(connection, [display_id])
        return True

    def _acknowledged(self, display_id: int, *, applied: bool) -> Acknowledged:
        with self._database.read() as connection:
            screen = self._shown(connection, [displays.get(connection, display_id)])[display_id]
        return Acknowledged(applied=applied, **{name: getattr(screen, name) for name in Screen.__struct_fields__})

    def _shown(self, connection: Transaction, rows: Sequence[DisplayRow]) -> dict[int, Screen]:
        """Each as its person may see it; people who are asked for once serve all their displays."""
        found = slots.of_displays(connection, [row.id for row in rows], ended=False)
        by_person: dict[Viewer, set[int]] = {}
        people = {row.id: changes.viewer_of(connection, row.user_id) for row in rows}
        for row in rows:
            by_person.setdefault(people[row.id], set()).update(each.item_id for each in found.get(row.id, []))
        seen = {viewer: self._timeline.visible(connection, viewer, ids) for viewer, ids in by_person.items()}
        masks = {viewer: self._timeline.mask_of(connection, viewer) for viewer in by_person}
        ids = sorted(set().union(*seen.values()))
        items = items_of(restrictions.cards(connection, ids))
        media = slots.media(connection, ids)
        now = self._database.clock()
        return {
            row.id: msgspec.structs.replace(
                _screen(row, [each for each in found.get(row.id, []) if each.item_id in seen[people[row.id]]], items, media, now),
                epoch=_epoch(row, masks[people[row.id]]),
            )
            for row in rows
        }


def _epoch(row: DisplayRow, mask: str) -> str:
    """Says nothing but whether it is the same."""
    return hashlib.sha256(f"{row.code}\n{row.user_id}\n{row.playlist_id}\n{mask}".encode()).hexdigest()[:16]


def _screen(row: DisplayRow, ahead: Sequence[SlotRow], items: dict[int, SlotItem], media: dict[int, Media], now: int) -> Screen:
    def told(slot: SlotRow, position: float) -> ScreenSlot:
        return _slot(row, slot, items[slot.item_id], media.get(slot.item_id), position)

    known = [each for each in ahead if each.item_id in items]
    current = current_of(known)
    return Screen(
        state=row.state,  # type: ignore[arg-type]  # one of the literals: nothing else is written
        generation=row.generation,
        current=None if current is None else told(current, round(presence.passed(row, current.seconds, now), 3)),
        upcoming=[told(each, 0.0) for each in planned_of(known)],
        volume=row.volume,
        muted=bool(row.muted),
        seek=SeekTo(row.seek_number, row.seek_to or 0.0),
        settings=changes.settings_of(row.settings),
        name=row.name,
        note=row.note,
        version=row.version,
        poll_seconds=POLL_SECONDS,
    )


def _slot(row: DisplayRow, slot: SlotRow, item: SlotItem, media: Media | None, position: float) -> ScreenSlot:
    plays = media is not None and (media.mime or "").startswith(SHOWN_TYPES)
    converts = media is not None and media.converts
    base = f"api/screens/{codes.shown(row.code)}"
    return ScreenSlot(
        id=slot.id,
        generation=slot.generation,
        item=item,
        seconds=slot.seconds,
        position=position,
        media=f"{base}/media/{slot.item_id}" if plays else None,
        converted=[f"{base}/stream/{slot.item_id}?format={form}" for form in Format] if converts else [],
        mime=media.mime if media is not None and plays else None,
        parts=media.parts if media is not None and plays else 0,
        thumb=None if item.cover is None else f"{base}/{item.cover}",
    )
