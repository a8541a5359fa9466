"""Plugin hooks: what a Stash with our plugin installed posts when something changes.

The rule: hooks run after the change is committed, and Stash waits for them. Only some changes have one (see changes.py); a receiver
that fails or is slow is not asked again."""

import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

SECONDS = 20.0  # for a receiver on a busy test machine; our plugin itself waits far less


@dataclass(frozen=True)
class Hook:
    """`trigger` as in "Scene.Update.Post"; `input` is None when a scan or clean caused it."""

    trigger: str
    id: int
    input: dict[str, Any] | None = None

    def context(self) -> dict[str, Any]:
        """The hookContext Stash gives a plugin."""
        return {"id": self.id, "type": self.trigger, "input": self.input, "inputFields": sorted(self.input or ())}


@dataclass
class Hooks:
    """`url` is where our plugin posts to ("" for not installed); `body` makes the message of it. `fired` keeps all, posted or not."""

    url: str = ""
    body: Callable[[Hook], Any] = Hook.context
    fired: list[Hook] = field(default_factory=list)
    failed: int = 0

    def fire(self, hook: Hook) -> None:
        self.fired.append(hook)
        if not self.url:
            return
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url, msgspec.json.encode(self.body(hook)), headers, method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=SECONDS):
                return
        except OSError:
            self.failed += 1
