"""The installation's settings: one class, read from `INSPECTION_*`."""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from inspection.profile import Profile, load_profile


class Settings(BaseSettings):
    """Where things are and what must stay secret; nothing here changes a result but the keys."""

    model_config = SettingsConfigDict(env_prefix="INSPECTION_", frozen=True)

    database_url: str = Field(default="sqlite:///workspace/inspection.db", description="the store")
    workspace: Path = Field(default=Path("workspace"), description="inbox, staging, outbox, public")
    profile: Path = Field(default=Path("examples/demo_city/profile.yaml"), description="the bureau's profile")
    pseudonym_key: SecretStr = Field(
        default=SecretStr(""), description="HMAC key for student ids, 64 hex digits"
    )
    desk_url: str = Field(
        default="http://127.0.0.1:8490",
        pattern=r"^https?://[^\s()<>]+$",
        description="where links to the desk lead",
    )
    draw_secret: SecretStr = Field(
        default=SecretStr(""), description="secret of draws, pseudonyms and case numbers, 64 hex digits"
    )
    desk_secret: SecretStr = Field(
        default=SecretStr(""), description="key of the desk's sessions, 64 hex digits"
    )


def settings() -> Settings:
    """Return the settings as the environment gives them now."""
    return Settings()


def profile() -> Profile:
    """Return the bureau's profile.

    Raises:
        DocumentError: the profile is absent or wrong.
    """
    return _profile(settings().profile.resolve())


@cache
def _profile(path: Path) -> Profile:
    return load_profile(path)
