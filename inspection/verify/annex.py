"""An independent verifier of a draw's annex, for the discipline office and appeal bodies: standard library only.

    python -m inspection verify-annex record.json annex.json [--names names.csv] [--commitment HASH]

Written from the formats, not from the program that draws, of which it imports nothing. It says whether the annex
is the one committed to, whether it explains everybody who was not assignable and nobody else, whether every school
is in the stratum that its district and class put it in, and who is who.
What the public can check without the annex is in `verify`. Exit: 0 all well, 1 a step fails, 2 unreadable file.
"""

import argparse
import csv
import hashlib
import hmac
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from inspection.verify.record_format import MARKS, Step, Wrong

STEPS = {
    "format": "附件格式",
    "commitment": "承诺摘要",
    "digest": "附件摘要",
    "pseudonyms": "人员代号",
    "strata": "分层对照",
    "reasons": "回避事由",
    "risk": "风险等级",
    "schools": "学校归层",
    "names": "人员姓名",
}
ANNEX_FORMAT = "school-inspection/draw-annex/1"
ANNEX_KEYS = {
    "format",
    "campaign",
    "salt",
    "key_parts",
    "strata",
    "schools",
    "inspectors",
    "reasons",
    "risk",
}
REASONS = {
    "own_school": "本人在该校任职",
    "former_school": "离开该校未满三年",
    "relative_employed": "近亲属在该校任职",
    "relative_enrolled": "近亲属在该校就读",
    "declared_interest": "本人申报有利害关系",
    "own_district": "交叉互检不检查本区县学校",
    "other_district": "交叉互检安排检查另一区县",
    "last_term": "上学期已检查该校",
}


def verify_annex(
    record: Any, annex: Any, *, names: Mapping[str, str] | None = None, commitment: str = ""
) -> list[Step]:
    """Hold an annex against a draw record, step by step; after a wrong format nothing else is tried.

    Args:
        record: the draw record, in whatever state.
        annex: the annex handed to the office.
        names: who is who by inspector id, from the bureau's roster; None: names are not matched.
        commitment: a commitment digest noted earlier.
    """
    check, steps = _Check(record, annex, names, commitment), list[Step]()
    for code, title in STEPS.items():
        if code == "names" and names is None:
            steps.append(Step(code, title, "later", "没有提供人员名单，未核对"))
            continue
        try:
            steps.append(Step(code, title, "pass", getattr(check, code)()))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            reason = str(error) if isinstance(error, Wrong) else f"结构不合规定：{error!r}"
            steps.append(Step(code, title, "fail", reason))
        if steps[0].outcome == "fail":
            break
    return steps


def read_names(text: str) -> dict[str, str]:
    """Return the names by inspector id from a CSV table whose first two columns are id and name.

    Raises:
        ValueError: a line has no id or no name, or an id stands twice with different names.
    """
    names: dict[str, str] = {}
    for number, cells in enumerate(csv.reader(text.splitlines()), 1):
        if number == 1 or not any(cells):
            continue
        id, name, *_ = [cell.strip() for cell in cells] + ["", ""]
        if not id or not name or names.setdefault(id, name) != name:
            raise ValueError(f"第{number}行缺少编号或姓名，或者同一编号有不同姓名")
    return names


def _need(is_right: bool, message: str) -> None:
    if not is_right:
        raise Wrong(message)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _digest(value: object) -> str:
    return hashlib.sha256(_text(value).encode()).hexdigest()


def _listed(items: Iterable[str]) -> str:
    found = sorted(items)
    return "、".join(found[:10]) + (f"等{len(found)}项" if len(found) > 10 else "")


def _once(place: str, items: Iterable[str]) -> None:
    twice = [item for item, count in Counter(items).items() if count > 1]
    _need(not twice, f"{place}重复：{_listed(twice)}")


def _match(missing: Iterable[str], odd: Iterable[str], *, lacks: str, extra: str) -> None:
    """Name what one side lacks and what it has beyond the other, both at once."""
    said = [f"{title}：{_listed(items)}" for title, items in ((lacks, missing), (extra, odd)) if items]
    _need(not said, "；".join(said))


class _Check:
    """The steps, one method each: it returns what was found, or raises `Wrong`."""

    def __init__(self, record: Any, annex: Any, names: Mapping[str, str] | None, published: str) -> None:
        self.record, self.annex, self.list, self.published = record, annex, names or {}, published

    def format(self) -> str:
        is_object = isinstance(self.record, dict) and isinstance(self.annex, dict)
        _need(is_object and "commitment" in self.record, "记录或附件不是抽取文件")
        odd = set(self.annex) ^ ANNEX_KEYS
        _need(not odd, f"附件缺少或多出：{_listed(odd)}")
        _need(self.annex["format"] == ANNEX_FORMAT, f"附件格式应为{ANNEX_FORMAT}")
        self.commit = self.record["commitment"]
        campaigns = self.commit["campaign"], self.annex["campaign"]
        _need(campaigns[0] == campaigns[1], f"记录属于{campaigns[0]}，附件属于{campaigns[1]}")
        self.people = {line["id"]: line["inspector"] for line in self.annex["inspectors"]}
        return f"属于检查批次{campaigns[0]}"

    def commitment(self) -> str:
        found, stated = _digest(self.commit), self.record["commitment_digest"]
        _need(found == stated, f"承诺内容的摘要应为{found}，记录为{stated}")
        _need(self.published in {"", found}, f"此前公布的承诺摘要为{self.published}，本记录的为{found}")
        return found + ("，与此前公布的一致" if self.published else "")

    def digest(self) -> str:
        found, stated = _digest(self.annex), self.commit["annex_digest"]
        _need(found == stated, f"承诺时的附件摘要为{stated}，本附件为{found}")
        return found

    def pseudonyms(self) -> str:
        salt = self.annex["salt"]
        _need(re.fullmatch("([0-9a-f]{2}){32,}", salt) is not None, "附件盐值不足256比特")
        _once("附件中的人员编号", [line["id"] for line in self.annex["inspectors"]])
        for id, stated in self.people.items():
            found = "i-" + hmac.new(bytes.fromhex(salt), id.encode(), "sha256").hexdigest()[:12]
            _need(found == stated, f"人员{id}的代号应为{found}，附件为{stated}")
        public, known = {line["inspector"] for line in self.commit["inspectors"]}, set(self.people.values())
        _match(public - known, known - public, lacks="附件没有说明的代号", extra="记录中没有的代号")
        return f"{len(self.people)}人的代号全部重算一致"

    def strata(self) -> str:
        lines = self.annex["strata"]
        codes = [line["stratum"] for line in lines]
        _once("附件中的层", codes)
        public = {line["stratum"] for line in self.commit["strata"]}
        _match(public - set(codes), set(codes) - public, lacks="附件没有说明的层", extra="记录中没有的层")
        keys = ["／".join(key) for line in lines for key in line["keys"]]
        _once("分层依据", keys)
        empty = [line["stratum"] for line in lines if not line["keys"]]
        _need(not empty, f"没有写明分层依据的层：{_listed(empty)}")
        salt = bytes.fromhex(self.annex["salt"])
        texts = {line["stratum"]: "stratum:" + _text(sorted(line["keys"])) for line in lines}
        places = {code: hmac.new(salt, text.encode(), "sha256").digest() for code, text in texts.items()}
        _need(sorted(codes, key=places.__getitem__) == sorted(codes), "层的编号与按盐值重算的不一致")
        return f"{len(codes)}层，{len(keys)}项依据，编号按盐值重算一致"

    def reasons(self) -> str:
        lines = self.annex["reasons"]
        for line in lines:
            place = f"{line['id']}—{line['school']}"
            _need(line["id"] in self.people, f"{place}：附件的人员名单中没有此人")
            wrong = set(line["reasons"]) - set(REASONS)
            _need(bool(line["reasons"]) and not wrong, f"{place}：没有事由，或者事由不在规定之列")
        _once("回避事由", [f"{line['id']}—{line['school']}" for line in lines])
        known = {(self.people[line["id"]], line["school"]) for line in lines}
        barred = self.commit["not_assignable"]
        public = {(line["inspector"], school) for line in barred for school in line["schools"]}
        _match(
            [f"{who}—{school}" for who, school in public - known],
            [f"{who}—{school}" for who, school in known - public],
            lacks="记录列为不可派、附件没有事由",
            extra="附件有事由、记录没有列为不可派",
        )
        counts = Counter(reason for line in lines for reason in line["reasons"])
        told = "，".join(f"{REASONS[code]}{counts[code]}项" for code in REASONS if counts[code])
        return f"{len(known)}对不可派全部有事由" + (f"：{told}" if told else "")

    def risk(self) -> str:
        codes = [line["school"] for line in self.annex["risk"]]
        _once("风险等级中的学校", codes)
        named = {line["school"] for part in ("pool", "excluded") for line in self.commit[part]}
        _need(set(codes) <= named, f"名录中没有的学校：{_listed(set(codes) - named)}")
        return f"{len(codes)}所学校有风险等级"

    def schools(self) -> str:
        lines = self.annex["schools"]
        _once("附件中归层的学校", [line["school"] for line in lines])
        known, public = (
            {line["school"] for line in lines},
            {line["school"]: line for line in self.commit["pool"]},
        )
        _match(set(public) - known, known - set(public), lacks="附件没有归层的学校", extra="名录中没有的学校")
        strata = {tuple(key): line["stratum"] for line in self.annex["strata"] for key in line["keys"]}
        classes = {line["school"]: line["class"] for line in self.annex["risk"]}
        for line in lines:
            told = public[line["school"]]
            self._basis(line, told, classes.get(line["school"], ""))
            found, stated = strata.get(tuple(line["key"]), "（无）"), told["stratum"]
            _need(found == stated, f"学校{line['school']}：按附件的分层依据属于层{found}，记录在层{stated}")
        return f"{len(lines)}所学校的区县、学段、等级与所在层一致"

    def _basis(self, line: Mapping[str, Any], told: Mapping[str, Any], risk_class: str) -> None:
        """Hold the key of a school's stratum against what else annex and record say of the school."""
        place, parts, key = f"学校{line['school']}", self.annex["key_parts"], line["key"]
        _need(len(key) == len(parts), f"{place}：分层依据应有{len(parts)}项，附件为{len(key)}项")
        values = dict(zip(parts, key, strict=True))
        found = values.get("district", line["district"])
        _need(found == line["district"], f"{place}：属于区县{line['district']}，分层依据为{found}")
        stages = values.get("stage", ",".join(told["requires"])).split(",")
        lacking = set(told["requires"]) - set(stages)
        _need(
            not lacking, f"{place}：检查组须具备{_listed(lacking)}专长，分层依据的学段为{'、'.join(stages)}"
        )
        found = values.get("risk", risk_class).removesuffix("+due")
        _need(found == risk_class, f"{place}：风险等级为“{risk_class}”，分层依据为“{found}”")

    def names(self) -> str:
        missing, odd = set(self.people) - set(self.list), set(self.list) - set(self.people)
        _need(not missing, f"人员名单中没有的编号：{_listed(missing)}")
        shared = [name for name, count in Counter(self.list.values()).items() if count > 1]
        told = f"{len(self.people)}人全部有姓名"
        told += f"；名单中另有{len(odd)}人未进入本次名录库" if odd else ""
        return told + (f"；同名异号，请核对是否同一人：{_listed(shared)}" if shared else "")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _need(len(dict(pairs)) == len(pairs), "同一对象中有重复的项名")
    return dict(pairs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify an annex from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="verify-annex", description="逐步核验抽取附件，指出哪一步不符。")
    parser.add_argument("record", help="抽取记录文件")
    parser.add_argument("annex", help="存档的附件")
    parser.add_argument("--names", default="", help="人员名单（CSV，前两列为编号、姓名，首行为表头）")
    parser.add_argument("--commitment", default="", help="此前公布的承诺摘要")
    given = parser.parse_args(arguments)
    files: dict[str, Any] = {}
    for name in filter(None, (given.record, given.annex, given.names)):
        try:
            text = Path(name).read_text("utf-8-sig")
            is_names = name == given.names
            files[name] = read_names(text) if is_names else json.loads(text, object_pairs_hook=_unique)
        except (OSError, ValueError, RecursionError) as error:
            sys.stderr.write(f"无法读取{name}：{error}\n")
            return 2
    steps = verify_annex(
        files[given.record],
        files[given.annex],
        names=files.get(given.names),
        commitment=given.commitment.strip().lower(),
    )
    failed = [step.title for step in steps if step.outcome == "fail"]
    verdict = f"未通过：{'、'.join(failed)}" if failed else "能够核验的各步全部通过"
    lines = [f"{MARKS[step.outcome]} {step.title}：{step.message}" for step in steps]
    sys.stdout.write("\n".join([*lines, f"结论：{verdict}。", ""]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
