"""A screen that plays films of a mirrored Stash: as they are, and in the forms its browser may need."""

from collections.abc import Iterator

import pytest

from tests.api.mirrored_shelf import Mirror, mirrored


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with mirrored(tmp_path_factory.mktemp("screens")) as made:
        yield made


def test_a_film_is_told_with_its_other_forms_which_are_served_while_it_is_in_a_slot(mirror: Mirror) -> None:
    admin, nobody = mirror.served.admin, mirror.served.nobody
    code = nobody.post("/api/screens").json()["code"]
    display = admin.post("/api/displays", json={"code": code, "name": "Hall"}).json()
    said = {"name": "Hall", "display_id": display["id"], "blocks": [{"filter": f"id={mirror.film}&id={mirror.picture}", "count": 2}]}
    made = admin.post("/api/playlists", json=said)
    assert made.status_code == 201, made.text
    told = nobody.get(f"/api/screens/{code}").json()
    by_item = {each["item"]["id"]: each for each in [told["current"], *told["upcoming"]]}
    film, picture = by_item[mirror.film], by_item[mirror.picture]
    assert picture["converted"] == []
    base = f"api/screens/{code}/stream/{mirror.film}"
    assert film["converted"] == [f"{base}?format=mp4", f"{base}?format=webm"]

    asked = nobody.get(f"/{film['converted'][0]}&start=12.5")
    assert (asked.status_code, asked.headers["content-type"]) == (200, "video/mp4")
    sent = mirror.stash.requests[-1]
    assert (sent.path, sent.query) == (f"/scene/{mirror.scene.id}/stream.mp4", "start=12.500")
    assert nobody.get(f"/{film['converted'][1]}").headers["content-type"] == "video/webm"

    before = len(mirror.stash.requests)
    assert nobody.get(f"/api/screens/{code}/stream/{mirror.bare}").status_code == 404  # not in its slots
    assert nobody.get(f"/api/screens/{code}/stream/{mirror.picture}").status_code == 404  # no film
    assert nobody.get(f"/api/screens/{code}/stream/{mirror.film}?format=avi").status_code == 422
    admin.delete(f"/api/playlists/{made.json()['id']}")
    assert nobody.get(f"/{film['converted'][0]}").status_code == 404
    assert len(mirror.stash.requests) == before
