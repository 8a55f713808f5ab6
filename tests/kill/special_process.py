"""The steps of a special inspection in a process of their own, run in the environment of a bureau.

The steps are those of the flow in its order, with the answer of a person where the run would wait for one. Each
says its name before it begins.
"""

import sys
from collections.abc import Callable

from inspection.dispatch.special_request import SpecialAnswer
from inspection.store.engine import engine
from tasks.settings import settings
from tasks.special import enter_special, special_number, write_special
from tasks.special_answer import take_answer
from tasks.special_notice import render_special_notices
from tests.tasks.special_office import ASKED, DIRECTOR, asked


def steps() -> dict[str, Callable[[], object]]:
    """Return what is done, by name, in the order in which it is done."""
    number = special_number(asked())
    answer = SpecialAnswer(decision="approve", approver_id=DIRECTOR, decided_on=ASKED)
    return {
        "enter": lambda: enter_special.fn(asked(), as_of=ASKED),
        "decide": lambda: take_answer.fn(number, answer, answer_id="run-1"),
        "write": lambda: write_special.fn(number),
        "tell": lambda: render_special_notices.fn(number),
    }


if __name__ == "__main__":
    for name, step in steps().items():
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        step()
    engine(settings().database_url).dispose()
    sys.stdout.write("end\n")
