"""Addresses of displays, for administrators, and of screens, for players without an account."""

from typing import Annotated, Literal

import msgspec

from longshelf.api import params
from longshelf.api.handlers import displays, screens
from longshelf.api.handlers.events import EVENT_STREAM
from longshelf.api.route import Param
from longshelf.api.routes.media import BYTES, CONVERSION, WEBP
from longshelf.api.routes.rows import ADMIN, PUBLIC, delete, get, patch, post
from longshelf.displays import shapes

_DISPLAY, _SCREEN = "/api/displays/{display_id}", "/api/screens/{code}"
_PART = Param(name="n", type=Annotated[int, msgspec.Meta(ge=0, le=100_000)], default=0, about="Which file of a longer work, from 0")
_THUMB = (
    Param(name="v", about="The version from the slot's thumb address"),
    Param(name="w", type=Literal[192, 384, 768], default=768, about="Width in pixels"),
)
_ALL = "; without any of page, page_size and q the list is whole"
_SOME = (
    Param(name="q", type=Annotated[str, msgspec.Meta(max_length=200)], default="", about="Only displays whose name holds every word"),
    *(msgspec.structs.replace(each, default=None, about=f"{each.about}{_ALL}") for each in params.NUMBERED),
)

DISPLAYS = (
    get("/api/displays", "listDisplays", displays.browse, "The displays, by name, as they are now",
        answer=shapes.DisplayList, access=ADMIN, params=_SOME),
    post("/api/displays", "claimDisplay", displays.claim, "Make a display of the screen that shows this code",
         body=shapes.ClaimDisplay, answer=shapes.Display, status=201, access=ADMIN),
    get(_DISPLAY, "getDisplay", displays.one, "One display", answer=shapes.Display, access=ADMIN),
    patch(_DISPLAY, "editDisplay", displays.edit, "Rename a display, choose as whom it plays, or how it shows things",
          body=shapes.EditDisplay, answer=shapes.Display, access=ADMIN),
    delete(_DISPLAY, "removeDisplay", displays.delete, "Remove a display with its history; its playlists stay", access=ADMIN),
    post(f"{_DISPLAY}/rebuild", "rebuildDisplay", displays.rebuild, "Plan everything anew, from the first block",
         answer=shapes.Display, access=ADMIN),
    post(f"{_DISPLAY}/play", "playDisplay", displays.play, "Play; paused, it goes on where it was",
         answer=shapes.Display, access=ADMIN),
    post(f"{_DISPLAY}/pause", "pauseDisplay", displays.pause, "Pause", answer=shapes.Display, access=ADMIN),
    post(f"{_DISPLAY}/stop", "stopDisplay", displays.stop, "Show nothing; what was played stays known",
         answer=shapes.Display, access=ADMIN),
    post(f"{_DISPLAY}/next", "nextOnDisplay", displays.forward, "On to the next slot",
         body=shapes.Skip, body_required=False, answer=shapes.Display, access=ADMIN),
    post(f"{_DISPLAY}/previous", "previousOnDisplay", displays.back, "Back to the slot before",
         body=shapes.Skip, body_required=False, answer=shapes.Display, access=ADMIN),
    post(f"{_DISPLAY}/seek", "seekOnDisplay", displays.seek, "To another place in what plays",
         body=shapes.Seek, answer=shapes.Display, access=ADMIN),
    post(f"{_DISPLAY}/volume", "setDisplayVolume", displays.volume, "How loud it plays, 0 to 100, or muted",
         body=shapes.SetVolume, answer=shapes.Display, access=ADMIN),
    get(f"{_DISPLAY}/timeline", "getTimeline", displays.timeline, "What it played last, plays, and will play",
        answer=shapes.TimelineView, access=ADMIN),
    get(f"{_DISPLAY}/history", "getDisplayHistory", displays.history, "What it played, the newest first",
        answer=shapes.PlayedList, access=ADMIN, params=params.NUMBERED),
)  # fmt: skip

SCREENS = (
    post("/api/screens", "openScreen", screens.new, "A code to show until somebody claims the screen",
         answer=shapes.NewScreen, status=201, access=PUBLIC),
    get(_SCREEN, "getScreen", screens.one, "What the screen is asked to do; counts as a word of its player",
        answer=shapes.Screen, access=PUBLIC),
    get(f"{_SCREEN}/events", "screenEvents", screens.stream, "The same as a stream of `screen` events, whenever it changes",
        answer=EVENT_STREAM, access=PUBLIC),
    post(f"{_SCREEN}/played", "screenPlayed", screens.played, "The player is through with a slot",
         body=shapes.Played, answer=shapes.Acknowledged, access=PUBLIC),
    post(f"{_SCREEN}/at", "screenAt", screens.at, "Where the player is in a slot",
         body=shapes.At, answer=shapes.Acknowledged, access=PUBLIC),
    get(f"{_SCREEN}/media/{{item_id}}", "getScreenMedia", screens.media, "A file of an item in the screen's slots; ranges as in RFC 9110",
        answer=BYTES, access=PUBLIC, params=(_PART,)),
    get(f"{_SCREEN}/stream/{{item_id}}", "getScreenStream", screens.converted,
        "A mirrored film in the screen's slots, converted while it is watched", answer="video/mp4", access=PUBLIC, params=CONVERSION),
    get(f"{_SCREEN}/thumb/{{item_id}}", "getScreenThumb", screens.thumb, "The picture of an item in the screen's slots",
        answer=WEBP, access=PUBLIC, params=_THUMB),
)  # fmt: skip
