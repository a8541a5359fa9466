"""What a route is: one row of the table in `api/routes`. The row serves the request and writes the OpenAPI document, so the two
cannot disagree."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from longshelf.catalog.filters import Filters
from longshelf.catalog.paging import PageRequest
from longshelf.errors import NotSignedIn
from longshelf.model.viewer import Scope, Viewer

if TYPE_CHECKING:
    from longshelf.api.questions import Question
    from longshelf.api.services import Services

JSON = "application/json"


class Access(StrEnum):
    """Who may call. Everything not said to be public needs a signed-in user."""

    PUBLIC = "public"
    USER = "user"
    ADMIN = "admin"


class Param(msgspec.Struct, frozen=True, kw_only=True):
    """One value of the query string. `type` is what its text must convert to; a `raw` one stays text for the module that owns its meaning
    to judge. `many` allows repetition and gives a tuple. A required one without a value is refused."""

    name: str
    about: str
    type: Any = str
    many: bool = False
    raw: bool = False
    default: Any = None
    required: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer in memory. JSON gets an ETag, so a client keeps its copy until what it would see changes: from its bytes, or from
    `tag`, the name of bytes that `body` then is called for only when the client does not have them."""

    body: bytes | Callable[[], bytes]
    tag: str = ""
    status: int = 200
    media_type: str = JSON
    headers: Mapping[str, str] = {}

    @classmethod
    def of(cls, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> "Answer":
        """The value as JSON."""
        return cls(body=msgspec.json.encode(value), status=status, headers=headers or {})


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request, checked: `path`, `query` and `body` have the types the route declares."""

    request: Request
    services: "Services"
    viewer: Viewer
    path: Mapping[str, Any]
    question: "Question"
    body: Any

    @property
    def query(self) -> Mapping[str, Any]:
        """Every parameter the route declares, with its value or default."""
        return self.question.query

    def filters(self) -> Filters:
        """Which items, in which order. BadQuery with the reason for what makes no sense."""
        return self.question.asked.filters

    def page(self) -> PageRequest:
        """Which part of a list. BadQuery or OutOfRange with the reason."""
        return self.question.page

    @property
    def user_id(self) -> int:
        """The signed-in user's id; NotSignedIn for nobody, which routes that are not public never meet."""
        if self.viewer.user_id is None:
            raise NotSignedIn("Sign in first.")
        return self.viewer.user_id


Result = Answer | Response | msgspec.Struct | None
Handler = Callable[[Call], Result] | Callable[[Call], Awaitable[Result]]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A plain handler runs in the thread pool and may block; an `async` one runs on the event loop and may not. Names in braces of `path`
    are whole numbers, except `{code}` of a screen and `{rest}`, which takes the rest of the path. `answer` is a struct type for JSON, else
    a media type. A `prompt` one is mostly answered in less than a millisecond, and then without the pool (`api/pace.py`). One that `asks`
    changes nothing although it is a POST, so an API key that may only read may send it; `ignores_unknown` is for what another program
    sends; `upload` is the media type of a body that is no JSON, which the handler reads itself, once it is known who asks, and so it does
    with a `long` one of JSON."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    name: str
    about: str
    handler: Handler
    answer: Any = None
    status: int = 200
    body: Any = None
    body_required: bool = True
    upload: str = ""
    long: bool = False
    params: tuple[Param, ...] = ()
    tag: str = ""
    access: Access = Access.USER
    documented: bool = True
    prompt: bool = False
    asks: bool = False
    ignores_unknown: bool = False

    @property
    def scope(self) -> Scope:
        """What an API key must be good for."""
        if self.access is Access.ADMIN:
            return Scope.ADMIN
        return Scope.READ if self.method == "GET" or self.asks else Scope.WRITE
