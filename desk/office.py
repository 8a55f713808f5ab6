"""What a desk needs to know of its installation: store, workspace, profile, secret, limits.

Here: the settings of one desk, checked before it opens. Nothing else of `desk` reads the environment.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from inspection.decide.measure import Measures, load_measures
from inspection.errors import Fault, SettingError
from inspection.ingest.source_map import SourceMap, load_source_maps
from inspection.profile import Profile

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
DEMO_SECRET = "de" * 32
_LEAST_SECRET_LENGTH = 64


@dataclass(frozen=True, kw_only=True)
class Office:
    """One installation of the desk. `secret` keys session tokens and form tokens."""

    database_url: str = field(repr=False)
    workspace: Path
    profile: Profile
    secret: str = field(repr=False)
    is_https: bool = False
    upload_limit_bytes: int = 100 * 2**20
    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)

    @property
    def source_maps(self) -> dict[str, SourceMap]:
        """The bureau's source maps by data set."""
        return _source_maps(self.profile.folders.sources)

    @property
    def measures(self) -> Measures:
        """The bureau's ladder of measures."""
        return _measures(self.profile.folders.rubrics / "measures.yaml")

    @property
    def districts(self) -> dict[str, str]:
        """District codes and names."""
        return {district.code: district.name for district in self.profile.districts}

    def keyed(self, purpose: str, text: str) -> str:
        """Return a keyed hash (64 hexadecimal digits) that nobody without the secret can make."""
        return hmac.new(self.secret.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()

    def is_student_level(self, data_set: str) -> bool:
        """Say whether a data set's files have a row for each student; unknown data sets count as such."""
        source_map = self.source_maps.get(data_set)
        if source_map is None:
            return True
        columns = source_map.columns.values()
        return source_map.is_reduced or any(c.handling == "pseudonymise" for c in columns)


@cache
def _source_maps(folder: Path) -> dict[str, SourceMap]:
    return load_source_maps(folder)


@cache
def _measures(path: Path) -> Measures:
    return load_measures(path)


def require_secret(secret: str, profile: Profile) -> str:
    """Return the desk's secret; a made-up bureau without one has the demo's, which is published.

    Raises:
        SettingError: it is missing, too short, or the published one of the demo in a real bureau.
    """
    if not secret and profile.is_synthetic:
        return DEMO_SECRET
    is_published = secret == DEMO_SECRET and not profile.is_synthetic
    if len(secret) >= _LEAST_SECRET_LENGTH and not is_published:
        return secret
    fault = Fault(
        place="INSPECTION_DESK_SECRET",
        code="SET-021",
        wanted="64 位以上的十六进制密钥，且不是演示用的公开密钥",
        got="演示用的公开密钥" if is_published else f"{len(secret)} 个字符",
        remedy="请运行 openssl rand -hex 32 生成，写入环境变量 INSPECTION_DESK_SECRET，然后重新启动。",
    )
    raise SettingError("工作台的会话密钥不可用，未启动", [fault])


def require_private_way(host: str, *, is_https: bool) -> None:
    """Refuse to listen beyond this machine without encryption.

    Raises:
        SettingError: passwords would travel in the clear.
    """
    if is_https or host in {"127.0.0.1", "::1", "localhost"}:
        return
    fault = Fault(
        place="--host",
        code="SET-022",
        wanted="127.0.0.1，或经 HTTPS 加密的地址",
        got=f"{host}，未加密",
        remedy="请用 --certificate 和 --key 指定证书；由反向代理负责加密的，请加 --behind-https。",
    )
    raise SettingError("工作台不得在未加密的网络上提供服务，未启动", [fault])
