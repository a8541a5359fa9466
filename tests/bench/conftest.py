"""Fixtures of the command line, which these tests use too."""

from tests.cli.conftest import forgotten_logging

__all__ = ["forgotten_logging"]
