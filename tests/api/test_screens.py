"""Screens over HTTP: players without an account, known by their code, who see their slots and nothing else."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from longshelf.api.screens import ScreenFeed
from longshelf.api.threads import Threads
from longshelf.displays.board import Changed, Mark
from longshelf.displays.shapes import Screen
from longshelf.errors import StoreUnavailable
from tests.api.conftest import Served
from tests.api.test_displays import make_display, open_screen, shown

PATIENCE = 20.0  # seconds until a look that nobody takes fails the test
LOOK = 0.02  # seconds between two looks


@contextmanager
def listening(client: httpx.Client, code: str) -> Iterator[Iterator[Any]]:
    """What the player hears."""
    with client.stream("GET", f"/api/screens/{code}/events", timeout=10) as response:
        assert response.status_code == 200
        yield (json.loads(line.removeprefix("data: ")) for line in response.iter_lines() if line.startswith("data: "))


def test_before_the_claim_nothing_is_told_and_then_everything(own: Served) -> None:
    code = open_screen(own)
    assert len(code) == 9
    told = own.nobody.get(f"/api/screens/{code}")
    assert told.headers["cache-control"] == "no-store"
    assert told.json()["state"] == "pairing"
    assert (told.json()["current"], told.json()["upcoming"], told.json()["name"]) == (None, [], "")
    with listening(own.nobody, code) as heard:
        assert next(heard)["state"] == "pairing"
        own.admin.post("/api/displays", json={"code": code, "name": "Hall"})
        assert next(heard)["state"] == "playing"


def test_a_player_plays_and_says_so(own: Served) -> None:
    display = make_display(own)
    path = f"/api/screens/{display['code']}"
    told = own.nobody.get(path).json()
    assert told["state"] == "playing"
    assert 3 <= len(told["upcoming"]) <= 5
    first, second = told["current"], told["upcoming"][0]
    at = {"slot_id": first["id"], "generation": first["generation"], "position": 4.5}
    assert own.nobody.post(f"{path}/at", json=at).json()["applied"] is True
    assert shown(own, display["id"])["current"]["position"] == pytest.approx(4.5, abs=1)
    said = {"slot_id": first["id"], "generation": first["generation"], "outcome": "played", "seconds": 10}
    answer = own.nobody.post(f"{path}/played", json=said).json()
    assert (answer["applied"], answer["current"]["id"]) == (True, second["id"])
    again = own.nobody.post(f"{path}/played", json=said).json()
    assert (again["applied"], again["current"]["id"]) == (False, second["id"])
    assert own.nobody.post(f"{path}/at", json=at).json()["applied"] is False
    assert shown(own, display["id"])["current"]["slot"] == second["id"]


def test_only_what_stands_in_its_slots_is_served_and_only_while_it_does(own: Served) -> None:
    catalogue = own.catalogue
    display = make_display(own, q="picture")
    path = f"/api/screens/{display['code']}"
    told = own.nobody.get(path).json()
    assert told["current"]["item"]["id"] == catalogue.picture
    media = own.nobody.get("/" + told["current"]["media"])
    assert (media.status_code, media.headers["content-type"]) == (200, "image/png")
    part = own.nobody.get("/" + told["current"]["media"], headers={"range": "bytes=0-3"})
    assert (part.status_code, len(part.content)) == (206, 4)
    thumb = own.nobody.get("/" + told["current"]["thumb"])
    assert (thumb.status_code, thumb.headers["content-type"]) == (200, "image/webp")
    missing = own.nobody.get(f"{path}/media/999999")
    for each in ("media", "thumb"):
        hidden = own.nobody.get(f"{path}/{each}/{catalogue.film}")
        assert (hidden.status_code, hidden.json()["detail"]) == (404, missing.json()["detail"])
    other = make_display(own, "Other", q="film")
    assert own.nobody.get(f"/api/screens/{other['code']}/media/{catalogue.picture}").status_code == 404
    assert own.nobody.get(f"/api/screens/{other['code']}/media/{catalogue.film}").content == catalogue.film_bytes
    assert own.nobody.get(f"/media/{catalogue.picture}/file").status_code == 401  # nothing else opens for it


def test_what_becomes_hidden_from_its_person_is_not_served_and_not_told(own: Served) -> None:
    catalogue = own.catalogue
    display = make_display(own, q="picture")
    path = f"/api/screens/{display['code']}"
    assert own.nobody.get(f"{path}/media/{catalogue.picture}").status_code == 200
    answer = own.admin.put(f"/api/items/{catalogue.picture}/me", json={"hidden": True})
    assert answer.status_code == 200, answer.text
    assert own.nobody.get(f"{path}/media/{catalogue.picture}").status_code == 404
    assert own.nobody.get(f"{path}/thumb/{catalogue.picture}").status_code == 404
    assert own.nobody.get(path).json()["current"] is None


def test_a_player_hears_of_remote_control_at_once_and_of_the_end(own: Served) -> None:
    display = make_display(own)
    with listening(own.nobody, display["code"]) as heard:
        first = next(heard)
        own.admin.post(f"/api/displays/{display['id']}/volume", json={"muted": True})
        assert next(heard)["muted"] is True
        own.admin.post(f"/api/displays/{display['id']}/next")
        assert next(heard)["current"]["id"] == first["upcoming"][0]["id"]
        own.admin.delete(f"/api/displays/{display['id']}")
        assert next(heard, None) is None
    for method, path in (("GET", ""), ("GET", "/events"), ("GET", f"/media/{own.catalogue.picture}")):
        answer = own.nobody.request(method, f"/api/screens/{display['code']}{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (410, "application/problem+json")
        assert answer.json()["code"] == "screen_removed"
        assert answer.headers["cache-control"] == "no-store"
    claimed = own.admin.post("/api/displays", json={"code": display["code"], "name": "Again"})
    assert (claimed.status_code, claimed.json()["code"]) == (410, "screen_removed")
    assert own.nobody.get("/api/screens/AAAA-AAAA").status_code == 404


def test_wrong_codes_are_slowed_down_and_who_plays_already_is_not(own: Served) -> None:
    display = make_display(own)
    answers = [own.nobody.get(f"/api/screens/AAAA-{number:04d}".replace("0", "B").replace("1", "C")) for number in range(25)]
    assert {each.status_code for each in answers[:20]} == {404}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert own.nobody.get(f"/api/screens/{display['code']}").status_code == 200
    assert own.admin.post("/api/displays", json={"code": "AAAA-AAAA", "name": "x"}).status_code == 429


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("played", {"slot_id": 1}, 422), ("played", {"slot_id": 1, "generation": 1, "outcome": "danced"}, 422),
        ("at", {"slot_id": 1, "generation": 1, "position": -1}, 422), ("at", {"slot_id": 1, "generation": 1}, 422),
        ("dance", {}, 404),
    ],
)  # fmt: skip
def test_nonsense_is_refused(own: Served, path: str, body: Any, status: int) -> None:
    display = make_display(own)
    answer = own.nobody.post(f"/api/screens/{display['code']}/{path}", json=body)
    assert answer.status_code == status


def test_an_unclaimed_screen_has_played_nothing(own: Served) -> None:
    said = {"slot_id": 1, "generation": 1}
    assert own.nobody.post(f"/api/screens/{open_screen(own)}/played", json=said).status_code == 409


def test_two_claims_at_once_make_one_display(own: Served) -> None:
    code, answers = open_screen(own), []

    def claim(name: str) -> None:
        answers.append(own.admin.post("/api/displays", json={"code": code, "name": name}).status_code)

    threads = [threading.Thread(target=claim, args=(f"Hall {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] + [409] * 5


def test_when_looking_fails_players_are_let_go_and_come_back() -> None:
    async def run() -> None:
        threads, fails = Threads(2, 1), False

        def follow(_mark: Mark | None) -> Changed:
            if fails:
                raise StoreUnavailable("The disk is full.")
            return Changed(Mark(1, 0), [], removed=False)

        feed = ScreenFeed(threads, follow, lambda _ids: {}, set, look=0.01, heartbeat=60)
        heard = feed.listen(1, lambda: Screen(state="playing"))
        assert b"playing" in await anext(heard)
        fails = True
        with pytest.raises(StopAsyncIteration):
            await anext(heard)
        fails = False
        again = feed.listen(1, lambda: Screen(state="paused"))
        assert b"paused" in await anext(again)
        feed.close()
        threads.close()

    asyncio.run(run())


def test_whoever_listens_while_looking_begins_waits_until_it_has() -> None:
    """Else something could happen between what he is told first and the moment from which changes are looked for."""

    async def run() -> None:
        threads, gate, told = Threads(4, 1), threading.Event(), []

        def follow(mark: Mark | None) -> Changed:
            if mark is None:
                gate.wait(10)
            return Changed(Mark(1, 0), [], removed=False)

        def screen() -> Screen:
            told.append(gate.is_set())
            return Screen(state="playing")

        feed = ScreenFeed(threads, follow, lambda _ids: {}, set, look=0.01, heartbeat=60)
        first = [asyncio.ensure_future(anext(feed.listen(number, screen))) for number in (1, 1, 2)]
        await asyncio.sleep(0.1)
        assert told == []
        gate.set()
        await asyncio.gather(*first)
        assert told == [True] * 3
        feed.close()
        threads.close()

    asyncio.run(run())


def test_a_thousand_listen_and_one_look_serves_them_all() -> None:
    """However many streams are open, nothing but that look asks anything while nothing happens; each hears of its own display only."""
    looks, bodies, state = 0, 0, {"mark": 1, "ids": [0]}

    def follow(mark: Mark | None) -> Changed:
        nonlocal looks
        looks += 1
        now = Mark(int(state["mark"]), 0)  # type: ignore[call-overload]  # a number
        return Changed(now, [] if mark is None or mark == now else list(state["ids"]), removed=False)  # type: ignore[call-overload]

    def shown_now(ids: Any) -> dict[int, Screen]:
        nonlocal bodies
        bodies += 1
        return {each: Screen(state="paused", version=each) for each in ids}

    async def next_looks(number: int) -> None:
        """Until so many have begun from now on; two of them take in whatever was said before."""
        wanted = looks + number
        async with asyncio.timeout(PATIENCE):
            while looks < wanted:
                await asyncio.sleep(0.01)

    async def run() -> None:
        threads, clock = Threads(2, 1), asyncio.get_running_loop().time
        feed = ScreenFeed(threads, follow, shown_now, set, look=LOOK, heartbeat=60)
        streams = [feed.listen(number, lambda: Screen(state="playing")) for number in range(1_000)]
        for first in await asyncio.gather(*[anext(each) for each in streams]):
            assert b'"playing"' in first
        waiting = [asyncio.ensure_future(anext(each)) for each in streams]
        before, began = looks, clock()
        await next_looks(10)
        assert looks - before <= (clock() - began) / LOOK + 1
        assert bodies == 0
        state.update(mark=2, ids=[3, 700])
        await next_looks(4)
        assert [number for number, each in enumerate(waiting) if each.done()] == [3, 700]
        assert bodies == 1
        feed.close()
        await asyncio.gather(*waiting, return_exceptions=True)
        threads.close()

    asyncio.run(run())
