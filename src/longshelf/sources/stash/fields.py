"""Which fields are asked for, by type. What costs a query a row (counts, covers, streams) and what holds an address of the server is not
among them: addresses are rebuilt from ids. The addresses of portraits are asked for, because nothing else tells whether there is one and
when it was made; no more of them is kept.

The rule: a field that the server lacks is left out and named; only without the essential ones is it refused."""

from collections.abc import Mapping

from longshelf.sources.stash.kinds import Remote

Tree = Mapping[str, str]  # field -> the type of its selection, "" for a plain value

_FILE = dict.fromkeys(("id", "basename", "size", "mod_time", "width", "height"), "")
_STAMPED = dict.fromkeys(("id", "created_at", "updated_at"), "")
_LABELLED: dict[str, str] = {
    **_STAMPED,
    **dict.fromkeys(("title", "code", "details", "date", "rating100", "organized", "urls"), ""),
    "studio": "Ref", "tags": "Ref", "performers": "Ref",
}  # fmt: skip

# Selections by name. "Ref" and its like are ours: an object of any type of which only these fields are wanted.
TREES: dict[str, Tree] = {
    "Ref": {"id": ""},
    "Named": {"id": "", "name": ""},
    "Folder": {"path": ""},
    "Fingerprint": {"type": "", "value": ""},
    "VideoFile": {
        **_FILE, **dict.fromkeys(("format", "duration", "video_codec", "audio_codec", "frame_rate", "bit_rate"), ""),
        "fingerprints": "Fingerprint",
    },
    "ImageFile": {**_FILE, "format": ""},
    "GalleryFile": {"id": "", "basename": ""},
    "VideoCaption": {"language_code": "", "caption_type": ""},
    "StashID": {"endpoint": "", "stash_id": ""},
    "SceneGroup": {"group": "Ref", "scene_index": ""},
    "GroupDescription": {"group": "Ref", "description": ""},
    "GalleryChapter": {"title": "", "image_index": ""},
    "SceneMarker": {"id": "", "title": "", "seconds": "", "end_seconds": "", "updated_at": "", "primary_tag": "Named", "tags": "Ref"},
    "Scene": {
        **_LABELLED,
        **dict.fromkeys((
            "director", "o_counter", "interactive", "interactive_speed", "last_played_at", "resume_time", "play_duration", "play_count",
        ), ""),
        "captions": "VideoCaption", "files": "VideoFile", "scene_markers": "SceneMarker", "galleries": "Ref", "groups": "SceneGroup",
        "stash_ids": "StashID",
    },
    "Image": {**_LABELLED, "photographer": "", "o_counter": "", "visual_files": "VisualFile", "galleries": "Ref"},
    "Gallery": {
        **_LABELLED, "photographer": "", "files": "GalleryFile", "folder": "Folder", "chapters": "GalleryChapter", "scenes": "Ref",
    },
    "Performer": {
        **_STAMPED,
        **dict.fromkeys((
            "name", "disambiguation", "urls", "gender", "birthdate", "death_date", "ethnicity", "country", "eye_color", "hair_color",
            "height_cm", "weight", "measurements", "fake_tits", "penis_length", "circumcised", "career_length", "tattoos", "piercings",
            "alias_list", "favorite", "ignore_auto_tag", "rating100", "details", "custom_fields", "image_path",
        ), ""),
        "tags": "Ref", "stash_ids": "StashID",
    },
    "Studio": {
        **_STAMPED, **dict.fromkeys(("name", "urls", "aliases", "rating100", "favorite", "details", "ignore_auto_tag", "image_path"), ""),
        "parent_studio": "Ref", "tags": "Ref", "stash_ids": "StashID",
    },
    "Tag": {
        **_STAMPED, **dict.fromkeys(("name", "sort_name", "description", "aliases", "favorite", "ignore_auto_tag", "image_path"), ""),
        "parents": "Ref", "stash_ids": "StashID",
    },
    "Group": {
        **_STAMPED,
        **dict.fromkeys((
            "name", "aliases", "duration", "date", "rating100", "director", "synopsis", "urls", "front_image_path", "back_image_path",
        ), ""),
        "studio": "Ref", "tags": "Ref", "containing_groups": "GroupDescription",
    },
}  # fmt: skip
UNIONS = {"VisualFile": ("ImageFile", "VideoFile")}
ABSTRACT = frozenset({"Ref", "Named"})  # of no type of Stash's: what they name is always there
ESSENTIAL = frozenset({"id", "updated_at", "created_at"})
STUB = {"id": "", "created_at": "", "updated_at": ""}
MARKER_STUB = {**STUB, "scene": "Ref"}
STUBS: dict[Remote, Tree] = {kind: MARKER_STUB if kind is Remote.MARKER else STUB for kind in Remote}
