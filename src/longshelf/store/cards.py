"""The card: the list form of an item as encoded JSON, written in the item's own transaction. A page is cards joined.

The rule: a card is the same for every viewer. What differs per viewer (`me`) is spliced in behind it by `catalog/pages.py`, and a
visible item never carries a hidden entity, so its names may stand in the card."""

from collections.abc import Sequence

import msgspec

from longshelf.model.kinds import EntityKind

CARD_LINKS: dict[EntityKind, int] = {EntityKind.PERSON: 4, EntityKind.SERIES: 2, EntityKind.STUDIO: 1}  # how many a card shows


class CardLink(msgspec.Struct, frozen=True):
    """One name on a card."""

    id: int
    kind: str
    name: str
    role: str
    position: float | None


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Field order is the order on the wire. Times RFC 3339 UTC; absent is null."""

    id: int
    library_id: int
    kind: str
    title: str
    subtitle: str | None
    date: str | None
    added_at: str | None
    created_at: str | None
    updated_at: str | None
    duration: float | None
    width: int | None
    height: int | None
    size: int | None
    pages: int | None
    rating: int | None
    age_rating: int | None
    cover: str | None
    color: str | None
    links: list[CardLink]


class Front(msgspec.Struct, frozen=True):
    """The fields of a card from `kind` to `date`: what is known before the item has an id."""

    kind: str
    title: str
    subtitle: str | None
    date: str | None


class Back(msgspec.Struct, frozen=True):
    """The same from `duration` to `cover`."""

    duration: float | None
    width: int | None
    height: int | None
    size: int | None
    pages: int | None
    rating: int | None
    age_rating: int | None
    cover: str | None


_encoder = msgspec.json.Encoder()


def encode(card: Card) -> str:
    """Compact JSON of one card, ready to be stored and sent."""
    return _encoder.encode(card).decode()


def part(of: Front | Back | CardLink | str | None) -> str:
    """A part of a card as `joined` takes it: fields without their braces, all else as a JSON value."""
    text = _encoder.encode(of).decode()
    return text[1:-1] if isinstance(of, Front | Back) else text


def joined(  # noqa: PLR0917 - a card has that many fields
    item_id: int, library_id: int, front: str, added_at: str, created_at: str, updated_at: str, back: str, color: str, links: str
) -> str:
    """A card out of its parts, to the letter what `encode` makes of the whole. `links` are parts with a comma between them."""
    return (
        f'{{"id":{item_id},"library_id":{library_id},{front},"added_at":{added_at},"created_at":{created_at},"updated_at":{updated_at},'
        f'{back},"color":{color},"links":[{links}]}}'
    )


def cover_url(item_id: int, version: str) -> str | None:
    """Relative address of the item's thumbnail; the version makes it immutable. Add &w=192, 384 or 768."""
    return f"thumb/{item_id}?v={version}" if version else None


def shown(links: Sequence[CardLink]) -> list[CardLink]:
    """The links a card has room for, in the given order; the same name in several roles is shown once."""
    room = {str(kind): count for kind, count in CARD_LINKS.items()}
    chosen: list[CardLink] = []
    seen: set[int] = set()
    for link in links:
        if room.get(link.kind, 0) > 0 and link.id not in seen:
            room[link.kind] -= 1
            seen.add(link.id)
            chosen.append(link)
    return chosen
