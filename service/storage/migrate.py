"""Run the migrations of the database schema."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Engine

from data.errors import PilahError


def upgrade(engine: Engine, migrations: Path) -> None:
    """Bring the schema to the newest version.

    :param migrations: the folder of the scripts.
    :raises PilahError: PLH-504 if a later program made the store.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations))
    script = ScriptDirectory(str(migrations))
    try:
        with (
            engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
            EnvironmentContext(config, script, fn=lambda revision, _: script._upgrade_revs("head", revision)) as env,
        ):
            env.configure(connection=connection)
            env.run_migrations()
    except CommandError as error:
        raise PilahError("PLH-504", str(error)) from None
