"""Made-up public values for a draw, typed by two clerks. Real values come from public events."""

from random import Random

from inspection.deploy.plan import Plan, PublicSource
from inspection.request import PublicValueEntry

CLERKS = ("clerk-01", "clerk-02")


def public_values(plan: Plan) -> tuple[PublicValueEntry, ...]:
    """Return a synthetic value for each source of the plan, typed once by each clerk in his or her own spelling.

    The values hang on the campaign's id alone: they are no lottery's and no dice's, and the names of the
    demo plan's sources say so.

    Raises:
        ValueError: the plan draws nothing, or names a kind of source the demo cannot make up.
    """
    if plan.draw is None:
        raise ValueError(f"{plan.campaign} draws nothing")
    entries = []
    for source in plan.draw.sources:
        numbers, signs = _value(Random(f"{plan.campaign}/{source.id}"), source)
        for clerk, sign in zip(CLERKS, signs, strict=True):
            value = sign.join(numbers[:-1]) + ("+" if source.kind == "lottery-ssq" else sign) + numbers[-1]
            entries.append(PublicValueEntry(source_id=source.id, value=value, entered_by=clerk))
    return tuple(entries)


def _value(rng: Random, source: PublicSource) -> tuple[list[str], tuple[str, str]]:
    """Return the numbers of a value, and how each clerk separates them."""
    if source.kind == "lottery-ssq":
        red = sorted(rng.sample(range(1, 34), 6))
        return [f"{number:02d}" for number in (*red, rng.randint(1, 16))], (",", " ")
    if source.kind == "dice":
        return [str(rng.randint(1, 6)) for _ in range(source.throws)], ("", " ")
    raise ValueError(f"the demo makes up no values of kind {source.kind}")
