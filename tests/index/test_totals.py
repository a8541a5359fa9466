"""Totals by kind: the index, the database and plain Python say the same."""

import math

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.index import totals
from longshelf.model import query as tree
from longshelf.model.engine import Totals
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store.database import Database
from tests.index.livelier import lively
from tests.model.worlds import VIEWERS, World, queries, worlds

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60)
viewers = st.sampled_from((*VIEWERS, NOBODY))
MANY = st.sampled_from((tree.EVERYTHING, tree.Not(tree.Mine("hidden", 1)), tree.Not(tree.IdIs((3, 5)))))  # answered by what they leave out


@SHARED
@given(
    library=worlds(),
    query=queries(3) | MANY,
    viewer=viewers,
    seed=st.integers(0, 99),
    share=st.sampled_from((0.0, 0.1, 0.5, 1.0)),
    warm=st.booleans(),
    at_once=st.sampled_from((2, 500_000)),
)
def test_totals_are_what_plain_python_says(
    database: Database, *, library: World, query: tree.Query, viewer: Viewer, seed: int, share: float, warm: bool, at_once: int
) -> None:
    before = totals.AT_ONCE, totals.HALVED_FROM
    totals.AT_ONCE, totals.HALVED_FROM = at_once, 1 if at_once == 2 else totals.HALVED_FROM
    try:
        with lively(database, library, seed, share=share, warm=warm, entities=False) as (snap, sql, plain):
            wanted = plain.totals(query, viewer)
            _same(snap.totals(query, viewer), wanted)
            _same(sql.totals(query, viewer), wanted)
            _same(snap.totals(query, viewer), wanted)
    finally:
        totals.AT_ONCE, totals.HALVED_FROM = before


def _same(found: tuple[Totals, ...], wanted: tuple[Totals, ...]) -> None:
    assert [(each.kind, each.items, each.size) for each in found] == [(each.kind, each.items, each.size) for each in wanted]
    for mine, its in zip(found, wanted, strict=True):
        assert math.isclose(mine.duration, its.duration, rel_tol=1e-9, abs_tol=1e-6)
        assert (mine.duration == 0.0) >= (its.duration == 0.0)  # nothing is left over where no item has a length
