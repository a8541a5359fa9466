"""Texts that name entities by id, and follow them when they are merged: the rules that keep things from people, saved filters, and what
blocks of playlists play.

The rule: while links are on their way from one entity to another, a rule names both. It may hide too much for that long; it never shows
what it hid."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

import msgspec

from longshelf.errors import BadQuery
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.store import following
from longshelf.store.database import Transaction
from longshelf.store.merging import Ruled

Change = Callable[[str, EntityKind, Collection[int], int], str]
"""(text, kind, sources, target) to the text; itself where nothing in it is meant."""


class Follower(NamedTuple):
    """One sort of text. `begin` and `finish` are what a merge does to it, `reopen` what the beginning of its undoing does."""

    name: str
    read: Callable[[Transaction], dict[int, str]]
    write: Callable[[Transaction, int, str, int], None]
    begin: Change
    finish: Change
    reopen: Change


def begin(connection: Transaction, kind: EntityKind, sources: Collection[int], target: int, at: int) -> list[Ruled]:
    """Rules name the target beside the sources; filters name it instead of them. What was, for every text that names one of them."""
    found: list[Ruled] = []
    for follower, owner, text in _all(connection):
        begun = follower.begin(text, kind, sources, target)
        after = follower.finish(begun, kind, sources, target)
        if begun != text:
            follower.write(connection, owner, begun, at)
        if begun != text or follower.reopen(text, kind, sources, target) != text:
            found.append(Ruled(f"{follower.name} {owner}", text, after))
    return found


def finish(connection: Transaction, kind: EntityKind, sources: Collection[int], target: int, at: int) -> None:
    """Nothing names the sources any more, not even what was written since the merge began and names them alone."""
    for follower, owner, text in _all(connection):
        fresh = follower.finish(follower.begin(text, kind, sources, target), kind, sources, target)
        _replace(connection, follower, owner, text, fresh, at=at)


def reopen(connection: Transaction, kind: EntityKind, sources: Collection[int], target: int, at: int) -> None:
    """What hides the target hides the sources too, which are about to get their links back."""
    for follower, owner, text in _all(connection):
        _replace(connection, follower, owner, text, follower.reopen(text, kind, sources, target), at=at)


def restore(connection: Transaction, kind: EntityKind, sources: Collection[int], target: int, ruled: Collection[Ruled], *, at: int) -> int:
    """Every text that nobody changed since the merge is what it was before it; how many somebody did."""
    before = {each.owner: each for each in ruled}
    changed = 0
    for follower, owner, text in _all(connection):
        each = before.get(f"{follower.name} {owner}")
        if each is None:
            continue
        if text in {follower.reopen(each.after, kind, sources, target), each.after}:
            _replace(connection, follower, owner, text, each.before, at=at)
        else:
            changed += 1
    return changed


def _all(connection: Transaction) -> Iterator[tuple[Follower, int, str]]:
    for follower in FOLLOWERS:
        for owner, text in follower.read(connection).items():
            yield follower, owner, text


def _replace(connection: Transaction, follower: Follower, owner: int, text: str, fresh: str, *, at: int) -> None:
    if fresh != text:
        follower.write(connection, owner, fresh, at)


# --- rules


def _rule_begins(text: str, kind: EntityKind, sources: Collection[int], target: int) -> str:
    return _ruled(text, kind, lambda ids: (*ids, target) if set(ids) & set(sources) and target not in ids else ids)


def _rule_finishes(text: str, kind: EntityKind, sources: Collection[int], target: int) -> str:
    return _ruled(text, kind, lambda ids: tuple(each for each in ids if each not in sources) if target in ids else ids)


def _rule_reopens(text: str, kind: EntityKind, sources: Collection[int], target: int) -> str:
    return _ruled(text, kind, lambda ids: ids + tuple(each for each in sources if each not in ids) if target in ids else ids)


def _ruled(text: str, kind: EntityKind, change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> str:
    whole = msgspec.json.decode(text, type=Restrictions)
    rules = tuple(_changed(rule, change) if rule.kind == kind else rule for rule in whole.rules)
    return text if rules == whole.rules else msgspec.json.encode(msgspec.structs.replace(whole, rules=rules)).decode()


def _changed(rule: Rule, change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Rule:
    return msgspec.structs.replace(rule, ids=change(rule.ids))


# --- saved filters


def _filter_begins(text: str, kind: EntityKind, sources: Collection[int], target: int) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    named = {kind.value, f"{kind}_all", *(map(str, Role) if kind is EntityKind.PERSON else ())}
    fresh = list(
        dict.fromkeys(
            (name, _filtered(name, value, kind, sources, target) if name in {*named, "filter"} else value) for name, value in pairs
        )
    )
    return text if fresh == pairs else urlencode(fresh)


def _filtered(name: str, value: str, kind: EntityKind, sources: Collection[int], target: int) -> str:
    if name != "filter":
        sign, number = ("-", value[1:]) if value.startswith("-") else ("", value)
        return f"{sign}{target}" if number.isdecimal() and int(number) in sources else value
    try:
        query = tree.from_json(value)
    except BadQuery:
        return value  # kept as it was written; who opens it is told what is wrong with it
    swapped = _swapped(query, kind, sources, target)
    return value if swapped == query else tree.to_json(swapped).decode()


def _swapped(query: tree.Query, kind: EntityKind, sources: Collection[int], target: int) -> tree.Query:
    match query:
        case tree.And() | tree.Or():
            return type(query)(tuple(_swapped(part, kind, sources, target) for part in query.of))
        case tree.Not():
            return tree.Not(_swapped(query.of, kind, sources, target))
        case tree.Linked() if query.kind == kind:
            return msgspec.structs.replace(query, ids=tuple(dict.fromkeys(target if each in sources else each for each in query.ids)))
        case _:
            return query


def _block_begins(text: str, kind: EntityKind, sources: Collection[int], target: int) -> str:
    """A filter tree, or the part of an address behind `?`."""
    if text.lstrip().startswith("{"):
        return _filtered("filter", text, kind, sources, target)
    return _filter_begins(text, kind, sources, target)


def _as_it_is(text: str, _kind: EntityKind, _sources: Collection[int], _target: int) -> str:
    return text


FOLLOWERS = (
    Follower("user", following.own_rules, following.put_own_rules, _rule_begins, _rule_finishes, _rule_reopens),
    Follower("profile", following.shared_rules, following.put_shared_rules, _rule_begins, _rule_finishes, _rule_reopens),
    Follower("view", following.saved_filters, following.put_saved_filter, _filter_begins, _as_it_is, _as_it_is),
    Follower("block", following.block_filters, following.put_block_filter, _block_begins, _as_it_is, _as_it_is),
)
