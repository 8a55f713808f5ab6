"""The ways somebody with every right on the database tries to change a draw, each as well as it can be done.

An attack takes the store after an honest draw and returns what the forger wants to publish instead, with every
hash recomputed that he can recompute. Who detects it is measured in `attacks`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

from alembic.migration import MigrationContext
from alembic.operations import Operations

from inspection.canonical import canonical, digest
from inspection.draw import record
from inspection.draw.substitution import current_teams
from inspection.errors import ProtocolError
from inspection.store.engine import engine
from tests.lab.attack_case import Case, Json, Published, Store, hex_of, number_of, relinked, retell

Attack = Callable[[Case, Published, int], Published]
UPDATE = "UPDATE ledger_entry SET payload = '{}'"
DELETE = "DELETE FROM ledger_entry"
CUT = "DELETE FROM ledger_entry WHERE kind = 'draw'"
REPLACE = "INSERT OR REPLACE INTO ledger_entry SELECT seq, kind, subject, '{}', prev_hash, entry_hash, recorded_at FROM ledger_entry WHERE seq = 1"
LEDGER, COMMITMENT, AT_COMMIT, AT_DRAW, RECORD, ANNEX = (
    "ledger",
    "commitment",
    "head_at_commit",
    "head_at_draw",
    "record",
    "annex",
)


@dataclass(frozen=True)
class Kind:
    """A kind of attack: each evidence of `bound_by` must detect every attempt on its own.

    `statements` are those that the database must refuse while it is protected; `way` is how the forger then
    writes the ledger (`attack_case.WAYS`).
    """

    title: str
    attack: Attack
    bound_by: tuple[str, ...]
    statements: tuple[str, ...] = (UPDATE, DELETE)
    way: str = "refill"
    is_migration: bool = False


def other_cases(case: Case) -> Iterator[Case]:
    """Return the same draw with another salt, again and again."""
    for turn in count(1):
        yield replace(case, salt=hex_of("again", case.campaign_id, turn))


def schools_of(published: Published) -> set[str]:
    """Return the schools to be visited."""
    return set(current_teams(published.record))


def redraw(case: Case, honest: Published, number: int) -> Published:
    """Commit and draw anew until a school that was drawn is out, or one that was not is in."""
    return to_suit(case, honest, number)


def redraw_by_cancelling(case: Case, honest: Published, number: int) -> Published:
    """Leave everything in the ledger, cancel the promise after its draw, and promise and draw anew to suit."""
    alone = record.committed(honest.record["commitment"])
    cancel = {"kind": "cancel", "payload": {"subject": case.campaign_id, **record.payload("cancel", alone)}}
    found = to_suit(case, honest, number)
    entries = [*honest.ledger["entries"], cancel, *told_again(found, f"{case.campaign_id}-2")]
    return relinked(found, entries)


def redraw_under_another_id(case: Case, honest: Published, number: int) -> Published:
    """Leave everything in the ledger, and promise and draw the same matter again as another campaign."""
    setup = replace(case.setup, campaign_id=f"{case.campaign_id}-again")
    found = to_suit(replace(case, setup=setup), honest, number)
    return relinked(found, [*honest.ledger["entries"], *told_again(found, setup.campaign_id)])


def told_again(found: Published, subject: str) -> list[Json]:
    """Return the entries of a second draw, to stand after those of the first."""
    steps = ("commit", "seed", "draw", "substitute", "open")
    return [
        {**item, "payload": {**item["payload"], "subject": f"{subject}:{item['kind']}"}}
        for item in found.ledger["entries"]
        if item["kind"] in steps
    ]


def to_suit(case: Case, honest: Published, number: int) -> Published:
    """Draw with one salt after the other until a school's lot is turned."""
    pool = [line["school"] for line in honest.record["commitment"]["pool"]]
    favoured = pool[number % len(pool)]
    was_drawn = favoured in schools_of(honest)
    for other in other_cases(case):
        try:
            found = retell(other)
        except ProtocolError:
            continue
        if (favoured in schools_of(found)) != was_drawn:
            return found
    raise AssertionError("unreachable")


def swap(_case: Case, honest: Published, number: int) -> Published:
    """Put a school that was not drawn in the place of one that was, everywhere."""
    made = json.loads(canonical(honest.record))
    lines = made["selection"]
    line = lines[number % len(lines)]
    stratum = {item["school"]: item["stratum"] for item in made["commitment"]["pool"]}
    known = {item["school"] for item in lines} | schools_of(honest)
    free = sorted(code for code in stratum if stratum[code] == line["stratum"] and code not in known)
    return result_recomputed(honest, made, {line["school"]: free[number % len(free)]})


def result_recomputed(honest: Published, made: Json, names: dict[str, str]) -> Published:
    """Rename in selection, teams and substitutions, then recompute digests and ledger."""
    for part in ("selection", "teams", "substitutions"):
        text = canonical(made[part])
        for old, new in names.items():
            text = text.replace(old, new)
        made[part] = json.loads(text)
    return digests_recomputed(honest, made)


def digests_recomputed(honest: Published, made: Json) -> Published:
    """Make result digest, salted result, substitution digests and ledger fit a changed record."""
    made["result_digest"] = digest({key: made[key] for key in record.RESULT_KEYS})
    previous = made["result_digest"]
    for item in made["substitutions"]:
        item["previous"] = previous
        previous = digest({key: value for key, value in item.items() if key != "digest"})
        item["digest"] = previous
    digests = [item["digest"] for item in made["substitutions"]]
    if made["secret"]:
        made["result_hash"] = salted(made, made["result_digest"])
        digests = [salted(made, item) for item in digests]
    entries = json.loads(json.dumps(honest.ledger["entries"]))
    facts = {
        "seed": {"values": digest(made["values"])},
        "draw": {"result": made["result_hash"] or made["result_digest"]},
        "open": {"result": made["result_digest"]},
        "substitute": {"substitution": "".join(digests[:1])},
    }
    for item in entries:
        if "commitment" in item["payload"]:
            item["payload"]["commitment"] = made["commitment_digest"]
        item["payload"] |= facts.get(item["kind"], {})
    return relinked(replace(honest, record=made), entries)


def salted(made: Json, content_digest: str) -> str:
    """Return a digest as a sealed draw publishes it."""
    shut = {**made, "state": record.UNOPENED, "substitutions": [{"digest": content_digest}]}
    return str(record.sealed(shut)["substitution_hashes"][0])


def edit_pool(case: Case, _honest: Published, number: int) -> Published:
    """Take a school out of the pool after the commitment, or leave it in as excluded."""
    schools = list(case.setup.schools)
    place = number % len(schools)
    if number % 2:
        schools[place] = replace(schools[place], exclusion="本年度已就同一事项抽查")
    else:
        del schools[place]
    codes = {school.code for school in schools if not school.exclusion}
    relations = tuple(r for r in case.setup.relations if r.school_code in codes)
    setup = replace(case.setup, schools=tuple(schools), relations=relations)
    return first_possible(replace(case, setup=setup))


def first_possible(case: Case) -> Published:
    """Retell a case; when no teams are possible, with another salt."""
    try:
        return retell(case)
    except ProtocolError:
        return first_possible(next(other_cases(case)))


def drop_recusal(case: Case, honest: Published, number: int) -> Published:
    """Forget why somebody could not go: in the annex alone, in annex and digest, or in everything."""
    if number % 3 == 2:
        fewer = replace(case.setup, relations=case.setup.relations[1:])
        return first_possible(replace(case, setup=fewer))
    annex = {**honest.annex, "reasons": honest.annex["reasons"][1:]}
    if number % 3 == 0:
        return replace(honest, annex=annex)

    def forget(commitment: Json) -> None:
        commitment["annex_digest"] = digest(annex)

    try:
        return retell(replace(case, edit=forget), annex)
    except ProtocolError:
        return replace(honest, annex=annex)


def back_date(_case: Case, honest: Published, number: int) -> Published:
    """Slip an entry in before the commitment, as if it had been there all along."""
    entries = list(honest.ledger["entries"])
    payload = {"subject": f"late-{number}", "digest": hex_of("late", number)}
    entries.insert(number % 3, {"kind": "recusal", "payload": payload})
    return relinked(honest, entries)


def cut_tail(_case: Case, honest: Published, _number: int) -> Published:
    """Make the draw undone: the ledger ends with the commitment, the record with it."""
    entries = honest.ledger["entries"]
    place = [item["kind"] for item in entries].index("commit")
    alone = record.committed(honest.record["commitment"])
    return relinked(replace(honest, record=alone), entries[: place + 1])


def rewrite(_case: Case, honest: Published, number: int) -> Published:
    """Change what an early entry says and forge the chain from there on."""
    entries = json.loads(json.dumps(honest.ledger["entries"]))
    entries[number % 2]["payload"]["digest"] = hex_of("rewritten", number)
    return relinked(honest, entries)


def refill(case: Case, _honest: Published, number: int) -> Published:
    """Empty the ledger and fill it with another story, in which nobody was recused."""
    return first_possible(replace(case, recusals=case.recusals[: number % 2]))


def change_seed(case: Case, _honest: Published, number: int) -> Published:
    """Change one throw of the dice and draw with it."""
    place = number % len(case.dice)
    for step in range(1, 6):
        digit = str((int(case.dice[place]) - 1 + step) % 6 + 1)
        try:
            return retell(replace(case, dice=case.dice[:place] + digit + case.dice[place + 1 :]))
        except ProtocolError:
            continue
    raise AssertionError("no throw gives teams")


def reorder(case: Case, _honest: Published, number: int) -> Published:
    """Write the same pool, or the same people, in another order, which makes another seed."""

    def turn(commitment: Json) -> None:
        lines = commitment["pool" if number % 2 else "inspectors"]
        lines.insert(0, lines.pop(number_of("turn", number) % (len(lines) - 1) + 1))

    other = replace(case, edit=turn)
    try:
        return retell(other)
    except ProtocolError:
        return retell(replace(next(other_cases(case)), edit=turn))


def look_alike(_case: Case, honest: Published, number: int) -> Published:
    """Write an id so that it looks the same and is another, and recompute every digest."""
    school = honest.record["selection"][number % 5]["school"]
    person = honest.record["teams"][0]["members"][0]["inspector"]
    old, new = (
        (school, school[:-1] + chr(ord(school[-1]) + 0xFEE0)),
        (person, "\u0456" + person[1:]),
        (person, person.upper()),
        (school, school[:5] + "\u200b" + school[5:]),
    )[number % 4]
    made = json.loads(canonical(honest.record).replace(old, new))
    made["commitment_digest"] = digest(made["commitment"])
    seed = json.loads(made["seed"])
    made["seed"] = canonical(seed | {"commitment": made["commitment_digest"]})
    return digests_recomputed(honest, made)


def migrate_in_batch(store: Store) -> None:
    """Re-create the ledger's table as a careless migration does, which loses its triggers."""
    with engine(store.url).begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("ledger_entry", recreate="always"):
            pass


BOTH_HEADS = (AT_COMMIT, AT_DRAW)
KINDS = (
    Kind("重抽到满意为止", redraw, (COMMITMENT, *BOTH_HEADS)),
    Kind("抽取后换校", swap, (RECORD, AT_DRAW)),
    Kind("承诺后改名录库", edit_pool, (COMMITMENT, *BOTH_HEADS)),
    Kind("附件中删去回避", drop_recusal, (ANNEX,)),
    Kind("补插倒签条目", back_date, BOTH_HEADS),
    Kind("删去台账末尾", cut_tail, (AT_DRAW,), (CUT,), way="cut"),
    Kind("改写整条链", rewrite, BOTH_HEADS, (UPDATE,), way="update"),
    Kind("REPLACE 覆盖", rewrite, BOTH_HEADS, (REPLACE,), way="replace"),
    Kind("清空后重填（DELETE 全表）", refill, BOTH_HEADS, (DELETE,)),
    Kind(
        "批量迁移重建表",
        rewrite,
        BOTH_HEADS,
        (UPDATE, REPLACE),
        way="update unprotected",
        is_migration=True,
    ),
    Kind("改动种子一位", change_seed, (AT_DRAW,)),
    Kind("打乱编号顺序", reorder, (RECORD, COMMITMENT, *BOTH_HEADS)),
    Kind("形近编号", look_alike, (RECORD,)),
    Kind("有了结果后撤销重抽", redraw_by_cancelling, (LEDGER, COMMITMENT), (), way="append"),
)


def newer_than_any_head(_case: Case, honest: Published, _number: int) -> Published:
    """Drop the newest entry, which no published head holds yet."""
    return relinked(honest, honest.ledger["entries"][:-1])


def undeclared_relation(_case: Case, honest: Published, _number: int) -> Published:
    """Keep silent about a relation before the commitment: nothing is changed afterwards."""
    return honest


UNSEEN = (
    Kind("未申报的关系", undeclared_relation, (), ()),
    Kind("删去最新、尚无公布台账头的条目", newer_than_any_head, (), (DELETE,), way="cut"),
    Kind("换一个批次编号重抽", redraw_under_another_id, (), (), way="append"),
)
