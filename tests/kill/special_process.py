"""A special inspection begun and killed again and again, in a process of its own and in the environment of a bureau.

`python -m tests.kill.special_process enter:0.1 write:0.2` begins it anew for each word, kills it so many seconds after
that step was begun, and at last lets it come to its end. The steps are those of the flow in its order, with the
answer of a person where the run would wait for one.
"""

import os
import signal
import sys
import time
from collections.abc import Callable

from inspection.dispatch.special_request import SpecialAnswer
from tasks.special import enter_special, special_number, write_special
from tasks.special_answer import take_answer
from tasks.special_notice import render_special_notices
from tests.tasks.special_office import ASKED, DIRECTOR, asked

END = "end"


def steps() -> dict[str, Callable[[], object]]:
    """Return what is done, by name, in the order in which it is done."""
    number = special_number(asked())
    answer = SpecialAnswer(decision="approve", approver_id=DIRECTOR, decided_on=ASKED)
    return {
        "enter": lambda: enter_special.fn(asked(), as_of=ASKED),
        "decide": lambda: take_answer.fn(number, answer, answer_id="run-1"),
        "write": lambda: write_special.fn(number),
        "tell": lambda: render_special_notices.fn(number),
        END: lambda: None,
    }


def begun() -> tuple[int, int]:
    """Begin in a child; return its process, and what it says its steps into."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    for name, step in steps().items():
        os.write(writing, f"{name}\n".encode())
        step()
    os._exit(0)


def ended(step: str, seconds: float) -> int:
    """Begin, wait until a step is begun, kill after some seconds; return the wait status of the child."""
    child, said = begun()
    with os.fdopen(said) as lines:
        assert any(line.strip() == step for line in lines), f"{step} was never begun"
        if step != END:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


if __name__ == "__main__":
    for word in sys.argv[1:]:
        name, _, delay = word.partition(":")
        assert ended(name, float(delay)) == signal.SIGKILL, f"{name} was over before it could be killed"
    assert ended(END, 0) == 0
