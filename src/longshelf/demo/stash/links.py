"""Fingerprints of files, and the addresses of what belongs to a row.

The rule: addresses begin with how the client named the server, and only streams carry the key."""

from datetime import UTC, datetime
from typing import Any

from longshelf.demo.stash.context import Arguments, Context, Read
from longshelf.demo.stash.rows import File
from longshelf.demo.stash.world import World


def fingerprints(file: File) -> list[dict[str, str]]:
    """Follow from the content alone: the same file has the same ones under every id."""
    found = [{"type": "oshash", "value": f"{file.content & (2**64 - 1):016x}"}]
    if file.kind == "video":
        found.append({"type": "phash", "value": f"{file.content * 0x9E3779B97F4A7C15 % 2**64:x}"})
    return [*found, {"type": "md5", "value": f"{file.content * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"}]


def changed_at(row: Any) -> int:
    """The `t` in addresses: when the row was changed, so it goes stale when only its picture was made anew."""
    at = datetime.fromisoformat(row.updated_at)
    return int((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp())


def scene_hash(world: World, scene: Any) -> str:
    """Names a scene's sprites."""
    return fingerprints(world.files[scene.files[0]])[0]["value"] if scene.files else ""


def scene_paths(context: Context, _arguments: Arguments) -> Read:
    world = context.world

    def read(row: Any) -> dict[str, str | None]:
        at, name = f"/scene/{row.id}", scene_hash(world, row)
        return {
            "screenshot": context.link(f"{at}/screenshot?t={changed_at(row)}"),
            "preview": context.link(f"{at}/preview"),
            "stream": context.link(f"{at}/stream", with_key=True),
            "webp": context.link(f"{at}/webp"),
            "vtt": context.link(f"/scene/{name}_thumbs.vtt"),
            "sprite": context.link(f"/scene/{name}_sprite.jpg"),
            "funscript": context.link(f"{at}/funscript"),
            "interactive_heatmap": context.link(f"{at}/interactive_heatmap"),
            "caption": context.link(f"{at}/caption"),
        }

    return read


def image_paths(context: Context, _arguments: Arguments) -> Read:
    def read(row: Any) -> dict[str, str]:
        if not row.files:
            return {"thumbnail": "", "preview": "", "image": ""}
        return {name: context.link(f"/image/{row.id}/{name}?t={changed_at(row)}") for name in ("thumbnail", "preview", "image")}

    return read


def streams(context: Context, row: Any) -> list[dict[str, str]]:
    endings = (("", "video/mp4", "Direct stream"), (".mp4", "video/mp4", "MP4"), (".m3u8", "application/vnd.apple.mpegurl", "HLS"))
    return [
        {"url": context.link(f"/scene/{row.id}/stream{end}", with_key=True), "mime_type": mime, "label": label}
        for end, mime, label in endings
    ]
