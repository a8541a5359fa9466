"""The timeline against one done the slow, obvious way, through whatever can happen to it in any order."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from longshelf.store import playlists
from tests.displays.model import Block, Model, Slot
from tests.displays.wall import Wall, check, make_wall
from tests.support.databases import Databases

TAGS = ("sea", "desert", "night")
tags, orders, counts = st.sampled_from(("", *TAGS)), st.sampled_from(("newest", "random")), st.integers(1, 4)


class Timelines(RuleBasedStateMachine):
    """One display, and the model of it."""

    databases: Databases

    def __init__(self) -> None:
        super().__init__()
        self._open = self.databases.new()
        self.wall: Wall = make_wall(self._open.__enter__())
        numbers = itertools.count(1)
        self.model = Model(lambda: next(numbers))

    def teardown(self) -> None:
        self._open.__exit__(None, None, None)

    # --- what happens

    @initialize(counts=st.tuples(counts, counts), orders=st.tuples(orders, orders), many=st.integers(0, 6))
    def begin(self, counts: tuple[int, int], orders: tuple[str, str], many: int) -> None:
        for tag in TAGS:
            self.add(tag, many)
        self.new_block("", counts[0], orders[0])
        self.new_block("sea", counts[1], orders[1])
        self.look()

    @rule(tag=st.sampled_from(TAGS), many=st.integers(1, 3))
    def add(self, tag: str, many: int) -> None:
        for item_id in self.wall.more(many, tag) if many else ():
            self.model.tags[item_id] = tag

    @rule(data=st.data())
    def vanish(self, data: st.DataObject) -> None:
        there = [each for each in self.model.tags if each not in self.model.gone]
        if there:
            item_id = data.draw(st.sampled_from(there))
            self.wall.delete(item_id)
            self.model.gone.add(item_id)

    @precondition(lambda self: self.model.gone)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        item_id = data.draw(st.sampled_from(sorted(self.model.gone)))
        self.wall.restore(item_id)
        self.model.gone.discard(item_id)

    @rule(tag=tags, count=counts, order=orders)
    def new_block(self, tag: str, count: int, order: str) -> None:
        block_id = self.wall.block(tag, count=count, order=order)
        self.model.blocks.append(Block(block_id, tag, count, order))
        self.model.edited = True

    @rule(place=st.integers(0, 3), tag=tags, count=counts, order=orders)
    def edit_block(self, place: int, tag: str, count: int, order: str) -> None:
        if place < len(self.model.blocks):
            block = self.model.blocks[place]
            self.wall.edit(block.id, q=tag, count=count, order=order)
            block.tag, block.count, block.order = tag, count, order
            self.model.edited = True

    @precondition(lambda self: len(self.model.blocks) > 1)
    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        self.model.blocks = data.draw(st.permutations(self.model.blocks))
        with self.wall.database.write_quietly() as connection:
            playlists.order_blocks(connection, [each.id for each in self.model.blocks])
            playlists.raise_version(connection, self.wall.playlist_id, 1)
        self.model.edited = True

    @precondition(lambda self: self.model.blocks)
    @rule(data=st.data())
    def remove_block(self, data: st.DataObject) -> None:
        block = data.draw(st.sampled_from(self.model.blocks))
        with self.wall.database.write_quietly() as connection:
            playlists.remove_block(connection, self.wall.playlist_id, block.id)
            playlists.raise_version(connection, self.wall.playlist_id, 1)
        self.model.blocks.remove(block)
        self.model.edited = True

    @rule()
    def look(self) -> None:
        self.wall.service.look(self.wall.display_id)
        self.model.settle()
        self.compare()

    @rule(outcome=st.sampled_from(("played", "failed")))
    def played(self, outcome: str) -> None:
        current = self.model.current()
        if current is not None:
            slot = self.wall.current
            assert self.wall.service.played(self.wall.display_id, slot.id, slot.generation, outcome, 1.0)
            self.model.play(outcome)
            self.compare()

    @rule()
    def skip(self) -> None:
        current = self.model.current()
        assert self.wall.service.next(self.wall.display_id) is (current is not None)
        if current is not None:
            self.model.play("skipped")
        else:
            self.model.settle()  # nothing to skip, but something to begin may have come
        self.compare()

    @rule()
    def back(self) -> None:
        current = self.model.current()
        assert self.wall.service.previous(self.wall.display_id) is (current is not None)
        if current is not None:
            self.model.back()
        else:
            self.model.settle()
        self.compare()

    @rule()
    def rebuild(self) -> None:
        self.wall.service.rebuild(self.wall.display_id)
        self.model.edited = False
        self.model.rebuild()
        self.compare()

    @rule(known=st.integers(0, 5), late=st.booleans())
    def stray_word(self, known: int, late: bool) -> None:
        """Of a slot that is not current, or of another generation: nothing happens."""
        slots = self.wall.slots()
        if known < len(slots):
            slot = slots[known]
            generation = slot.generation + late
            if slot.status != "current" or late:
                assert not self.wall.service.played(self.wall.display_id, slot.id, generation, "played", 1.0)
                assert self.wall.slots() == slots

    # --- what must be

    @invariant()
    def nothing_is_broken(self) -> None:
        check(self.wall.database, self.wall.display_id)

    def compare(self) -> None:
        """As far back as slots are kept."""
        found = [
            Slot(each.position, each.loop, each.block_id, each.place, each.ordinal, each.item_id, each.status) for each in self.wall.slots()
        ]
        wanted = self.model.shown()
        assert found == wanted[-len(found) :] if found else not wanted
        assert [(each.item_id, each.outcome) for each in self.wall.history()] == self.model.history


@pytest.mark.timeout(600)  # many small transactions
@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_whatever_happens_the_timeline_is_what_the_slow_way_makes_it(dialect: str, request: pytest.FixtureRequest) -> None:
    made: Any = type("Made", (Timelines,), {"databases": request.getfixturevalue(f"{dialect}_databases")})
    examples = 25 if dialect == "sqlite" else 4
    health = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        made, settings=settings(max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=health)
    )
