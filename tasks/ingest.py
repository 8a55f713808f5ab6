"""Ingest: the files of the inbox read into the staging folder, data set by data set; no store is touched.

What a data set became lies beside its rows as `<data_set>.report.json`, so that the next step, the store and
a person find it there.
"""

from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from inspection.canonical import digest_rows
from inspection.data_set import SOURCE, DataSet, FileRead
from inspection.division import Division, district_faults, load_divisions
from inspection.errors import DocumentError, Fault, SourceError
from inspection.fault_code import refuses_file
from inspection.fitness import reduce_fitness
from inspection.plan import Plan
from inspection.reading import Bureau
from inspection.receipt import Receipt
from inspection.source_map import SourceMap, load_source_maps
from tasks.artifact import run_name
from tasks.border import task
from tasks.correction import take_back
from tasks.plan import plan_of
from tasks.reading import read_data_set, survey
from tasks.result_sums import reduce_results
from tasks.settings import profile, settings
from tasks.workspace import inbox, read_frame, staged, write_frame, write_whole

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
        SourceError: no file of the data set can be used at all.
        SettingError: a personal column needs a pseudonym key and there is none.
    """
    plan = plan_of(campaign_id)
    source_map = source_maps(plan)[data_set]
    folder = inbox(plan.term.id)
    paths = survey(folder, source_maps(plan)).files[data_set]
    bureau = _bureau(plan, source_map)
    if source_map.reduce:
        found = reduce_results(paths, source_map, bureau, inbox=folder)
    else:
        mend = partial(take_back, source_map=source_map, term_id=plan.term.id)
        found = read_data_set(paths, source_map, bureau, inbox=folder, mend=mend)
    if source_map.fitness:
        found = reduce_fitness(found, source_map)
    _require_usable(found, is_required=_is_required(plan, data_set))
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


def _require_usable(found: DataSet, *, is_required: bool) -> None:
    refusing = [item for item in found.faults if refuses_file(item)]
    if is_required and refusing and found.rows.empty:
        raise SourceError(f"{found.data_set} 没有可用的文件", refusing)


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
