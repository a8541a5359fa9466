"""Restrictions as an administrator sets, tries and explains them, and what a person hid himself.

Figures and explanations are of what the asking administrator sees: being one widens nothing, here as everywhere."""

from array import array
from collections.abc import Collection, Sequence
from typing import Any

from msgspec import UNSET

from longshelf.catalog.kept import Kept
from longshelf.catalog.numbered import cut_whole, numbered
from longshelf.catalog.presence import present
from longshelf.catalog.restriction_shapes import (
    HiddenByRule,
    HiddenList,
    HiddenReason,
    HiddenThing,
    PathStep,
    Preview,
    Profile,
    ProfileList,
    SaveProfile,
    SetRestrictions,
    UserRestrictions,
    WhyHidden,
)
from longshelf.errors import Invalid, NotFound
from longshelf.logs import operation
from longshelf.model.engine import Engine, Offset, Snapshot
from longshelf.model.kinds import EntityKind
from longshelf.model.query import IdIs, Mine, Query, both
from longshelf.model.restrictions import NONE, Restrictions
from longshelf.model.sorts import Sort
from longshelf.model.viewer import Viewer
from longshelf.store import personal
from longshelf.store import restrictions as rows
from longshelf.store.database import Database, Transaction
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.visibility import rules, why
from longshelf.visibility.reach import reach
from longshelf.visibility.rules import Part
from longshelf.visibility.visibility import Mask, Visibility

KEPT = 20  # lists of what somebody hid


class Restricting:
    """Safe to share between threads. Whether a viewer may set anything is decided by the route table."""

    def __init__(self, database: Database, engine: Engine, visibility: Visibility) -> None:
        self._database = database
        self._engine = engine
        self._visibility = visibility
        self._kept: Kept[Sequence[int]] = Kept(KEPT)

    def of_user(self, user_id: int) -> UserRestrictions:
        """NotFound when there is no such user."""
        with self._database.read() as connection:
            return _of_user(rows.kept(connection, user_id))

    def restrict(self, user_id: int, wanted: SetRestrictions) -> UserRestrictions:
        """As they are then. NotFound for no such user, Invalid for what cannot be meant."""
        changed = operation("restrictions_changed", user_id=user_id, rules=len(wanted.rules))
        with changed, self._database.write_quietly() as connection:
            _check(connection, wanted)
            rows.restrict(connection, user_id, wanted, _profile_id(connection, user_id, wanted), at=self._database.clock())
            return _of_user(rows.kept(connection, user_id))

    def preview(self, viewer: Viewer, user_id: int, wanted: SetRestrictions) -> Preview:
        """What the rules would do together with the shared profile. What the person hid himself is his own business and does not count."""
        with self._database.read() as connection:
            profile_id = _profile_id(connection, user_id, wanted)
            shared = NONE if profile_id is None else rows.profile(connection, profile_id).rules
        return self._preview(viewer, rules.Profile((("restrictions", wanted), ("profile", shared))))

    def preview_rules(self, viewer: Viewer, wanted: Restrictions) -> Preview:
        """What the rules would do by themselves."""
        return self._preview(viewer, rules.Profile((("profile", wanted),)))

    def profiles(self, page: int, size: int) -> ProfileList:
        """By name."""
        with self._database.read() as connection:
            found, pagination = cut_whole([_profile(each) for each in rows.profiles(connection)], page, size)
        return ProfileList(found, pagination, "")

    def profile(self, profile_id: int) -> Profile:
        """NotFound when there is none."""
        with self._database.read() as connection:
            return _profile(rows.profile(connection, profile_id))

    def add_profile(self, wanted: SaveProfile) -> Profile:
        """Invalid for what cannot be meant, Conflict for a name that is taken."""
        with self._database.write_quietly() as connection:
            _check(connection, wanted)
            profile_id = rows.add_profile(connection, _name(wanted), wanted, at=self._database.clock())
            return _profile(rows.profile(connection, profile_id))

    def change_profile(self, profile_id: int, wanted: SaveProfile) -> Profile:
        """As it is then, for all who have it. NotFound, Invalid, Conflict."""
        changed = operation("restrictions_changed", profile_id=profile_id, rules=len(wanted.rules))
        with changed, self._database.write_quietly() as connection:
            _check(connection, wanted)
            rows.change_profile(connection, profile_id, _name(wanted), wanted, at=self._database.clock())
            return _profile(rows.profile(connection, profile_id))

    def remove_profile(self, profile_id: int) -> None:
        """NotFound; Conflict while somebody has it."""
        with self._database.write_quietly() as connection:
            rows.remove_profile(connection, profile_id)

    def why_hidden(self, viewer: Viewer, item_id: int, user_id: int) -> WhyHidden:
        """NotFound when there is no such user, or no such item for the administrator who asks."""
        with self._database.read() as connection:
            snapshot = SqlSnapshot(connection)
            seen = self._visibility.mask(viewer, snapshot)
            if not snapshot.count(both(IdIs((item_id,)), seen.query), viewer).value:
                raise NotFound("There is no such item.")
            found = why.reasons(connection, user_id, item_id)
        return WhyHidden(item_id=item_id, user_id=user_id, visible=not found, reasons=[_reason(each, seen) for each in found])

    def hidden(self, viewer: Viewer, page: int, size: int) -> HiddenList:
        """What the viewer hid himself of what administrators let him see: entities by kind and name, then items by title."""
        if viewer.user_id is None:
            return HiddenList([], numbered(page, size, 0), "")
        start = (page - 1) * size
        with self._engine.snapshot() as snapshot, self._database.read() as connection:
            seen = self._visibility.mask(viewer, snapshot, own=False)
            present_sql = SqlSnapshot(connection)
            now = self._visibility.mask(viewer, present_sql, own=False)
            entities = self._hidden_entities(connection, viewer, snapshot, seen)
            named = rows.named(connection, [each for each in entities[start : start + size] if each not in now.hidden])
            asked = both(Mine("hidden", 1), seen.query)
            total = len(entities) + snapshot.count(asked, viewer).value
            window = Offset(max(start - len(entities), 0), size - len(entities[start : start + size]))
            ids = snapshot.page(asked, Sort("title", descending=False), window, viewer).ids if window.size else ()
            if now.restricts and ids:
                still = set(present_sql.page(both(IdIs(tuple(sorted(ids))), now.query), Sort("id"), Offset(0, len(ids)), viewer).ids)
                ids = tuple(each for each in ids if each in still)
            titles = rows.titles(connection, ids)
        shown = [named[each] for each in entities[start : start + size] if each in named]
        found = [HiddenThing(type="entity", id=each.id, kind=each.kind, name=each.name) for each in shown]
        found += [HiddenThing(type="item", id=each, kind=titles[each][0], name=titles[each][1]) for each in ids if each in titles]
        return HiddenList(found, numbered(page, size, total), "")

    def _hidden_entities(self, connection: Transaction, viewer: Viewer, snapshot: Snapshot, seen: Mask) -> Sequence[int]:
        """Those he hid of what there is for him by the rules of administrators, by kind and name. Kept for who turns pages, until he says
        something or the catalogue changes: finding out costs in proportion to what he hid."""
        user_id = viewer.user_id or 0

        def found() -> Sequence[int]:
            ordered = rows.hidden_by_name(connection, user_id)
            by_kind: dict[EntityKind, list[int]] = {}
            for kind, each in ordered:
                by_kind.setdefault(kind, []).append(each)
            there = present(connection, viewer, snapshot, seen, by_kind)
            return array("q", (each for _, each in ordered if each in there))

        return self._kept.get_or((user_id, seen.name, snapshot.revision, *personal.state(connection, user_id)), found)

    def _preview(self, viewer: Viewer, profile: rules.Profile) -> Preview:
        with self._database.read() as connection:
            _check(connection, *(each for _, each in profile.rules))
            left = rules.query(profile, reach(connection, rules.needs(profile)))
            parts = [(each, rules.part_query(each, reach(connection, rules.needs(rules.alone(each))))) for each in rules.parts(profile)]
            known = rows.kinds_of(connection, rules.needs(profile).mentioned)
        with operation("restrictions_previewed", parts=len(parts)), self._engine.snapshot() as snapshot:
            seen = self._visibility.mask(viewer, snapshot).query

            def count(*asked: Query) -> int:
                return snapshot.count(both(seen, *asked), viewer).value

            whole, visible = count(), count(left)
            hidden = [_hidden_by(part, whole - count(query), known) for part, query in parts]
        return Preview(hidden_items=whole - visible, visible_items=visible, hidden_by_rule=hidden)


def _hidden_by(part: Part, items: int, known: Collection[int]) -> HiddenByRule:
    rule, rules_ = part.stated, part.restrictions
    if rule is not None:
        missing = sorted(set(rule.ids) - set(known))
        about = f"{'without' if rule.mode == 'exclude' else 'only'} {len(set(rule.ids))} {rule.kind}" + (
            ", nor anything without one" if rule.restrict_empty and rule.mode == "include" else ""
        )
        return HiddenByRule(part="rule", rule=part.rule, source=part.source, about=about, hidden_items=items, missing=missing)
    about = f"libraries: {len(rules_.libraries or ())} allowed" if part.name == "libraries" else f"rated at most {rules_.age_rating_max}"
    return HiddenByRule(part=part.name, rule=None, source=part.source, about=about, hidden_items=items, missing=[])


def _check(connection: Transaction, *wanted: Restrictions) -> None:
    """Ids of entities that are gone, or not there yet, are allowed: a rule outlives what it names. Those of another kind are a mistake that
    would let things through."""
    for rules_ in wanted:
        kinds = rows.kinds_of(connection, {each for rule in rules_.rules for each in rule.ids})
        for place, rule in enumerate(rules_.rules):
            wrong = next((each for each in rule.ids if kinds.get(each, rule.kind) is not rule.kind), None)
            if wrong is not None:
                raise Invalid(f"rules[{place}].ids", f"{wrong} is a {kinds[wrong]}, and the rule is about the kind {rule.kind}")


def _profile_id(connection: Transaction, user_id: int, wanted: SetRestrictions) -> int | None:
    """The one that is named, or else the one he has. NotFound for no such user; Invalid for no such profile."""
    held = rows.kept(connection, user_id).profile_id
    if wanted.profile_id is UNSET:
        return held
    if wanted.profile_id is not None:
        try:
            rows.profile(connection, wanted.profile_id)
        except NotFound:
            raise Invalid("profile_id", f"there is no profile {wanted.profile_id}") from None
    return wanted.profile_id


def _name(wanted: SaveProfile) -> str:
    name = wanted.name.strip()
    if not name or not name.isprintable():
        raise Invalid("name", "use 1 to 200 printable characters")
    return name


def _of_user(kept: rows.Kept) -> UserRestrictions:
    return UserRestrictions(profile_id=kept.profile_id, **_fields(kept.own))


def _profile(row: rows.ProfileRow) -> Profile:
    return Profile(id=row.id, name=row.name, users=list(row.users), **_fields(row.rules))


def _fields(of: Restrictions) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Restrictions.__struct_fields__}


def _reason(found: why.Reason, seen: Mask) -> HiddenReason:
    """Names of entities that are hidden from the administrator who asks are left out."""
    path = [
        PathStep(type=each.type, id=each.id, kind=each.kind, name=each.name)
        for each in found.path
        if each.type != "entity" or each.id not in seen.hidden
    ]
    about = found.about if len(path) == len(found.path) else "hidden by an entity that is hidden from you"
    return HiddenReason(source=found.source, part=found.part, rule=found.rule, about=about, path=path)
