"""A profile as a query: which items its rules leave. Part by part, so that each can be counted and explained by itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from longshelf.model.query import Has, LibraryIs, Linked, Mine, Not, Nothing, Or, Query, Range, both
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.visibility.reach import Needs, Reached

Source = Literal["restrictions", "profile", "own"]
PartName = Literal["rule", "age_rating", "libraries"]


class Part(msgspec.Struct, frozen=True):
    """One thing a profile says. `rule` is its place among the rules, None for the others."""

    source: Source
    name: PartName
    rule: int | None
    restrictions: Restrictions

    @property
    def stated(self) -> Rule | None:
        return None if self.rule is None else self.restrictions.rules[self.rule]


class Profile(msgspec.Struct, frozen=True):
    """All that is kept from one person: `rules` of administrators, by who states them, the `entities` he hid himself, and whether he hid
    `items`."""

    rules: tuple[tuple[Source, Restrictions], ...] = ()
    entities: tuple[int, ...] = ()
    items: bool = False

    @property
    def restricts(self) -> bool:
        return bool(self.entities) or self.items or any(each.restricts for _, each in self.rules)

    @property
    def libraries(self) -> frozenset[int] | None:
        """The only libraries he may see; None for all."""
        given = [frozenset(each.libraries) for _, each in self.rules if each.libraries is not None]
        return frozenset.intersection(*given) if given else None

    def without_own(self) -> "Profile":
        """What administrators keep from him."""
        return Profile(self.rules)


def parts(profile: Profile) -> Iterator[Part]:
    for source, rules in profile.rules:
        yield from (Part(source, "rule", place, rules) for place in range(len(rules.rules)))
        if rules.age_rating_max is not None:
            yield Part(source, "age_rating", None, rules)
        if rules.libraries is not None:
            yield Part(source, "libraries", None, rules)


def needs(profile: Profile) -> Needs:
    """What must be looked up in the graph of entities."""
    rules = [each.stated for each in parts(profile) if each.stated is not None]
    excluded = {each for rule in rules if rule.mode == "exclude" for each in rule.ids}
    listed = tuple((rule.kind, tuple(sorted(set(rule.ids)))) for rule in rules if rule.mode == "include")
    return Needs(tuple(sorted(excluded | set(profile.entities))), listed)


def query(profile: Profile, reached: Reached) -> Query:
    """The items that are left. `reached` is of the profile's `needs`."""
    included = [rule for each in parts(profile) if (rule := each.stated) is not None and rule.mode == "include"]
    found = [
        _carrying_nothing(reached),
        *(_carrying_one(rule, ids) for rule, ids in zip(included, reached.listed, strict=True)),
        *(_plain(each) for each in parts(profile) if each.stated is None),
    ]
    if profile.items:
        found.append(Not(Mine("hidden", 1)))
    return both(*found)


def part_query(part: Part, reached: Reached) -> Query:
    """The items one part leaves. `reached` is of the needs of a profile that holds nothing but this part."""
    rule = part.stated
    if rule is None:
        return _plain(part)
    return _carrying_nothing(reached) if rule.mode == "exclude" else _carrying_one(rule, reached.listed[0])


def alone(part: Part) -> Profile:
    """A profile that holds nothing but this part's rule."""
    rule = part.stated
    return Profile() if rule is None else Profile(((part.source, Restrictions(rules=(rule,))),))


def _carrying_nothing(reached: Reached) -> Query:
    return both(*(Not(Linked(kind, ids)) for kind, ids in reached.hidden))


def _carrying_one(rule: Rule, ids: Sequence[int]) -> Query:
    if not ids:
        return Nothing()
    carried = Linked(rule.kind, tuple(ids))
    return carried if rule.restrict_empty else Or((carried, Not(Has(rule.kind.value))))


def _plain(part: Part) -> Query:
    rules = part.restrictions
    if part.name == "libraries":
        return LibraryIs(tuple(sorted(rules.libraries or ())))
    rated: Query = Range("age_rating", None, rules.age_rating_max)
    return rated if rules.unrated == "hide" else Or((rated, Not(Has("age_rating"))))


def entities_of(reached: Reached) -> Iterable[int]:
    return (each for _, ids in reached.hidden for each in ids)
