"""The history of the schema, run by Alembic from `store/migrate.py`."""
