"""Whose turn it is: of the runs that write a term, one at a time, whichever deployment they belong to."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from inspection.errors import Fault, ProtocolError
from inspection.store.turn import turn
from tasks.plan import plan_of
from tasks.settings import settings

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1800.0
_BETWEEN_SECONDS = 0.5


@contextmanager
def campaign_turn(campaign_id: str, *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Let nobody else write the campaign's term until the block ends; wait for whoever is at it.

    Campaigns of one term share its files and rosters, so the turn is the term's. A killed holder has lost it
    at once. A flow that calls another flow leaves the turn to that one.

    Raises:
        DocumentError: the plan is absent or wrong.
        ProtocolError: the other run did not end in time.
        SettingError: the database cannot be reached.
    """
    term_id = plan_of(campaign_id).term.id
    with ExitStack() as held:
        _wait_for(held, term_id, patience_seconds)
        yield


def _wait_for(held: ExitStack, term_id: str, patience_seconds: float) -> None:
    url = settings().database_url
    deadline = time.monotonic() + patience_seconds
    is_told = False
    while True:
        with ExitStack() as asked:
            if asked.enter_context(turn(url, term_id)):
                held.push(asked.pop_all())
                return
        if time.monotonic() >= deadline:
            raise ProtocolError("本学期另有一项办理尚未结束", [_busy(term_id)])
        if not is_told:
            logger.warning("term %s: another run is at it, waiting", term_id)
            is_told = True
        time.sleep(_BETWEEN_SECONDS)


def _busy(term_id: str) -> Fault:
    return Fault(
        place=f"学期 {term_id}",
        code="TRN-001",
        wanted="同一学期一次只办理一项",
        got="另一项办理仍在进行",
        remedy="请等它办结后重新运行；迟迟不结束的，请数据工程师查看。",
    )
