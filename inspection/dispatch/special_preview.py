"""The facts of the preview 专项督导方案: what a special inspection would do, for who asks for it and who approves.

It names schools and persons, so it lies in the outbox for the office desk and never in the Prefect UI. Not
here: layout (`report_templates/special_preview`), rendering (`tasks.special_preview`).
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class PreviewSchool:
    """A school to be visited; without team and day when none could be found."""

    school_code: str
    school_name: str
    district_name: str
    stage_titles: tuple[str, ...]
    team_code: str = ""
    visit_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PreviewMember:
    """A person's place in a team."""

    team_code: str
    inspector_id: str
    inspector_name: str
    role_title: str


@dataclass(frozen=True, kw_only=True)
class PreviewFacts:
    """What is asked for, whom it concerns, what would be sent, and what could not be arranged.

    `state_title` says how far it has come, `outlook` what comes next; `problems` are whole sentences.
    """

    bureau_name: str
    office_name: str
    special_id: str
    state_title: str
    outlook: str
    campaign_title: str
    mode_title: str
    chosen_title: str
    trigger_title: str
    evidence_ids: tuple[str, ...]
    reason: str
    matter_names: tuple[str, ...]
    starts_on: date
    ends_on: date
    announcement: str
    team_size: int
    requester_id: str
    schools: tuple[PreviewSchool, ...]
    members: tuple[PreviewMember, ...]
    notice_count: int
    problems: tuple[str, ...]
    as_of: date
    is_synthetic: bool

    @property
    def title(self) -> str:
        """The heading of the paper."""
        return f"{self.mode_title}方案"

    @property
    def team_codes(self) -> tuple[str, ...]:
        """The teams, by code."""
        return tuple(sorted({member.team_code for member in self.members}))

    @property
    def day_count(self) -> int:
        """On how many days schools are visited."""
        return len({school.visit_on for school in self.schools if school.visit_on})
