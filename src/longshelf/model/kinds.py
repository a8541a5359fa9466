"""The vocabulary: kinds of items, entities and libraries, and the roles a person can have. Imports nothing; read it first."""

from enum import StrEnum


class ItemKind(StrEnum):
    """One thing a person opens."""

    VIDEO = "video"
    IMAGE = "image"
    AUDIOBOOK = "audiobook"
    BOOK = "book"
    COMIC = "comic"
    TRACK = "track"
    POST = "post"


class EntityKind(StrEnum):
    """What items are linked to."""

    PERSON = "person"
    STUDIO = "studio"
    TAG = "tag"
    GENRE = "genre"
    SERIES = "series"
    GROUP = "group"
    GALLERY = "gallery"
    PUBLISHER = "publisher"


PLURALS: dict[EntityKind, str] = {
    EntityKind.PERSON: "persons",
    EntityKind.STUDIO: "studios",
    EntityKind.TAG: "tags",
    EntityKind.GENRE: "genres",
    EntityKind.SERIES: "series",
    EntityKind.GROUP: "groups",
    EntityKind.GALLERY: "galleries",
    EntityKind.PUBLISHER: "publishers",
}


class LibraryType(StrEnum):
    """Where a library's items come from."""

    FOLDER = "folder"
    STASH = "stash"
    FEED = "feed"


class Format(StrEnum):
    """The shape of a picture or video, from width and height: wide w > h, tall h > w, square w = h."""

    WIDE = "wide"
    TALL = "tall"
    SQUARE = "square"


class Role(StrEnum):
    """What a person did for an item. The empty role is for entities that are not persons; a tag of one moment only is a `marker`."""

    NONE = ""
    AUTHOR = "author"
    NARRATOR = "narrator"
    PERFORMER = "performer"
    ARTIST = "artist"
    ALBUM_ARTIST = "album_artist"
    COMPOSER = "composer"
    DIRECTOR = "director"
    WRITER = "writer"
    PRODUCER = "producer"
    ACTOR = "actor"
    PENCILLER = "penciller"
    INKER = "inker"
    COLORIST = "colorist"
    LETTERER = "letterer"
    COVER_ARTIST = "cover_artist"
    EDITOR = "editor"
    TRANSLATOR = "translator"
    ILLUSTRATOR = "illustrator"
    PHOTOGRAPHER = "photographer"
    CONTRIBUTOR = "contributor"
    MARKER = "marker"
