"""From everything public before a sealed draw is opened, no outsider can tell who was drawn.

The outsider is honest at sums and knows everything but the secret: the commitment, the public values, the sealed
record, the ledger, the code, and here even every pseudonym and every team that could be made.
"""

import hashlib
import json
from collections import Counter
from functools import cache
from itertools import combinations, permutations
from typing import Any

import pytest

from inspection import ledger
from inspection.canonical import canonical, digest
from inspection.draw import record
from inspection.draw import selection as rules
from inspection.draw.commitment import blocked, candidates, commit, seats
from inspection.draw.seed import PublicValue, public_values, seed_text
from inspection.draw.team import assign
from tests.rules.draw.example_draw import COMMITTED_AT, DRAWN_AT, SALT, entries, school, setup

POOL = tuple(school(number, "371102") for number in range(1, 7))
CODES = [place.code for place in POOL]
GUESSES = list(permutations(CODES, 2))
GUESSED_SECRETS = ["", "00" * 32, "de" * 32, SALT, *(f"{number:064x}" for number in range(200))]
Record = dict[str, Any]


def secret_of(number: int) -> str:
    """Return a secret no outsider guesses; the same in each run of the test."""
    return hashlib.sha256(f"sealed secrecy {number}".encode()).hexdigest()


@cache
def sealed_draw(number: int) -> tuple[Record, Record, list[dict[str, Any]]]:
    """Draw two of six under a secret; return the inner record, the public one and the public ledger."""
    secret = secret_of(number)
    relations, given = (), {"kind": "sealed", "schools": POOL, "ratio": "", "number": 2}
    made = commit(setup(relations=relations, **given), salt=SALT, secret=secret, as_of=COMMITTED_AT)
    values = public_values(record.sources(made.record), entries(), as_of=DRAWN_AT)
    chain = [ledger.entry("commit", record.payload("commit", record.committed(made.record)), after=None)]
    inner = record.draw(made.record, values, secret=secret)
    for step in ("seed", "draw"):
        chain.append(ledger.entry(step, record.payload(step, inner), after=chain[-1]))
    links = {entry.kind: entry.entry_hash for entry in chain[:2]}
    inner |= {"ledger": links}
    return inner, record.sealed(inner), ledger.document(chain)["entries"]


def public_hashes(public: Record, entries_of_ledger: list[dict[str, Any]]) -> set[str]:
    """Return every hash that an outsider sees outside the commitment."""
    text = canonical({key: public[key] for key in public if key != "commitment"}) + canonical(
        entries_of_ledger
    )
    return {word for word in json.dumps(text).replace("\\", "").split('"') if len(word) == 64}


def values_of(public: Record) -> list[PublicValue]:
    return [PublicValue(v["source"], v["value"], v["evidence"]) for v in public["values"]]


def consequences(public: Record, guess: tuple[str, str], secret: str) -> list[str]:
    """Return every digest that would be public if `guess` had been drawn and `secret` were the secret."""
    plan = public["commitment"]
    strata = {line["school"]: line["stratum"] for line in plan["pool"]}
    seed = seed_text(public["commitment_digest"], values_of(public), secret=secret)
    numbers = {code: rules.ticket(seed, rules.school_id(strata[code], code)) for code in strata}
    needs = seats(plan)
    teams = assign(seed, {code: needs[code] for code in guess}, candidates(plan), blocked=blocked(plan))
    selection = [{"school": code, "stratum": strata[code]} for code in guess]
    result = {
        "commitment_digest": public["commitment_digest"],
        "values": public["values"],
        "seed": seed,
        "tickets": [{"school": code, "ticket": number} for code, number in numbers.items()],
        "inclusion": [
            {"stratum": s["stratum"], "probability": f"{s['size']}/{s['pool']}"} for s in plan["strata"]
        ],
        "selection": selection,
        "teams": [record.team_line(team) for team in teams],
    }
    plain = digest(result)
    shorter = [
        digest(selection),
        digest(list(guess)),
        digest(sorted(guess)),
        digest({"selection": selection}),
    ]
    salts = [hashlib.sha256(f"result-salt:{known}".encode()).hexdigest() for known in (secret, "")]
    candidates_for_hash = [plain, *shorter]
    salted = [digest({"salt": salt, "digest": item}) for salt in salts for item in candidates_for_hash]
    return [*candidates_for_hash, *salted]


def test_the_attack_finds_the_selection_once_the_secret_is_known() -> None:
    inner, public, chain = sealed_draw(0)
    seen = public_hashes(public, chain)
    drawn = tuple(line["school"] for line in inner["selection"])
    hit = [guess for guess in GUESSES if seen & set(consequences(public, guess, secret_of(0)))]
    assert hit == [drawn]


@pytest.mark.parametrize("number", range(3))
def test_no_guess_of_a_selection_is_borne_out_by_anything_public(number: int) -> None:
    _, public, chain = sealed_draw(number)
    seen = public_hashes(public, chain)
    assert len(seen) > 6
    for guess in GUESSES:
        for secret in ("", "de" * 32, SALT):
            assert not seen & set(consequences(public, guess, secret))


def test_tickets_worked_out_without_the_secret_are_no_better_than_chance() -> None:
    hits = Counter[int]()
    draws = range(120)
    for number in draws:
        inner, public, _ = sealed_draw(number)
        seed = seed_text(public["commitment_digest"], values_of(public))
        strata = {line["school"]: line["stratum"] for line in public["commitment"]["pool"]}
        numbers = {code: rules.ticket(seed, rules.school_id(strata[code], code)) for code in strata}
        guess = set(sorted(numbers, key=numbers.__getitem__)[:2])
        hits[len(guess & {line["school"] for line in inner["selection"]})] += 1
    # Of two out of six two right have chance 1/15, none right 6/15; four standard deviations either way.
    assert abs(hits[2] - 120 / 15) <= 4 * (120 * 14 / 225) ** 0.5
    assert abs(hits[0] - 120 * 6 / 15) <= 4 * (120 * 54 / 225) ** 0.5


def test_a_guessed_secret_is_refused_by_the_commitment() -> None:
    for number in range(20):
        _, public, _ = sealed_draw(number)
        stated = public["commitment"]["secret_digest"]
        assert stated not in {hashlib.sha256(guess.encode()).hexdigest() for guess in GUESSED_SECRETS}


def test_order_and_size_of_what_is_public_are_the_same_whoever_is_drawn() -> None:
    shapes, selections = set(), set()
    for number in range(120):
        inner, public, chain = sealed_draw(number)
        selections.add(frozenset(line["school"] for line in inner["selection"]))
        listed = [[line["school"] for line in public["commitment"]["pool"]]]
        listed.append([step["kind"] for step in chain])
        sizes = [len(canonical(public)), len(canonical(chain)), *(len(canonical(step)) for step in chain)]
        shapes.add(canonical([listed, sizes, sorted(public)]))
    assert len(shapes) == 1
    assert len(selections) == len(list(combinations(CODES, 2)))


def test_outside_the_commitment_no_school_and_no_inspector_is_named() -> None:
    for number in range(20):
        _, public, chain = sealed_draw(number)
        text = canonical({key: public[key] for key in public if key != "commitment"}) + canonical(chain)
        people = [line["inspector"] for line in public["commitment"]["inspectors"]]
        assert not [name for name in (*CODES, *people) if name in text]
