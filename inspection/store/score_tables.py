"""The tables beside the scores: how firmly each band stands, where a school stands among like ones, its trend.

The scores themselves are in `tables`. Nothing here orders schools.
"""

from sqlalchemy.orm import Mapped

from inspection.store.tables import Code, Key, Table


class ScoreFragility(Table):
    """How firmly one band of a school-stage stands; `scope` is internal or public (without examinations).

    `stay_rate` is the percent of agreed perturbations in which the band stays. `input_*` is the smallest change
    of one input that changes the band, `weight_*` that of one weight in points; an empty id where there is none.
    """

    __tablename__ = "score_fragility"
    campaign_id: Mapped[Key]
    basis: Mapped[Key]
    school_code: Mapped[Key]
    stage: Mapped[Key]
    scope: Mapped[Key]
    band: Mapped[Code]
    coverage_rate: Mapped[float]
    margin_centi: Mapped[int]
    stay_rate: Mapped[float | None]
    input_criterion_id: Mapped[Code]
    input_value: Mapped[float | None]
    input_change_rate: Mapped[float | None]
    input_band: Mapped[Code]
    weight_criterion_id: Mapped[Code]
    weight_change: Mapped[float | None]
    weight_band: Mapped[Code]


class PeerPlace(Table):
    """Where one indicator of a school-stage stands among like schools: below, within, above, or not told.

    `peers` says in words which schools were like it and `peer_count` how many; `low` and `high` are the
    interval expected of them, `value` the school's figure and `shrunk` the same moved towards its peers. No position, no rank.
    """

    __tablename__ = "peer_place"
    campaign_id: Mapped[Key]
    school_code: Mapped[Key]
    stage: Mapped[Key]
    indicator_id: Mapped[Key]
    exam_result: Mapped[bool]
    place: Mapped[Code]
    peers: Mapped[str]
    peer_count: Mapped[int]
    value: Mapped[float]
    shrunk: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]


class OwnTrend(Table):
    """How one indicator of a school-stage moved over its own terms: rising, falling, steady, uneven."""

    __tablename__ = "own_trend"
    campaign_id: Mapped[Key]
    school_code: Mapped[Key]
    stage: Mapped[Key]
    indicator_id: Mapped[Key]
    exam_result: Mapped[bool]
    trend: Mapped[Code]
    term_count: Mapped[int]
    first_value: Mapped[float]
    last_value: Mapped[float]
    change: Mapped[float]
