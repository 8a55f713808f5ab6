"""What the teams of a special inspection found comes back like any other finding, and leads to cases."""

from datetime import date
from pathlib import Path

from sqlalchemy import select

from examples.demo_city.people import fill_all
from flows.follow_up import follow_up
from flows.issue_notices import issue_notices
from flows.record_findings import record_findings
from inspection.dispatch.special_request import SpecialAnswer
from inspection.request import CampaignRequest, FollowUpRequest, NoticeRequest
from inspection.store.case_tables import Case
from inspection.store.engine import migrate, reading
from inspection.store.tables import Campaign, VisitResult
from tasks.special import enter_special, special_number, standing, write_special
from tasks.special_answer import take_answer
from tests.tasks.special_office import ASKED, CAMPAIGN, DIRECTOR, SCHOOLS, asked, bureau


def test_a_special_inspection_goes_on_like_any_campaign(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    with bureau(tmp_path, url):
        enter_special.fn(asked(), as_of=ASKED)
        number = special_number(asked())
        late = follow_up(FollowUpRequest(campaign_id=CAMPAIGN, as_of=date(2026, 6, 9)))
        assert late[-1].counts == {"待决定": 1, "逾期": 1}
        answer = SpecialAnswer(decision="approve", approver_id=DIRECTOR, decided_on=ASKED)
        assert take_answer.fn(number, answer, answer_id="run-1") == ""
        write_special.fn(number)
        special = standing(number)
        assert special is not None
        fill_all(
            tmp_path / "workspace/outbox" / number / "teams",
            tmp_path / "workspace/inbox" / number / "findings",
            seed="special",
            members=special.arrangement.members,
            days={visit.school_code: visit.visit_on for visit in special.arrangement.visits},
        )
        record_findings(CampaignRequest(campaign_id=number, as_of=date(2026, 6, 9)))
        issue_notices(NoticeRequest(campaign_id=number, as_of=date(2026, 6, 10)))
    with reading(url) as session:
        assert session.get_one(Campaign, number).state == "FOUND"
        results = session.execute(select(VisitResult.school_code)).scalars()
        assert sorted(results) == SCHOOLS[:4]
        cases = session.execute(select(Case.school_code).where(Case.campaign_id == number)).scalars()
        assert set(cases) <= set(SCHOOLS[:4])
