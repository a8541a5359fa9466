"""Short forms for the rows of the table of routes."""

from typing import Annotated, Any

import msgspec

from longshelf.api.route import Access, Handler, Param, Route

PUBLIC, ADMIN = Access.PUBLIC, Access.ADMIN


def get(path: str, name: str, handler: Handler, about: str, **rest: Any) -> Route:
    return Route(method="GET", path=path, name=name, handler=handler, about=about, **rest)


def post(path: str, name: str, handler: Handler, about: str, **rest: Any) -> Route:
    return Route(method="POST", path=path, name=name, handler=handler, about=about, **rest)


def put(path: str, name: str, handler: Handler, about: str, **rest: Any) -> Route:
    return Route(method="PUT", path=path, name=name, handler=handler, about=about, **rest)


def patch(path: str, name: str, handler: Handler, about: str, **rest: Any) -> Route:
    return Route(method="PATCH", path=path, name=name, handler=handler, about=about, **rest)


def delete(path: str, name: str, handler: Handler, about: str, **rest: Any) -> Route:
    """Answers 204, with nothing in it."""
    return Route(method="DELETE", path=path, name=name, handler=handler, about=about, status=204, **rest)


def number(name: str, low: int, high: int, default: int, about: str) -> Param:
    return Param(name=name, type=Annotated[int, msgspec.Meta(ge=low, le=high)], default=default, about=about)
