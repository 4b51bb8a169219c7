"""Run the migrations on the connection that the store hands over."""

from __future__ import annotations

from alembic import context


def run() -> None:
    """Migrate within the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, render_as_batch=True)
    context.run_migrations()


run()
