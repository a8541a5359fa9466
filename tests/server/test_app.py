"""The application before and after it runs, and the UI's files."""

from pathlib import Path

import pytest
from starlette.datastructures import Headers

from longshelf.api.ui import WebUi
from tests.support.catalogue import client, listening, settings_in


@pytest.fixture
def built(tmp_path: Path) -> Path:
    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text('<html><head><base href="/" /></head></html>', encoding="utf-8")
    (web / "index.html.br").write_bytes(b"stale: it knows nothing of the base")
    (web / "assets" / "app-1a2b.js").write_text("1", encoding="utf-8")
    (web / "assets" / "app-1a2b.js.br").write_bytes(b"compressed")
    (web / "icon.svg").write_text("<svg/>", encoding="utf-8")
    return web


def respond(ui: WebUi, path: str, accept: str = "") -> tuple[bytes, dict[str, str]]:
    found = ui.respond(path, Headers({"accept-encoding": accept}))
    assert found is not None
    return bytes(found.body), dict(found.headers)


def test_assets_are_kept_for_ever_and_pages_are_asked_for_again(built: Path) -> None:
    ui = WebUi(built)
    body, headers = respond(ui, "assets/app-1a2b.js")
    assert (body, headers["content-type"]) == (b"1", "text/javascript; charset=utf-8")
    assert "immutable" in headers["cache-control"]
    body, headers = respond(ui, "assets/app-1a2b.js", "gzip, br")
    assert (body, headers["content-encoding"]) == (b"compressed", "br")
    assert respond(ui, "")[1]["cache-control"] == "no-cache"
    assert "immutable" not in respond(ui, "icon.svg")[1]["cache-control"]


def test_addresses_of_the_ui_answer_with_the_ui(built: Path) -> None:
    ui = WebUi(built, "/shelf")
    for path in ("", "items/5", "setup", "index.html"):
        body, headers = respond(ui, path, "br")
        assert b'<base href="/shelf/" />' in body
        assert "content-encoding" not in headers
    assert ui.respond("assets/gone.js", Headers({})) is None
    assert ui.respond("assets/../../secret", Headers({})) is None


def test_without_a_build_a_page_says_what_to_do(tmp_path: Path) -> None:
    assert b"make web" in respond(WebUi(tmp_path / "nothing"), "")[0]


def test_the_data_directory_is_made_and_the_server_starts_twice(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "new" / "data")
    for _ in range(2):
        with listening(settings) as url, client(url) as nobody:
            assert nobody.get("/readyz").json() == {"status": "ok", "detail": ""}
            assert nobody.get("/healthz").status_code == 200
            assert nobody.post("/").status_code == 405
