"""What Stash's list queries find: criteria, orders and pages.

The rules, each of which a client can trip over: without a sort scenes, images and galleries come out grouped by studio; stamps are
compared as bytes; `per_page` 0 answers a count and no rows, a negative one everything; `ids` fails as a whole when one is missing; an
unknown sort is an error; rows that tie in a sort have no fixed order among each other."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from longshelf.demo.stash.world import Kind, World

Criteria = Mapping[str, Any]
Test = Callable[[Any], bool]
PER_PAGE = 25
SEEDS = 10**8
IN_ORDER_OF_STUDIO: frozenset[Kind] = frozenset({"scene", "image", "gallery"})
LABELLED_SORTS = frozenset({"id", "created_at", "updated_at", "title", "date", "rating", "path", "random", "tag_count", "performer_count"})
SORTS: dict[Kind, frozenset[str]] = {
    "scene": LABELLED_SORTS | {"last_played_at", "play_count", "o_counter", "organized", "filesize", "duration"},
    "image": LABELLED_SORTS | {"o_counter", "filesize"},
    "gallery": LABELLED_SORTS | {"images_count"},
    "performer": frozenset({"id", "created_at", "updated_at", "name", "birthdate", "rating", "random", "height"}),
    "studio": frozenset({"id", "created_at", "updated_at", "name", "rating", "random"}),
    "tag": frozenset({"id", "created_at", "updated_at", "name", "random"}),
    "group": frozenset({"id", "created_at", "updated_at", "name", "date", "rating", "random", "duration"}),
    "marker": frozenset({"id", "created_at", "updated_at", "title", "seconds", "random"}),
}


class StashError(Exception):
    """What a resolver fails with; becomes an entry in `errors` of a reply with status 200. `path` grows on the way up."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.path: list[str | int] = []


@dataclass(frozen=True)
class Found:
    """`rows` are one page of `total`."""

    rows: Sequence[Any]
    total: Sequence[Any]


def by_ids(world: World, kind: Kind, ids: Iterable[str | int]) -> list[Any]:
    """The rows in the order asked for. StashError when an id is no number, or when one row is missing: then none is answered."""
    table, rows = world.table(kind), []
    for given in ids:
        row = table.get(_number(given))
        if row is None:
            raise StashError(f"{'scene marker' if kind == 'marker' else kind} with id {given} not found")
        rows.append(row)
    return rows


def find(world: World, kind: Kind, page: Criteria | None, criteria: Criteria | None) -> Found:
    """One page as the FindFilter and the criteria ask for it."""
    page = page or {}
    matching, rest = _range(world, kind, criteria or {})
    if (test := _all_of(world, kind, rest)) is not None:
        matching = [row for row in matching if test(row)]
    if words := (page.get("q") or "").casefold().split():
        matching = [row for row in matching if all(word in display_name(row).casefold() for word in words)]
    number = max(1, page["page"] if page.get("page") is not None else 1)
    size = PER_PAGE if page.get("per_page") is None else page["per_page"]
    ordered = _ordered(world, kind, matching, page, number)
    if size < 0:
        return Found(ordered, ordered)
    return Found(ordered[(number - 1) * size : number * size], ordered)


def display_name(row: Any) -> str:
    """What Stash searches and breaks ties by."""
    return str(getattr(row, "title", None) or getattr(row, "name", None) or "")


def _range(world: World, kind: Kind, criteria: Criteria) -> tuple[Sequence[Any], Criteria]:
    """A range of the primary key where the `id` criterion gives one, as in SQLite, and the criteria that are left to be tested."""
    table, bound = world.table(kind), criteria.get("id")
    if bound is None or criteria.get("OR") is not None:
        return table.between(None, None), criteria
    value, other = bound["value"], bound.get("value2") or 0
    ranges: dict[str, tuple[int | None, int | None]] = {
        "GREATER_THAN": (value + 1, None),
        "LESS_THAN": (None, value - 1),
        "EQUALS": (value, value),
        "BETWEEN": (value, other),
    }
    if bound["modifier"] not in ranges:
        return table.between(None, None), criteria
    return table.between(*ranges[bound["modifier"]]), {name: each for name, each in criteria.items() if name != "id"}


def _ordered(world: World, kind: Kind, rows: Sequence[Any], page: Criteria, number: int) -> Sequence[Any]:
    sort = page.get("sort") or ""
    backwards = page.get("direction") == "DESC"
    if not sort and kind in IN_ORDER_OF_STUDIO:
        return sorted(rows, key=lambda row: (row.studio or 0, row.id))
    sort = sort or ("title" if kind == "marker" else "name")
    name, _, seed = sort.partition("_") if sort.startswith("random_") else (sort, "", "")
    if name not in SORTS[kind] or (seed and not seed.isdigit()):
        raise StashError(f"invalid sort: {sort}")
    if name == "id":
        return rows[::-1] if backwards else rows
    if name == "random":
        shuffled = int(seed or 0) % SEEDS
        return sorted(rows, key=lambda row: (_mixed(row.id, shuffled), row.id), reverse=backwards)
    value = _sort_value(world, name)
    return sorted(rows, key=lambda row: (value(row), display_name(row).casefold(), _mixed(row.id, number)), reverse=backwards)


def _sort_value(world: World, name: str) -> Callable[[Any], Any]:
    """Missing values first, as SQLite puts NULL."""
    counted: dict[str, Callable[[Any], Any]] = {
        "name": lambda row: row.name.casefold(),
        "title": lambda row: row.title.casefold(),
        "rating": lambda row: row.rating100 if row.rating100 is not None else -1,
        "tag_count": lambda row: len(row.tags),
        "performer_count": lambda row: len(row.performers),
        "play_count": lambda row: len(row.plays),
        "o_counter": lambda row: len(row.os) if hasattr(row, "os") else row.o_counter,
        "last_played_at": lambda row: max(row.plays, default=""),
        "images_count": lambda row: len(world.images_of_gallery(row.id)),
        "path": lambda row: _paths(world, row)[0] if row.files else "",
        "filesize": lambda row: sum(world.files[each].size for each in row.files),
        "duration": lambda row: (
            world.files[row.files[0]].duration if row.files and hasattr(row, "files") else getattr(row, "duration", 0) or 0
        ),
        "height": lambda row: row.height_cm or 0,
    }
    return counted.get(name, lambda row: getattr(row, name) or 0 if name in ("seconds", "organized") else getattr(row, name) or "")


def _mixed(key: int, seed: int) -> int:
    """A number that looks random but always is the same for the same id and seed."""
    mixed = (key * 2_654_435_761 + seed * 40_503 + 12_345) & 0xFFFFFFFF
    mixed ^= mixed >> 15
    return (mixed * 2_246_822_519) & 0xFFFFFFFF


def _all_of(world: World, kind: Kind, criteria: Criteria) -> Test | None:
    """The criteria as one test; None when there are none."""
    tests = [test for name, value in criteria.items() if value is not None and (test := _one(world, kind, name, value)) is not None]
    mine = (lambda row: all(test(row) for test in tests)) if tests else None
    if criteria.get("OR") is not None:
        other = _all_of(world, kind, criteria["OR"])
        return None if mine is None or other is None else lambda row: mine(row) or other(row)
    return mine


def _one(world: World, kind: Kind, name: str, value: Any) -> Test | None:
    """The test of one criterion; None for OR, which the caller joins."""
    if name == "OR":
        return None
    if isinstance(value, bool):
        field = "favorite" if name == "filter_favorites" else name
        return lambda row: getattr(row, field) is value
    if name in _RELATIONS:
        return _relation_test(value, *_RELATIONS[name](world, kind))
    make = _CRITERIA.get(name, _count_criterion)
    return make(world, kind, name, value)


def _nested(world: World, kind: Kind, name: str, value: Any) -> Test:
    test = _all_of(world, kind, value) or (lambda _row: True)
    return test if name == "AND" else lambda row: not test(row)


def _stamp_criterion(_world: World, _kind: Kind, name: str, value: Any) -> Test:
    return _stamp_test(value, (lambda row: max(row.plays, default=None)) if name == "last_played_at" else _attribute(name))


def _text_criterion(_world: World, _kind: Kind, name: str, value: Any) -> Test:
    test = _text_test(value)
    return lambda row: test(getattr(row, name))


def _path_criterion(world: World, _kind: Kind, _name: str, value: Any) -> Test:
    test = _text_test(value)
    return lambda row: any(map(test, _paths(world, row) or [""]))


def _count_criterion(_world: World, kind: Kind, name: str, value: Any) -> Test:
    counts: dict[str, Callable[[Any], int | None]] = {
        "o_counter": lambda row: len(row.os) if kind == "scene" else row.o_counter,
        "play_count": lambda row: len(row.plays),
    }
    return _number_test(value, counts.get(name, _attribute(name)))


def _attribute(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _number_test(given: Criteria, value: Callable[[Any], int | None]) -> Test:
    low, high = given["value"], given.get("value2")
    modifier = given["modifier"]
    if modifier in ("IS_NULL", "NOT_NULL"):
        return lambda row: (value(row) is None) == (modifier == "IS_NULL")
    if modifier in ("BETWEEN", "NOT_BETWEEN"):
        high = 0 if high is None else high
        return lambda row: (number := value(row)) is not None and (low <= number <= high) == (modifier == "BETWEEN")
    compare: dict[str, Callable[[int], bool]] = {
        "EQUALS": lambda number: number == low,
        "NOT_EQUALS": lambda number: number != low,
        "GREATER_THAN": lambda number: number > low,
        "LESS_THAN": lambda number: number < low,
    }
    if modifier not in compare:
        raise StashError(f"internal error: unsupported int modifier {modifier}")
    wanted = compare[modifier]
    return lambda row: (number := value(row)) is not None and wanted(number)


def _stamp_test(given: Criteria, value: Callable[[Any], str | None]) -> Test:
    """Text against text, byte by byte: no zones, no parsing. Equal to what SQLite does with the bound value."""
    low, high = given["value"].encode(), (given.get("value2") or "").encode()
    compare: dict[str, Callable[[bytes], bool]] = {
        "EQUALS": lambda stamp: stamp == low,
        "NOT_EQUALS": lambda stamp: stamp != low,
        "GREATER_THAN": lambda stamp: stamp > low,
        "LESS_THAN": lambda stamp: stamp < low,
        "BETWEEN": lambda stamp: low <= stamp <= high,
        "NOT_BETWEEN": lambda stamp: not low <= stamp <= high,
    }
    modifier = given["modifier"]
    if modifier in ("IS_NULL", "NOT_NULL"):
        return lambda row: (value(row) is None) == (modifier == "IS_NULL")
    if modifier not in compare:
        raise StashError(f"internal error: unsupported timestamp modifier {modifier}")
    wanted = compare[modifier]
    return lambda row: (stamp := value(row)) is not None and wanted(stamp.encode())


def _text_test(given: Criteria) -> Callable[[str | None], bool]:
    value, modifier = given["value"], given["modifier"]
    folded = value.casefold()
    tests: dict[str, Callable[[str], bool]] = {
        "EQUALS": lambda text: text.casefold() == folded,
        "NOT_EQUALS": lambda text: text.casefold() != folded,
        "INCLUDES": lambda text: folded in text.casefold(),
        "EXCLUDES": lambda text: folded not in text.casefold(),
        "MATCHES_REGEX": lambda text: re.search(value, text) is not None,
        "NOT_MATCHES_REGEX": lambda text: re.search(value, text) is None,
        "IS_NULL": lambda text: not text,
        "NOT_NULL": bool,
    }
    if modifier not in tests:
        raise StashError(f"internal error: unsupported string modifier {modifier}")
    test = tests[modifier]
    return lambda text: test(text or "")


def _relation_test(given: Criteria, held: Callable[[Any], Iterable[int]], widen: Callable[[Iterable[int], int], set[int]]) -> Test:
    modifier, depth = given["modifier"], given.get("depth") or 0
    each = [widen((_number(value),), depth) for value in given.get("value") or ()]
    excluded = set().union(*(widen((_number(value),), depth) for value in given.get("excludes") or ()))
    tests: dict[str, Callable[[set[int]], bool]] = {
        "INCLUDES": lambda ids: any(ids & family for family in each) if each else True,
        "INCLUDES_ALL": lambda ids: all(ids & family for family in each),
        "EXCLUDES": lambda ids: not any(ids & family for family in each),
        "EQUALS": lambda ids: all(ids & family for family in each) and len(ids) == len(each),
        "NOT_EQUALS": lambda ids: not (all(ids & family for family in each) and len(ids) == len(each)),
        "IS_NULL": lambda ids: not ids,
        "NOT_NULL": bool,
    }
    if modifier not in tests:
        raise StashError(f"internal error: unsupported criterion modifier {modifier}")
    test = tests[modifier]

    def holds(row: Any) -> bool:
        ids = set(held(row))
        return test(ids) and not ids & excluded

    return holds


def _only(ids: Iterable[int], _depth: int) -> set[int]:
    return set(ids)


Relation = tuple[Callable[[Any], Iterable[int]], Callable[[Iterable[int], int], set[int]]]
_RELATIONS: dict[str, Callable[[World, Kind], Relation]] = {
    "tags": lambda world, kind: (
        (lambda row: (row.primary_tag, *row.tags)) if kind == "marker" else lambda row: row.tags,
        world.tag_family,
    ),
    "scene_tags": lambda world, _kind: (lambda row: world.scenes[row.scene].tags, world.tag_family),
    "performers": lambda world, kind: (
        (lambda row: world.scenes[row.scene].performers) if kind == "marker" else lambda row: row.performers,
        _only,
    ),
    "galleries": lambda _world, _kind: (lambda row: row.galleries, _only),
    "scenes": lambda world, kind: (
        (lambda row: (row.scene,)) if kind == "marker" else lambda row: world.scenes_of_gallery(row.id),
        _only,
    ),
    "studios": lambda world, _kind: (lambda row: () if row.studio is None else (row.studio,), world.studio_family),
    "groups": lambda world, _kind: (lambda row: [group for group, _ in row.groups], world.group_family),
    "containing_groups": lambda world, _kind: (lambda row: [group for group, _ in row.inside], world.group_family),
    "parents": lambda world, kind: (
        (lambda row: row.parents) if kind == "tag" else lambda row: () if row.parent is None else (row.parent,),
        world.tag_family if kind == "tag" else _only,
    ),
    "children": lambda world, _kind: (lambda row: world.children_of_tag(row.id), _only),
}


def _file_test(world: World, _kind: Kind, _name: str, given: Criteria) -> Test:
    tests: list[Callable[[Any], bool]] = []
    for name, value in given.items():
        if value is None:
            continue
        if name == "path":
            matches = _text_test(value)
            tests.append(lambda file, matches=matches: matches(file.path))  # type: ignore[misc]
        else:
            tests.append(_stamp_test(value, _attribute(name)))
    return lambda row: any(all(test(world.files[each]) for test in tests) for each in row.files)


_CRITERIA: dict[str, Callable[[World, Kind, str, Any], Test]] = {
    "AND": _nested,
    "NOT": _nested,
    "created_at": _stamp_criterion,
    "updated_at": _stamp_criterion,
    "last_played_at": _stamp_criterion,
    "title": _text_criterion,
    "name": _text_criterion,
    "path": _path_criterion,
    "files_filter": _file_test,
}


def _paths(world: World, row: Any) -> list[str]:
    found = [world.files[each].path for each in row.files]
    return [*found, row.folder] if getattr(row, "folder", None) else found


def _number(given: str | int) -> int:
    try:
        return int(given)
    except ValueError:
        raise StashError(f"converting id: strconv.Atoi: parsing {str(given)!r}: invalid syntax".replace("'", '"')) from None
