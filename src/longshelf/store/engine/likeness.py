"""Similar items, asked of the database. Items that share a person, studio or series are few as a rule and are scored one by one; tags and
genres may sit on millions, so of those that share nothing else only the newest are read, and only where there is room left for them."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, case, distinct, func, literal, select, union_all
from sqlalchemy.sql.expression import Select

from longshelf.model.engine import Similar
from longshelf.model.kinds import EntityKind
from longshelf.model.likeness import BROAD, MOST, SHARES, candidates, ranked, rarity
from longshelf.store.engine.predicates import LIVE, Predicates
from longshelf.store.tables import item, link

LISTS_AT_ONCE = 100  # lists of a statement; SQLite joins at most 500

Carried = Mapping[EntityKind, Sequence[int]]
NARROW = tuple(kind for kind in SHARES if kind not in BROAD)


class Likeness:
    """Among the items that `where` selects."""

    def __init__(self, connection: Connection, where: ColumnElement[bool]) -> None:
        self._connection = connection
        self._where = where
        self._among = Predicates(connection.dialect.name, 0).among

    def similar(self, item_id: int, start: int, size: int) -> Similar:
        """A stretch of the ranking."""
        carried = self._carried(item_id)
        if not carried:
            return Similar()
        scores = self._narrow(item_id, carried)
        room = MOST - sum(score > _most(BROAD) for score in scores.values())
        if room > 0:
            scores.update(self._broad(item_id, carried, room))
        found = self._ranked(candidates(scores), carried)
        return Similar(found[start : start + size], len(found))

    def _carried(self, item_id: int) -> Carried:
        """What the item shares with others, by kind; nothing when it is not among the items."""
        joined = link.join(item, item.c.id == link.c.item_id)
        asked = select(link.c.kind, link.c.entity_id).distinct().select_from(joined)
        kinds = [kind.value for kind in SHARES]
        rows = self._connection.execute(asked.where(link.c.item_id == item_id, link.c.kind.in_(kinds), self._where)).all()
        return {EntityKind(kind): sorted(row[1] for row in rows if row[0] == kind) for kind in {row[0] for row in rows}}

    def _narrow(self, item_id: int, carried: Carried) -> dict[int, int]:
        """Scores of those that share a kind that is not broad."""
        entities = [each for kind in NARROW for each in carried.get(kind, ())]
        if not entities:
            return {}
        listed = select(link.c.item_id).where(self._among(link.c.entity_id, entities), link.c.kind.in_([kind.value for kind in NARROW]))
        asked = select(item.c.id, self._score(carried)).where(item.c.id.in_(listed), item.c.id != item_id, self._where)
        return dict(self._connection.execute(asked.order_by(self._score(carried).desc(), item.c.id.desc()).limit(MOST)).all())

    def _broad(self, item_id: int, carried: Carried, room: int) -> dict[int, int]:
        """Scores of the newest that share broad kinds only, as many as there is room for: those that share all of the kinds first, and
        where these fill the room no others."""
        kinds = [kind for kind in BROAD if kind in carried]
        found: dict[int, int] = {}
        for together in sorted(_combinations(kinds), key=_most, reverse=True):
            if sum(score > _most(together) for score in found.values()) >= room:
                break
            apart = [~self._shares(kind, carried) for kind in carried if kind not in together]
            also = [self._shares(kind, carried) for kind in together[1:]]
            newest = self._newest(together[0], carried[together[0]], [item.c.id != item_id, *apart, *also], room)
            found.update(dict.fromkeys(newest, _most(together)))
        return found

    def _newest(self, kind: EntityKind, entities: Sequence[int], conditions: Iterable[ColumnElement[bool]], size: int) -> set[int]:
        """The newest of the items of each of the entities, so the newest of all of them are among them."""
        lists = [self._newest_of(kind, each, conditions, size) for each in entities]
        found: set[int] = set()
        for start in range(0, len(lists), LISTS_AT_ONCE):
            found.update(self._connection.execute(union_all(*lists[start : start + LISTS_AT_ONCE])).scalars())
        return found

    def _newest_of(self, kind: EntityKind, entity_id: int, conditions: Iterable[ColumnElement[bool]], size: int) -> Select[Any]:
        joined = link.join(item, item.c.id == link.c.item_id)
        own = (link.c.entity_id == entity_id, link.c.kind == kind.value)
        newest = select(link.c.item_id).distinct().select_from(joined).where(*own, self._where, *conditions)
        return select(newest.order_by(link.c.item_id.desc()).limit(size).subquery().c.item_id)

    def _score(self, carried: Carried) -> ColumnElement[int]:
        found: ColumnElement[int] = literal(0, Integer())
        for kind in carried:
            found += case((self._shares(kind, carried), SHARES[kind]), else_=0)
        return found

    def _shares(self, kind: EntityKind, carried: Carried) -> ColumnElement[bool]:
        other = link.alias()
        own = (other.c.item_id == item.c.id, other.c.kind == kind.value, self._among(other.c.entity_id, carried[kind]))
        return select(literal(1)).where(*own).correlate(item).exists()

    def _ranked(self, found: Sequence[int], carried: Carried) -> tuple[int, ...]:
        if not found:
            return ()
        entities = [each for kind in carried for each in carried[kind]]
        both = select(link.c.item_id, link.c.entity_id).distinct().where(self._among(link.c.item_id, found))
        kinds = [kind.value for kind in carried]
        pairs = self._connection.execute(both.where(self._among(link.c.entity_id, entities), link.c.kind.in_(kinds))).all()
        shared: dict[int, list[int]] = {each: [] for each in found}
        for item_id, entity_id in pairs:
            shared[item_id].append(entity_id)
        return ranked(shared, self._worth(carried))

    def _worth(self, carried: Carried) -> dict[int, int]:
        """By entity, measured over the whole catalogue."""
        live = int(self._connection.execute(select(func.count()).select_from(item).where(LIVE)).scalar_one())
        worth: dict[int, int] = {}
        for kind, entities in carried.items():
            counted = select(link.c.entity_id, func.count(distinct(link.c.item_id))).join(item, item.c.id == link.c.item_id)
            counted = counted.where(self._among(link.c.entity_id, entities), link.c.kind == kind.value, LIVE).group_by(link.c.entity_id)
            carrying: dict[int, int] = dict(self._connection.execute(counted).all())
            worth.update((each, rarity(kind, live, carrying[each])) for each in entities)
        return worth


def _combinations(kinds: Sequence[EntityKind]) -> Iterable[tuple[EntityKind, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(kinds, count) for count in range(1, len(kinds) + 1))


def _most(kinds: Iterable[EntityKind]) -> int:
    """The score of an item that shares all of these kinds and no other."""
    return sum(SHARES[kind] for kind in kinds)
