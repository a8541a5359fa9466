"""Edits over HTTP: entities, merges, many items at once, and taking them back; and who may do what."""

from collections.abc import Callable
from typing import Any

import pytest

from longshelf.jobs.worker import Worker
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.store.restrictions import restrict
from longshelf.tasks.table import tasks
from tests.api.conftest import Served


@pytest.fixture
def work(own: Served) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Does every job there is; the given one as it ended."""
    worker = Worker(own.catalogue.database, tasks(own.catalogue.settings), pulse_seconds=0.05)

    def run(job: dict[str, Any]) -> dict[str, Any]:
        while worker.step():
            pass
        ended: dict[str, Any] = own.admin.get(f"/api/jobs/{job['id']}").json()
        assert ended["state"] == "done", ended
        return ended

    return run


def tag(served: Served, name: str) -> int:
    (found,) = (each["id"] for each in served.admin.get("/api/tags", params={"q": name}).json()["items"] if each["name"] == name)
    return int(found)


def count(served: Served, **query: Any) -> int:
    return int(served.admin.get("/api/items/count", params=query).json()["count"])


def test_an_entity_is_edited_and_shows_everywhere(own: Served) -> None:
    dune, sea = tag(own, "dune"), tag(own, "sea")
    before = count(own, tag=dune)
    answer = own.admin.patch(f"/api/tags/{dune}", json={"name": "Arrakis", "description": "sand", "parents": [sea], "aliases": ["spice"]})
    assert answer.status_code == 200, answer.text
    edited = answer.json()
    assert (edited["name"], edited["description"], edited["aliases"]) == ("Arrakis", "sand", ["dune", "spice"])
    assert [each["name"] for each in edited["parents"]] == ["sea"]
    assert count(own, q="arrakis") == before == count(own, tag=dune)
    locked = own.admin.get(f"/api/tags/{dune}/locks").json()["items"]
    assert [(each["field"], each["user_name"]) for each in locked] == [
        ("aliases", "ann"), ("description", "ann"), ("name", "ann"), ("parents", "ann")
    ]  # fmt: skip
    back = own.admin.patch(f"/api/tags/{dune}", json={"unlock": ["name", "parents"]}).json()
    assert (back["name"], back["parents"], back["description"]) == ("dune", [], "sand")
    assert own.admin.patch(f"/api/tags/{dune}", json={"name": "sea"}).status_code == 409
    assert own.admin.patch(f"/api/tags/{dune}", json={"title": "x"}).status_code == 422
    assert own.admin.patch(f"/api/persons/{dune}", json={"name": "x"}).status_code == 404


def test_locks_of_an_item_are_listed_and_given_back(own: Served) -> None:
    path = f"/api/items/{own.catalogue.film}"
    assert own.admin.get(f"{path}/locks").json()["items"] == []
    own.admin.patch(path, json={"title": "Mine", "tags": []})
    assert [each["field"] for each in own.admin.get(f"{path}/locks").json()["items"]] == ["tag", "title"]
    own.admin.patch(path, json={"unlock": ["tag"]})
    assert [each["field"] for each in own.admin.get(f"{path}/locks").json()["items"]] == ["title"]


def test_a_merge_is_a_job_and_can_be_undone(own: Served, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    dune, sea = tag(own, "dune"), tag(own, "sea")
    counts = count(own, tag=dune), count(own, tag=sea), count(own, tag=[dune, sea])
    assert min(counts) > 0
    queued = own.admin.post(f"/api/tags/{sea}/merge", json={"ids": [dune]})
    assert queued.status_code == 202, queued.text
    assert own.admin.patch(f"/api/tags/{sea}", json={"name": "ocean"}).status_code == 409
    work(queued.json())
    assert own.admin.get(f"/api/tags/{dune}").status_code == 404
    assert own.admin.get(f"/api/tags/{sea}").json()["aliases"] == ["dune"]
    assert count(own, tag=sea) == counts[2]
    (merge,) = own.admin.get(f"/api/tags/{sea}/merges").json()["items"]
    assert (merge["state"], merge["undoable"], merge["sources"]) == ("merged", True, [{"id": dune, "name": "dune"}])
    assert own.admin.post(f"/api/tags/{tag(own, 'night')}/merges/{merge['id']}/undo").status_code == 404
    undo = own.admin.post(f"/api/tags/{sea}/merges/{merge['id']}/undo")
    assert undo.status_code == 202
    assert work(undo.json())["result"]["left"] == 0
    assert (count(own, tag=dune), count(own, tag=sea), count(own, tag=[dune, sea])) == counts
    assert own.admin.post(f"/api/jobs/{queued.json()['id']}/undo").status_code == 409


def test_many_items_are_changed_and_changed_back(own: Served, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    sea = tag(own, "sea")
    change = {"query": "kind=book", "set": {"language": "de"}, "add": {"tag": ["new"]}, "remove": {"tag": [sea]}}
    books, before = count(own, kind="book"), count(own, tag=sea)
    assert own.admin.post("/api/items/bulk/count", json=change).json() == {"count": books, "is_estimate": False}
    queued = own.admin.post("/api/items/bulk", json=change)
    assert queued.status_code == 202, queued.text
    assert work(queued.json())["result"]["changed"] == books
    assert count(own, tag=tag(own, "new"), kind="book") == books
    assert count(own, tag=sea, kind="book") == 0
    undo = own.admin.post(f"/api/jobs/{queued.json()['id']}/undo")
    assert work(undo.json())["result"]["left"] == 0
    assert (count(own, tag=sea), count(own, q="new")) == (before, 0)


def test_a_reader_changes_only_what_he_says_himself(own: Served, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    refused = own.other.post("/api/items/bulk", json={"query": "", "add": {"tag": ["mine"]}})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    queued = own.other.post("/api/items/bulk", json={"query": "kind=comic", "me": {"favorite": True, "watched": True}}).json()
    assert own.other.get(f"/api/jobs/{queued['id']}").json()["kind"] == "bulk_edit"
    work(queued)
    comics = count(own, kind="comic")
    assert own.other.get("/api/items/count", params={"favorite": True, "played": True}).json()["count"] == comics
    assert count(own, favorite=True) == 0
    refused = own.admin.post(f"/api/jobs/{queued['id']}/undo")
    assert refused.status_code == 409  # it is his
    work(own.other.post(f"/api/jobs/{queued['id']}/undo").json())
    assert own.other.get("/api/items/count", params={"favorite": True}).json()["count"] == 0
    other = own.admin.post("/api/items/bulk", json={"ids": [1], "add": {"tag": ["x"]}}).json()
    assert own.other.get(f"/api/jobs/{other['id']}").status_code == 404
    assert own.other.post(f"/api/jobs/{other['id']}/undo").status_code == 404


def test_what_is_hidden_by_oneself_is_shown_again_in_bulk(own: Served, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    everything = count(own)
    ids = own.catalogue.ids[:5]
    work(own.admin.post("/api/items/bulk", json={"ids": ids, "me": {"hidden": True}}).json())
    assert count(own) == everything - 5
    work(own.admin.post("/api/items/bulk", json={"ids": ids, "me": {"hidden": False}}).json())
    assert count(own) == everything


def test_nobody_changes_what_is_kept_from_him(own: Served, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    sea, dune = tag(own, "sea"), tag(own, "dune")
    everything = count(own)
    hidden = count(own, tag=sea)
    with own.catalogue.database.write_quietly() as connection:
        restrict(connection, 1, Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (sea,)),)), None, at=1)
    change = {"query": "", "set": {"language": "xx"}}
    assert own.admin.post("/api/items/bulk/count", json=change).json()["count"] == everything - hidden
    assert (
        own.admin.post("/api/items/bulk/count", json={"ids": own.catalogue.ids, "set": {"language": "xx"}}).json()["count"]
        == everything - hidden
    )
    assert work(own.admin.post("/api/items/bulk", json=change).json())["result"]["changed"] == everything - hidden
    for answer in (
        own.admin.patch(f"/api/tags/{sea}", json={"name": "x"}),
        own.admin.get(f"/api/tags/{sea}/locks"),
        own.admin.post(f"/api/tags/{dune}/merge", json={"ids": [sea]}),
        own.admin.post(f"/api/tags/{sea}/merge", json={"ids": [dune]}),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"add": {"tag": ["x"]}}, "query"),
        ({"query": "", "ids": [1], "add": {"tag": ["x"]}}, "query"),
        ({"query": ""}, ""),
        ({"query": "", "set": {"title": "x"}}, "set"),
        ({"query": "", "set": {"date": "2020-13-01"}}, "date"),
        ({"query": "", "unlock": ["nothing"]}, "unlock"),
        ({"query": "", "set": {"tags": []}, "add": {"tag": ["x"]}}, "set"),
        ({"query": "", "add": {"tag": ["x"]}, "me": {"favorite": True}}, "me"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(served: Served, body: dict[str, Any], field: str) -> None:
    for path in ("/api/items/bulk", "/api/items/bulk/count"):
        answer = served.admin.post(path, json=body)
        assert answer.status_code == 422, answer.text
        assert answer.json().get("field", "") == field
    assert served.admin.post("/api/items/bulk", json={"query": "colour=red", "me": {"favorite": True}}).status_code == 400
