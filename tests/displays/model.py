"""A timeline done the slow, obvious way: lists, and a look at everything for each decision. What the service is held against."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from longshelf.model.sorts import shuffle

LOW, HIGH = 3, 5
AHEAD = ("current", "planned")


@dataclass
class Block:
    id: int
    tag: str
    count: int
    order: str
    seed: int = 0
    loop: int = 0
    used: int = 0


@dataclass
class Slot:
    position: int
    loop: int
    block: int
    place: int
    ordinal: int
    item: int
    status: str = "planned"


@dataclass
class Model:
    """`tags` of each item by id, `gone` those that are not there; `seed` gives a block its seed when it first draws."""

    seed: Callable[[], int]
    tags: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    blocks: list[Block] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    history: list[tuple[int, str]] = field(default_factory=list)
    last: dict[int, int] = field(default_factory=dict)
    seeds: dict[int, int] = field(default_factory=dict)
    edited: bool = False

    # --- what happens

    def play(self, outcome: str = "played") -> None:
        self.end(outcome)
        self.settle()

    def back(self) -> None:
        current = self.current()
        assert current is not None
        before = [each for each in self.slots if each.position < current.position and each.status not in AHEAD and self.there(each.item)]
        if before:
            current.status = "planned"
            before[-1].status = "current"
        self.settle()

    def rebuild(self) -> None:
        self.slots = []
        for block in self.blocks:
            block.loop = block.used = 0
        self.settle()

    def settle(self) -> None:
        """What is gone is taken out, and what is missing is filled in."""
        current = self.current()
        if current is not None and not self.there(current.item):
            self.end("skipped")
        planned = [each for each in self.slots if each.status == "planned"]
        bad = [each.position for each in planned if not self.there(each.item)]
        limit = -1 if self.edited else min(bad, default=10**9)
        self.edited = False
        self.slots = [each for each in self.slots if each.status != "planned" or each.position < limit]
        self.promote()
        waiting = sum(each.status == "planned" for each in self.slots)
        if waiting < LOW:
            self.fill(HIGH - waiting + (self.current() is None))
        self.promote()
        self.use()

    # --- parts

    def current(self) -> Slot | None:
        return next((each for each in self.slots if each.status == "current"), None)

    def there(self, item: int) -> bool:
        return item in self.tags and item not in self.gone

    def end(self, outcome: str) -> None:
        current = self.current()
        assert current is not None
        current.status = outcome
        self.history.append((current.item, outcome))
        self.last[current.item] = len(self.history)

    def promote(self) -> None:
        planned = [each for each in self.slots if each.status == "planned"]
        if self.current() is None and planned:
            planned[0].status = "current"

    def use(self) -> None:
        current = self.current()
        for block in self.blocks:
            if current is not None and block.id == current.block and current.loop >= block.loop:
                block.used = max(block.used if block.loop == current.loop else 0, current.ordinal + 1)
                block.loop = current.loop

    def pool(self, block: Block) -> list[int]:
        found = [each for each, tag in self.tags.items() if self.there(each) and block.tag in {"", tag}]
        if block.order == "newest":
            return sorted(found, reverse=True)
        return sorted(found, key=shuffle(self.seeds[block.id]).key)

    def draw(self, block: Block) -> int | None:
        if block.id not in self.seeds:
            self.seeds[block.id] = self.seed()
        ahead = [each.item for each in self.slots if each.status in AHEAD]
        moment = {item: len(self.history) + 1 + place for place, item in enumerate(ahead)}
        pool = self.pool(block)
        new = [each for each in pool if each not in self.last and each not in moment]
        if new:
            return new[0]
        return min(pool, key=lambda each: moment.get(each, self.last.get(each, 0)), default=None)

    def start(self) -> tuple[int, int]:
        if not self.slots:
            return max((each.loop for each in self.blocks), default=0), 0
        last = self.slots[-1]
        known = [place for place, block in enumerate(self.blocks) if block.id == last.block]
        if known:
            return last.loop, known[0]
        return (last.loop, last.place) if last.place < len(self.blocks) else (last.loop + 1, 0)

    def taken(self, block: Block, loop: int) -> int:
        ordinals = [each.ordinal + 1 for each in self.slots if (each.block, each.loop) == (block.id, loop)]
        return max([*ordinals, block.used if block.loop == loop else 0])

    def fill(self, want: int) -> None:
        loop, place = self.start()
        barren = 0
        while self.blocks and want and barren < len(self.blocks):
            block = self.blocks[place]
            ordinal = self.taken(block, loop)
            item = self.draw(block) if ordinal < block.count else None
            if item is not None:
                position = self.slots[-1].position + 1 if self.slots else 0
                self.slots.append(Slot(position, loop, block.id, place, ordinal, item))
                want, barren = want - 1, 0
                continue
            barren += ordinal < block.count
            place += 1
            if place == len(self.blocks):
                loop, place = loop + 1, 0

    def shown(self) -> list[Slot]:
        return [replace(each) for each in self.slots]
