"""Why an item is hidden: every reason, with the way from what a rule names to the item. For administrators and the command line.

It walks from the item upwards, where masks walk from the rules downwards; a test holds the two together."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from longshelf.model.restrictions import Rule
from longshelf.store import restrictions
from longshelf.store.database import Transaction
from longshelf.visibility.rules import Part, Profile, Source, parts


class Step(msgspec.Struct, frozen=True):
    type: Literal["entity", "item", "library"]
    id: int
    kind: str
    name: str

    def __str__(self) -> str:
        return self.type if self.type == "item" else f"{self.kind} {self.name}"


class Reason(msgspec.Struct, frozen=True):
    """`path` leads from what the rule names to the item; it is empty where the item itself is looked at."""

    source: Source
    part: Literal["rule", "age_rating", "libraries", "hidden"]
    rule: int | None
    about: str
    path: tuple[Step, ...] = ()


def profile_of(connection: Transaction, user_id: int) -> Profile:
    """All that is kept from the user. NotFound when there is none."""
    kept = restrictions.kept(connection, user_id)
    own = restrictions.hidden_by_user(connection, user_id)
    return Profile((("restrictions", kept.own), ("profile", kept.shared)), own.entities, own.items)


def reasons(connection: Transaction, user_id: int, item_id: int) -> list[Reason]:
    """None when the user sees the item. NotFound when there is no such user or item."""
    profile = profile_of(connection, user_id)
    asked = _Asked(connection, item_id)
    found = [reason for part in parts(profile) if (reason := asked.part(part)) is not None]
    found += [asked.own_entity(each) for each in profile.entities if each in asked.ways]
    if restrictions.hides_item(connection, user_id, item_id):
        found.append(Reason("own", "hidden", None, "hidden by the person himself"))
    return found


class _Asked:
    """One item, and all that it carries, however far."""

    def __init__(self, connection: Transaction, item_id: int) -> None:
        self._connection = connection
        self._library_id, self._age_rating, kind, title, self._links = restrictions.item_facts(connection, item_id)
        self._item = Step("item", item_id, kind, title)
        self.ways = _ways(connection, [each for each, _ in self._links])

    def part(self, part: Part) -> Reason | None:
        """The reason a part of a profile gives, if it does."""
        rule = part.stated
        if rule is not None:
            return self._excluded(part, rule) if rule.mode == "exclude" else self._not_included(part, rule)
        if part.name == "libraries":
            allowed = self._library_id in (part.restrictions.libraries or ())
            return None if allowed else Reason(part.source, "libraries", None, "in a library that is not among those allowed")
        return self._too_old(part)

    def own_entity(self, entity_id: int) -> Reason:
        path = self._path(entity_id)
        return Reason("own", "hidden", None, f"hidden by the person himself: {_written(path)}", path)

    def _excluded(self, part: Part, rule: Rule) -> Reason | None:
        nearest = min((each for each in rule.ids if each in self.ways), key=lambda each: (len(self._way(each)), each), default=None)
        if nearest is None:
            return None
        path = self._path(nearest)
        return Reason(part.source, "rule", part.rule, f"rule {_number(part)} hides a {rule.kind}: {_written(path)}", path)

    def _not_included(self, part: Part, rule: Rule) -> Reason | None:
        listed = restrictions.below(self._connection, rule.kind, rule.ids)
        carried = [each for each, kind in self._links if kind is rule.kind]
        if not listed:
            about = f"no {rule.kind} that rule {_number(part)} lists is left, so it lets nothing pass"
        elif carried and not set(carried) & set(listed):
            about = f"rule {_number(part)} asks for one of {len(rule.ids)} {rule.kind} entities, and the item carries none of them"
        elif not carried and rule.restrict_empty:
            about = f"rule {_number(part)} hides what has no {rule.kind}"
        else:
            return None
        return Reason(part.source, "rule", part.rule, about)

    def _too_old(self, part: Part) -> Reason | None:
        ceiling = part.restrictions.age_rating_max
        assert ceiling is not None
        if self._age_rating is None:
            about = f"it has no age rating, and the ceiling of {ceiling} hides what has none"
            return Reason(part.source, "age_rating", None, about) if part.restrictions.unrated == "hide" else None
        if self._age_rating <= ceiling:
            return None
        return Reason(part.source, "age_rating", None, f"it is rated {self._age_rating}, above the ceiling of {ceiling}")

    def _way(self, entity_id: int) -> list[int]:
        """From the entity down to one the item itself carries."""
        way = [entity_id]
        while (below := self.ways[way[-1]]) is not None:
            way.append(below)
        return way

    def _path(self, entity_id: int) -> tuple[Step, ...]:
        way = self._way(entity_id)
        named = restrictions.named(self._connection, way)
        return (*(Step("entity", each, named[each].kind, named[each].name) for each in way if each in named), self._item)


def _ways(connection: Transaction, carried: Sequence[int]) -> dict[int, int | None]:
    """Everything the item carries, directly or not, by the shortest way: what lies below on it, None for the item itself."""
    found: dict[int, int | None] = dict.fromkeys(carried)
    edge: Iterable[int] = carried
    while edge:
        above = restrictions.targets(connection, edge)
        edge = []
        for source, targets in sorted(above.items()):
            for target in targets:
                if target not in found:
                    found[target] = source
                    edge.append(target)
    return found


def _number(part: Part) -> str:
    return f"{(part.rule or 0) + 1} of the shared profile" if part.source == "profile" else f"{(part.rule or 0) + 1}"


def _written(path: Sequence[Step]) -> str:
    return " → ".join(map(str, path))
