"""A pretended Stash in a process of its own: for tests that kill it, and for measurements that must not share an interpreter.

`python -m tests.support.fake_stash --port 0 --scenes 1000` prints its address and serves until it is killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.fake_stash.control import PREFIX

ROOT = Path(__file__).parents[3]


class RemoteStash:
    """A server elsewhere; `do` is Control.do over HTTP."""

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        self.url = url
        self.process = process

    def do(self, name: str, **arguments: Any) -> Any:
        """RuntimeError with the reason when it cannot be done."""
        with httpx.Client(trust_env=False, timeout=60) as client:
            reply = client.post(self.url + PREFIX, json={"do": name, "with": arguments}).json()
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["answer"]

    def kill(self) -> None:
        """No goodbye, as when the power goes."""
        self.process.kill()
        self.process.wait()


@contextmanager
def fake_stash_process(*arguments: str) -> Iterator[RemoteStash]:
    """A running one; arguments are those of the command line."""
    command = [sys.executable, "-m", "tests.support.fake_stash", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("the fake Stash did not start")
        yield RemoteStash(url, process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
