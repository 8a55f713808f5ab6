"""The facts of a small publication site: twelve schools, four of them drawn."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from inspection.deploy.campaign import CampaignState
from inspection.draw import commitment as commitments
from inspection.draw import record as records
from inspection.draw.pool import DrawSetup, PoolInspector, PoolSchool
from inspection.draw.seed import PublicSource, PublicValue
from inspection.ledger import entry
from inspection.publish.publication import (
    BandCount,
    DataDue,
    DrawFacts,
    DrawnSchool,
    MatterFacts,
    NoticeFacts,
    PersonCount,
    PlanFacts,
    PublicDocument,
    ResultFacts,
    SchoolFacts,
    SiteFacts,
    SourceFacts,
)

TZ = timezone(timedelta(hours=8))
SCHOOLS = tuple(
    SchoolFacts(school_code=f"21371100{n:02d}", school_name=f"示例区第{n}小学", district_name="示例区")
    for n in range(1, 13)
)
DICE = "613245" * 10


def record(kind: str = "open") -> dict[str, object]:
    setup = DrawSetup(
        campaign_id="2025-2026-2-basic",
        mode="double-random",
        kind=kind,
        matters=("conduct",),
        schools=[
            PoolSchool(code=school.school_code, exclusion="暂停办学" if school is SCHOOLS[-1] else "")
            for school in SCHOOLS
        ],
        inspectors=[PoolInspector(inspector_id=f"p{n}", is_leader=n < 4, load=3) for n in range(8)],
        relations=(),
        sources=[
            PublicSource(
                source_id="dice",
                kind="dice",
                name="公开掷骰60次",
                announced_at=datetime(2026, 3, 19, 10, tzinfo=TZ),
            )
        ],
        number=4,
    )
    secret = "ab" * 32 if kind == "sealed" else ""
    made = commitments.commit(setup, salt="cd" * 32, secret=secret, as_of=datetime(2026, 3, 16, 9, tzinfo=TZ))
    whole = records.draw(made.record, [PublicValue("dice", DICE)], secret=secret)
    return records.sealed(whole) if secret else whole


def result(school: SchoolFacts, **changes: object) -> ResultFacts:
    made = ResultFacts(
        school_code=school.school_code,
        school_name=school.school_name,
        district_name=school.district_name,
        matter="规范办学行为",
        category="no-problem",
        category_title="未发现问题",
        inspected_on=date(2026, 4, 8),
        disposal="",
        published_on=date(2026, 4, 15),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def facts(**changes: object) -> SiteFacts:
    drawn = record()
    selection = [line["school"] for line in drawn["selection"]]  # type: ignore[attr-defined]
    chosen = [school for school in SCHOOLS if school.school_code in selection]
    made = SiteFacts(
        bureau_name="示例市教育局",
        office_name="示例市人民政府教育督导室",
        contact="0633-0000000",
        is_synthetic=True,
        as_of=date(2026, 5, 6),
        term_title="2025—2026学年第二学期",
        campaign_id="2025-2026-2-basic",
        campaign_title="义务教育学校办学基本要求双随机抽查",
        mode_title="双随机抽查",
        phase="rollout",
        state=CampaignState.DECIDED,
        plan=PlanFacts(
            matters=(MatterFacts(code="conduct", name="规范办学行为", basis="《教育督导条例》第十一条"),),
            data=(DataDue(title="学期指标报表", due_on=date(2026, 3, 9), is_required=True),),
            pool_count=12,
            size=4,
            strata_titles=("区县",),
            sources=(SourceFacts(name="公开掷骰60次", announced_at=datetime(2026, 3, 19, 10, tzinfo=TZ)),),
            visits_start_on=date(2026, 4, 7),
            visits_end_on=date(2026, 4, 24),
        ),
        draw=DrawFacts(
            kind="open",
            is_opened=True,
            status="2026年3月19日10时30分公开抽取。",
            commitment_digest=str(drawn["commitment_digest"]),
            ledger_head="b" * 64,
            record=drawn,
            schools=tuple(
                DrawnSchool(
                    school_code=school.school_code,
                    school_name=school.school_name,
                    district_name=school.district_name,
                    team_code=f"第{n}组",
                )
                for n, school in enumerate(chosen, 1)
            ),
        ),
        schools=SCHOOLS,
        results=(
            result(chosen[0]),
            result(chosen[1], status="open-case", category_title="弄虚作假"),
            result(chosen[2], status="withdrawn"),
        ),
        band_counts=(
            BandCount(
                district_code="371102", district_name="示例区", stage="primary", band="good", school_count=12
            ),
        ),
        person_counts=(
            PersonCount(
                subject="家长满意度调查答卷人数",
                district_code="371102",
                district_name="示例区",
                stage="primary",
                person_count=7,
            ),
        ),
        small_cell_count=10,
        notices=(
            NoticeFacts(
                number="示教督字〔2026〕1号",
                title="关于责令限期整改的通知",
                school_code=chosen[0].school_code,
                school_name=chosen[0].school_name,
                district_name="示例区",
                kind="warning",
                issued_on=date(2026, 4, 28),
                sentence="责令限期开齐国家规定课程。",
                document=PublicDocument(file_name="2026-1.pdf", content=b"%PDF-1.7", text="责令限期整改"),
            ),
        ),
        ledger_head="c" * 64,
        ledger=(entry("commit", {"subject": "2025-2026-2-basic"}, after=None),),
        verifier_source="raise SystemExit\n",
    )
    return replace(made, **changes)  # type: ignore[arg-type]
