"""An independent verifier of draw records: it needs Python 3.11 or later and nothing else.

    python verify.py record.json [--ledger ledger.json] [--head HASH] [--commitment HASH]

Written from the record format (`docs/record-format.md`), not from the program that draws, of which it imports
nothing. It re-computes every step and says which fails. Exit: 0 all well, 1 a step fails, 2 unreadable file.
"""

import argparse
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inspection.verify.anew import made_anew
from inspection.verify.published_ledger import in_ledger
from inspection.verify.record_format import (
    ALGORITHM,
    BEFORE_SEED,
    BITS,
    FORMATS,
    MARKS,
    RESULT_KEYS,
    SHAPES,
    STATES,
    STEPS,
    VALUES,
    Json,
    Step,
    Wrong,
    canonical,
    column,
    fit,
    need,
    salted,
    same,
    sha256,
    share_of,
    unique,
)
from inspection.verify.seats import Seats

LISTS = {
    "pool": ("school", "requires"),
    "excluded": ("school", ""),
    "inspectors": ("inspector", "expertise"),
    "strata": ("stratum", ""),
    "not_assignable": ("inspector", "schools"),
    "sources": ("source", ""),
}
"""The lists of a commitment, each with the key by which it is ordered, and the key of a list within its lines."""


def verify(record: Any, *, ledger: Any = None, head: str = "", commitment: str = "") -> list[Step]:
    """Re-compute a record step by step; after a wrong format nothing else is tried.

    `ledger` is the published ledger; `head` a ledger head, `commitment` a commitment digest noted earlier.
    """
    check, steps = _Check(record, ledger, head, commitment), list[Step]()
    for code, title in STEPS.items():
        try:
            later = check.later(code)
            steps.append(Step(code, title, "later" if later else "pass", later or getattr(check, code)()))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            reason = str(error) if isinstance(error, Wrong) else f"结构不合规定：{error!r}"
            steps.append(Step(code, title, "fail", reason))
        if steps[0].outcome == "fail":
            break
    return steps


class _Check:
    """The steps, one method each: it returns what was found, or raises `Wrong`; `later` says what must wait."""

    def __init__(self, record: Any, ledger: Any, head: str, published: str) -> None:
        self.record, self.entries, self.head, self.published = record, ledger, head, published

    def later(self, code: str) -> str:
        if code in BEFORE_SEED:
            return "没有提供台账文件，未核验" if code == "ledger" and self.entries is None else ""
        waiting = {"committed": "尚未抽取", "sealed": "" if code == "values" else "启封后才能核验"}
        if code in {"result", "substitutions"}:
            waiting["unstaffed"] = "这一方案没有抽取结果"
        return waiting.get(self.record["state"], "")

    def format(self) -> str:
        state = str(self.record.get("state")) if isinstance(self.record, dict) else ""
        need(state in STATES, f"不是抽取记录：state应为{'、'.join(STATES)}之一")
        fit(self.record, SHAPES[state], "记录")
        self.commit = self.record["commitment"]
        for plan in filter(None, (self.commit, self.record.get("anew"))):
            formats = [self.record["format"], plan["format"], plan["algorithm"]]
            same("格式和算法版本", [*FORMATS, ALGORITHM], formats)
        is_sealed = self.commit["kind"] == "sealed"
        fits = state in {"committed", "unstaffed"} or is_sealed == (state != "drawn")
        need(fits and is_sealed == bool(self.commit["secret_digest"]), "记录状态、抽取方式和密钥摘要不相符")
        self.stratum = column(self.commit["pool"], "school", "stratum")
        self.seats = Seats(self.commit, self._ticket)
        return f"各项齐全，状态为“{STATES[state]}”"

    def commitment(self) -> str:
        found = sha256(self.commit)
        same("承诺内容的摘要", found, self.record["commitment_digest"])
        need(self.published in {"", found}, f"此前公布的承诺摘要为{self.published}，本记录的为{found}")
        if "relaxed" in self.commit:
            self._relaxed(self.commit["relaxed"], found)
        if "anew" in self.record:
            made_anew(self.commit, self.record["anew"])
        said = found + "，与此前公布的一致" * bool(self.published)
        return said + "；替换了不能成组的方案，请一并核验该方案的记录" * ("relaxed" in self.commit)

    def _relaxed(self, relaxed: Json, own: str) -> None:
        """A promise made anew replaces another one and lists the rules that gave way once each, in order."""
        rules = relaxed["rules"]
        is_whole = bool(rules) and rules == sorted(set(rules)) and relaxed["replaces"] != own
        need(is_whole, "放宽条件没有写明原方案，或者没有逐项列明放宽的规则")

    def pool(self) -> str:
        ids = {"matters": self.commit["matters"]}
        for name, (key, inner) in LISTS.items():
            ids[name] = [line[key] for line in self.commit[name]]
            ids |= {f"{name}中{line[key]}的{inner}": line[inner] for line in self.commit[name] if inner}
        for name, codes in ids.items():
            same(f"{name}的编号顺序", sorted(set(codes)), codes)
        odd = set(ids["pool"]) & set(ids["excluded"])
        odd |= {
            f"{p}—{s}" for p, s in self.seats.barred if p not in self.seats.people or s not in self.stratum
        }
        need(not odd, f"名录库与排除名单、不可派名单相矛盾：{'、'.join(sorted(odd))}")
        same("各层学校数", Counter(self.stratum.values()), column(self.commit["strata"], "stratum", "pool"))
        self._team_is_large_enough()
        return f"{len(self.stratum)}所学校分为{len(ids['strata'])}层，另排除{len(ids['excluded'])}所"

    def _team_is_large_enough(self) -> None:
        required = max([len(line["requires"]) for line in self.commit["pool"]], default=0)
        seats = max(1, required + self.commit["team_leaders"])
        need(self.commit["team_size"] >= seats, f"每组人数应不少于必备的{seats}个岗位")

    def sizes(self) -> str:
        sizing, pools = self.commit["sizing"], column(self.commit["strata"], "stratum", "pool")
        ratios = {line["stratum"]: line["ratio"] for line in self.commit["strata"] if "ratio" in line}
        if ratios:
            return self._sizes_apart(sizing, pools, ratios)
        total, count = sizing["number"], sum(pools.values())
        need(bool(sizing["ratio"]) != bool(total), "抽查比例和抽查数量应有且只有一项")
        if sizing["ratio"]:
            total = share_of(sizing["ratio"], count)
        same("抽取总数", total, sizing["total"])
        least = {stratum: min(sizing["minimum"], pool) for stratum, pool in pools.items()}
        need(0 < sum(least.values()) <= total <= count, "抽取总数或每层最少数量超出范围")
        sizes, free, short = dict[str, int](), pools, least
        while short:
            rest, schools = total - sum(sizes.values()), sum(free.values())
            short = {s: least[s] for s, pool in free.items() if rest * pool < least[s] * schools}
            free = {s: pool for s, pool in free.items() if s not in short}
            sizes |= short
        shares = {s: divmod(rest * pool, schools) for s, pool in free.items()}
        sizes |= {s: share for s, (share, _) in shares.items()}
        for s in sorted(shares, key=lambda s: (-shares[s][1], s))[: total - sum(sizes.values())]:
            sizes[s] += 1
        same("各层数量", sizes, column(self.commit["strata"], "stratum", "size"))
        return f"共{total}所：" + "，".join(f"{stratum}层{sizes[stratum]}所" for stratum in pools)

    def _sizes_apart(self, sizing: Json, pools: dict[str, int], ratios: dict[str, str]) -> str:
        """Every stratum has a ratio of its own; at most as many schools as it holds."""
        same("列明抽查比例的层", sorted(pools), sorted(ratios))
        need(not sizing["ratio"] and not sizing["number"], "分层列明比例的，不另设总的比例和数量")
        need(sizing["minimum"] > 0, "每层至少抽取1所")
        sizes = {s: max(share_of(ratios[s], pools[s]), min(sizing["minimum"], pools[s])) for s in pools}
        same("各层数量", sizes, column(self.commit["strata"], "stratum", "size"))
        same("抽取总数", sum(sizes.values()), sizing["total"])
        return "按各层比例：" + "，".join(f"{s}层{ratios[s]}，{sizes[s]}所" for s in pools)

    def entropy(self) -> str:
        strata, public = self.commit["strata"], sum(line["bits"] for line in self.commit["sources"])
        for line in self.commit["sources"]:
            is_thrown = (line["kind"] == "dice") == (line["throws"] > 0)
            need(is_thrown, f"来源{line['source']}：掷骰应写明次数，其他来源的次数应为0")
            expected = {**BITS, "dice": (6 ** line["throws"]).bit_length() - 1}[line["kind"]]
            same(f"来源{line['source']}的比特数", expected, line["bits"])
        # 256 of at least 512 schools make more than 2^256 samples, the most that counts.
        fewer = [(line["pool"], min(line["size"], line["pool"] - line["size"], 256)) for line in strata]
        samples = math.prod(math.comb(pool, size) for pool, size in fewer)
        needed = min(256, (samples - 1).bit_length() + 64)
        declared = min(256, public) if self.commit["kind"] == "open" else 256
        same("随机性", {"needed": needed, "declared": declared}, self.commit["entropy"])
        need(declared >= needed and public >= 24, f"公开来源只有{public}比特，随机性不足")
        return f"需要{needed}比特，提供{declared}比特"

    def values(self) -> str:
        sources = {line["source"]: line for line in self.commit["sources"]}
        same("公开来源", sorted(sources), [line["source"] for line in self.record["values"]])
        for line in self.record["values"]:
            source, value = sources[line["source"]], line["value"]
            spelling = VALUES[source["kind"]].replace("THROWS", str(source["throws"]))
            is_sorted = all(half.split() == sorted(set(half.split())) for half in value.split("+"))
            is_right = is_sorted and re.fullmatch(spelling, value) is not None
            need(is_right, f"{line['source']}的数值“{value}”格式不对")
        return "；".join(f"{line['source']}：{line['value']}" for line in self.record["values"])

    def seed(self) -> str:
        secret = self.record["secret"]
        same("密钥摘要", sha256(secret) if secret else "", self.commit["secret_digest"])
        values = column(self.record["values"], "source", "value")
        seed = {"commitment": sha256(self.commit), "values": values} | ({"secret": secret} if secret else {})
        same("种子", canonical(seed), self.record["seed"])
        return str(self.record["seed"])

    def tickets(self) -> str:
        self.numbers = {school: self._ticket(f"school:{s}:{school}") for school, s in self.stratum.items()}
        self.order = sorted((number, self.stratum[school], school) for school, number in self.numbers.items())
        same("抽签号", [{"school": s, "ticket": n} for s, n in self.numbers.items()], self.record["tickets"])
        return f"{len(self.numbers)}所学校的抽签号全部一致"

    def _ticket(self, id: str) -> str:
        return "0." + str(int(sha256(sha256(self.record["seed"]) + id), 16)).rjust(64, "0")[::-1]

    def selection(self) -> str:
        strata = self.commit["strata"]
        left, wanted = column(strata, "stratum", "size"), []
        for _, stratum, school in self.order:
            left[stratum] -= 1
            wanted += [{"school": school, "stratum": stratum}] if left[stratum] >= 0 else []
        same("抽中学校", wanted, self.record["selection"])
        chances = [{"stratum": s["stratum"], "probability": f"{s['size']}/{s['pool']}"} for s in strata]
        same("入样概率", chances, self.record["inclusion"])
        return f"各层抽签号最小的共{len(wanted)}所，全部一致"

    def teams(self) -> str:
        schools = [line["school"] for line in self.record["selection"]]
        if "shortage" in self.record:
            places = [(line["school"], line["role"]) for line in self.record["shortage"]]
            return self.seats.prove_short(places, schools)
        teams = self.record["teams"]
        same("检查组的学校", schools, [team["school"] for team in teams])
        self.seats.replay(
            [(school, role) for school in schools for role in self.seats.roles(school)], teams, {}
        )
        return f"{len(self.record['teams'])}个检查组逐岗重排，人选和跳过理由全部一致"

    def result(self) -> str:
        stated = self.record["result_digest"]
        same("结果摘要", sha256({key: self.record[key] for key in RESULT_KEYS}), stated)
        hidden = salted(self.record["secret"], stated) if self.record["secret"] else ""
        same("密封时公布的结果摘要", hidden, self.record["result_hash"])
        return str(stated)

    def substitutions(self) -> str:
        self.now = {team["school"]: team for team in self.record["teams"]}
        self.left = [place for place in self.order if place[2] not in self.now]
        previous = self.record["result_digest"]
        for number, item in enumerate(self.record["substitutions"], 1):
            place = f"第{number}次递补"
            same(place, [number, previous], [item["number"], item["previous"]])
            (self._school_out if item["kind"] == "school" else self._inspector_out)(place, item)
            previous = sha256({key: value for key, value in item.items() if key != "digest"})
            same(f"{place}的摘要", previous, item["digest"])
        return f"{len(self.record['substitutions'])}次"

    def _school_out(self, place: str, item: Json) -> None:
        stratum = self.stratum.get(item["school"])
        need(item["school"] in self.now, f"{place}：学校不在待查之列")
        follows = next((school for _, s, school in self.left if s == stratum), "")
        wanted = {"stratum": stratum, "substitute": follows, "ticket": self.numbers.get(follows, "")}
        same(place, wanted, {key: item[key] for key in wanted})
        del self.now[item["school"]]
        same(f"{place}的检查组", follows, item["team"]["school"])
        self.seats.replay([(follows, role) for role in self.seats.roles(follows)], [item["team"]], self.now)
        self.now[follows] = item["team"]
        self.left = [line for line in self.left if line[2] != follows]

    def _inspector_out(self, place: str, item: Json) -> None:
        """Whoever gives up a seat gets none afterwards; nobody else's seat is in question."""
        gone, codes = item["inspector"], [seat["school"] for seat in item["seats"]]
        seats = [
            (code, m["role"]) for code, t in self.now.items() for m in t["members"] if m["inspector"] == gone
        ]
        seats = [seat for seat in seats if seat[0] in codes]
        need(bool(seats), f"{place}：{gone}不在这些学校的检查组")
        self.seats.barred |= {(gone, school) for school in self.stratum}
        kept = {
            code: {"members": [m for m in team["members"] if code not in codes or m["inspector"] != gone]}
            for code, team in self.now.items()
        }
        filled = [{"school": seat["school"], "members": [seat]} for seat in item["seats"]]
        self.seats.replay(seats, filled, kept)
        for seat in item["seats"]:
            members = self.now[seat["school"]]["members"]
            members = [seat if m["inspector"] == gone else m for m in members]
            self.now[seat["school"]] = {"school": seat["school"], "members": members}

    def ledger(self) -> str:
        return in_ledger(self.record, self.entries, self.head)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify a record from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="verify", description="逐步重算抽取记录，指出哪一步不符。")
    parser.add_argument("record", help="抽取记录文件")
    asked = {"ledger": "公开的台账文件", "head": "此前公布的台账头", "commitment": "此前公布的承诺摘要"}
    for name, text in asked.items():
        parser.add_argument(f"--{name}", default="", help=text)
    given = parser.parse_args(arguments)
    files: list[Any] = [None, None]
    for place, name in enumerate(filter(None, (given.record, given.ledger))):
        try:
            files[place] = json.loads(Path(name).read_text("utf-8-sig"), object_pairs_hook=unique)
        except (OSError, ValueError, RecursionError) as error:
            sys.stderr.write(f"无法读取{name}：{error}\n")
            return 2
    # The page of the site takes what was noted in capitals or with blanks around it, too.
    head, commitment = given.head.strip().lower(), given.commitment.strip().lower()
    steps = verify(files[0], ledger=files[1], head=head, commitment=commitment)
    lines = [f"{MARKS[step.outcome]} {step.title}：{step.message}" for step in steps]
    failed = [step.title for step in steps if step.outcome == "fail"]
    verdict = f"未通过：{'、'.join(failed)}" if failed else "能够核验的各步全部通过"
    sys.stdout.write("\n".join([*lines, f"结论：{verdict}。", ""]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
