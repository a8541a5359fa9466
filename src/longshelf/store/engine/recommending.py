"""Items somebody may like, asked of the database: of each entity a few of its items, read from the end of the index from entities to items,
then what these carry."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, union_all
from sqlalchemy.sql.expression import Select

from longshelf.model.engine import Suited
from longshelf.model.taste import AROUND, NEWEST, Wanted, best
from longshelf.store.engine.predicates import Predicates
from longshelf.store.tables import item, link

LISTS_AT_ONCE = 100  # lists of a statement; SQLite joins at most 500


class Recommending:
    """Among the items that `where` selects."""

    def __init__(self, connection: Connection, where: ColumnElement[bool]) -> None:
        self._connection = connection
        self._where = where
        self._among = Predicates(connection.dialect.name, 0).among

    def suited(self, wanted: Sequence[Wanted], pivot: int) -> Suited:
        """The best of the candidates."""
        found = self._candidates(wanted, pivot)
        carried = self._carried(found, wanted)
        scores = dict.fromkeys(found, 0)
        weights = {(each.kind.value, each.id): each.weight for each in wanted}
        for item_id, pairs in carried.items():
            scores[item_id] = sum(weights[pair] for pair in pairs)
        ids = best(scores)
        return Suited(ids, tuple(scores[each] for each in ids), tuple(tuple(sorted(entity for _, entity in carried[each])) for each in ids))

    def _candidates(self, wanted: Sequence[Wanted], pivot: int) -> set[int]:
        liked = [each for each in wanted if each.weight > 0]
        lists = [self._newest(each, None, NEWEST) for each in liked] + [self._newest(each, pivot, AROUND) for each in liked]
        found: set[int] = set()
        for start in range(0, len(lists), LISTS_AT_ONCE):
            found.update(self._connection.execute(union_all(*lists[start : start + LISTS_AT_ONCE])).scalars())
        return found

    def _newest(self, wanted: Wanted, highest: int | None, size: int) -> Select[Any]:
        """The highest ids, up to `highest`, of the items that carry an entity."""
        joined = link.join(item, item.c.id == link.c.item_id)
        own = [link.c.entity_id == wanted.id, link.c.kind == wanted.kind.value, *([] if highest is None else [link.c.item_id <= highest])]
        newest = select(link.c.item_id).distinct().select_from(joined).where(*own, self._where)
        return select(newest.order_by(link.c.item_id.desc()).limit(size).subquery().c.item_id)

    def _carried(self, found: Iterable[int], wanted: Sequence[Wanted]) -> dict[int, set[tuple[str, int]]]:
        """By item, those of the wanted entities it carries."""
        items, entities = sorted(found), [each.id for each in wanted]
        known = {(each.kind.value, each.id) for each in wanted}
        if not items:
            return {}
        asked = select(link.c.item_id, link.c.kind, link.c.entity_id).distinct()
        pairs = self._connection.execute(asked.where(self._among(link.c.item_id, items), self._among(link.c.entity_id, entities)))
        carried: dict[int, set[tuple[str, int]]] = {each: set() for each in items}
        for item_id, kind, entity_id in pairs:
            if (kind, entity_id) in known:
                carried[item_id].add((kind, entity_id))
        return carried
