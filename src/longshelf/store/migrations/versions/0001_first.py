"""The first schema."""

from alembic import op

from longshelf.store.search import create_search
from longshelf.store.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    metadata.create_all(connection)
    op.execute("INSERT INTO revision (id, value) VALUES (1, 0)")
    create_search(connection)
