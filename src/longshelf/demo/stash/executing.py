"""Answers a validated GraphQL document: the selection is compiled to plain functions once and run over the rows.

The rule: parsing, validation, variables, arguments and introspection are graphql-core's; only the walk over rows is ours, because a page
has tens of thousands of values and is to take milliseconds. Failing fields become null up to the next nullable one, as GraphQL has it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute_sync,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values

from longshelf.demo.stash.context import Context, Read
from longshelf.demo.stash.fields import reader, type_of
from longshelf.demo.stash.finding import StashError

Answer = Callable[[Any], Any]


class Question(NamedTuple):
    """A valid operation of a document with its variables: as given, and coerced to the types of the schema."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    given: dict[str, Any]
    variables: VariableValues


def execute(question: Question, context: Context) -> dict[str, Any] | None:
    """`data` of the reply; what failed is in `context.errors`."""
    schema, document, operation, _, variables = question
    root = schema.mutation_type if operation.operation is OperationType.MUTATION else schema.query_type
    if root is None:
        raise StashError(f"{operation.operation.value} is not supported")
    compiler = Compiler(schema, document, variables, context)
    try:
        data: dict[str, Any] = compiler.of_object(root, [operation.selection_set])({})
    except StashError as error:
        context.errors.append({"message": error.message, "path": error.path})
        return None
    if _asks_about_the_schema(operation):
        data |= _introspect(question)
    return data


class Compiler:
    """Turns selections into functions from a row to the JSON-ready reply."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: VariableValues, context: Context) -> None:
        self._schema = schema
        self._variables = variables
        self._context = context
        self._fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}

    def of_object(self, owner: GraphQLObjectType, selections: list[SelectionSetNode]) -> Answer:
        """A function that answers the selection for one row of `owner`."""
        collected: dict[str, list[FieldNode]] = {}
        for selection in selections:
            self._collect(owner, selection, collected)
        steps = [(key, *self._step(key, owner, nodes)) for key, nodes in collected.items() if not nodes[0].name.value.startswith("__")]
        typenames = [key for key, nodes in collected.items() if nodes[0].name.value == "__typename"]
        errors = self._context.errors

        def answer(row: Any) -> dict[str, Any]:
            reply: dict[str, Any] = dict.fromkeys(typenames, owner.name)
            for key, read, nullable in steps:
                try:
                    reply[key] = read(row)
                except StashError as error:
                    error.path.insert(0, key)
                    if not nullable:
                        raise
                    errors.append({"message": error.message, "path": error.path})
                    reply[key] = None
            return reply

        return answer

    def _step(self, key: str, owner: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[Answer, bool]:
        name = nodes[0].name.value
        definition = owner.fields[name]
        arguments = get_argument_values(definition, nodes[0], self._variables)
        read = self._read(owner.name, name, arguments)
        complete = self._complete(read, definition.type, nodes)
        if self._context.broken:
            complete = _placed(key, complete, self._context.errors)
        return complete, not is_non_null_type(definition.type)

    def _read(self, owner: str, name: str, arguments: dict[str, Any]) -> Read:
        if (owner, name) in self._context.broken:
            return self._breaking(owner, name, reader(owner, name, self._context, arguments))
        read = reader(owner, name, self._context, arguments)
        return read if owner not in _MADE_UP else _member(name)

    def _breaking(self, owner: str, name: str, read: Read) -> Read:
        message, left = self._context.broken[(owner, name)]
        remaining = [left]

        def fail(row: Any) -> Any:
            if remaining[0] <= 0:
                return read(row)
            remaining[0] -= 1
            raise StashError(message)

        return fail

    def _complete(self, read: Read, kind: GraphQLOutputType, nodes: list[FieldNode]) -> Answer:
        named = get_named_type(kind)
        bare = kind.of_type if is_non_null_type(kind) else kind
        if isinstance(named, GraphQLObjectType):
            inner = self.of_object(named, _selections(nodes))
        elif isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
            inner = self._of_any(named, nodes)
        else:
            return read
        if is_list_type(bare):
            errors = self._context.errors if self._context.broken else None
            return lambda row: None if (found := read(row)) is None else _each(inner, found, errors)
        return lambda row: None if (found := read(row)) is None else inner(found)

    def _of_any(self, abstract: GraphQLUnionType | GraphQLInterfaceType, nodes: list[FieldNode]) -> Answer:
        answers = {each.name: self.of_object(each, _selections(nodes)) for each in self._schema.get_possible_types(abstract)}
        return lambda row: answers[type_of(row)](row)

    def _collect(self, owner: GraphQLObjectType, selection: SelectionSetNode, into: dict[str, list[FieldNode]]) -> None:
        for node in selection.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                into.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, owner):
                    self._collect(owner, node.selection_set, into)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, owner):
                    self._collect(owner, fragment.selection_set, into)

    def _applies(self, condition: str, owner: GraphQLObjectType) -> bool:
        named = self._schema.type_map[condition]
        if isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
            return self._schema.is_sub_type(named, owner)
        return named is owner

    def _included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))


_MADE_UP = frozenset(
    {
        "Fingerprint",
        "StashID",
        "VideoCaption",
        "Folder",
        "ScenePathsType",
        "SceneStreamEndpoint",
        "SceneGroup",
        "ImagePathsType",
        "GalleryPathsType",
        "GalleryChapter",
        "GroupDescription",
        "Version",
        "SystemStatus",
        "StatsResultType",
        "StashConfig",
        "ConfigGeneralResult",
        "ConfigResult",
        "JobStatusUpdate",
        "Subscription",
        "LogEntry",
        "HistoryMutationResult",
        "FindScenesResultType",
        "FindImagesResultType",
        "FindGalleriesResultType",
        "FindPerformersResultType",
        "FindStudiosResultType",
        "FindTagsResultType",
        "FindGroupsResultType",
        "FindSceneMarkersResultType",
    }
)
"""Types whose values are mappings, not rows."""


def _member(name: str) -> Read:
    def read(values: Any) -> Any:
        value = values[name]
        return value() if callable(value) else value

    return read


def _each(answer: Answer, rows: Any, errors: list[dict[str, Any]] | None) -> list[Any]:
    if errors is None:
        return [answer(row) for row in rows]
    reply: list[Any] = []
    for row in rows:
        try:
            reply.append(_placed(len(reply), answer, errors)(row))
        except StashError as error:
            error.path.insert(0, len(reply))
            raise
    return reply


def _placed(place: str | int, answer: Answer, errors: list[dict[str, Any]]) -> Answer:
    """`answer`, whose errors further down get this place in front of their paths."""

    def placed(row: Any) -> Any:
        before = len(errors)
        try:
            return answer(row)
        finally:
            for error in errors[before:]:
                error["path"].insert(0, place)

    return placed


def _selections(nodes: list[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set is not None]


def _asks_about_the_schema(operation: OperationDefinitionNode) -> bool:
    return any(isinstance(node, FieldNode) and node.name.value in ("__schema", "__type") for node in operation.selection_set.selections)


def _introspect(question: Question) -> dict[str, Any]:
    """The part of the operation that asks about the schema, answered by graphql-core."""
    operation = question.operation
    asked = tuple(
        node for node in operation.selection_set.selections if isinstance(node, FieldNode) and node.name.value in ("__schema", "__type")
    )
    only = replace(operation, selection_set=replace(operation.selection_set, selections=asked))
    fragments = tuple(each for each in question.document.definitions if isinstance(each, FragmentDefinitionNode))
    document = replace(question.document, definitions=(only, *fragments))
    result = execute_sync(question.schema, document, variable_values=question.given)
    return dict(result.data or {})
