"""The GraphQL schema of the demonstration server, and smaller ones that stand for older servers.

The rule: a schema is a value. What an older server lacks is named ("Scene.captions", "SceneFilterType.id", "Query.findGroups") and is
gone from it entirely: from introspection and from validation, so that asking for it is answered as a real one would (422)."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    parse,
)

Field = TypeVar("Field", FieldDefinitionNode, InputValueDefinitionNode)
SDL = Path(__file__).with_name("schema.graphql")
VERSIONS: dict[str, frozenset[str]] = {
    "v0.30.0": frozenset(),
    "v0.27.0": frozenset(
        {
            "SceneFilterType.files_filter",
            "ImageFilterType.files_filter",
            "Studio.o_counter",
            "StashID.updated_at",
            "Performer.custom_fields",
            "Tag.stash_ids",
            "Tag.sort_name",
            "SceneMarker.end_seconds",
        }
    ),
    "v0.24.0": frozenset(
        {
            "SceneFilterType.files_filter",
            "ImageFilterType.files_filter",
            "SceneFilterType.groups",
            "Studio.o_counter",
            "Studio.urls",
            "Studio.tags",
            "StashID.updated_at",
            "Performer.custom_fields",
            "Performer.urls",
            "Tag.stash_ids",
            "Tag.sort_name",
            "SceneMarker.end_seconds",
            "Query.findGroup",
            "Query.findGroups",
            "Scene.groups",
            "Scene.play_history",
            "Scene.o_history",
            "Gallery.paths",
            "Gallery.code",
            "Gallery.photographer",
            "Image.code",
            "Image.details",
            "Image.photographer",
        }
    ),
}
"""What each version lacks. Approximate: the names, not the dates, are what a client must cope with."""


@lru_cache(maxsize=16)
def schema_without(missing: frozenset[str] = frozenset()) -> GraphQLSchema:
    """The schema less the named fields, arguments' input fields and queries. ValueError for a name that is not there."""
    document = parse(SDL.read_text(encoding="utf-8"))
    unused = set(missing)
    thinned = DocumentNode(definitions=tuple(_thinned(definition, unused) for definition in document.definitions))
    if unused:
        raise ValueError(f"not in the schema: {', '.join(sorted(unused))}")
    return build_ast_schema(thinned)


def _thinned(definition: DefinitionNode, unused: set[str]) -> DefinitionNode:
    if isinstance(definition, InputObjectTypeDefinitionNode):
        return replace(definition, fields=_kept(definition.name.value, definition.fields or (), unused))
    if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return replace(definition, fields=_kept(definition.name.value, definition.fields or (), unused))
    return definition


def _kept(owner: str, fields: tuple[Field, ...], unused: set[str]) -> tuple[Field, ...]:
    names = {f"{owner}.{field.name.value}" for field in fields}
    gone = names & unused
    unused.difference_update(gone)
    return tuple(field for field in fields if f"{owner}.{field.name.value}" not in gone)
