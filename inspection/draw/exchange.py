"""Exchange of teams between districts 交叉互检: which district inspects which.

The districts stand in a ring, ordered by their tickets under the campaign's own number, which the plan has published
before; each inspects the next. Not under the seed: the ring is part of the promise, which comes before it, nor under the
promise's digest, which depends on the ring. With three districts or more no two inspect each other, so that none can repay in
kind. The ring enters the draw as people not assignable elsewhere. Standard library only.
"""

from collections.abc import Collection

from inspection.draw.selection import ticket

_FEWEST = 3


def ring(campaign_id: str, *, senders: Collection[str], receivers: Collection[str]) -> dict[str, str]:
    """Return whom each district inspects; empty where fewer than three could exchange.

    Args:
        campaign_id: orders the ring.
        senders: districts that have inspectors.
        receivers: districts that have schools to be drawn from.

    Districts that only send or only receive stand outside: nobody can repay them.
    """
    order = sorted(
        set(senders) & set(receivers), key=lambda code: (ticket(campaign_id, f"district:{code}"), code)
    )
    if len(order) < _FEWEST:
        return {}
    return dict(zip(order, [*order[1:], order[0]], strict=True))
