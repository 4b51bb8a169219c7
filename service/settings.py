"""The settings of the server: environment variables ``PILAH_…``, then a settings file, then the defaults."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from data.errors import PilahError

BASE_BUNDLE = Path(__file__).parent.parent / "model" / "base"
FILE_VARIABLE = "PILAH_SETTINGS_FILE"


class Settings(BaseSettings):
    """Hold every setting; each is described in ``docs/settings.md``."""

    model_config = SettingsConfigDict(env_prefix="PILAH_", extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on. Put a TLS proxy in front before opening it.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    var: Path = Field(
        Path("var"), description="Folder of everything the server writes; made with rights for its owner."
    )
    store: str = Field("", description="Database address; empty is the SQLite file 'pilah.db' in the folder 'var'.")
    bundle: Path = Field(BASE_BUNDLE, description="Folder of the model bundle that answers.")
    agencies: Path | None = Field(
        None, description="CSV of your own agencies, beside or in place of the built-in ones."
    )
    home: str | None = Field(
        None, pattern=r"^\d{2}(\.\d{2})?$", description="Your region's code, as 32.04: its agencies are found first."
    )
    screening: Path | None = Field(None, description="TOML of screening rules in place of the built-in ones.")
    topics: Path | None = Field(None, description="TOML of your own special topics (epidemic, disaster …), added.")
    contacts: Path | None = Field(None, description="CSV of emergency contacts by region, in place of the built-in.")
    target: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Largest share of wrong agencies among eligible complaints; the bundle's own if empty.",
    )
    max_body: int = Field(1_000_000, ge=1_000, description="Largest body of a request, in bytes.")
    max_batch_body: int = Field(10_000_000, ge=1_000, description="Largest body of a batch, in bytes.")
    max_bodies: int = Field(
        64_000_000,
        ge=1_000,
        description="Largest sum of the bodies of all requests in work, in bytes; more get 503 with Retry-After, so "
        "that many large batches at once do not use up the memory.",
    )
    max_batch: int = Field(500, ge=1, le=10_000, description="Most complaints in one batch.")
    max_job: int = Field(5_000, ge=1, le=100_000, description="Most complaints in one background job.")
    job_days: float = Field(7.0, gt=0, description="Days after which a finished background job is forgotten.")
    max_waiting: int = Field(
        100, ge=1, description="Most requests in work at once; more get 503 with Retry-After, so that none waits long."
    )
    rate_limit: int = Field(
        0, ge=0, description="Most requests of one key in a minute; 0 for no limit. More get 429 with Retry-After."
    )
    busy_timeout: float = Field(5.0, gt=0, le=60, description="Seconds to wait for a store that is held by another.")
    follow_interval: float = Field(
        1.0, gt=0, le=60, description="Seconds between looks at the event log for what other programs wrote."
    )
    index_save_interval: float = Field(
        300.0, gt=0, description="Seconds between saves of the duplicate index; a start replays what came after."
    )
    refit_interval: float = Field(
        86_400.0,
        gt=0,
        description="Seconds between refits on what people decided; a decision counts at once anyway.",
    )
    watch_interval: float = Field(300.0, gt=0, description="Seconds between looks for drift, surges and new topics.")
    metrics_public: bool = Field(
        True, description="Answer /metrics without a key (totals of the process only); otherwise it asks for 'admin'."
    )
    session_idle_minutes: int = Field(
        120, ge=5, le=1440, description="Minutes without a click after which a person is signed out of the pages."
    )
    session_hours: int = Field(12, ge=1, le=168, description="Hours after which a person signs in anew in any case.")
    login_failures: int = Field(5, ge=2, le=100, description="Failed sign-ins in a row after which a login is locked.")
    login_lock_minutes: int = Field(15, ge=1, le=1440, description="Minutes for which it is locked.")
    sso_header: str | None = Field(
        None, description="Header in which a proxy that signs people in names the login, as X-Remote-User."
    )
    sso_secret: str | None = Field(
        None,
        min_length=16,
        description="What that proxy sends in X-Pilah-Proxy-Secret; without it the header counts for nothing.",
    )
    days_verify: int = Field(3, ge=1, le=60, description="Working days to verify and pass on a complaint.")
    days_agency: int = Field(5, ge=1, le=60, description="Working days in which the office responds first.")
    days_autoclose: int = Field(10, ge=1, le=60, description="Working days that a reporter has to answer.")
    days_ordinary: int = Field(14, ge=1, le=120, description="Working days to settle an ordinary complaint.")
    days_supervised: int = Field(60, ge=1, le=250, description="Working days to settle one that accuses someone.")
    extra_holidays: tuple[date, ...] = Field(
        (), description="Days off besides Indonesia's holidays, as a JSON list of dates."
    )
    audit_weekly: int = Field(
        5, ge=0, le=500, description="About how many eligible complaints a week people judge before the suggestion."
    )
    audit_share: float = Field(
        0.1, ge=0, le=0.5, description="Largest share of them in weeks of few complaints; 0 switches the audit off."
    )
    max_upload: int = Field(30_000_000, ge=10_000, description="Largest export that the pages take, in bytes.")
    original_link: str = Field(
        "", description="Address of a complaint in your intake, with {id} for its number; empty shows no link."
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level that is logged.")

    @property
    def store_url(self) -> str:
        """Return the database address as SQLAlchemy reads it."""
        return self.store or f"sqlite:///{(self.var / 'pilah.db').resolve()}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read options first, then the environment, then the file named by ``PILAH_SETTINGS_FILE``."""
        path = os.environ.get(FILE_VARIABLE)
        if not path:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=Path(path))


def load_settings(**options: object) -> Settings:
    """Read the settings; an option given as ``None`` is not set.

    :raises PilahError: PLH-440 if a name or a value is wrong, or the file cannot be read.
    """
    path = os.environ.get(FILE_VARIABLE)
    if path and not Path(path).is_file():
        raise PilahError("PLH-440", f"{FILE_VARIABLE}: there is no file {path}")
    known = {f"PILAH_{name.upper()}" for name in Settings.model_fields} | {FILE_VARIABLE}
    unknown = sorted(name for name in os.environ if name.upper().startswith("PILAH_") and name.upper() not in known)
    if unknown:
        raise PilahError("PLH-440", f"unknown variable {unknown[0]}")
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise PilahError("PLH-440", f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    except ValueError as error:  # the settings file is not TOML
        raise PilahError("PLH-440", f"{path}: {error}") from None
