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

from inspection.verify_format import (
    ALGORITHM,
    BEFORE_SEED,
    BITS,
    FORMATS,
    FULL_KEYS,
    HEAD_KEYS,
    MARKS,
    RELAXED_KEYS,
    RELAXED_RULES,
    REPLACED_KEYS,
    RESULT_KEYS,
    SEALED_KEYS,
    STATES,
    STEPS,
    VALUES,
    Json,
    Step,
    Wrong,
    canonical,
    column,
    need,
    same,
    sha256,
    share_of,
    unique,
    walk,
)
from inspection.verify_seats import Seats


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
        return waiting.get(self.record["state"], "")

    def format(self) -> str:
        state = str(self.record.get("state")) if isinstance(self.record, dict) else ""
        need(state in STATES, f"不是抽取记录：state应为{'、'.join(STATES)}之一")
        walk(self.record, "", "记录")
        odd = set(self.record) ^ {"committed": HEAD_KEYS, "sealed": SEALED_KEYS}.get(state, FULL_KEYS)
        need(not odd, f"记录缺少或多出：{'、'.join(sorted(odd))}")
        self.commit = self.record["commitment"]
        formats = [self.record["format"], self.commit["format"], self.commit["algorithm"]]
        same("格式和算法版本", [*FORMATS, ALGORITHM], formats)
        is_sealed = self.commit["kind"] == "sealed"
        fits = state == "committed" or is_sealed == (state != "drawn")
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
        return found + ("，与此前公布的一致" if self.published else "")

    def _relaxed(self, relaxed: Json, own: str) -> None:
        """A promise made anew says what it replaces, which rules gave way, who decided it and why."""
        same("放宽条件的各项", sorted(RELAXED_KEYS), sorted(relaxed))
        is_other = (
            re.fullmatch("[0-9a-f]{64}", relaxed["replaces"]) is not None and relaxed["replaces"] != own
        )
        rules = relaxed["rules"]
        is_known = bool(rules) and set(rules) <= RELAXED_RULES and rules == sorted(set(rules))
        is_signed = bool(relaxed["reason"]) and re.fullmatch("[a-z0-9-]+", relaxed["decided_by"]) is not None
        need(is_other and is_known and is_signed, "放宽条件没有写明原方案、规则、决定人或者理由")

    def pool(self) -> str:
        keys = {"pool": "school", "excluded": "school", "inspectors": "inspector", "strata": "stratum"}
        ids = {name: [line[key] for line in self.commit[name]] for name, key in keys.items()}
        for name, codes in ids.items():
            same(f"{name}的编号顺序", sorted(set(codes)), codes)
        odd = set(ids["pool"]) & set(ids["excluded"])
        odd |= {
            f"{p}—{s}" for p, s in self.seats.barred if p not in self.seats.people or s not in self.stratum
        }
        need(not odd, f"名录库与排除名单、不可派名单相矛盾：{'、'.join(sorted(odd))}")
        same("各层学校数", Counter(self.stratum.values()), column(self.commit["strata"], "stratum", "pool"))
        return f"{len(self.stratum)}所学校分为{len(ids['strata'])}层，另排除{len(ids['excluded'])}所"

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
        schools, teams = [line["school"] for line in self.record["selection"]], self.record["teams"]
        same("检查组的学校", schools, [team["school"] for team in teams])
        self.seats.replay(
            [(school, role) for school in schools for role in self.seats.roles(school)], teams, {}
        )
        return f"{len(self.record['teams'])}个检查组逐岗重排，人选和跳过理由全部一致"

    def result(self) -> str:
        stated = self.record["result_digest"]
        same("结果摘要", sha256({key: self.record[key] for key in RESULT_KEYS}), stated)
        salted = self._salted(stated) if self.record["secret"] else ""
        same("密封时公布的结果摘要", salted, self.record["result_hash"])
        return str(stated)

    def substitutions(self) -> str:
        self.now = {team["school"]: team for team in self.record["teams"]}
        self.left = [place for place in self.order if place[2] not in self.now]
        previous = self.record["result_digest"]
        for number, item in enumerate(self.record["substitutions"], 1):
            place = f"第{number}次递补"
            need(item["reason"] != "" and item["kind"] in REPLACED_KEYS, f"{place}：没有理由，或种类不明")
            same(f"{place}的各项", sorted(REPLACED_KEYS[item["kind"]]), sorted(item))
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
        previous, entries, own = "0" * 64, self.entries["entries"], self.record["commitment_digest"]
        for number, entry in enumerate(entries, 1):
            body = {"seq": number, "kind": entry["kind"], "payload": entry["payload"], "prev_hash": previous}
            previous = sha256(body)
            same(f"台账第{number}条", body | {"entry_hash": previous}, entry)
        hashes = [entry["entry_hash"] for entry in entries]
        # Notices print the first 16 digits of a head: so many are enough.
        is_known = len(self.head) >= 16 and any(item.startswith(self.head) for item in hashes)
        need(is_known or not self.head, f"台账中没有此前公布的台账头{self.head}")
        facts = [(entry["kind"], entry["payload"]) for entry in entries]
        gone = [fact["commitment"] for kind, fact in facts if kind == "cancel"]
        made = [f for kind, f in facts if kind == "commit" and f["campaign"] == self.commit["campaign"]]
        live = [f["commitment"] for f in made if set(f["matters"]) & set(self.commit["matters"])]
        same("台账中有效的承诺", [own], [commitment for commitment in live if commitment not in gone])
        if "relaxed" in self.commit:
            replaced = self.commit["relaxed"]["replaces"]
            steps = [(kind, fact.get("commitment")) for kind, fact in facts if kind in {"cancel", "commit"}]
            is_cancelled = ("cancel", replaced) in steps[: steps.index(("commit", own))]
            need(is_cancelled, f"本方案所替换的方案{replaced}，台账中没有先行撤销")
        mine = {h: k for h, (k, fact) in zip(hashes, facts, strict=True) if fact.get("commitment") == own}
        if self.record["state"] != "committed":
            said = [(k, f) for k, f in facts if f.get("commitment") == own]
            self._told([(k, f.get("values", f.get("result", f.get("substitution", own)))) for k, f in said])
        for kind, entry_hash in self.record.get("ledger", {}).items():
            same(f"记录所引台账条目{entry_hash}", kind, mine.get(entry_hash, "没有这一条"))
        return f"{len(entries)}条首尾相接，承诺有效且唯一" + "，含此前公布的台账头" * bool(self.head)

    def _told(self, told: list[tuple[str, str]]) -> None:
        """Hold the ledger's steps against the record: seed, draw, opening, and every substitution in order."""
        record = self.record
        plain = {self._salted(item["digest"]): item["digest"] for item in record.get("substitutions", [])}
        wanted = [("commit", record["commitment_digest"]), ("seed", sha256(record["values"]))]
        wanted.append(("draw", record["result_hash"] or record["result_digest"]))
        opened = [result for kind, result in told if kind == "open"]
        is_open = bool(opened) or record["state"] == "opened"
        wanted += [("open", record.get("result_digest") or opened[0])] if is_open else []
        same("台账中的步骤", wanted, [step for step in told if step[0] != "substitute"])
        stated = record.get("substitution_hashes", list(plain.values()))
        replaced = [plain.get(entry, entry) for kind, entry in told if kind == "substitute"]
        # A sealed record kept since before the opening knows nothing of what was replaced later.
        is_earlier = record["state"] == "sealed" and opened
        same("台账中的递补", stated, replaced[: len(stated)] if is_earlier else replaced)

    def _salted(self, digest: str) -> str:
        return sha256({"salt": sha256(f"result-salt:{self.record['secret']}"), "digest": digest})


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
    steps = verify(files[0], ledger=files[1], head=given.head, commitment=given.commitment)
    lines = [f"{MARKS[step.outcome]} {step.title}：{step.message}" for step in steps]
    failed = [step.title for step in steps if step.outcome == "fail"]
    verdict = f"未通过：{'、'.join(failed)}" if failed else "能够核验的各步全部通过"
    sys.stdout.write("\n".join([*lines, f"结论：{verdict}。", ""]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
