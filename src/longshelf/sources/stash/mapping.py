"""What a Stash object is here: scenes and images become items; tags, studios, performers, groups and galleries become entities. Pure.

The rule: relations are kept as the remote's ids, so that a rename changes one entity and no item; names are put in when the item is
written. No address of the server is kept."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qs, urlsplit

import msgspec

from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Credit, ItemRecord
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.payloads import File, Object, Ref
from longshelf.sources.stash.stamps import instant

FORM = 2  # of what is written; raised when the mapping changes, so that the next reconcile writes everything anew
PARENT, TAGGED, PERFORMS, MADE_BY = "parent", "tagged", "performs", "made_by"
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_encoder = msgspec.msgpack.Encoder(order="deterministic")


class Relation(msgspec.Struct, frozen=True, order=True):
    """From one entity to another of the same library."""

    relation: str
    kind: EntityKind
    external_id: str


class EntityRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One entity as it should stand in the store."""

    kind: EntityKind
    external_id: str
    name: str
    sort_name: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    extra: dict[str, object] = {}


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """One object, ready to be compared and written. `hash` is over everything that is written; `stamp` is the server's own text, `made_at`
    when it was made there (µs); `files` are the remote's ids of its files, `marked` the greatest stamp of its markers."""

    kind: Remote
    id: int
    stamp: str
    made_at: int | None
    record: ItemRecord | EntityRecord
    hash: bytes
    files: tuple[int, ...] = ()
    marked: str = ""
    scenes: tuple[int, ...] = ()


def mapped(kind: Remote, found: Object) -> Mapped:
    """ValueError for an object without a whole number as id."""
    record = _item(kind, found) if KINDS[kind].is_item else _entity(kind, found)
    files = found.files or found.visual_files or []
    return Mapped(
        kind=kind,
        id=int(found.id),
        stamp=found.updated_at or "",
        made_at=instant(found.created_at),
        record=record,
        hash=hashlib.blake2b(_encoder.encode((FORM, record)), digest_size=16).digest(),
        files=tuple(int(file.id) for file in files) if kind is Remote.SCENE else (),
        marked=max((marker.updated_at or "" for marker in found.scene_markers or ()), default=""),
        scenes=tuple(sorted(int(each.id) for each in found.scenes or ())) if kind is Remote.GALLERY else (),
    )


def external_id(kind: Remote, remote_id: int) -> str:
    """How an item says where it comes from: the address of its media can be rebuilt from it."""
    return f"{kind}:{remote_id}"


def derived_tag(chapter: Chapter) -> str:
    """The remote id of the tag that lends a marker without a title its name; "" for all other chapters."""
    return chapter.href.partition(":tag:")[2]


def _item(kind: Remote, found: Object) -> ItemRecord:
    files = found.files or found.visual_files or []
    first = files[0] if files else None
    return ItemRecord(
        kind=ItemKind(KINDS[kind].becomes or ""),
        external_id=external_id(kind, int(found.id)),
        title=_line(found.title) or (first.basename if first else "") or f"{KINDS[kind].type} {found.id}",
        description=_text(found.details),
        date=_date(found.date),
        created_at=(instant(first.mod_time) if first else None) or instant(found.created_at),
        duration=first.duration if first and first.duration and first.duration > 0 else None,
        width=(first.width or None) if first else None,
        height=(first.height or None) if first else None,
        size=sum(file.size for file in files) if files else None,
        rating=_rating(found.rating100),
        cover=_cover(kind, found, first),
        credits=_credits(found),
        identifiers=_identifiers(found, first),
        chapters=_chapters(found),
        extra=_extra(found, first, len(files)),
    )


def _cover(kind: Remote, found: Object, first: File | None) -> Cover | None:
    """A scene's picture is made anew when the scene is edited, an image's only with its file."""
    if first is None:
        return None
    return Cover("remote", (found.updated_at or "") if kind is Remote.SCENE else f"{first.id} {first.mod_time or ''} {first.size}")


def _credits(found: Object) -> tuple[Credit, ...]:
    credits = [_credit(EntityKind.PERSON, each.id, Role.PERFORMER) for each in found.performers or ()]
    if found.studio:
        credits.append(_credit(EntityKind.STUDIO, found.studio.id))
    credits += [
        Credit(EntityKind.GROUP, "", position=None if each.scene_index is None else float(each.scene_index), external_id=each.group.id)
        for each in found.groups or ()
    ]
    credits += [_credit(EntityKind.GALLERY, each.id) for each in found.galleries or ()]
    credits += [_credit(EntityKind.TAG, each.id) for each in found.tags or ()]
    moments = {ref.id for marker in found.scene_markers or () for ref in (marker.primary_tag, *(marker.tags or ())) if ref}
    credits += [_credit(EntityKind.TAG, each, Role.MARKER) for each in sorted(moments, key=int)]
    return tuple(dict.fromkeys(credits))


def _credit(kind: EntityKind, remote_id: str, role: Role = Role.NONE) -> Credit:
    return Credit(kind, "", role, external_id=remote_id)


def _chapters(found: Object) -> tuple[Chapter, ...]:
    markers = sorted(found.scene_markers or (), key=lambda marker: (marker.seconds, int(marker.id)))
    chapters = []
    for marker in markers:
        title = _line(marker.title)
        lent = f":tag:{marker.primary_tag.id}" if not title and marker.primary_tag else ""
        chapters.append(Chapter(title, marker.seconds, marker.end_seconds, href=f"marker:{marker.id}{lent}"))
    return tuple(chapters)


def _identifiers(found: Object, first: File | None) -> dict[str, str]:
    told = {each.type: each.value for each in (first.fingerprints if first else None) or () if each.type and each.value}
    told.update({_host(each.endpoint): each.stash_id for each in found.stash_ids or () if each.stash_id})
    return dict(sorted(told.items()))


def _extra(found: Object, first: File | None, files: int) -> dict[str, object]:
    told: dict[str, object] = {
        "code": found.code, "director": found.director, "photographer": found.photographer, "urls": found.urls,
        "organized": found.organized, "interactive": found.interactive, "interactive_speed": found.interactive_speed,
        "o_counter": found.o_counter, "play_count": found.play_count, "play_duration": found.play_duration,
        "resume_time": found.resume_time,
        "last_played_at": found.last_played_at, "files": files if files > 1 else None,
        "captions": sorted(f"{each.language_code}.{each.caption_type}" for each in found.captions or ()),
    }  # fmt: skip
    if first:
        told.update(
            file_name=first.basename, format=first.format, video_codec=first.video_codec, audio_codec=first.audio_codec,
            frame_rate=first.frame_rate, bit_rate=first.bit_rate,
        )  # fmt: skip
    return _said(told)


def _entity(kind: Remote, found: Object) -> EntityRecord:
    name = _line(found.name) or _line(found.title) or _place_name(found)
    if found.disambiguation and _line(found.disambiguation):
        name = f"{name} ({_line(found.disambiguation)})"
    return EntityRecord(
        kind=EntityKind(KINDS[kind].becomes or ""),
        external_id=str(int(found.id)),
        name=name or f"{KINDS[kind].type} {found.id}",
        sort_name=_line(found.sort_name),
        description=_text(found.details) or _text(found.description) or _text(found.synopsis),
        aliases=_aliases(found),
        relations=_relations(found),
        extra=_entity_extra(found),
    )


def _place_name(found: Object) -> str:
    """A gallery without a title is called after its archive or folder."""
    if found.files and found.files[0].basename:
        return found.files[0].basename
    return re.split(r"[\\/]", found.folder.path.rstrip("\\/"))[-1] if found.folder else ""


def _relations(found: Object) -> tuple[Relation, ...]:
    relations = {
        *_to(PARENT, EntityKind.TAG, found.parents),
        *_to(PARENT, EntityKind.STUDIO, [found.parent_studio] if found.parent_studio else ()),
        *_to(PARENT, EntityKind.GROUP, [each.group for each in found.containing_groups or ()]),
        *_to(TAGGED, EntityKind.TAG, found.tags),
        *_to(PERFORMS, EntityKind.PERSON, found.performers),
        *_to(MADE_BY, EntityKind.STUDIO, [found.studio] if found.studio else ()),
    }
    return tuple(sorted(relations))


def _to(relation: str, kind: EntityKind, refs: Sequence[Ref] | None) -> Iterable[Relation]:
    return (Relation(relation, kind, each.id) for each in refs or ())


def _aliases(found: Object) -> tuple[str, ...]:
    given = found.alias_list or found.aliases or []
    names = given.split(",") if isinstance(given, str) else given
    return tuple(sorted({line for name in names if (line := _line(name))}))


def _entity_extra(found: Object) -> dict[str, object]:
    told = {
        name: getattr(found, name)
        for name in (
            "gender", "birthdate", "death_date", "ethnicity", "country", "eye_color", "hair_color", "height_cm", "weight", "measurements",
            "fake_tits", "penis_length", "circumcised", "career_length", "tattoos", "piercings", "urls", "favorite", "rating100", "date",
            "duration", "director", "photographer", "code", "organized", "ignore_auto_tag", "custom_fields",
        )
    }  # fmt: skip
    told["picture"] = _picture(found)
    told["back"] = _made_at(found.back_image_path)
    told["stash_ids"] = {_host(each.endpoint): each.stash_id for each in found.stash_ids or () if each.stash_id}
    told["chapters"] = [[each.title, each.image_index] for each in found.chapters or ()]
    return _said(told)


def _picture(found: Object) -> str:
    """Another when the picture is; "" for Stash's own placeholder. Only the moment is kept of the address. Of a gallery the first image
    stands for it, so it has no address to tell one by."""
    if found.image_path is None and found.front_image_path is None:
        return found.updated_at or "" if found.files is not None or found.folder is not None else ""
    return _made_at(found.image_path or found.front_image_path)


def _made_at(address: str | None) -> str:
    asked = parse_qs(urlsplit(address or "").query)
    return "" if asked.get("default") == ["true"] else "".join(asked.get("t", []))[:20]


def _said(told: dict[str, object]) -> dict[str, object]:
    """Without what says nothing."""
    return {name: value for name, value in sorted(told.items()) if value not in (None, "", [], {}, False, 0)}


def _host(endpoint: str) -> str:
    return endpoint.rpartition("//")[2].partition("/")[0] or "stash-box"


def _date(text: str | None) -> str:
    return text if text and _DATE.fullmatch(text) else ""


def _rating(value: int | None) -> int | None:
    return None if value is None else min(100, max(0, value))


def _line(text: str | None) -> str:
    return " ".join(text.split()) if text else ""


def _text(text: str | None) -> str:
    return text.strip() if text else ""
