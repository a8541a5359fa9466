"""What comes after the slots a display has: block after block, in their order, and again from the first, each filled from its pool.

The rule: a block gets as many slots in a loop as it asks for, and never more; one whose pool is empty is left out until something is in
it. Where the last slot's block is gone, it goes on with the block that stands at its place now."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from longshelf.displays.drawing import LASTING_TYPES, Ahead, Drawing, Drawn, Pool, Sight
from longshelf.store.play_history import Candidate
from longshelf.store.playlists import BlockRow
from longshelf.store.slots import DrawRow, SlotRow

LONGEST = 1_000_000.0  # seconds; a length beyond it is a mistake of the source
PLAYS = frozenset({"video", "audiobook", "track", "post"})  # kinds whose length counts; all others stand like a picture
SHOWN_TYPES = ("image/", *LASTING_TYPES)  # of media a player can show


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What is planned for: the slots that stay, by position, and how far each block has come. `ended` is the item of a slot that ends with
    this planning, `number` that of the newest row of the history; `dwell` is the display's."""

    display_id: int
    generation: int
    number: int
    ended: int | None
    slots: Sequence[SlotRow]
    blocks: Sequence[BlockRow]
    draws: Mapping[int, DrawRow]
    dwell: float
    at: int


class Plan(msgspec.Struct, frozen=True):
    """New slots; what the blocks remember; blocks that had nothing; and whether it came to the beginning of any block."""

    slots: list[SlotRow]
    draws: dict[int, DrawRow]
    empty: list[BlockRow]
    turned: bool


def plan(outline: Outline, want: int, sight: Sight, pool_of: Callable[[BlockRow, int], Pool], seed: Callable[[], int]) -> Plan:
    """At most `want` slots. `pool_of` a block and its seed; `seed` makes one for a block that has none yet."""
    return _Planning(outline, sight, pool_of, seed).run(want)


class _Planning:
    def __init__(self, outline: Outline, sight: Sight, pool_of: Callable[[BlockRow, int], Pool], seed: Callable[[], int]) -> None:
        self._outline = outline
        self._sight = sight
        self._pool_of = pool_of
        self._seed = seed
        self._coming = [each for each in outline.slots if each.status in {"current", "planned"}]
        self._ahead = Ahead(outline.number, [] if outline.ended is None else [outline.ended])
        self._numbers = {}
        for each in self._coming:
            self._ahead.add(each.item_id)
            self._numbers[each.position] = self._ahead.number
        self._drawings: dict[int, Drawing] = {}
        self._made: list[SlotRow] = []
        self._lengths: dict[int, float] = {}

    def run(self, want: int) -> Plan:
        blocks = self._outline.blocks
        empty: dict[int, BlockRow] = {}
        loop, place = self._start()
        turned, barren = False, 0
        while blocks and len(self._made) < want and barren < len(blocks):
            block = blocks[place]
            ordinal = self._used(loop, block)
            turned = turned or ordinal == 0
            drawn = self._drawing(block).draw() if ordinal < block.count else None
            if drawn is not None:
                barren = 0
                self._made.append(self._slot(block, drawn, loop, place, ordinal))
                continue
            if ordinal == 0:
                empty[block.id] = block
            barren += ordinal < block.count
            loop, place = (loop, place + 1) if place + 1 < len(blocks) else (loop + 1, 0)
        draws = {block_id: drawing.kept() for block_id, drawing in self._drawings.items()}
        return Plan(self._timed(), draws, [each for each in blocks if each.id in empty], turned)

    def _timed(self) -> list[SlotRow]:
        """What has a length and can be played takes that long."""
        lasting = self._sight.lasting(self._lengths) if self._lengths else set()
        return [
            msgspec.structs.replace(each, seconds=self._lengths[each.item_id]) if each.item_id in lasting else each for each in self._made
        ]

    def _start(self) -> tuple[int, int]:
        """The loop, and the place of the block to go on with."""
        slots, blocks = self._outline.slots, self._outline.blocks
        if not slots:
            return max((row.loop for row in self._outline.draws.values()), default=0), 0
        last = max(slots, key=lambda slot: slot.position)
        known = next((place for place, block in enumerate(blocks) if block.id == last.block_id), None)
        if known is not None:
            return last.loop, known
        return (last.loop, last.place) if last.place < len(blocks) else (last.loop + 1, 0)

    def _used(self, loop: int, block: BlockRow) -> int:
        """Slots the block has in this loop."""
        row = self._outline.draws.get(block.id)
        before = row.used if row is not None and row.loop == loop else 0
        slots = (*self._outline.slots, *self._made)
        return max(before, *(each.ordinal + 1 for each in slots if each.block_id == block.id and each.loop == loop), 0)

    def _drawing(self, block: BlockRow) -> Drawing:
        found = self._drawings.get(block.id)
        if found is None:
            row = self._outline.draws.get(block.id) or DrawRow(block_id=block.id, seed=self._seed())
            found = self._drawings[block.id] = Drawing(self._sight, self._ahead, self._pool_of(block, row.seed), row)
            for each in self._coming:
                if each.block_id == block.id:
                    found.is_planned(each.round, self._numbers[each.position])
        return found

    def _slot(self, block: BlockRow, drawn: Drawn, loop: int, place: int, ordinal: int) -> SlotRow:
        outline = self._outline
        length = length_of(drawn.item)
        if length is not None:
            self._lengths[drawn.item.item_id] = length
        position = max((each.position + 1 for each in (*outline.slots, *self._made)), default=0)
        return SlotRow(
            display_id=outline.display_id,
            generation=outline.generation,
            loop=loop,
            position=position,
            block_id=block.id,
            place=place,
            ordinal=ordinal,
            asked=block.count,
            round=drawn.round,
            item_id=drawn.item.item_id,
            seconds=block.dwell or outline.dwell,
            status="planned",
            planned_at=outline.at,
        )


def length_of(item: Candidate) -> float | None:
    """How long it takes if a player can play it; None for what stands like a picture."""
    return min(item.duration, LONGEST) if item.kind in PLAYS and item.duration else None
