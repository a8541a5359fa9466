"""The OpenAPI document says what the server does: every route, every parameter, and only schemas that are there."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from longshelf.api.openapi import document
from longshelf.api.routes import ROUTES
from longshelf.catalog.filters import FILTERS, ORDER
from longshelf.catalog.paging import PARAMETERS
from tests.api.conftest import Served

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads(json.dumps(document(ROUTES)))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from _nodes(each)
    elif isinstance(node, list):
        for each in node:
            yield from _nodes(each)


def _resolved(reference: str) -> Any:
    node: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_reference_leads_somewhere() -> None:
    references = [node["$ref"] for node in _nodes(DOCUMENT) if isinstance(node.get("$ref"), str)]
    assert references
    assert all(_resolved(reference) for reference in references)


def test_every_component_is_used() -> None:
    text = json.dumps(DOCUMENT)
    for section in ("schemas", "parameters"):
        for name in DOCUMENT["components"][section]:
            assert f'"#/components/{section}/{name}"' in text, name


def test_every_route_and_parameter_is_there() -> None:
    operations = {(method.upper(), path): operation for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()}
    assert set(operations) == {(route.method, route.path) for route in ROUTES}
    for route in ROUTES:
        operation = operations[route.method, route.path]
        parameters = [_resolved(each["$ref"]) if "$ref" in each else each for each in operation.get("parameters", [])]
        assert {each["name"] for each in parameters if each["in"] == "query"} == {param.name for param in route.params}
        assert [each["name"] for each in parameters if each["in"] == "path"] == re.findall(r"\{(\w+)\}", route.path)
        assert all(each["required"] for each in parameters if each["in"] == "path")
        assert ("requestBody" in operation) == (route.body is not None or bool(route.upload))


def test_operation_names_are_unique_words() -> None:
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in names)


def test_lists_of_items_take_every_filter_sort_and_page() -> None:
    browse = next(route for route in ROUTES if route.name == "listItems")
    assert {param.name for param in browse.params} == {*FILTERS, *ORDER, *PARAMETERS}


def test_the_served_document_is_this_one(served: Served) -> None:
    assert served.nobody.get("/api/openapi.json").json() == DOCUMENT


def test_the_page_names_every_operation_and_fetches_nothing(served: Served) -> None:
    page = served.nobody.get("/api/docs").text
    assert all(route.path in page for route in ROUTES)
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_committed_document_is_up_to_date() -> None:
    checked = subprocess.run([sys.executable, ROOT / "tools" / "openapi.py", "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
