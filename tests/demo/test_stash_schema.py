"""The pretended Stash tells what it is and refuses what it does not know, as servers of several ages do (§1.1, §1.7)."""

from operator import attrgetter
from typing import Any

import pytest
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, get_introspection_query, get_named_type
from graphql.utilities import build_client_schema

from longshelf.demo.stash.fields import FIELDS
from longshelf.demo.stash.schema import VERSIONS, schema_without
from tests.demo.stash_asking import answering, data, errors


def test_introspection_tells_the_whole_schema() -> None:
    asked = answering()
    told = data(asked, get_introspection_query(), operationName=None)
    assert set(build_client_schema(told).type_map) == set(asked.schema.type_map)


def test_a_probe_may_ask_for_several_things_at_once() -> None:
    probe = '{ version { version } systemStatus { databaseSchema status } __type(name: "Scene") { fields { name } } __typename }'
    told = data(answering(), probe)
    assert told["version"]["version"] == "v0.30.0"
    assert told["systemStatus"]["status"] == "OK"
    assert {"id", "title", "o_history"} <= {field["name"] for field in told["__type"]["fields"]}
    assert "url" not in {field["name"] for field in told["__type"]["fields"]}  # deprecated: only told when asked for
    assert told["__typename"] == "Query"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_server_neither_tells_nor_answers_what_it_lacks(version: str) -> None:
    asked = answering(version=version)
    for name in VERSIONS[version]:
        owner, _, field = name.partition(".")
        told = data(asked, "query($n: String!) { __type(name: $n) { fields { name } inputFields { name } } }", n=owner)["__type"]
        assert field not in {each["name"] for each in (told["fields"] or []) + (told["inputFields"] or [])}
    assert data(asked, "{ version { version } }")["version"]["version"] == version


def test_a_field_a_server_lacks_is_422_and_named() -> None:
    asked = answering(missing=frozenset({"Scene.captions"}))
    reply = asked.answer({"query": "{ findScenes { scenes { id captions { language_code } } } }"}, "")
    assert reply.status == 422
    assert reply.body["data"] is None
    assert reply.body["errors"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert 'Cannot query field "captions" on type "Scene"' in reply.body["errors"][0]["message"]


def test_a_criterion_a_server_lacks_is_422_in_the_query_and_in_its_variables() -> None:
    asked = answering(missing=frozenset({"SceneFilterType.id"}))
    written = "{ findScenes(scene_filter: {id: {value: 1, modifier: EQUALS}}) { count } }"
    given = "query($f: SceneFilterType) { findScenes(scene_filter: $f) { count } }"
    assert asked.answer({"query": written}, "").status == 422
    assert asked.answer({"query": given, "variables": {"f": {"id": {"value": 1, "modifier": "EQUALS"}}}}, "").status == 422
    assert asked.answer({"query": given, "variables": {"f": {}}}, "").status == 200


@pytest.mark.parametrize(
    "body", [{"query": "{ findScenes("}, {"query": ""}, {"query": "query A { version { hash } } query B { version { hash } }"}]
)
def test_what_cannot_be_understood_is_422(body: dict[str, Any]) -> None:
    reply = answering().answer(body, "")
    assert reply.status == 422
    assert reply.body["errors"]


def test_a_schema_cannot_lack_what_it_never_had() -> None:
    with pytest.raises(ValueError, match=r"Scene\.colour"):
        schema_without(frozenset({"Scene.colour"}))


def _selection(kind: GraphQLObjectType, depth: int = 0) -> str:
    """Every field of a type, relations one level deep, their own as ids."""
    parts = []
    for name, field in kind.fields.items():
        named = get_named_type(field.type)
        inner = 'fingerprint(type: "md5")' if name == "fingerprint" else name
        if isinstance(named, GraphQLObjectType):
            nested = "id" if "id" in named.fields and depth else _selection(named, depth + 1) if depth < 2 else "__typename"
            parts.append(f"{inner} {{ {nested} }}")
        elif named.name == "VisualFile":
            parts.append(f"{inner} {{ ... on VideoFile {{ id }} ... on ImageFile {{ id width }} }}")
        else:
            parts.append(inner)
    return " ".join(parts)


@pytest.mark.parametrize(
    ("field", "rows"),
    [
        ("findScenes", "scenes"),
        ("findImages", "images"),
        ("findGalleries", "galleries"),
        ("findPerformers", "performers"),
        ("findStudios", "studios"),
        ("findTags", "tags"),
        ("findGroups", "groups"),
        ("findSceneMarkers", "scene_markers"),
    ],
)
def test_every_field_of_every_type_answers_what_its_type_says(field: str, rows: str) -> None:
    asked = answering()
    assert asked.schema.query_type is not None
    result = get_named_type(asked.schema.query_type.fields[field].type)
    assert isinstance(result, GraphQLObjectType)
    kind = get_named_type(result.fields[rows].type)
    assert isinstance(kind, GraphQLObjectType)
    found = data(asked, f'{{ {field}(filter: {{per_page: -1, sort: "id"}}) {{ {rows} {{ {_selection(kind)} }} }} }}')[field][rows]
    assert found
    for row in found:
        for name, declared in kind.fields.items():
            _check(declared.type, row[name], f"{kind.name}.{name}")


def _check(declared: Any, value: Any, where: str) -> None:
    if isinstance(declared, GraphQLNonNull):
        assert value is not None, where
        declared = declared.of_type
    if value is None:
        return
    if isinstance(declared, GraphQLList):
        assert isinstance(value, list | tuple), where
        for each in value:
            _check(declared.of_type, each, where)
        return
    wanted = {"ID": str, "String": str, "Time": str, "Int": int, "Int64": int, "Boolean": bool, "Float": int | float, "Map": dict}
    assert isinstance(value, wanted.get(declared.name, str | dict)), f"{where}: {value!r}"


def test_no_entry_of_the_table_of_fields_is_for_a_field_that_is_not_there() -> None:
    types = schema_without().type_map
    assert [name for name in FIELDS if name[1] not in attrgetter("fields")(types[name[0]])] == []


def test_aliases_fragments_and_directives_are_followed() -> None:
    query = """
    query($yes: Boolean!, $no: Boolean!) {
      first: findScenes(filter: {per_page: 1, sort: "id"}) { scenes { ...Named number: id } }
      findImages(filter: {per_page: 1, sort: "id"}) {
        images { visual_files { __typename ... on ImageFile { width } ... on VideoFile { duration } } }
      }
      version @include(if: $no) { hash }
      stats @skip(if: $yes) { scene_count }
    }
    fragment Named on Scene { id title studio { id } studio { name } }
    """
    found = data(answering(), query, yes=True, no=False)
    assert set(found) == {"first", "findImages"}
    scene = found["first"]["scenes"][0]
    assert scene["number"] == scene["id"] == "1"
    assert scene["studio"] is None or set(scene["studio"]) == {"id", "name"}
    assert set(found["findImages"]["images"][0]["visual_files"][0]) == {"__typename", "width"}


def test_a_fingerprint_can_be_asked_for_by_its_type() -> None:
    query = '{ findScene(id: 1) { files { fingerprint(type: "phash") fingerprints { type value } } } }'
    file = data(answering(), query)["findScene"]["files"][0]
    assert {"type": "phash", "value": file["fingerprint"]} in file["fingerprints"]


def test_statistics_and_settings_are_told() -> None:
    asked = answering(api_key="key")
    told = data(
        asked,
        "{ stats { scene_count image_count gallery_count tag_count scenes_size } configuration { general { apiKey stashes { path } } } }",
    )
    assert told["stats"]["scene_count"] == 120
    assert told["configuration"]["general"] == {"apiKey": "key", "stashes": [{"path": "/media"}]}


def test_a_subscription_is_not_answered_to_a_post() -> None:
    assert "websocket" in errors(answering(), "subscription { scanCompleteSubscribe }")[0]
