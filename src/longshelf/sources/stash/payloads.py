"""Stash's objects as they are asked for and decoded. A field that the server does not have keeps its default, so every version decodes.

Absent texts may be null or "": both mean that nothing is said. Ids are text that holds a whole number."""

from typing import Any

import msgspec


class Ref(msgspec.Struct, frozen=True):
    id: str


class Fingerprint(msgspec.Struct, frozen=True):
    type: str = ""
    value: str = ""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A video, image or archive file. Images and archives leave out what only videos have."""

    id: str
    basename: str = ""
    size: int = 0
    mod_time: str | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    frame_rate: float | None = None
    bit_rate: int | None = None
    fingerprints: list[Fingerprint] | None = None


class Folder(msgspec.Struct, frozen=True):
    path: str = ""


class Caption(msgspec.Struct, frozen=True):
    language_code: str = ""
    caption_type: str = ""


class StashId(msgspec.Struct, frozen=True):
    endpoint: str = ""
    stash_id: str = ""


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str | None = None
    seconds: float = 0.0
    end_seconds: float | None = None
    updated_at: str | None = None
    primary_tag: "Named | None" = None
    tags: list[Ref] | None = None
    scene: Ref | None = None


class Named(msgspec.Struct, frozen=True):
    id: str
    name: str = ""


class InGroup(msgspec.Struct, frozen=True):
    group: Ref
    scene_index: int | None = None
    description: str | None = None


class Chapter(msgspec.Struct, frozen=True):
    title: str = ""
    image_index: int = 0


class Stub(msgspec.Struct, frozen=True, kw_only=True):
    """Enough to tell whether a row has changed."""

    id: str
    created_at: str | None = None
    updated_at: str | None = None
    scene: Ref | None = None


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """Any of the kinds; each has only the fields that were asked for it."""

    id: str
    created_at: str | None = None
    updated_at: str | None = None
    title: str | None = None
    name: str | None = None
    sort_name: str | None = None
    disambiguation: str | None = None
    code: str | None = None
    details: str | None = None
    description: str | None = None
    synopsis: str | None = None
    director: str | None = None
    photographer: str | None = None
    date: str | None = None
    rating100: int | None = None
    organized: bool | None = None
    favorite: bool | None = None
    o_counter: int | None = None
    play_count: int | None = None
    play_duration: float | None = None
    resume_time: float | None = None
    last_played_at: str | None = None
    interactive: bool | None = None
    interactive_speed: int | None = None
    captions: list[Caption] | None = None
    urls: list[str] | None = None
    alias_list: list[str] | None = None
    aliases: list[str] | str | None = None
    files: list[File] | None = None
    visual_files: list[File] | None = None
    folder: Folder | None = None
    chapters: list[Chapter] | None = None
    scene_markers: list[Marker] | None = None
    scenes: list[Ref] | None = None
    galleries: list[Ref] | None = None
    studio: Ref | None = None
    parent_studio: Ref | None = None
    groups: list[InGroup] | None = None
    containing_groups: list[InGroup] | None = None
    parents: list[Ref] | None = None
    tags: list[Ref] | None = None
    performers: list[Ref] | None = None
    stash_ids: list[StashId] | None = None
    gender: str | None = None
    birthdate: str | None = None
    death_date: str | None = None
    ethnicity: str | None = None
    country: str | None = None
    eye_color: str | None = None
    hair_color: str | None = None
    height_cm: int | None = None
    weight: int | None = None
    measurements: str | None = None
    fake_tits: str | None = None
    penis_length: float | None = None
    circumcised: str | None = None
    career_length: str | None = None
    tattoos: str | None = None
    piercings: str | None = None
    duration: float | None = None
    ignore_auto_tag: bool | None = None
    custom_fields: dict[str, Any] | None = None
    image_path: str | None = None
    front_image_path: str | None = None
    back_image_path: str | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the one who uses the server said about any of the kinds; times are stamps in the server's own form."""

    id: str
    rating100: int | None = None
    favorite: bool | None = None
    o_counter: int | None = None
    o_history: list[str | None] | None = None
    play_count: int | None = None
    play_duration: float | None = None
    play_history: list[str | None] | None = None
    resume_time: float | None = None
    last_played_at: str | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One of Stash's own jobs."""

    id: str
    status: str = ""
    description: str = ""
