"""A small honest draw kept in a real SQLite store, what was published along the way, and how to forge the store.

Here: the story of one draw, told through the store and told again on paper; raw writing past the store. Not
here: which attacks there are (`attack_kinds`), who detects them (`attacks`).
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from inspection import ledger
from inspection.canonical import canonical, digest
from inspection.draw import record
from inspection.draw.commitment import Commitment, commit
from inspection.draw.pool import DrawSetup, PoolInspector, Relation
from inspection.draw.seed import public_values
from inspection.draw.substitution import substitute
from inspection.errors import ProtocolError
from inspection.ledger import Entry
from inspection.store import draw as draws
from inspection.store import ledger as book
from inspection.store.append_only import protect, unprotected
from inspection.store.engine import engine, migrate, reading, writing
from tests.rules.draw.example_draw import COMMITTED_AT, DRAWN_AT, SOURCES, entries, school

Json = dict[str, Any]
Row = tuple[object, ...]
_VALUES = "VALUES (?, ?, ?, ?, ?, ?, ?)"
REASONS = ("former_school", "relative_employed", "relative_enrolled", "declared_interest")


def number_of(*parts: object) -> int:
    """Return a number that hangs on the parts and on nothing else: the lab's only source of variety."""
    return int(hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest(), 16)


def hex_of(*parts: object) -> str:
    """Return 64 hexadecimal digits, likewise."""
    return f"{number_of(*parts):064x}"


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that one draw depends on. `edit` changes the commitment behind the rules' back, for a forger."""

    setup: DrawSetup
    salt: str
    secret: str
    dice: str
    is_substituted: bool
    recusals: tuple[str, ...]
    edit: Callable[[Json], None] | None = field(default=None, compare=False)

    @property
    def campaign_id(self) -> str:
        """The campaign of the draw."""
        return self.setup.campaign_id


@dataclass(frozen=True)
class Published:
    """What a verifier can have: the record and the ledger; the discipline office the annex too."""

    record: Json
    ledger: Json
    annex: Json


@dataclass(frozen=True)
class Anchors:
    """What somebody noted before the attack."""

    commitment: str
    head_at_commit: str
    head_at_draw: str


def honest_case(number: int) -> Case:
    """Return draw number so-and-so: open and sealed by turns, every third with a substitution."""
    schools = tuple(school(n, "371102" if n <= 9 else "371103") for n in range(1, 17))
    people = tuple(
        PoolInspector(inspector_id=f"t{n:03d}", is_leader=n % 2 == 0, expertise=("primary",), load=3)
        for n in range(1, 11)
    )
    relations = {
        Relation(
            f"t{number_of('who', number, k) % 10 + 1:03d}",
            schools[number_of("where", number, k) % 16].code,
            REASONS[number_of("why", number, k) % 4],
        )
        for k in range(3)
    }
    setup = DrawSetup(
        campaign_id=f"2025-2026-2-{number:04d}",
        mode="double-random",
        kind="sealed" if number % 2 else "open",
        matters=("conduct",),
        schools=schools,
        inspectors=people,
        relations=tuple(sorted(relations)),
        sources=SOURCES,
        number=5,
        minimum_per_stratum=2,
        strata_by=("district", "stage"),
    )
    return Case(
        setup=setup,
        salt=hex_of("salt", number),
        secret=hex_of("secret", number) if number % 2 else "",
        dice="".join(str(number_of("dice", number, k) % 6 + 1) for k in range(48)),
        is_substituted=number % 3 == 0,
        recusals=(hex_of("recusal", number, 1), hex_of("recusal", number, 2)),
    )


def promise(case: Case) -> Commitment:
    """Return the commitment of a case."""
    made = commit(case.setup, salt=case.salt, secret=case.secret, as_of=COMMITTED_AT)
    if case.edit is None:
        return made
    changed = json.loads(canonical(made.record))
    case.edit(changed)
    return Commitment(changed, made.annex)


def drawn(case: Case, promised: Commitment, links: Mapping[str, str]) -> Json:
    """Return the record of a case as it is kept on the day of the draw."""
    values = public_values(record.sources(promised.record), entries(dice=case.dice), as_of=DRAWN_AT)
    return record.draw(promised.record, values, secret=case.secret, ledger=links)


def replaced(case: Case, made: Json) -> Json:
    """Return the record with its first school substituted, when the case has it so and a team is to be had."""
    if not case.is_substituted:
        return made
    try:
        return substitute(made, made["selection"][0]["school"], reason="暂停办学")
    except ProtocolError:
        return made


def perform(case: Case, url: str) -> Anchors:
    """Carry a case out in the store, as the office does; return what could be noted along the way."""
    id, promised = case.campaign_id, promise(case)
    with writing(url) as session:
        for place, said in enumerate(case.recusals):
            subject = f"{id}:r{place}"
            book.record(session, kind="recusal", subject=subject, payload={"digest": said}, at=COMMITTED_AT)
        links = {"commit": draws.commit(session, id, promised, at=COMMITTED_AT)}
        head_at_commit = book.head(session)
        draws.enter_values(session, id, entries(dice=case.dice))
        facts = record.payload("seed", drawn(case, promised, {}))
        links["seed"] = book.record(session, kind="seed", subject=id, payload=facts, at=DRAWN_AT)
        made = drawn(case, promised, links)
        draws.keep_record(session, id, made, at=DRAWN_AT)
        head_at_draw = book.head(session)
        later = replaced(case, made)
        if later["substitutions"]:
            draws.get(session, id).record = canonical(later)
            facts = record.payload("substitute", later)
            book.record(session, kind="substitute", subject=f"{id}:1", payload=facts, at=DRAWN_AT)
        if case.secret:
            draws.open_record(session, id, at=DRAWN_AT)
        notice = {"digest": hex_of("notice", id)}
        book.record(session, kind="notice", subject=f"{id}:n", payload=notice, at=DRAWN_AT)
    return Anchors(promised.digest, head_at_commit, head_at_draw)


def retell(case: Case, annex: Json | None = None) -> Published:
    """Return what `perform` would have published, worked out without the store: the forger's workshop.

    `annex` is published instead of the case's own.
    """
    id, promised = case.campaign_id, promise(case)
    promised = Commitment(promised.record, annex) if annex else promised
    told = [("recusal", f"{id}:r{n}", {"digest": said}) for n, said in enumerate(case.recusals)]
    told.append(("commit", id, record.payload("commit", record.committed(promised.record))))
    told.append(("seed", id, record.payload("seed", drawn(case, promised, {}))))
    start = chained(told)
    made = drawn(case, promised, {item.kind: item.entry_hash for item in start[-2:]})
    told.append(("draw", id, record.payload("draw", made)))
    made = replaced(case, made)
    if made["substitutions"]:
        told.append(("substitute", f"{id}:1", record.payload("substitute", made)))
    if case.secret:
        made = record.open_draw(made, promised.annex)
        told.append(("open", id, record.payload("open", made)))
    told.append(("notice", f"{id}:n", {"digest": hex_of("notice", id)}))
    return Published(made, ledger.document(chained(told)), promised.annex)


def chained(told: list[tuple[str, str, Json]]) -> list[Entry]:
    """Return the ledger of these kinds, subjects and payloads."""
    chain: list[Entry] = []
    for kind, subject, payload in told:
        chain.append(ledger.entry(kind, {"subject": subject, **payload}, after=chain[-1] if chain else None))
    return chain


def relinked(published: Published, entries: list[Json]) -> Published:
    """Return the publication with this ledger, every hash of the chain and every link to it made to fit."""
    chain = chained([(item["kind"], item["payload"]["subject"], item["payload"]) for item in entries])
    links = {item.kind: item.entry_hash for item in chain if item.kind in published.record.get("ledger", {})}
    made = published.record | ({"ledger": links} if "ledger" in published.record else {})
    return replace(published, record=made, ledger=ledger.document(chain))


class Store:
    """One SQLite file, made fresh from a migrated template for every draw."""

    def __init__(self, folder: Path) -> None:
        self.path, self.template = folder / "store.db", folder / "template.db"
        self.url = f"sqlite:///{self.path}"
        migrate(f"sqlite:///{self.template}")
        engine(f"sqlite:///{self.template}").dispose()
        with closing(sqlite3.connect(self.template)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("PRAGMA journal_mode=DELETE")

    def renew(self) -> None:
        """Forget everything."""
        engine(self.url).dispose()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.template, self.path)

    def published(self, campaign_id: str) -> Published:
        """Publish what the store holds."""
        with reading(self.url) as session:
            annex = json.loads(draws.get(session, campaign_id).annex)
            chain = json.loads(json.dumps(ledger.document(book.entries(session))))
            return Published(draws.record_of(session, campaign_id), chain, annex)

    def refuses(self, *statements: str) -> bool:
        """Whether the database refuses each statement as it stands; nothing is changed."""
        engine(self.url).dispose()
        refused = 0
        with closing(sqlite3.connect(self.path)) as database:
            for statement in statements:
                try:
                    database.execute(statement)
                except sqlite3.IntegrityError as error:
                    refused += "append-only" in str(error)
                database.rollback()
        return 0 < refused == len(statements)

    def forge(self, published: Published, way: str, *, protected_again: bool) -> None:
        """Write a publication over what is there, in one of `WAYS`; perhaps put the triggers back."""
        engine(self.url).dispose()
        drops_triggers, write = WAYS[way]
        with closing(sqlite3.connect(self.path)) as database:
            if drops_triggers:
                _drop_triggers(database)
            write(database, _rows(published))
            _write_draw(database, published)
            database.commit()
        if protected_again:
            with engine(self.url).begin() as connection:
                protect(connection)

    def unprotected(self) -> list[str]:
        """Return the names of the missing triggers."""
        with engine(self.url).connect() as connection:
            return unprotected(connection)


def _drop_triggers(database: sqlite3.Connection) -> None:
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'"
    for (name,) in database.execute(triggers).fetchall():
        database.execute(f"DROP TRIGGER {name}")


def _append(database: sqlite3.Connection, rows: list[Row]) -> None:
    (count,) = database.execute("SELECT count(*) FROM ledger_entry").fetchone()
    database.executemany(f"INSERT INTO ledger_entry {_VALUES}", rows[count:])


def _update(database: sqlite3.Connection, rows: list[Row]) -> None:
    columns = "kind = ?, subject = ?, payload = ?, prev_hash = ?, entry_hash = ?, recorded_at = ?"
    for seq, *facts in rows:
        database.execute(f"UPDATE ledger_entry SET {columns} WHERE seq = ?", (*facts, seq))


def _replace(database: sqlite3.Connection, rows: list[Row]) -> None:
    database.executemany(f"INSERT OR REPLACE INTO ledger_entry {_VALUES}", rows)


def _cut(database: sqlite3.Connection, rows: list[Row]) -> None:
    database.execute("DELETE FROM ledger_entry WHERE seq > ?", (len(rows),))


def _refill(database: sqlite3.Connection, rows: list[Row]) -> None:
    database.execute("DELETE FROM ledger_entry")
    database.executemany(f"INSERT INTO ledger_entry {_VALUES}", rows)


WAYS: Mapping[str, tuple[bool, Callable[[sqlite3.Connection, list[Row]], None]]] = {
    "append": (False, _append),
    "update": (True, _update),
    "replace": (True, _replace),
    "cut": (True, _cut),
    "refill": (True, _refill),
    "update unprotected": (False, _update),
}
"""How a forger writes the ledger: whether the triggers must be dropped for it, and the writing."""


def _write_draw(database: sqlite3.Connection, published: Published) -> None:
    found = published.record
    stands = "" if found["state"] == record.COMMITTED else canonical(found)
    database.execute(
        "UPDATE draw SET state = ?, commitment = ?, commitment_digest = ?, annex = ?, record = ?, "
        "record_digest = ?",
        (
            found["state"],
            canonical(found["commitment"]),
            found["commitment_digest"],
            canonical(published.annex),
            stands,
            digest(found) if stands else "",
        ),
    )


def _rows(published: Published) -> list[Row]:
    return [
        (
            item["seq"],
            item["kind"],
            item["payload"]["subject"],
            canonical(item["payload"]),
            item["prev_hash"],
            item["entry_hash"],
            "2026-03-20 02:30:00.000000",
        )
        for item in published.ledger["entries"]
    ]
