"""A pretended Stash for tests: the server of `longshelf demo-stash` with faults and controls a real one does not offer."""

from tests.support.fake_stash.process import RemoteStash, fake_stash_process
from tests.support.fake_stash.running import FakeStash, fake_stash

__all__ = ["FakeStash", "RemoteStash", "fake_stash", "fake_stash_process"]
