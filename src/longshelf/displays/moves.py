"""What can happen to a timeline, apart from planning: each move says what becomes of the slots there are. Pure, and nothing is written
here; `timeline.py` adds what is planned behind them and writes both at once."""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from longshelf.store.slots import CURRENT, PLANNED, SlotRow

SHOWN = 1.0  # seconds after which something counts as seen


class Ended(msgspec.Struct, frozen=True):
    """A slot that ends, and what the history says of it."""

    slot: SlotRow
    outcome: str
    seconds: float


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """`slots`, by position, as they are afterwards; `drop` what is planned, to plan it again; `renewed`: who knows the old generation of
    what is current shall not speak for it."""

    slots: list[SlotRow]
    ended: Ended | None = None
    drop: bool = False
    renewed: bool = False


class Move(Protocol):
    def of(self, slots: Sequence[SlotRow], seen: Collection[int], passed: float) -> Moved | None:
        """None: it does not apply, and nothing happens. `seen` are items that may be seen now; `passed` seconds of the current slot."""


class Keep:
    """Nothing but to see that all is well."""

    def of(self, slots: Sequence[SlotRow], seen: Collection[int], passed: float) -> Moved:  # noqa: ARG002 - as the others
        return Moved(slots=list(slots))


class Replan:
    """What is planned is planned again; what plays goes on."""

    def of(self, slots: Sequence[SlotRow], seen: Collection[int], passed: float) -> Moved:  # noqa: ARG002 - as the others
        return Moved(slots=list(slots), drop=True)


class Rebuild:
    """All anew, from the first block."""

    def of(self, slots: Sequence[SlotRow], seen: Collection[int], passed: float) -> Moved:  # noqa: ARG002 - as the others
        return Moved(slots=[], ended=cut(current_of(slots), passed), drop=True)


class End(msgspec.Struct, frozen=True, kw_only=True):
    """The current slot ends. With `slot_id` only if it is that one, with `generation` only if it is of that."""

    outcome: str
    slot_id: int | None = None
    generation: int | None = None
    seconds: float | None = None

    def of(self, slots: Sequence[SlotRow], seen: Collection[int], passed: float) -> Moved | None:  # noqa: ARG002 - as the others
        current = current_of(slots)
        if current is None or self.slot_id not in {None, current.id} or self.generation not in {None, current.generation}:
            return None
        return end(slots, self.outcome, passed if self.seconds is None else self.seconds)


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """To the slot before, if its item may still be seen; where there is none, to the beginning of the current one."""

    slot_id: int | None = None

    def of(self, slots: Sequence[SlotRow], seen: Collection[int], passed: float) -> Moved | None:  # noqa: ARG002 - as the others
        current = current_of(slots)
        if current is None or self.slot_id not in {None, current.id}:
            return None
        earlier = [each for each in slots if each.position < current.position and each.status != PLANNED and each.item_id in seen]
        target = earlier[-1] if earlier else current
        return Moved(slots=[_turned(each, current, target) for each in slots], renewed=True)


def current_of(slots: Sequence[SlotRow]) -> SlotRow | None:
    return next((each for each in slots if each.status == CURRENT), None)


def planned_of(slots: Sequence[SlotRow]) -> list[SlotRow]:
    return [each for each in slots if each.status == PLANNED]


def cut(current: SlotRow | None, passed: float) -> Ended | None:
    """What the history says of a slot that is taken away: nothing where nobody can have seen it."""
    return Ended(current, "skipped", passed) if current is not None and passed >= SHOWN else None


def end(slots: Sequence[SlotRow], outcome: str, seconds: float) -> Moved:
    """The current slot ends so."""
    current = current_of(slots)
    assert current is not None
    ended = [msgspec.structs.replace(each, status=outcome) if each is current else each for each in slots]
    return Moved(slots=ended, ended=Ended(current, outcome, seconds))


def _turned(slot: SlotRow, current: SlotRow, target: SlotRow) -> SlotRow:
    """What was passed over on the way back, hidden by now, stays ended."""
    if slot is target:
        return msgspec.structs.replace(slot, status=CURRENT)
    return msgspec.structs.replace(slot, status=PLANNED) if slot is current else slot
