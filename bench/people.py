"""Restricted people over HTTP: twenty users, from each of whom three tags and fifty persons are kept, ask one server for pages, counts,
facets and recommendations; then an administrator changes what is kept from them, and the next answer must know.

To reproduce: `python -m bench people --scale 0.01` for a hundred thousand items. The full scale is ten million: let LONGSHELF_BENCH_DATA
name a directory that keeps the catalogue (the one of `bench http`: catalogue-N.db and index-N for N items; what is there is used, and the
users are added to it).

One worker, one kept-alive connection, one request at a time, timed at the client. "First" is the first time a user asks the question,
with nothing worked out for his rules; "again" the same question once more. CPU is user and system time of the server's process. A total
that a restricted user gets is compared with his count, and after a change of rules both must have moved: a difference ends the run."""

import http.client
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bench.http import ITEMS, SEED, Server, prepare, running
from bench.machine import environment_for
from longshelf.accounts import keys, users
from longshelf.bench.machine import describe, percentile, table
from longshelf.errors import Conflict
from longshelf.store import personal
from longshelf.store.database import Database
from longshelf.store.database import run as statement

PEOPLE, TAGS, PERSONS = 20, 3, 50
WORDS, HEAVY = 300, 100_000  # ratings of each, and of the one who says most
PASSWORD = "a password for the bench"
AT_ONCE = 5_000
AGAIN = 3
QUESTIONS: Mapping[str, Sequence[str]] = {
    "page 1": ("items?sort=added", "items?kind=video&sort=rating", "items?tag=10&sort=date&order=asc"),
    "deep page": ("items?sort=added&offset={deep}", "items?sort=title&order=asc&offset={deep}"),
    "count": ("items/count", "items/count?kind=video&rating_min=60", "items/count?tag=10"),
    "facets, top 200 of 2,000 tags": ("items/facets?facet=tag&limit=200",),
    "facets, tags and persons, top 50": ("items/facets?facet=tag&facet=person",),
    "tags by number of items": ("tags?sort=count",),
    "recommended": ("items/recommended",),
}


class Client:
    """One kept-alive connection, on which anybody may ask with his key."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def ask(self, key: str, path: str, *, body: object = None) -> tuple[float, float, Any]:
        """(milliseconds, CPU milliseconds of the server, the answer)."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        before, began = self._server.cpu, time.perf_counter()
        self._connection.request("GET" if body is None else "PUT", f"/api/{path}", None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"/api/{path}: {answer.status} {text[:200]!r}")
        return took, (self._server.cpu - before) * 1000, json.loads(text)


def run(scale: float = 1.0) -> str:
    """Every table of this file. `scale` 1.0 is ten million items."""
    count = int(ITEMS * scale)
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as place:
        base = Path(os.environ.get("LONGSHELF_BENCH_DATA") or place)
        base.mkdir(parents=True, exist_ok=True)
        admin, _ = prepare(base, count)
        people = _people(base, count)
        data = Path(place) / "data"
        data.mkdir()
        (data / "index").symlink_to(base / f"index-{count}")
        environment = environment_for(data)
        environment |= {"LONGSHELF_DATABASE_URL": f"sqlite:///{base / f'catalogue-{count}.db'}", "LONGSHELF_ENGINE": "bitmaps"}
        with _client(environment) as client:
            _restrict(client, admin, people)
            rows = [_row(what, client, people, paths) for what, paths in QUESTIONS.items()]
            rows += _changes(client, admin, people)
            heavy = _row("recommended, of 100,000 ratings", client, people[:1], QUESTIONS["recommended"])
    title = f"{PEOPLE} people without {TAGS} tags and {PERSONS} persons each, ms"
    return f"## Restricted people ({describe()}; {count:,} items, one worker)\n\n" + table(title, [*rows, heavy])


class Person:
    """Somebody with rules. `rules` are sent whole."""

    def __init__(self, user_id: int, key: str, tags: Sequence[int], persons: Sequence[int]) -> None:
        self.user_id = user_id
        self.key = key
        self.tags, self.persons = list(tags), list(persons)

    def rules(self, *more_tags: int) -> dict[str, object]:
        tags = {"kind": "tag", "mode": "exclude", "ids": [*self.tags, *more_tags]}
        return {"rules": [tags, {"kind": "person", "mode": "exclude", "ids": self.persons}], "unrated": "show"}


def _people(base: Path, count: int) -> list[Person]:
    """The same ones every time; the first has rated HEAVY items, or all there are."""
    rng = random.Random(SEED)
    database = Database(f"sqlite:///{base / f'catalogue-{count}.db'}")
    try:
        with database.read() as connection:
            tags, persons = (_ids(connection, f"SELECT id FROM entity WHERE kind = '{kind}' ORDER BY id") for kind in ("tag", "person"))
            first, last = statement(connection, "SELECT min(id), max(id) FROM item").one()
        found = []
        for number in range(PEOPLE):
            name = f"restricted {number + 1}"
            with suppress(Conflict):  # he is there since an earlier run
                users.add(database, name, PASSWORD)
            user_id = users.named(database, name).id
            _rate(database, user_id, rng.sample(range(first, last + 1), min(HEAVY if number == 0 else WORDS, last - first + 1)), rng)
            chosen = rng.sample(tags[10:], TAGS), rng.sample(persons, min(PERSONS, len(persons)))
            found.append(Person(user_id, keys.create(database, name, "bench"), *chosen))
        return found
    finally:
        database.close()


def _ids(connection: Any, text: str) -> list[int]:
    return list(statement(connection, text).scalars())


def _rate(database: Database, user_id: int, items: Sequence[int], rng: random.Random) -> None:
    at = database.clock()
    with database.read() as connection:
        live = {each for start in range(0, len(items), AT_ONCE) for each in _there(connection, items[start : start + AT_ONCE])}
    rows = [(user_id, each, rng.randint(0, 100), int(rng.random() < 0.1), None, 0, 0.0, None, 0, at) for each in sorted(live)]
    for start in range(0, len(rows), AT_ONCE):
        with database.write_quietly() as connection:
            personal.put_items(connection, rows[start : start + AT_ONCE])


def _there(connection: Any, ids: Sequence[int]) -> list[int]:
    return _ids(connection, f"SELECT id FROM item WHERE deleted_at IS NULL AND id IN ({','.join(map(str, ids))})")


def _restrict(client: Client, admin: str, people: Sequence[Person]) -> None:
    for each in people:
        client.ask(admin, f"users/{each.user_id}/restrictions", body=each.rules())


def _row(what: str, client: Client, people: Sequence[Person], paths: Sequence[str]) -> dict[str, Any]:
    first: list[float] = []
    again: list[float] = []
    cpu: list[float] = []
    for each in people:
        count = client.ask(each.key, "items/count")[2]["count"] if "{deep}" in "".join(paths) else 0
        for path in (path.format(deep=max(count - 60, 0)) for path in paths):
            took, _, answer = client.ask(each.key, path)
            first.append(took)
            for _ in range(AGAIN):
                took, used, _ = client.ask(each.key, path)
                again.append(took)
                cpu.append(used)
            if path == "items?sort=added":
                _same(client, each, answer)
    sys.stderr.write(f"{what}: {percentile(again, 0.5):.1f} ms\n")
    return _figures(what, first, again, cpu)


def _same(client: Client, person: Person, answer: Any) -> None:
    count = client.ask(person.key, "items/count")[2]["count"]
    if answer["pagination"]["total_count"] != count:
        raise SystemExit(f"a list of {answer['pagination']['total_count']} items, of which {count} are counted")


def _changes(client: Client, admin: str, people: Sequence[Person]) -> list[dict[str, Any]]:
    """Two more tags are kept back, and given back."""
    names = ("rules changed", "the next page after that", "the next count after that", "all three together")
    times: dict[str, list[float]] = {each: [] for each in names}
    used: dict[str, list[float]] = {each: [] for each in names}
    for each in people:
        before = client.ask(each.key, "items/count")[2]["count"]
        for rules, changed in ((each.rules(*_two(each)), True), (each.rules(), False)):
            answers = [
                client.ask(admin, f"users/{each.user_id}/restrictions", body=rules),
                client.ask(each.key, "items?sort=added"),
                client.ask(each.key, "items/count"),
            ]
            for name, (took, cpu, _) in zip(names, answers, strict=False):
                times[name].append(took)
                used[name].append(cpu)
            times[names[-1]].append(sum(answer[0] for answer in answers))
            used[names[-1]].append(sum(answer[1] for answer in answers))
            page, count = answers[1][2]["pagination"]["total_count"], answers[2][2]["count"]
            if page != count or (count == before) == changed:
                raise SystemExit(f"after a change of rules: {page} listed, {count} counted, {before} before")
    return [_figures(name, times[name], [], used[name]) for name in names]


def _two(person: Person) -> list[int]:
    """Common tags, not among those he is without anyway."""
    return [each for each in range(1, 10_000) if each not in person.tags][5:7]


def _figures(what: str, first: Sequence[float], again: Sequence[float], cpu: Sequence[float]) -> dict[str, Any]:
    return {
        "question": what,
        "first p50": percentile(first, 0.5),
        "first p99": percentile(first, 0.99),
        "again p50": percentile(again, 0.5) if again else None,
        "again p99": percentile(again, 0.99) if again else None,
        "CPU each": sum(cpu) / max(len(cpu), 1),
    }


@contextmanager
def _client(environment: Mapping[str, str]) -> Iterator[Client]:
    serve = [sys.executable, "-m", "longshelf.cli.main", "serve", "--workers", "1", "--no-worker", "--port"]
    with running(serve, environment) as server:
        yield Client(server)
