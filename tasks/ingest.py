"""Ingest: the files of the inbox read into the staging folder, data set by data set; no store is touched.

What a data set became lies beside its rows as `<data_set>.report.json`, so that the next step, the store and
a person find it there.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from inspection.canonical import digest_rows
from inspection.deploy.plan import Plan
from inspection.errors import DocumentError, Fault, SourceError
from inspection.ingest.data_set import SOURCE, DataSet, FileRead
from inspection.ingest.division import Division, district_faults, load_divisions
from inspection.ingest.fault_code import refuses_file
from inspection.ingest.source_map import SourceMap, load_source_maps
from inspection.ingest.table import Bureau
from inspection.receipt import Receipt
from tasks.artifact import run_name
from tasks.border import task
from tasks.correction import give_back, take_back
from tasks.fitness_sums import reduce_fitness
from tasks.plan import plan_of
from tasks.reading import read_data_set, survey
from tasks.result_sums import pair_results, reduce_results
from tasks.settings import profile, settings
from tasks.student_files import StudentFiles
from tasks.workspace import inbox, read_frame, staged, write_frame, write_whole

ENTRY, LEAVING, PAIRS = "entry_results", "results", "pairs"
PARTS = ("rows", "quarantined", "missing")


@task(task_run_name="清点收件箱")
def look_into_inbox(campaign_id: str) -> Receipt:
    """Match the files of the inbox to the data sets that are owed.

    Raises:
        SourceError: the inbox is empty, holds a file nobody knows, or a required data set is missing.
    """
    plan = plan_of(campaign_id)
    found = survey(inbox(plan.term.id), source_maps(plan))
    faults = [
        *found.faults,
        *(
            _missing(plan, owed.data_set)
            for owed in plan.data
            if owed.is_required and not found.files.get(owed.data_set)
        ),
    ]
    if faults:
        raise SourceError(f"收件箱 {plan.term.id} 有 {len(faults)} 个文件问题", faults)
    files = {path.name for paths in found.files.values() for path in paths}
    return Receipt("清点收件箱", {"文件": len(files), "数据集": len(plan.data)})


@task(task_run_name=run_name("读取{data_set}"))
def ingest_data_set(campaign_id: str, data_set: str) -> Receipt:
    """Read every file of one data set into the staging folder; rows with faults are set aside.

    Raises:
        SourceError: no file of the data set can be used at all; correction workbooks say what to mend.
        SettingError: a personal column needs a pseudonym key and there is none.
    """
    plan = plan_of(campaign_id)
    source_map = source_maps(plan)[data_set]
    folder = inbox(plan.term.id)
    paths = survey(folder, source_maps(plan)).files[data_set]
    bureau = _bureau(plan, source_map)
    if source_map.reduce:
        found = reduce_results(paths, source_map, bureau, inbox=folder)
        found = _with_pairs(found, plan, paths)
    elif source_map.fitness:
        found = reduce_fitness(paths, source_map, bureau, inbox=folder)
    else:
        mend = partial(take_back, source_map=source_map, term_id=plan.term.id)
        found = read_data_set(paths, source_map, bureau, inbox=folder, mend=mend)
    if refusing := _refusing(found, is_required=_is_required(plan, data_set)):
        give_back(plan.term.id, found, source_map, severities={}, due_on=plan.due_on(data_set))
        raise SourceError(f"{data_set} 没有可用的文件", refusing)
    keep(plan.term.id, found)
    counts = {
        "文件": len(found.files),
        "读取": sum(item.read_count for item in found.files),
        "采用": len(found.rows),
        "暂缓": len(found.quarantined),
        "排除": found.excluded_count,
        "问题": len(found.faults),
    }
    return Receipt(f"读取 {source_map.title}", counts, content_digest(found))


def _with_pairs(found: DataSet, plan: Plan, paths: Sequence[Path]) -> DataSet:
    """Return results with sums over pairs of entry and exit beside them, where entry results were handed in."""
    maps = source_maps(plan)
    if found.data_set != LEAVING or ENTRY not in maps:
        return found
    folder = inbox(plan.term.id)
    entry_paths = survey(folder, maps).files[ENTRY]
    if not entry_paths:
        return found
    entry, leaving = (
        StudentFiles(sorted(files), maps[name], _bureau(plan, maps[name]), folder)
        for name, files in ((ENTRY, entry_paths), (LEAVING, paths))
    )
    return replace(found, beside={**found.beside, PAIRS: pair_results(entry, leaving)})


def keep(term_id: str, found: DataSet) -> None:
    """Write a data set to the staging folder."""
    for part in PARTS:
        write_frame(staged(term_id, f"{found.data_set}.{part}.parquet"), getattr(found, part))
    for name, frame in found.beside.items():
        write_frame(staged(term_id, f"{found.data_set}.{name}.parquet"), frame)
    facts = {
        "faults": found.faults,
        "files": found.files,
        "is_reduced": found.is_reduced,
        "beside": sorted(found.beside),
    }
    write_whole(_report(term_id, found.data_set), TypeAdapter(dict[str, object]).dump_json(facts, indent=1))


def staged_data_set(term_id: str, data_set: str) -> DataSet:
    """Read a data set back from the staging folder; control totals have become faults and are not kept."""
    report = TypeAdapter(dict[str, object]).validate_json(_report(term_id, data_set).read_bytes())
    frames = {part: read_frame(staged(term_id, f"{data_set}.{part}.parquet")) for part in PARTS}
    beside = TypeAdapter(list[str]).validate_python(report["beside"])
    return DataSet(
        data_set=data_set,
        **frames,
        faults=TypeAdapter(tuple[Fault, ...]).validate_python(report["faults"]),
        files=TypeAdapter(tuple[FileRead, ...]).validate_python(report["files"]),
        is_reduced=bool(report["is_reduced"]),
        beside={name: read_frame(staged(term_id, f"{data_set}.{name}.parquet")) for name in beside},
    )


def content_digest(found: DataSet) -> str:
    """Return the content digest of a data set's accepted rows, whatever file or row they stood in."""
    columns = [name for name in found.rows.columns if name not in SOURCE]
    return digest_rows(found.rows[columns].itertuples(index=False))


def data_sets_owed(plan: Plan) -> list[str]:
    """Return the data sets of a plan in the order they are read: the rosters that others refer to first."""
    names = [owed.data_set for owed in plan.data]
    return sorted(names, key=lambda name: (name != "schools", name != "inspectors", name))


def source_maps(plan: Plan) -> dict[str, SourceMap]:
    """Return the source maps of the data sets that a plan asks for."""
    known = load_source_maps(profile().folders.sources)
    return {owed.data_set: known[owed.data_set] for owed in plan.data}


def _bureau(plan: Plan, source_map: SourceMap) -> Bureau:
    referred = {column.refers_to for column in source_map.columns.values() if column.refers_to}
    known = {name: staged_data_set(plan.term.id, name).known("school_code") for name in sorted(referred)}
    key = settings().pseudonym_key.get_secret_value()
    return Bureau(profile(), known, bytes.fromhex(key), divisions())


def divisions() -> dict[str, Division]:
    """Return the division table beside the source maps; a bureau without one has nothing looked up.

    Raises:
        DocumentError: the table is wrong, or the profile's districts are not what it says.
    """
    path = profile().folders.sources / "divisions.csv"
    if not path.is_file():
        return {}
    found = load_divisions(path)
    if not profile().has_synthetic_divisions:
        districts = {district.code: district.name for district in profile().districts}
        if faults := district_faults(districts, found):
            raise DocumentError(f"配置文件的区县有 {len(faults)} 处需要核对", faults)
    return found


def _is_required(plan: Plan, data_set: str) -> bool:
    return any(owed.is_required for owed in plan.data if owed.data_set == data_set)


def _refusing(found: DataSet, *, is_required: bool) -> list[Fault]:
    """Return why no file of a data set that the term cannot do without is usable; empty where one is."""
    refusing = [item for item in found.faults if refuses_file(item)]
    return refusing if is_required and found.rows.empty else []


def _missing(plan: Plan, data_set: str) -> Fault:
    source_map = source_maps(plan)[data_set]
    return Fault(
        place=f"收件箱 {plan.term.id}",
        column=source_map.title,
        code="IN-010",
        wanted=f"文件名如：{'、'.join(source_map.files)}",
        got="没有这类文件",
        remedy="请把该数据文件放入收件箱后重新运行。",
    )


def _report(term_id: str, data_set: str) -> Path:
    return staged(term_id, f"{data_set}.report.json")
