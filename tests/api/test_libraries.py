"""Libraries and jobs over HTTP."""

from pathlib import Path

import pytest

from longshelf.jobs.worker import Worker
from longshelf.store import jobs
from longshelf.tasks.table import tasks
from tests.api.conftest import Served


def work(served: Served) -> None:
    """Does every job there is."""
    worker = Worker(served.catalogue.database, tasks(served.catalogue.settings), pulse_seconds=0.05)
    while worker.step():
        pass


def test_a_library_is_added_scanned_and_removed(own: Served, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    made = own.admin.post("/api/libraries", json={"name": "More", "folders": [str(folder)], "options": {"watch": True}})
    assert made.status_code == 201, made.text
    library = made.json()
    assert (library["name"], library["type"], library["folders"], library["item_count"]) == ("More", "folder", [str(folder)], 0)
    assert library["options"]["watch"] is True
    path = f"/api/libraries/{library['id']}"
    queued = own.admin.get("/api/jobs", params={"state": ["queued", "running"]}).json()["items"]
    assert [(job["kind"], job["library_id"]) for job in queued] == [("scan", library["id"])]
    again = own.admin.post(f"{path}/scan")  # joins the one that waits
    assert (again.status_code, again.json()["id"]) == (202, queued[0]["id"])
    assert own.admin.post(f"{path}/scan", json={"full": True}).json()["id"] == queued[0]["id"]
    assert own.admin.post("/api/libraries", json={"name": "More", "folders": [str(folder)]}).status_code == 409
    removal = own.admin.delete(path)
    assert (removal.status_code, removal.json()["kind"], removal.json()["library_id"]) == (202, "remove_library", library["id"])
    assert own.admin.delete(path).json()["id"] == removal.json()["id"]  # joins the one that waits
    assert own.admin.get(path).json()["state"] == "removing"
    assert own.admin.get(f"/api/jobs/{queued[0]['id']}").json()["state"] == "cancelled"
    assert (own.admin.post(f"{path}/scan").status_code, own.admin.patch(path, json={"name": "x"}).status_code) == (409, 409)
    work(own)
    assert own.admin.get(path).status_code == 404
    assert folder.is_dir()


@pytest.mark.parametrize("folders", [[], ["relative"], ["/nowhere/at/all"], [""]])
def test_folders_that_cannot_be_read_are_refused(folders: list[str], own: Served) -> None:
    response = own.admin.post("/api/libraries", json={"name": "Bad", "folders": folders})
    assert response.status_code == 422
    assert response.json()["field"].startswith("folders")
    assert len(own.admin.get("/api/libraries").json()["items"]) == 1


def test_jobs_are_stopped_and_tried_again(own: Served) -> None:
    database = own.catalogue.database
    with database.write_quietly() as connection:
        job_id = jobs.enqueue(connection, "test", {}, at=database.clock()).id
    assert own.admin.get(f"/api/jobs/{job_id}").json()["state"] == "queued"
    assert own.admin.post(f"/api/jobs/{job_id}/cancel").json()["state"] == "cancelled"
    assert own.admin.post(f"/api/jobs/{job_id}/retry").json()["state"] == "queued"
    assert own.admin.post(f"/api/jobs/{job_id}/retry").status_code == 409


def test_a_library_gets_another_name_and_other_folders(own: Served, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    library = own.admin.post("/api/libraries", json={"name": "More", "folders": [str(old)]}).json()
    path = f"/api/libraries/{library['id']}"
    work(own)
    changed = own.admin.patch(path, json={"name": "Other", "folders": [str(new), str(old)], "options": {"watch": True}}).json()
    assert (changed["name"], changed["folders"]) == ("Other", [str(old), str(new)])
    assert (changed["options"]["watch"], changed["options"]["audio"]) == (True, "auto")
    assert [job["kind"] for job in own.admin.get("/api/jobs", params={"state": "queued"}).json()["items"]] == ["scan"]
    work(own)
    assert own.admin.patch(path, json={"folders": [str(new)]}).json()["folders"] == [str(new)]
    work(own)
    assert own.admin.get(path).json()["state"] == "ready"
    for body, status in (
        ({"name": "Shelf"}, 409),
        ({"name": " "}, 422),
        ({"folders": []}, 422),
        ({"folders": ["relative"]}, 422),
        ({"options": {"audio": "loud"}}, 422),
        ({"colour": "red"}, 422),
    ):
        assert own.admin.patch(path, json=body).status_code == status, body
    assert own.other.patch(path, json={"name": "x"}).status_code == 403
    assert own.admin.patch("/api/libraries/999", json={"name": "x"}).status_code == 404
