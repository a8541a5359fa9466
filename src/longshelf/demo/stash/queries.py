"""The queries of the schema: lists, single rows, and what the server says about itself.

The rule: of a list's result only what is selected is computed, and aggregates over the whole of it are counted: they are dear in Stash."""

from collections.abc import Callable, Mapping
from typing import Any

from longshelf.demo.stash.context import Arguments, Context, Make, Read
from longshelf.demo.stash.finding import Found, StashError, by_ids, find
from longshelf.demo.stash.links import streams
from longshelf.demo.stash.world import Kind, World

DATABASE_SCHEMA = 72


def _listing(kind: Kind, rows_name: str, criteria: str, aggregates: Mapping[str, Callable[[World, Any], float]]) -> Make:
    """A `find…s` query. What is asked of the result is computed only when it is selected: members are functions."""

    def make(context: Context, arguments: Arguments) -> Read:
        def read(_root: Any) -> dict[str, Callable[[], Any]]:
            world = context.world
            context.filters.append(arguments.get("filter") or {})
            ids = arguments.get("ids") or arguments.get(f"{kind}_ids")
            if ids:
                chosen = by_ids(world, kind, ids)
                found = Found(chosen, chosen)
            else:
                found = find(world, kind, arguments.get("filter"), arguments.get(criteria))
            rows, total = list(found.rows), found.total
            if context.rearrange is not None:
                rows = context.rearrange(kind, rows)
            context.tally.rows_read += len(rows)

            def aggregate(measure: Callable[[World, Any], float]) -> float:
                context.tally.aggregates += 1
                return sum(measure(world, row) for row in total)

            sums = {name: lambda measure=measure: aggregate(measure) for name, measure in aggregates.items()}
            return {"count": lambda: len(total), rows_name: lambda: rows, **sums}

        return read

    return make


def _single(kind: Kind) -> Make:
    def make(context: Context, arguments: Arguments) -> Read:
        def read(_root: Any) -> Any:
            if arguments.get("id") is None:
                return None
            try:
                return by_ids(context.world, kind, [arguments["id"]])[0]
            except StashError as error:
                if "not found" in error.message:
                    return None
                raise

        return read

    return make


def _duration(world: World, row: Any) -> float:
    return world.files[row.files[0]].duration if row.files else 0.0


def _filesize(world: World, row: Any) -> float:
    return float(sum(world.files[each].size for each in row.files))


def _megapixels(world: World, row: Any) -> float:
    return sum(world.files[each].width * world.files[each].height for each in row.files) / 1e6


def _stats(context: Context, _arguments: Arguments) -> Read:
    def read(_root: Any) -> dict[str, float]:
        world = context.world
        counts = {f"{kind}_count": len(world.table(kind)) for kind in ("scene", "image", "gallery", "performer", "studio", "group", "tag")}
        scenes = list(world.scenes)
        return counts | {
            "scenes_size": sum(_filesize(world, row) for row in scenes),
            "scenes_duration": sum(_duration(world, row) for row in scenes),
            "images_size": sum(_filesize(world, row) for row in world.images),
            "total_o_count": sum(len(row.os) for row in scenes) + sum(row.o_counter for row in world.images),
            "total_play_duration": sum(row.play_duration for row in scenes),
            "total_play_count": sum(len(row.plays) for row in scenes),
            "scenes_played": sum(1 for row in scenes if row.plays),
        }

    return read


def _system(context: Context, _arguments: Arguments) -> Read:
    return lambda _root: {
        "databaseSchema": DATABASE_SCHEMA,
        "databasePath": context.world.database_path,
        "configPath": "/config/.stash/config.yml",
        "appSchema": DATABASE_SCHEMA,
        "status": "OK",
        "os": "linux",
        "workingDir": "/root",
        "homeDir": "/root",
    }


def _configuration(context: Context, _arguments: Arguments) -> Read:
    general = {
        "stashes": [{"path": "/media", "excludeVideo": False, "excludeImage": False}],
        "databasePath": context.world.database_path,
        "generatedPath": "/generated",
        "apiKey": context.api_key,
        "username": "admin" if context.api_key else "",
        "password": "",
    }
    return lambda _root: {"general": general, "plugins": context.world.plugin_settings}


def _find_job(context: Context, arguments: Arguments) -> Read:
    return lambda _root: context.world.jobs.find(int(arguments["input"]["id"]))


def _start_scan(context: Context, _arguments: Arguments) -> Read:
    """A scan that finds nothing and is over at once."""

    def read(_root: Any) -> str:
        job = context.world.jobs.start("Scanning...")
        context.world.jobs.finish(job)
        return str(job.id)

    return read


QUERIES: dict[tuple[str, str], Make] = {
    ("Query", "findScenes"): _listing("scene", "scenes", "scene_filter", {"duration": _duration, "filesize": _filesize}),
    ("Query", "findImages"): _listing("image", "images", "image_filter", {"megapixels": _megapixels, "filesize": _filesize}),
    ("Query", "findGalleries"): _listing("gallery", "galleries", "gallery_filter", {}),
    ("Query", "findPerformers"): _listing("performer", "performers", "performer_filter", {}),
    ("Query", "findStudios"): _listing("studio", "studios", "studio_filter", {}),
    ("Query", "findTags"): _listing("tag", "tags", "tag_filter", {}),
    ("Query", "findGroups"): _listing("group", "groups", "group_filter", {}),
    ("Query", "findSceneMarkers"): _listing("marker", "scene_markers", "scene_marker_filter", {}),
    ("Query", "findScene"): _single("scene"),
    ("Query", "findImage"): _single("image"),
    ("Query", "findGallery"): _single("gallery"),
    ("Query", "findPerformer"): _single("performer"),
    ("Query", "findStudio"): _single("studio"),
    ("Query", "findTag"): _single("tag"),
    ("Query", "findGroup"): _single("group"),
    ("Query", "sceneStreams"): lambda context, given: lambda _root: streams(context, by_ids(context.world, "scene", [given["id"]])[0]),
    ("Query", "version"): lambda context, _arguments: (
        lambda _root: {
            "version": context.version,
            "hash": "0000000",
            "build_time": "2025-11-01 00:00:00",
        }
    ),
    ("Query", "systemStatus"): _system,
    ("Query", "configuration"): _configuration,
    ("Query", "stats"): _stats,
    ("Query", "jobQueue"): lambda context, _arguments: lambda _root: context.world.jobs.queue() or None,
    ("Query", "findJob"): _find_job,
    ("Mutation", "metadataScan"): _start_scan,
}
