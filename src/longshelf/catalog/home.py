"""The home page of a person: rows he chose among built-in ones and his saved views, in his order. A row is an address of a list; who shows
it asks there, so it holds what he may see now and nothing else."""

import hashlib
from collections.abc import Iterable

import msgspec

from longshelf.catalog.personal_shapes import Carousel, ChooseHome, Home
from longshelf.catalog.watching import signed_in
from longshelf.errors import Invalid
from longshelf.model.sorts import SEED_MAX
from longshelf.model.times import DAY
from longshelf.model.viewer import Viewer
from longshelf.store import homes, views
from longshelf.store.database import Database
from longshelf.store.views import SavedView

ITEMS, CONTINUE, RECOMMENDED = "api/items", "api/items/continue", "api/items/recommended"
VIEW = "view-"


class Builtin(msgspec.Struct, frozen=True):
    """`query` goes behind `?`; `{seed}` stands for the number of the day. `usual` ones are on the page of who has chosen nothing."""

    path: str
    query: str
    usual: bool = False


BUILTINS: dict[str, Builtin] = {
    "continue": Builtin(CONTINUE, "", usual=True),
    "recommended": Builtin(RECOMMENDED, "", usual=True),
    "recent": Builtin(ITEMS, "sort=added&order=desc", usual=True),
    "favorites": Builtin(ITEMS, "favorite=true&sort=added&order=desc", usual=True),
    "random": Builtin(ITEMS, "sort=random&seed={seed}", usual=True),
    "watching": Builtin(CONTINUE, "kind=video"),
    "reading": Builtin(CONTINUE, "kind=book&kind=comic"),
    "listening": Builtin(CONTINUE, "kind=audiobook&kind=track"),
    "unplayed": Builtin(ITEMS, "played=false&sort=added&order=desc"),
    "top_rated": Builtin(ITEMS, "sort=rating&order=desc"),
    "my_top_rated": Builtin(ITEMS, "my_rating_min=1&sort=my_rating&order=desc"),
    "most_played": Builtin(ITEMS, "played=true&sort=play_count&order=desc"),
}
USUAL: homes.Rows = [(name, None) for name, builtin in BUILTINS.items() if builtin.usual]


class HomePages:
    """Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, viewer: Viewer) -> Home:
        """Rows of views that are gone are left out."""
        user_id = signed_in(viewer)
        with self._database.read() as connection:
            chosen = homes.chosen(connection, user_id)
            saved = views.listed(connection, user_id)
        seed = _seed(user_id, self._database.clock())
        return _home(chosen, saved, seed)

    def choose(self, viewer: Viewer, wanted: ChooseHome) -> Home:
        """Invalid for a row there is none of, or one that is named twice."""
        user_id = signed_in(viewer)
        rows = None if wanted.carousels is None else [(each.id, each.title) for each in wanted.carousels]
        with self._database.write_quietly() as connection:
            saved = views.listed(connection, user_id)
            if rows is not None:
                _check([name for name, _ in rows], saved)
            homes.choose(connection, user_id, rows, at=self._database.clock())
        return _home(rows, saved, _seed(user_id, self._database.clock()))


def _check(names: list[str], saved: Iterable[SavedView]) -> None:
    known = {*BUILTINS, *(f"{VIEW}{each.id}" for each in saved)}
    for place, name in enumerate(names):
        if name not in known:
            raise Invalid(
                f"carousels[{place}].id", f"{name!r} is none of {', '.join(BUILTINS)} or view- with the number of a saved view of yours"
            )
        if name in names[:place]:
            raise Invalid(f"carousels[{place}].id", f"{name!r} is there already; name each row once")


def _home(chosen: homes.Rows | None, saved: list[SavedView], seed: int) -> Home:
    rows = USUAL if chosen is None else chosen
    every = {**{name: _builtin(name, seed) for name in BUILTINS}, **{f"{VIEW}{each.id}": _of_view(each) for each in saved}}
    shown = [msgspec.structs.replace(every[name], title=title) for name, title in rows if name in every]
    named = {name for name, _ in rows}
    return Home(carousels=shown, available=[each for name, each in every.items() if name not in named], custom=chosen is not None)


def _builtin(name: str, seed: int) -> Carousel:
    builtin = BUILTINS[name]
    query = builtin.query.replace("{seed}", str(seed))
    return Carousel(id=name, title=None, path=builtin.path, query=query, view_id=None, view_name=None)


def _of_view(view: SavedView) -> Carousel:
    return Carousel(id=f"{VIEW}{view.id}", title=None, path=ITEMS, query=view.query, view_id=view.id, view_name=view.name)


def _seed(user_id: int, at: int) -> int:
    """Another shuffle every day, and for everybody."""
    digest = hashlib.blake2b(f"{user_id}:{at // DAY}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") & SEED_MAX
