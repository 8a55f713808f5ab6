"""The tables of recusal questions: the names that are compared, what a person answered, and what was corrected.

Names lie here and on the rosters, where they can be erased; an answer holds ids.
"""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from inspection.store.tables import Code, Digest, Key, Sentence, Table


class SchoolLeader(Table):
    """A leader of a school, as the term's roster names him or her."""

    __tablename__ = "school_leader"
    term_id: Mapped[Key]
    school_code: Mapped[Key]
    leader_name: Mapped[Key]


class FormerWorkplace(Table):
    """A place that an inspector has worked at, as the term's roster names it."""

    __tablename__ = "former_workplace"
    term_id: Mapped[Key]
    inspector_id: Mapped[Key]
    workplace: Mapped[Key]


class RecusalAnswer(Table):
    """What the office first answered to a question: a relation, or none and why. Append-only.

    `salt` goes into the digest that the ledger holds, so that nobody can test a guess against it.
    """

    __tablename__ = "recusal_answer"
    question_id: Mapped[Key]
    term_id: Mapped[Code]
    inspector_id: Mapped[Code]
    school_code: Mapped[Code]
    kind: Mapped[Code]
    relation: Mapped[Code]
    reason: Mapped[str]
    account_id: Mapped[Code]
    salt: Mapped[Digest]
    recorded_at: Mapped[datetime]


class RecusalCorrection(Table):
    """A later answer to a question that has one; the highest number counts. Append-only.

    `cause` says what was wrong with the earlier answer. A table of its own, so that no append-only table is
    ever built anew to make room for it.
    """

    __tablename__ = "recusal_correction"
    question_id: Mapped[Key]
    correction_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    term_id: Mapped[Code]
    inspector_id: Mapped[Code]
    school_code: Mapped[Code]
    kind: Mapped[Code]
    relation: Mapped[Code]
    reason: Mapped[Sentence]
    cause: Mapped[Sentence]
    account_id: Mapped[Code]
    salt: Mapped[Digest]
    recorded_at: Mapped[datetime]
