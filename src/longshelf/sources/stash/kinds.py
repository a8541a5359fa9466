"""What a Stash server holds, as one table: how each kind is asked for, and what it becomes here.

The rule: everything that differs between kinds is a column of this table, so that asking, mapping and writing have no case for each."""

from enum import StrEnum

import msgspec

from longshelf.model.kinds import EntityKind, ItemKind


class Remote(StrEnum):
    """A kind of Stash object. Markers come with their scenes; as a kind of their own they are only asked what changed."""

    TAG = "tag"
    STUDIO = "studio"
    PERFORMER = "performer"
    GROUP = "group"
    GALLERY = "gallery"
    SCENE = "scene"
    IMAGE = "image"
    MARKER = "marker"


class RemoteKind(msgspec.Struct, frozen=True, kw_only=True):
    """`many` and `one` are the queries, `rows` the list in the answer of `many`, `filter` the name and `filter_type` the type of its
    criteria, `type` the object's. `becomes` is the item or entity kind here. `page` is how many are asked for at once."""

    name: Remote
    many: str
    one: str
    rows: str
    filter: str
    filter_type: str
    type: str
    becomes: ItemKind | EntityKind | None
    page: int

    @property
    def is_item(self) -> bool:
        return isinstance(self.becomes, ItemKind)


def _kind(name: Remote, many: str, type_: str, becomes: ItemKind | EntityKind | None, *, page: int, filter_type: str = "") -> RemoteKind:
    return RemoteKind(
        name=name,
        many=f"find{many[0].upper()}{many[1:]}",
        one=f"find{type_}",
        rows={"sceneMarkers": "scene_markers"}.get(many, many),
        filter={Remote.MARKER: "scene_marker"}.get(name, str(name)) + "_filter",
        filter_type=filter_type or f"{type_}FilterType",
        type=type_,
        becomes=becomes,
        page=page,
    )


# Stash places the rows of a page with a search for each, so a page costs the square of its size: 500 is past the best of it.
KINDS: dict[Remote, RemoteKind] = {
    kind.name: kind
    for kind in (
        _kind(Remote.TAG, "tags", "Tag", EntityKind.TAG, page=500),
        _kind(Remote.STUDIO, "studios", "Studio", EntityKind.STUDIO, page=500),
        _kind(Remote.PERFORMER, "performers", "Performer", EntityKind.PERSON, page=500),
        _kind(Remote.GROUP, "groups", "Group", EntityKind.GROUP, page=500),
        _kind(Remote.GALLERY, "galleries", "Gallery", EntityKind.GALLERY, page=500),
        _kind(Remote.SCENE, "scenes", "Scene", ItemKind.VIDEO, page=500),
        _kind(Remote.IMAGE, "images", "Image", ItemKind.IMAGE, page=500),
        _kind(Remote.MARKER, "sceneMarkers", "SceneMarker", None, page=500),
    )
}
# Entities before the items that carry them: an item never appears before what could hide it.
WALKED = (Remote.TAG, Remote.STUDIO, Remote.PERFORMER, Remote.GROUP, Remote.GALLERY, Remote.SCENE, Remote.IMAGE)
STUB_PAGE = 1000  # rows of id and stamp only; never more than this in one answer
