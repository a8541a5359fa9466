"""SqlEngine: `model.engine` compiled to SQL for SQLite and PostgreSQL. The way in is `store.engine.sql`."""
