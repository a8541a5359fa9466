"""Importing posts: a made-up file, new, again without a change, and with a tenth of it changed; and posts that name fewer. Time by the
wall, and by the processor in the process that writes, which sets the pace: that depends less on what else the machine does."""

import json
import random
import resource
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from bench.machine import longshelf
from longshelf.bench.machine import describe, table

POSTS = 200_000
FEW_TAGS = 1  # and one person, one studio
EDGE = 100_000
CHANGED_ONE_IN = 10
SEED = 7
WORDS = ["amber", "river", "stone", "lantern", "harbour", "winter", "copper", "meadow", "signal", "quiet", "garden", "thunder"]


def run(scale: float = 1.0) -> str:
    """Every table of this file. `scale` shrinks the file, for a quick look."""
    count = int(POSTS * scale)
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as place:
        base = Path(place)
        first, changed, few = base / "posts.ndjson", base / "changed.ndjson", base / "few.ndjson"
        links = write_posts(first, count)
        write_posts(changed, count, changed_one_in=CHANGED_ONE_IN)
        few_links = write_posts(few, count, tags=FEW_TAGS, persons=1)
        data = base / "data"
        edge = min(EDGE, count // 4)
        new = _import("new", first, data)
        last_to_first = _edges(data / "longshelf.db", edge)
        rows = [
            new,
            _import("again, unchanged", first, data),
            _import("one in ten changed", changed, data),
            _import(f"new, {few_links / count:.0f} links each, into an empty library", few, base / "other"),
        ]
    slower = f"the last {edge:,} new ones took {last_to_first:.2f} times as long as the first"
    title = f"{count:,} posts with {links / count:.1f} links each; {slower}"
    return f"## Importing posts ({describe()})\n" + table(title, rows)


def write_posts(path: Path, count: int, *, changed_one_in: int = 0, tags: int = 5, persons: int = 2) -> int:
    """Writes the file; how many links the posts have. With `changed_one_in`, every so many-th has another description. At most so many
    `tags` and `persons` each, and one studio."""
    chance = random.Random(SEED)
    links = 0
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            named = sorted({f"tag {int(2_000 * chance.random() ** 2)}" for _ in range(tags)})
            people = [
                f"Person {int(20_000 * chance.random() ** 2)}",
                {"name": f"Person {chance.randrange(20_000)}", "role": "contributor"},
            ][:persons]
            words = " ".join(chance.choices(WORDS, k=12))
            changed = " (edited)" if changed_one_in and number % changed_one_in == 0 else ""
            post = {
                "external_id": f"post-{number}",
                "title": f"{chance.choice(WORDS)} {chance.choice(WORDS)} {number}",
                "date": f"{2000 + number % 25}-{1 + number % 12:02d}-{1 + number % 28:02d}",
                "description": words + changed,
                "rating": number % 101,
                "width": 1200,
                "height": 800,
                "url": f"https://example.org/{number}",
                "tags": named,
                "persons": people,
                "studios": [f"Studio {chance.randrange(500)}"],
            }
            links += len(named) + len(people) + 1
            file.write(json.dumps(post) + "\n")
    return links


def _import(what: str, file: Path, data: Path) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = longshelf(["import", str(file), "--library", "Posts"], data)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report = ran.result
    return {
        "what": what,
        "posts/s": report["posts_per_second"],
        "µs a post": cpu / report["lines"] * 1e6,
        "added": report["added"],
        "updated": report["updated"],
        "unchanged": report["unchanged"],
        "statements a post": report["statements"] / report["lines"],
        "peak MiB": ran.peak_mib,
    }


def _edges(database: Path, edge: int) -> float:
    """Time of the last `edge` posts over that of the first, by when their pages were committed."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute(
            "SELECT committed_at, json_array_length(items) FROM change WHERE items <> '[]' ORDER BY revision"
        ).fetchall()
    finally:
        connection.close()
    return _time_for(edge, rows[::-1]) / _time_for(edge, rows)


def _time_for(edge: int, pages: list[tuple[int, int]]) -> float:
    """Microseconds per post over the fewest pages from the front that hold them; the first starts the clock."""
    held = 0
    for at, count in pages[1:]:
        held += count
        if held >= edge:
            return abs(at - pages[0][0]) / held
    raise SystemExit("too few posts for the edges: raise the scale")
