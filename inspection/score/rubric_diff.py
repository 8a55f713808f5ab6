"""Two rubrics compared in words, so that an official sees what a new version changes.

Here: one Chinese sentence for each difference. Not here: whether a change is allowed (`rubric.check_unchanged`),
reading files from a command line (`tasks.rubric_diff`).
"""

from collections.abc import Iterator
from typing import get_args

from inspection.derive.indicator import IndicatorCatalogue
from inspection.school_stage import STAGE_TITLES
from inspection.score.bound import plain
from inspection.score.rubric import BAND_TITLES, Band, BandName, Criterion, Rubric

PERIOD_WORDS = {
    "week": "每周",
    "month": "每月",
    "term": "学期",
    "school-year": "学年",
    "calendar-year": "自然年",
}
_MISSING_WORDS = {"not-established": "未评定", "not-applicable": "不适用"}
_VETO_WORDS = {"": "不否决", "report": "自报即否决", "finding": "入校核实才否决"}


def differences(old: Rubric, new: Rubric, catalogue: IndicatorCatalogue) -> list[str]:
    """Return what `new` changes, a sentence each: the rubric, its bands, then criteria as `new` lists them."""
    found = [*_of_head(old, new), *_of_bands(old, new)]
    before, after = old.by_id, new.by_id
    found += [f"删去指标项 {_named(before[name])}。" for name in before if name not in after]
    for name, criterion in after.items():
        if name not in before:
            found.append(f"新增指标项 {_named(criterion)}，{_worth(criterion)}。")
            continue
        told = list(_of_criterion(before[name], criterion, old, new, catalogue))
        if told:
            found.append(f"{_named(criterion)}：{'；'.join(told)}。")
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        found.append("指标项的次序有调整。")
    return found


def _of_head(old: Rubric, new: Rubric) -> Iterator[str]:
    pairs = {
        "细则编号": (old.rubric, new.rubric),
        "版本": (str(old.version), str(new.version)),
        "细则名称": (old.title, new.title),
        "来源文件": (old.document.title, new.document.title),
        "制发机关": (old.document.issuer, new.document.issuer),
        "发文字号": (old.document.number, new.document.number),
        "评价周期": (PERIOD_WORDS[old.period], PERIOD_WORDS[new.period]),
        "学段": (_stages(old.stages), _stages(new.stages)),
        "一票否决时的等级": (BAND_TITLES[old.veto_band], BAND_TITLES[new.veto_band]),
        "加分合计上限": (f"{plain(old.bonus_at_most)}分", f"{plain(new.bonus_at_most)}分"),
    }
    yield from (f"{told}。" for told in _changed(pairs))
    if old.notes != new.notes:
        yield "说明有改动。"
    if old.document.clauses != new.document.clauses:
        yield "所列条款有改动。"


def _of_bands(old: Rubric, new: Rubric) -> Iterator[str]:
    before, after = ({band.band: band for band in one.bands} for one in (old, new))
    for name in get_args(BandName):
        title = BAND_TITLES[name]
        if (was := before.get(name)) == (now := after.get(name)):
            continue
        if was and now:
            yield f"“{title}”由{_range(was)}改为{_range(now)}。"
        else:
            yield f"新增等级“{title}”，{_range(now)}。" if now else f"删去等级“{title}”。"


def _of_criterion(
    was: Criterion, now: Criterion, old: Rubric, new: Rubric, catalogue: IndicatorCatalogue
) -> Iterator[str]:
    stages = tuple(stage for stage in new.stages_of(now) if stage in old.stages_of(was))
    pairs = {
        "名称": (was.title, now.title),
        "条款": (was.clause, now.clause),
        "分值": (f"{plain(was.weight)}分", f"{plain(now.weight)}分"),
        "适用学段": (_stages(old.stages_of(was)), _stages(new.stages_of(now))),
        "评价频次": (PERIOD_WORDS[was.cadence], PERIOD_WORDS[now.cadence]),
        "所用指标": (_titles(was, catalogue), _titles(now, catalogue)),
        "要求": (_words(was, stages, catalogue), _words(now, stages, catalogue)),
        "一票否决": (_VETO_WORDS[was.veto_on], _VETO_WORDS[now.veto_on]),
        "没有数据时": (_MISSING_WORDS[was.when_missing], _MISSING_WORDS[now.when_missing]),
        "覆盖面下限": (_coverage(was), _coverage(now)),
        "考试成绩类": (_yes(was.exam_result), _yes(now.exam_result)),
        "加分项": (_yes(was.bonus), _yes(now.bonus)),
        "按抽样误差评定": (_yes(was.sampled is not None), _yes(now.sampled is not None)),
        "按估计区间评定": (_yes(was.estimated is not None), _yes(now.estimated is not None)),
    }
    told = list(_changed(pairs))
    yield from told
    if was.phrase != now.phrase:
        yield "文件原文有改动"
    if was.ambiguity != now.ambiguity:
        yield "对原文不明确之处的处理有改动"
    if was.rule != now.rule and not told:
        yield "计分办法的细节有改动"


def _changed(pairs: dict[str, tuple[str, str]]) -> Iterator[str]:
    for name, (was, now) in pairs.items():
        if was != now:
            yield f"{name}由“{was or '无'}”改为“{now or '无'}”"


def _named(criterion: Criterion) -> str:
    return f"{criterion.id} {criterion.title}"


def _worth(criterion: Criterion) -> str:
    return f"{'加分' if criterion.bonus else '分值'}{plain(criterion.weight)}分"


def _range(band: Band) -> str:
    end = f"不满{plain(band.below)}分" if band.below is not None else "100分"
    return f"{plain(band.at_least)}分至{end}"


def _stages(stages: tuple[str, ...]) -> str:
    return "、".join(STAGE_TITLES[stage] for stage in stages)


def _titles(criterion: Criterion, catalogue: IndicatorCatalogue) -> str:
    known = catalogue.by_id
    return "、".join(known[name].title if name in known else name for name in criterion.indicators)


def _words(criterion: Criterion, stages: tuple[str, ...], catalogue: IndicatorCatalogue) -> str:
    known = catalogue.by_id.get(criterion.rule.indicator)
    words = {stage: criterion.rule.requirement(stage, known.unit if known else "") for stage in stages}
    if len(set(words.values())) == 1:
        return next(iter(words.values()))
    return "；".join(f"{STAGE_TITLES[stage]}{told}" for stage, told in words.items())


def _coverage(criterion: Criterion) -> str:
    return f"{plain(criterion.coverage.at_least)}%" if criterion.coverage else ""


def _yes(told: bool) -> str:
    return "是" if told else "否"
