"""The facts of the one-page quality report 数据质量报告 of a district: who handed in what, and what was wrong.

Counts and schools, no cell of any file. Not here: layout (`report_templates/quality_report`), where the counts
come from (`tasks.quality`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from inspection.canonical import digest

MOST_RULES, MOST_NAMES = 8, 8
_SEVERITY_ORDER = ("critical", "warning", "info")
SEVERITY_TITLES = {"critical": "退回重报", "warning": "该行暂缓采用", "info": "请核实"}


@dataclass(frozen=True, kw_only=True)
class DataSetLine:
    """One data set: schools that owe it and schools that have handed it in, schools with faults, faults.

    `owed_count` is None for a data set that not every school owes; `earlier_count` is what was wrong in the
    compared term, None where there is none.
    """

    title: str
    owed_count: int | None
    handed_in_count: int | None
    school_count: int
    fault_count: int
    earlier_count: int | None = None

    @property
    def handed_in(self) -> str:
        """How many schools have handed in, in words."""
        return "—" if self.owed_count is None else f"{self.handed_in_count}／{self.owed_count}"

    @property
    def change(self) -> str:
        """The change on the compared term, in words."""
        if self.earlier_count is None:
            return "—"
        more = self.fault_count - self.earlier_count
        return "持平" if more == 0 else f"增加{more}" if more > 0 else f"减少{-more}"


@dataclass(frozen=True, kw_only=True, order=True)
class RuleLine:
    """One rule that rows of the district break."""

    severity: str
    data_set_title: str
    reason: str
    school_count: int
    fault_count: int

    @property
    def effect(self) -> str:
        """What becomes of a row that breaks it."""
        return SEVERITY_TITLES[self.severity]


@dataclass(frozen=True, kw_only=True)
class AbsentLine:
    """The schools that have not handed in a data set: as many names as fit, and how many there are."""

    data_set_title: str
    school_names: tuple[str, ...]
    school_count: int

    @property
    def sentence(self) -> str:
        """Who is awaited, in one sentence."""
        more = "等" if self.school_count > len(self.school_names) else ""
        return f"{self.data_set_title}：{'、'.join(self.school_names)}{more}共{self.school_count}所学校尚无数据。"


@dataclass(frozen=True, kw_only=True)
class QualityReportFacts:
    """One district's report of one term."""

    bureau_name: str
    office_name: str
    district_code: str
    district_name: str
    term_title: str
    issued_on: date
    school_count: int
    data_sets: tuple[DataSetLine, ...]
    rules: tuple[RuleLine, ...]
    rule_count: int
    absent: tuple[AbsentLine, ...]
    contact: str
    is_synthetic: bool = False

    @property
    def title(self) -> str:
        """The heading of the report."""
        return f"{self.district_name}数据质量报告"

    @property
    def content_digest(self) -> str:
        """The digest of what it says, whenever it is printed."""
        lines = [[str(value) for value in vars(line).values()] for line in (*self.data_sets, *self.rules)]
        absent = [line.sentence for line in self.absent]
        return digest([self.district_code, self.term_title, self.school_count, lines, absent])

    @property
    def summary(self) -> str:
        """The state of the district's data in one sentence."""
        faults = sum(line.fault_count for line in self.data_sets)
        awaited = sum(line.school_count for line in self.absent)
        parts = [f"本区县名录内学校{self.school_count}所"]
        parts.append(f"核查发现不符{faults}处，涉及规则{self.rule_count}条" if faults else "核查未发现不符")
        parts.append(f"应报未报{awaited}校次" if awaited else "应报数据已全部报送")
        return "；".join(parts) + "。"


def most_serious(rules: Iterable[RuleLine]) -> tuple[RuleLine, ...]:
    """Return the rules a report has room for: the most serious first, then those broken most often."""
    ordered = sorted(rules, key=lambda r: (_SEVERITY_ORDER.index(r.severity), -r.fault_count, r))
    return tuple(ordered[:MOST_RULES])
