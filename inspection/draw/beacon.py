"""The public beacon drand: which round a source names, and when that round is made. Standard library only.

A round is made at a fixed instant of its network. Whether its signature is the beacon's is in `tasks.beacon`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NAMED = re.compile(r"(quicknet|default) ?第([1-9][0-9]{0,11})轮")


@dataclass(frozen=True)
class Network:
    """A network of the League of Entropy: the instant of its first round, and the seconds between rounds."""

    genesis: int
    period_seconds: int


NETWORKS: Mapping[str, Network] = {
    # https://api.drand.sh/v2/beacons/<name>/info: genesis_time, period; they never change.
    "quicknet": Network(1692803367, 3),
    "default": Network(1595431050, 30),
}


@dataclass(frozen=True)
class Round:
    """A round of a network."""

    network: str
    number: int

    @property
    def title(self) -> str:
        """The round as the name of a source has it."""
        return f"{self.network} 第{self.number}轮"

    @property
    def period(self) -> timedelta:
        """The time from one round of the network to the next."""
        return timedelta(seconds=NETWORKS[self.network].period_seconds)

    @property
    def made_at(self) -> datetime:
        """The instant at which the round is made; the first is made at the genesis."""
        return datetime.fromtimestamp(NETWORKS[self.network].genesis, UTC) + (self.number - 1) * self.period


def named_round(name: str) -> Round | None:
    """Return the one round that the name of a source says, or None.

    >>> named_round("drand quicknet 第1000轮").made_at.isoformat()
    '2023-08-23T15:59:24+00:00'
    """
    found = _NAMED.findall(name)
    return Round(found[0][0], int(found[0][1])) if len(found) == 1 else None


def round_from(network: str, instant: datetime) -> Round:
    """Return the first round of a network that is made at or after an instant."""
    behind = instant.timestamp() - NETWORKS[network].genesis
    return Round(network, 1 + max(0, -int(-behind // NETWORKS[network].period_seconds)))
