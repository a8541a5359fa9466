"""Fixtures every test may use."""

from tests.support.databases import database, databases, postgres, postgres_databases, sqlite_database, sqlite_databases

__all__ = ["database", "databases", "postgres", "postgres_databases", "sqlite_database", "sqlite_databases"]
