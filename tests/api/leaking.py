"""How every route is asked for what somebody may not see. `DECLARED` has a row for each; one that is missing fails `test_leaks.py`.

A row either *drives* its route: it asks about visible, hidden and missing things, as often as it takes, and says what counts must be; or it
says why the route carries no item (`Silent`), and is asked all the same where asking changes nothing. Whatever comes back, by
whichever row, is searched for every title, name and id of what the viewer may not see."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from longshelf.model.kinds import PLURALS, EntityKind
from tests.visibility.worlds import FIRST_ENTITY, FIRST_ITEM, World

MISSING_ITEM, MISSING_ENTITY, MISSING_LIBRARY = FIRST_ITEM + 99_999, FIRST_ENTITY + 99_999, 99_999
_WORDS = re.compile(rf"Zq(?:[lf][0-9]+|i[0-9]+n[0-9]+|e[0-9]+(?:{'|'.join(EntityKind)})[0-9]+)x", re.IGNORECASE)
_RANDOM = re.compile(r"[0-9A-Za-z_-]{30,}")  # cursors and keys, in which any word turns up now and then; ours are shorter
_IDS = re.compile(r"(?<![0-9A-Za-z.])(?:70|80)000[0-9]{2}(?![0-9A-Za-z])")
ASKED_OF_A_KIND = 4  # hidden and visible things asked for one by one


def ids_in(text: str) -> set[int]:
    """Ids of items and entities anywhere in an answer."""
    return {int(each) for each in _IDS.findall(text)}


@dataclass
class Asking:
    """One viewer at one moment: what he may see by the oracle, and a client that is signed in as he."""

    world: World
    user_id: int
    client: httpx.Client
    files: Mapping[int, str] = field(default_factory=dict)
    own: bool = True
    also: set[int] = field(default_factory=set)  # ids a route may name, for it is about them

    @property
    def items(self) -> set[int]:
        return self.world.visible(self.user_id, own=self.own)

    @property
    def entities(self) -> set[int]:
        return self.world.carried(self.user_id, own=self.own)

    @property
    def libraries(self) -> set[int]:
        limits = [
            set(each.libraries)
            for each in (self.world.rules.get(self.user_id), self.world.shared.get(self.user_id))
            if each is not None and each.libraries is not None
        ]
        return set(self.world.libraries).intersection(*limits)

    def hidden_items(self) -> list[int]:
        return _some(set(self.world.items) - self.items)

    def ask(self, method: str, path: str, **about: Any) -> httpx.Response:
        """Every answer is searched."""
        response = self.client.request(method, path, **about)
        assert response.status_code < 500, f"{method} {path}: {response.text}"
        self.search(f"{method} {path} {about}", response.text)
        return response

    def get(self, path: str, **params: Any) -> Any:
        response = self.ask("GET", path, params=params)
        assert response.status_code == 200, f"{path} {params}: {response.text}"
        return response.json()

    def search(self, where: str, text: str) -> None:
        """Fails for a mention of anything the viewer may not see."""
        world = self.world
        named = self.world.there(self.user_id, own=self.own)
        words = {world.items[each].title.lower() for each in self.items}
        words |= {world.entities[each].name.lower() for each in named | (self.also & set(world.entities))}
        words |= {self.files[each].lower() for each in self.items if each in self.files} | {
            self.library_name(each) for each in self.libraries
        }
        leaked = {each for each in _WORDS.findall(_RANDOM.sub("", text)) if each.lower() not in words}
        leaked |= {str(each) for each in ids_in(text) - self.items - named - self.also}
        assert not leaked, f"{where} tells of {sorted(leaked)[:5]}"

    def library_name(self, library_id: int) -> str:
        return f"zql{self.world.libraries.index(library_id)}x"


@dataclass(frozen=True)
class Silent:
    """Why the route carries nothing a viewer may not see. `asked` are query parameters for asking it all the same; None leaves it alone,
    because it changes something or never ends."""

    why: str
    asked: Mapping[str, Any] | None = field(default_factory=dict)

    def drive(self, asking: Asking, method: str, path: str) -> None:
        if self.asked is not None and method == "GET" and "{" not in path:
            asking.ask(method, path, params=self.asked)


@dataclass(frozen=True)
class Driven:
    """`run(asking, method, path)` asks and asserts."""

    run: Callable[[Asking, str, str], None]

    def drive(self, asking: Asking, method: str, path: str) -> None:
        self.run(asking, method, path)


def item_lists(*questions: Mapping[str, Any], expected: Callable[[Asking], set[int]] | None = None) -> Driven:
    """A list of items, in pages: exactly what he may see of the question, counted and walked through."""

    def run(asking: Asking, _method: str, path: str) -> None:
        for question in questions or QUESTIONS:
            wanted = asking.items & _matching(asking.world, question) if expected is None else expected(asking)
            found, cursor = [], None
            for _ in range(100):
                answer = asking.get(path, **question, page_size=7, **({"cursor": cursor} if cursor else {}))
                assert answer["pagination"]["total_count"] == len(wanted), (path, question)
                found += [each["id"] for each in answer["items"]]
                cursor = answer["pagination"]["next_cursor"]
                if cursor is None:
                    break
            assert len(found) == len(set(found))
            assert set(found) == wanted, (path, question)

    return Driven(run)


def of_one_item(*, status: tuple[int, ...] = (200,), json: Any = None, changes: bool = False, **params: Any) -> Driven:
    """Something of one item: hidden and missing are the same answer, byte for byte. With `changes` what is visible is left alone."""

    def run(asking: Asking, method: str, path: str) -> None:
        def ask(item_id: int) -> httpx.Response:
            return asking.ask(method, _filled(path, item_id), json=json, params=params)

        same(asking, ask, asking.hidden_items(), MISSING_ITEM)
        for item_id in [] if changes else _some(asking.items):
            response = ask(item_id)
            assert response.status_code in status, f"{path} {item_id}: {response.text}"

    return Driven(run)


def of_one_entity(kind: EntityKind, *, json: Any = None, changes: bool = False) -> Driven:
    """Something of one entity, likewise. With what he hid himself: only the routes that show it again know of it."""

    def run(asking: Asking, method: str, path: str) -> None:
        def ask(entity_id: int) -> httpx.Response:
            return asking.ask(method, _filled(path, entity_id), json=json)

        there = {each for each in asking.world.there(asking.user_id, own=asking.own) if asking.world.entities[each].kind is kind}
        same(asking, ask, _some(set(asking.world.of_kind(kind)) - there), MISSING_ENTITY)
        for entity_id in [] if changes else _some(there):
            response = ask(entity_id)
            assert response.status_code == 200, f"{path} {entity_id}: {response.text}"
            if method == "GET" and "item_count" in response.json():
                assert response.json()["item_count"] == len(_carrying(asking, entity_id))

    return Driven(run)


def of_any_entity(*, status: tuple[int, ...] = (200,)) -> Driven:
    """Something of an entity whose kind the address does not tell."""

    def run(asking: Asking, method: str, path: str) -> None:
        def ask(entity_id: int) -> httpx.Response:
            return asking.ask(method, _filled(path, entity_id))

        there = asking.world.there(asking.user_id, own=asking.own)
        same(asking, ask, _some(set(asking.world.entities) - there), MISSING_ENTITY)
        for entity_id in _some(there):
            assert ask(entity_id).status_code in status

    return Driven(run)


def entity_list(kind: EntityKind) -> Driven:
    """A list of entities: exactly those on what he sees and those above, each with the number of its items and of those right below."""

    def run(asking: Asking, _method: str, path: str) -> None:
        there = asking.world.there(asking.user_id, own=asking.own)
        expected = {each: len(_carrying(asking, each)) for each in there if asking.world.entities[each].kind is kind}
        below: dict[int, set[int]] = {each: set() for each in expected}
        for child, parent, relation in asking.world.edges:
            if relation == "parent" and child in expected and parent in expected:
                below[parent].add(child)
        for question in ({}, {"sort": "count"}, {"q": "zqe"}):
            answer = asking.get(path, **question, page_size=200)
            assert {each["id"]: each["item_count"] for each in answer["items"]} == expected, (path, question)
            assert {each["id"]: each["child_count"] for each in answer["items"]} == {each: len(some) for each, some in below.items()}
            assert answer["pagination"]["total_count"] == len(expected)
        hidden = sorted(set(asking.world.of_kind(kind)) - set(expected))
        for parent in [*sorted(below, key=lambda each: -len(below[each]))[:3], *hidden[:3]]:
            assert {each["id"] for each in asking.get(path, parent=parent)["items"]} == below.get(parent, set()), (path, parent)

    return Driven(run)


def same(asking: Asking, ask: Callable[[int], httpx.Response], hidden: Iterable[int], missing: int) -> None:
    """What is hidden answers as what there never was. That it costs the same is seen in tests/visibility/test_refusals.py."""
    nothing = ask(missing)
    assert nothing.status_code in {404, 422, 403}, nothing.text
    for each in hidden:
        found = ask(each)
        assert (found.status_code, _told(found, each)) == (nothing.status_code, _told(nothing, missing))
        assert {name for name in found.headers if name != "date"} == {name for name in nothing.headers if name != "date"}


def _told(response: httpx.Response, of: int) -> str:
    return response.text.replace(str(of), "#")


def _filled(path: str, thing_id: int) -> str:
    path = path.replace("{item_id}", str(thing_id)).replace("{entity_id}", str(thing_id))
    return path.replace("{n}", "0").replace("{rest}", "c1.xhtml").replace("{merge_id}", "1")


def _some(ids: Iterable[int]) -> list[int]:
    return sorted(ids)[:: max(1, len(list(ids)) // ASKED_OF_A_KIND)][:ASKED_OF_A_KIND]


def _carrying(asking: Asking, entity_id: int) -> set[int]:
    return {each for each in asking.items if entity_id in {entity for _, entity in asking.world.items[each].links}}


QUESTIONS: tuple[Mapping[str, Any], ...] = (
    {},
    {"sort": "title", "order": "desc"},
    {"q": "zqi0*"},
    {"has": "tag", "sort": "random", "seed": 5},
    {"missing": "age_rating"},
)


def _matching(world: World, question: Mapping[str, Any]) -> set[int]:
    """What a question asks for, whoever asks."""
    found = set(world.items)
    if "q" in question:
        found = {each for each in found if world.items[each].title.lower().startswith("zqi0")}
    if "has" in question:
        found = {each for each in found if any(kind is EntityKind.TAG for kind, _ in world.items[each].links)}
    if "missing" in question:
        found = {each for each in found if world.items[each].age_rating is None}
    return found


def each_kind(make: Callable[[EntityKind], Any], path: str, method: str = "GET") -> Iterator[tuple[tuple[str, str], Any]]:
    """The same row for every kind of entity; `*` in the path is its plural."""
    for kind, plural in PLURALS.items():
        yield (method, path.replace("*", plural)), make(kind)
