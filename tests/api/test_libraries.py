"""Libraries and jobs over HTTP."""

from pathlib import Path

import pytest

from longshelf.store import jobs
from tests.api.conftest import Served


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
    assert own.admin.delete(path).status_code == 204
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
