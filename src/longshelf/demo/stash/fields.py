"""How each field of the schema is read from a row.

The rule: one entry a field. An entry is made once per question (it is given the question's context and the field's arguments) and then
called for every row. A field that is not listed is an attribute of the same name."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from longshelf.demo.stash.context import Arguments, Context, Make, Read
from longshelf.demo.stash.links import changed_at, fingerprints, image_paths, scene_paths, streams
from longshelf.demo.stash.making import CODECS
from longshelf.demo.stash.mutating import MUTATIONS
from longshelf.demo.stash.queries import QUERIES
from longshelf.demo.stash.world import Kind, World


def reader(type_name: str, field_name: str, context: Context, arguments: Arguments) -> Read:
    """What reads the field of one row. AttributeError later when a field of the schema has no attribute."""
    make = FIELDS.get((type_name, field_name))
    return make(context, arguments) if make is not None else attrgetter(field_name)


def type_of(row: Any) -> str:
    """The concrete type of a member of a union or interface."""
    return {"video": "VideoFile", "image": "ImageFile"}.get(row.kind, "GalleryFile")


def _plain(read: Read) -> Make:
    return lambda _context, _arguments: read


def _rows(kind: Kind, ids: Callable[[Any], Any]) -> Make:
    """A list of rows of `kind`."""

    def make(context: Context, _arguments: Arguments) -> Read:
        table = context.world.table(kind)
        return lambda row: [table[each] for each in ids(row)]

    return make


def _row(kind: Kind, key: Callable[[Any], int | None]) -> Make:
    def make(context: Context, _arguments: Arguments) -> Read:
        table = context.world.table(kind)
        return lambda row: None if (found := key(row)) is None else table[found]

    return make


def _of_world(read: Callable[[World, Any], Any]) -> Make:
    return lambda context, _arguments: lambda row: read(context.world, row)


def _count(kind: Kind, relation: str, widen: str = "") -> Make:
    """A count per row: counted in the tally, because each costs Stash a query."""

    def make(context: Context, arguments: Arguments) -> Read:
        world = context.world
        depth = arguments.get("depth") or 0

        def read(row: Any) -> int:
            context.tally.counts_per_row += 1
            family = getattr(world, widen)((row.id,), depth) if widen else {row.id}
            return len({holder for each in family for holder in world.holders(kind, relation, each)})

        return read

    return make


def _link(path: Callable[[Any], str], *, with_key: bool = False) -> Make:
    return lambda context, _arguments: lambda row: context.link(path(row), with_key=with_key)


def _picture(kind: str) -> Make:
    """Default pictures say so in their address."""

    def path(row: Any) -> str:
        return f"/{kind}/{row.id}/image?t={changed_at(row)}{'' if row.picture else '&default=true'}"

    return _link(path)


def _files(context: Context, _arguments: Arguments) -> Read:
    files = context.world.files
    return lambda row: [files[each] for each in row.files]


def _more(name: str) -> Make:
    return _plain(lambda row: row.more.get(name, ""))


def _marker_link(name: str) -> Make:
    return _link(lambda row: f"/scene/{row.scene}/scene_marker/{row.id}/{name}")


def _fingerprint(_context: Context, arguments: Arguments) -> Read:
    wanted = arguments["type"]
    return lambda file: next((each["value"] for each in fingerprints(file) if each["type"] == wanted), None)


def _codec(place: int) -> Make:
    return _plain(lambda file: CODECS[file.id % len(CODECS)][place])


def _job(name: str, attribute: str) -> tuple[tuple[str, str], Make]:
    return ("Job", name), _plain(attrgetter(attribute))


def _text_id(row: Any) -> str:
    return str(row.id)


FIELDS: dict[tuple[str, str], Make] = {
    **{
        (name, "id"): _plain(_text_id)
        for name in "Scene Image Gallery Performer Studio Tag Group SceneMarker VideoFile ImageFile GalleryFile Job".split()  # noqa: SIM905
    },
    **{
        (name, "stash_ids"): _plain(lambda row: [{"endpoint": box, "stash_id": key, "updated_at": at} for box, key, at in row.stash_ids])
        for name in ("Scene", "Performer", "Studio", "Tag")
    },
    **{(name, "studio"): _row("studio", attrgetter("studio")) for name in ("Scene", "Image", "Gallery", "Group")},
    **{
        (name, "tags"): _rows("tag", attrgetter("tags"))
        for name in ("Scene", "Image", "Gallery", "Performer", "Studio", "Group", "SceneMarker")
    },
    **{(name, "performers"): _rows("performer", attrgetter("performers")) for name in ("Scene", "Image", "Gallery")},
    **{(name, "galleries"): _rows("gallery", attrgetter("galleries")) for name in ("Scene", "Image")},
    **{(name, "files"): _files for name in ("Scene", "Image", "Gallery")},
    ("Image", "visual_files"): _files,
    **{
        (name, entry): read
        for name in ("VideoFile", "ImageFile", "GalleryFile")
        for entry, read in (
            ("basename", _plain(lambda file: file.path.rpartition("/")[2])),
            ("fingerprints", _plain(fingerprints)),
            ("fingerprint", _fingerprint),
        )
    },
    ("VideoFile", "video_codec"): _codec(0),
    ("VideoFile", "audio_codec"): _codec(1),
    ("VideoFile", "frame_rate"): _plain(lambda _file: 29.97),
    ("VideoFile", "bit_rate"): _plain(lambda file: int(file.size * 8 / file.duration) if file.duration else 0),
    ("Scene", "url"): _plain(lambda row: row.urls[0] if row.urls else None),
    ("Scene", "o_counter"): _plain(lambda row: len(row.os)),
    ("Scene", "o_history"): _plain(lambda row: row.os),
    ("Scene", "play_history"): _plain(lambda row: row.plays),
    ("Scene", "play_count"): _plain(lambda row: len(row.plays)),
    ("Scene", "last_played_at"): _plain(lambda row: max(row.plays, default=None)),
    ("Scene", "interactive_speed"): _plain(lambda row: 120 if row.interactive else None),
    ("Scene", "captions"): _plain(lambda row: [{"language_code": code, "caption_type": form} for code, form in row.captions] or None),
    ("Scene", "paths"): scene_paths,
    ("Scene", "sceneStreams"): lambda context, _arguments: lambda row: streams(context, row),
    ("Scene", "scene_markers"): _of_world(lambda world, row: [world.markers[each] for each in world.markers_of_scene(row.id)]),
    ("Scene", "groups"): _of_world(lambda world, row: [{"group": world.groups[each], "scene_index": place} for each, place in row.groups]),
    ("Image", "paths"): image_paths,
    ("Gallery", "folder"): _plain(
        lambda row: (
            row.folder
            and {
                "id": str(row.id),
                "path": row.folder,
                "mod_time": row.created_at,
                "created_at": row.created_at,
                "updated_at": row.created_at,
            }
        )
    ),
    ("Gallery", "chapters"): _plain(
        lambda row: [
            {
                "id": str(row.id * 10 + place),
                "title": title,
                "image_index": index,
                "created_at": row.created_at,
                "updated_at": row.created_at,
                "gallery": row,
            }
            for place, (title, index) in enumerate(row.chapters)
        ]
    ),
    ("Gallery", "scenes"): _of_world(lambda world, row: [world.scenes[each] for each in world.scenes_of_gallery(row.id)]),
    ("Gallery", "image_count"): lambda context, _arguments: lambda row: _counted(context, len(context.world.images_of_gallery(row.id))),
    ("Gallery", "cover"): lambda context, _arguments: lambda row: _cover(context, row),
    ("Gallery", "paths"): lambda context, _arguments: (
        lambda row: {
            "cover": context.link(f"/gallery/{row.id}/cover?t={changed_at(row)}"),
            "preview": context.link(f"/gallery/{row.id}/preview"),
        }
    ),
    ("Performer", "alias_list"): _plain(attrgetter("aliases")),
    ("Performer", "image_path"): _picture("performer"),
    **{
        ("Performer", name): _more(name)
        for name in "ethnicity eye_color hair_color measurements fake_tits career_length tattoos piercings".split()  # noqa: SIM905
    },
    ("Performer", "penis_length"): _plain(lambda _row: None),
    ("Performer", "circumcised"): _plain(lambda _row: None),
    ("Performer", "scene_count"): _count("scene", "performers"),
    ("Performer", "image_count"): _count("image", "performers"),
    ("Performer", "gallery_count"): _count("gallery", "performers"),
    ("Studio", "parent_studio"): _row("studio", attrgetter("parent")),
    ("Studio", "child_studios"): _of_world(lambda world, row: [world.studios[each] for each in world.children_of_studio(row.id)]),
    ("Studio", "image_path"): _picture("studio"),
    ("Studio", "scene_count"): _count("scene", "studio", "studio_family"),
    ("Studio", "o_counter"): _of_world(
        lambda world, row: sum(len(world.scenes[each].os) for each in world.holders("scene", "studio", row.id))
    ),
    ("Tag", "description"): _plain(attrgetter("details")),
    ("Tag", "parents"): _rows("tag", attrgetter("parents")),
    ("Tag", "children"): _of_world(lambda world, row: [world.tags[each] for each in world.children_of_tag(row.id)]),
    ("Tag", "image_path"): _picture("tag"),
    ("Tag", "scene_count"): _count("scene", "tags", "tag_family"),
    ("Tag", "image_count"): _count("image", "tags", "tag_family"),
    ("Group", "aliases"): _plain(lambda row: ", ".join(row.aliases)),
    ("Group", "synopsis"): _plain(attrgetter("details")),
    ("Group", "containing_groups"): _of_world(
        lambda world, row: [{"group": world.groups[each], "description": about} for each, about in row.inside]
    ),
    ("Group", "sub_groups"): _of_world(
        lambda world, row: [
            {"group": (inner := world.groups[each]), "description": dict(inner.inside)[row.id]} for each in world.groups_inside(row.id)
        ]
    ),
    ("Group", "front_image_path"): _link(
        lambda row: f"/group/{row.id}/frontimage?t={changed_at(row)}{'' if row.picture else '&default=true'}"
    ),
    ("Group", "back_image_path"): lambda context, _arguments: (
        lambda row: context.link(f"/group/{row.id}/backimage?t={changed_at(row)}") if row.back else None
    ),
    ("Group", "scene_count"): lambda context, _arguments: lambda row: _counted(context, len(context.world.scenes_of_group(row.id))),
    ("Group", "scenes"): _of_world(lambda world, row: [world.scenes[each] for each in world.scenes_of_group(row.id)]),
    ("SceneMarker", "scene"): _row("scene", attrgetter("scene")),
    ("SceneMarker", "primary_tag"): _row("tag", attrgetter("primary_tag")),
    **{("SceneMarker", name): _marker_link(name) for name in ("stream", "preview", "screenshot")},
    **QUERIES,
    **MUTATIONS,
    **dict(
        (
            _job("subTasks", "sub_tasks"),
            _job("startTime", "start_time"),
            _job("endTime", "end_time"),
            _job("addTime", "add_time"),
        )
    ),
}


def _counted(context: Context, count: int) -> int:
    context.tally.counts_per_row += 1
    return count


def _cover(context: Context, row: Any) -> Any:
    context.tally.counts_per_row += 1
    images = context.world.images_of_gallery(row.id)
    chosen = row.cover if row.cover in context.world.images else images[0] if images else None
    return None if chosen is None else context.world.images[chosen]
