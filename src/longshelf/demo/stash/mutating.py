"""What the pretended Stash lets its user say: ratings and favourites, which stamp the row, and plays and places, which stamp nothing.

The rule is §1.5 of the contract. Fields are set in the order in which they are asked; one that fails leaves those before it done."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from longshelf.demo.stash.context import Arguments, Context, Make, Read
from longshelf.demo.stash.finding import StashError, by_ids
from longshelf.demo.stash.world import Kind


def _update(kind: Kind) -> Make:
    def make(context: Context, arguments: Arguments) -> Read:
        given = dict(arguments["input"])

        def read(_root: Any) -> Any:
            (row,) = by_ids(context.world, kind, [given["id"]])
            for name, value in given.items():
                if name != "id":
                    setattr(row, name, value)
            row.updated_at = context.world.clock.stamp()
            context.world.table(kind).touched()
            return row

        return read

    return make


def _add_play(context: Context, arguments: Arguments) -> Read:
    def read(_root: Any) -> Mapping[str, Any]:
        (row,) = by_ids(context.world, "scene", [arguments["id"]])
        clock = context.world.clock
        times = [clock.stamp(_moment(each)) for each in arguments.get("times") or [clock.stamp()]]
        row.plays = tuple(sorted((*row.plays, *times), key=_moment))
        return {"count": len(row.plays), "history": list(reversed(row.plays))}

    return read


def _save_activity(context: Context, arguments: Arguments) -> Read:
    def read(_root: Any) -> bool:
        (row,) = by_ids(context.world, "scene", [arguments["id"]])
        if (resume := arguments.get("resume_time")) is not None:
            row.resume_time = float(resume)
        row.play_duration += float(arguments.get("playDuration") or 0.0)
        return True

    return read


def _moment(stamp: str) -> float:
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        raise StashError(f"parsing time {stamp!r} failed") from None
    return found.replace(tzinfo=found.tzinfo or UTC).timestamp()


MUTATIONS: dict[tuple[str, str], Make] = {
    **{("Mutation", f"{kind}Update"): _update(kind) for kind in ("scene", "image", "gallery", "group", "performer", "studio", "tag")},
    ("Mutation", "sceneAddPlay"): _add_play,
    ("Mutation", "sceneSaveActivity"): _save_activity,
}
