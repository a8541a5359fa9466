"""The OpenAPI 3.1 document, written from the route table. Nothing here knows a single route."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from longshelf.api.messages import Problem
from longshelf.api.route import Access, Param, Route

VERSION = "0.1.0"
REF = "#/components/schemas/{name}"
_NAMES = re.compile(r"\{(\w+)\}")
_PROBLEM = {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}}
_PATH_TYPES: dict[str, dict[str, Any]] = {"rest": {"type": "string"}, "code": {"type": "string"}}
_ID: dict[str, Any] = {"type": "integer", "minimum": 0}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """Ready to be encoded; the order is that of the table, so the file changes only where the table does."""
    listed = [route for route in routes if route.documented]
    schemas = _Schemas(listed)
    shared = _Shared(listed, schemas)
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas, shared)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Longshelf",
            "version": VERSION,
            "description": "A media library that stays instant at ten million items. Times are RFC 3339 UTC, durations seconds, sizes "
            "bytes, ratings 0–100; absent is null. Errors are RFC 9457 problems.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "."}],
        "security": [{"key": []}, {"session": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in listed)],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "parameters": shared.components,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key"},
                "session": {"type": "apiKey", "in": "cookie", "name": "longshelf_session"},
            },
        },
    }


class _Schemas:
    """Every type the table names, converted at once so that components are shared."""

    def __init__(self, routes: list[Route]) -> None:
        types = [Problem]
        for route in routes:
            types += [param.type for param in route.params]
            types += [each for each in (route.body, route.answer) if each is not None and not isinstance(each, str)]
        converted, self.components = msgspec.json.schema_components(types, ref_template=REF)
        self._found = dict(zip(map(repr, types), converted, strict=True))

    def of(self, wanted: Any) -> dict[str, Any]:
        return self._found[repr(wanted)]


class _Shared:
    """Parameters that several routes take, written once: the filters of items would otherwise stand there seven times."""

    def __init__(self, routes: list[Route], schemas: _Schemas) -> None:
        self._schemas = schemas
        self._names: dict[int, str] = {}
        self.components: dict[str, Any] = {}
        times = Counter(id(param) for route in routes for param in route.params)
        for param in (param for route in routes for param in route.params):
            if times[id(param)] > 1 and id(param) not in self._names:
                name = param.name
                while name in self.components:
                    name += "_"
                self._names[id(param)] = name
                self.components[name] = _parameter(param, schemas)

    def of(self, param: Param) -> dict[str, Any]:
        name = self._names.get(id(param))
        return _parameter(param, self._schemas) if name is None else {"$ref": f"#/components/parameters/{name}"}


def _operation(route: Route, schemas: _Schemas, shared: _Shared) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": route.name, "summary": route.about, "tags": [route.tag]}
    parameters = [*_path_parameters(route.path), *map(shared.of, route.params)]
    if parameters:
        found["parameters"] = parameters
    if route.upload:
        found["requestBody"] = {"required": True, "content": {route.upload: {"schema": {"type": "string", "format": "binary"}}}}
    if route.body is not None:
        found["requestBody"] = {"required": route.body_required, "content": {"application/json": {"schema": schemas.of(route.body)}}}
    found["responses"] = {str(route.status): _response(route, schemas), "default": {"description": "A problem", "content": _PROBLEM}}
    if route.access is Access.PUBLIC:
        found["security"] = []
    return found


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": _PATH_TYPES.get(name, _ID)} for name in _NAMES.findall(path)]


def _parameter(param: Param, schemas: _Schemas) -> dict[str, Any]:
    schema = dict(schemas.of(param.type))
    if param.default is not None and not param.many:
        schema["default"] = param.default
    if param.many:
        schema = {"type": "array", "items": schema}
    found: dict[str, Any] = {"name": param.name, "in": "query", "description": param.about, "schema": schema}
    if param.required:
        found["required"] = True
    return found | ({"style": "form", "explode": True} if param.many else {})


def _response(route: Route, schemas: _Schemas) -> dict[str, Any]:
    if route.answer is None:
        return {"description": "Done"}
    if isinstance(route.answer, str):
        return {"description": "Done", "content": {route.answer: {"schema": {"type": "string"}}}}
    return {"description": "Done", "content": {"application/json": {"schema": schemas.of(route.answer)}}}
