"""From the body of a GraphQL request to status and reply.

The rules: what does not parse or validate against this server's schema is 422 with a code; what fails later is 200 with `errors` beside
null or partial `data`, so that 200 is not success. Every question is logged with what a gentle client must not do."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType, get_operation_ast, parse, validate
from graphql.execution.values import VariableValues, get_variable_values

from longshelf.demo.stash.context import Context, Tally
from longshelf.demo.stash.executing import Question, execute
from longshelf.demo.stash.finding import StashError
from longshelf.demo.stash.schema import VERSIONS, schema_without
from longshelf.demo.stash.world import World

VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
LOG_LENGTH = 100_000  # questions kept
KNOWN = 200  # documents kept parsed


@dataclass
class Asked:
    """One question as it came. `filter` is the FindFilter it ended up with; None of it when the root field has none."""

    number: int
    operation: str
    fields: tuple[str, ...]
    variables: Mapping[str, Any]
    query: str
    filter: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    errors: int = 0
    rows: int = 0

    @property
    def per_page(self) -> int | None:
        return self.filter.get("per_page")

    @property
    def sort(self) -> str | None:
        return self.filter.get("sort")


class Reply(NamedTuple):
    status: int
    body: dict[str, Any]


class Refused(Exception):
    """The question cannot be asked of this server: 422."""

    def __init__(self, errors: list[GraphQLError], code: str = VALIDATION_FAILED) -> None:
        super().__init__(code)
        told = [error.formatted | {"message": error.message.replace("'", '"'), "extensions": {"code": code}} for error in errors]
        self.reply = Reply(422, {"errors": told, "data": None})


class Answering:
    """Answers questions about one world, with the schema of one version. `arrange` may change a question's context before it is run."""

    def __init__(self, world: World, *, api_key: str = "", version: str = "v0.30.0", missing: frozenset[str] = frozenset()) -> None:
        self.world = world
        self.api_key = api_key
        self.tally = Tally()
        self.log: deque[Asked] = deque(maxlen=LOG_LENGTH)
        self.count = 0
        self.arrange: Callable[[Context], None] | None = None
        self.speak(version, missing)

    def speak(self, version: str, missing: frozenset[str] = frozenset()) -> None:
        """Becomes a server of `version` (see schema.VERSIONS; another name has the newest schema) that lacks `missing` besides."""
        self.version = version
        self.schema: GraphQLSchema = schema_without(VERSIONS.get(version, frozenset()) | missing)
        self._documents: dict[str, Any] = {}

    def answer(self, body: Mapping[str, Any], base: str) -> Reply:
        """`body` has `query`, `variables` and `operationName`; `base` is the address in links."""
        with self.world.lock:
            asked = self._noted(body)
            try:
                question = self.understand(body)
            except Refused as refused:
                asked.status = refused.reply.status
                return refused.reply
            asked.operation = operation_name(question.operation)
            asked.fields = root_fields(question.operation)
            return self._run(question, base, asked)

    def understand(self, body: Mapping[str, Any]) -> Question:
        """The question, checked against the schema. Refused when it has a fault."""
        document = self._document(str(body.get("query") or ""))
        operation = get_operation_ast(document, body.get("operationName") or None)
        if operation is None:
            raise Refused([GraphQLError("operation not found")])
        given = dict(body.get("variables") or {})
        variables = get_variable_values(self.schema, operation.variable_definitions or (), given)
        if not isinstance(variables, VariableValues):
            raise Refused(list(variables))
        return Question(self.schema, document, operation, given, variables)

    def context(self, base: str) -> Context:
        return Context(self.world, base, self.api_key, self.version, self.tally)

    def _run(self, question: Question, base: str, asked: Asked) -> Reply:
        context = self.context(base)
        if question.operation.operation is OperationType.SUBSCRIPTION:
            return Reply(200, {"errors": [{"message": "subscriptions are answered over a websocket"}], "data": None})
        if self.arrange is not None:
            self.arrange(context)
        read_before = self.tally.rows_read
        try:
            data = execute(question, context)
        except StashError as error:
            context.errors.append({"message": error.message, "path": error.path})
            data = None
        asked.rows = self.tally.rows_read - read_before
        asked.errors = len(context.errors)
        asked.filter = context.filters[0] if context.filters else {}
        return Reply(200, {"errors": context.errors, "data": data} if context.errors else {"data": data})

    def _document(self, text: str) -> Any:
        known = self._documents.get(text)
        if known is None:
            try:
                known = parse(text)
            except GraphQLError as error:
                raise Refused([error], PARSE_FAILED) from None
            if errors := validate(self.schema, known):
                raise Refused(errors)
            if len(self._documents) >= KNOWN:
                self._documents.clear()
            self._documents[text] = known
        return known

    def _noted(self, body: Mapping[str, Any]) -> Asked:
        self.count += 1
        asked = Asked(self.count, str(body.get("operationName") or ""), (), dict(body.get("variables") or {}), str(body.get("query") or ""))
        self.log.append(asked)
        return asked


def root_fields(operation: OperationDefinitionNode) -> tuple[str, ...]:
    """The names of what is asked, without aliases."""
    return tuple(node.name.value for node in operation.selection_set.selections if hasattr(node, "name"))


def operation_name(operation: OperationDefinitionNode) -> str:
    """ "" for one without a name."""
    return operation.name.value if operation.name is not None else ""
