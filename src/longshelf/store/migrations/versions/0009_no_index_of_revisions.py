"""No index of items by revision: whoever follows what changes reads the change log."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_item_revision", table_name="item")
