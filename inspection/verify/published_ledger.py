"""A draw record followed into the published ledger: one live promise, its steps in order, nothing cancelled to suit.

Here: the ledger step. Not here: the other steps (`record`), fields and comparison (`record_format`). Standard
library only; the published file `verify.py` holds this module whole.
"""

from inspection.verify.record_format import Json, need, salted, same, sha256

Facts = list[tuple[str, Json]]


def in_ledger(record: Json, document: Json, head: str) -> str:
    """Hold a record against the ledger; return what was found, other campaigns of the same matters by name.

    `head` is a ledger head noted earlier, or empty.
    """
    entries = document["entries"]
    hashes = _followed(entries)
    # Notices print the first 16 digits of a head: so many are enough.
    is_known = len(head) >= 16 and any(item.startswith(head) for item in hashes)
    need(is_known or not head, f"台账中没有此前公布的台账头{head}")
    facts = [(entry["kind"], entry["payload"]) for entry in entries]
    own = record["commitment_digest"]
    if "anew" in record:
        _was_replaced(record, facts)
    else:
        _is_the_one(record, facts)
    mine = {h: k for h, (k, fact) in zip(hashes, facts, strict=True) if fact.get("commitment") == own}
    for kind, entry_hash in record.get("ledger", {}).items():
        same(f"记录所引台账条目{entry_hash}", kind, mine.get(entry_hash, "没有这一条"))
    stands = "登记数值后撤销，由替换方案接替" if "anew" in record else "承诺有效且唯一"
    found = f"{len(entries)}条首尾相接，{stands}" + "，含此前公布的台账头" * bool(head)
    return found + _notes(record, facts)


def _followed(entries: list[Json]) -> list[str]:
    """Re-compute the chain; return the hash of every entry."""
    previous = "0" * 64
    for number, entry in enumerate(entries, 1):
        body = {"seq": number, "kind": entry["kind"], "payload": entry["payload"], "prev_hash": previous}
        previous = sha256(body)
        same(f"台账第{number}条", body | {"entry_hash": previous}, entry)
    return [entry["entry_hash"] for entry in entries]


def _is_the_one(record: Json, facts: Facts) -> None:
    """The record's promise is the live one, came about by rule, and the ledger tells its steps as the record does."""
    _one_is_live(record, facts)
    replaced = _replaced(record, facts)
    _cancelled_before_values(record, facts, replaced)
    if record["state"] != "committed":
        own = record["commitment_digest"]
        _told(record, [(kind, _content(fact, own)) for kind, fact in _steps(record, facts)])


def _was_replaced(record: Json, facts: Facts) -> None:
    """A promise that could not be kept had its values, was cancelled without a result, and then made anew."""
    own, said = record["commitment_digest"], _steps(record, facts)
    same("台账中的步骤", ["commit", "seed", "cancel"], [kind for kind, _ in said])
    same("台账中的公开数值", sha256(record["values"]), said[1][1]["values"])
    links = [(kind, fact.get("commitment"), fact.get("replaces", "")) for kind, fact in facts]
    after = links[links.index(("cancel", own, "")) :]
    is_next = ("commit", sha256(record["anew"]), own) in after
    need(is_next, "撤销之后，台账中没有公布记录所载的替换方案")


def _steps(record: Json, facts: Facts) -> Facts:
    """Return what the ledger says of the record's own promise."""
    return [(kind, fact) for kind, fact in facts if fact.get("commitment") == record["commitment_digest"]]


def _content(fact: Json, own: str) -> str:
    """Return the digest that an entry holds of what was entered; of a promise it is the promise's own."""
    return str(next((fact[key] for key in ("values", "result", "substitution") if key in fact), own))


def _one_is_live(record: Json, facts: Facts) -> None:
    """Of all promises of the campaign that share a matter, only the record's own is not cancelled."""
    gone, matters = _of("cancel", facts), set(record["commitment"]["matters"])
    live = [fact["commitment"] for fact in _promises(record, facts) if set(fact["matters"]) & matters]
    live = [digest for digest in live if digest not in gone]
    same("台账中有效的承诺", [record["commitment_digest"]], live)


def _replaced(record: Json, facts: Facts) -> set[str]:
    """Return the promise that this one replaces, the one which that replaced, and so on; none, usually."""
    own, stated = record["commitment_digest"], record["commitment"].get("relaxed", {}).get("replaces", "")
    links = {fact["commitment"]: fact.get("replaces", "") for kind, fact in facts if kind == "commit"}
    if stated:
        steps = [(kind, fact.get("commitment")) for kind, fact in facts if kind in {"cancel", "commit"}]
        is_cancelled = ("cancel", stated) in steps[: steps.index(("commit", own))]
        need(is_cancelled, f"本方案所替换的方案{stated}，台账中没有先行撤销")
    need(links[own] in {"", stated}, f"台账所载被替换的方案为{links[own]}，本方案写的是{stated or '没有'}")
    found, digest = set[str](), stated
    while digest and digest not in found:
        found.add(digest)
        digest = links.get(digest, "")
    return found


def _cancelled_before_values(record: Json, facts: Facts, replaced: set[str]) -> None:
    """No promise of the campaign was cancelled after a result, nor after its values unless made anew by rule."""
    drawn, seeded = _of("draw", facts), _of("seed", facts)
    for digest in _cancelled(record, facts):
        need(digest not in drawn, f"已撤销的方案{digest}，台账中已有抽取结果：有了结果不得撤销重抽")
        is_due = digest in replaced or digest not in seeded
        need(is_due, f"已撤销的方案{digest}，台账中已登记公开数值，本方案没有写明是由它放宽条件而来")


def _promises(record: Json, facts: Facts) -> list[Json]:
    """Return the promises of the record's campaign."""
    return [
        fact
        for kind, fact in facts
        if kind == "commit" and fact["campaign"] == record["commitment"]["campaign"]
    ]


def _cancelled(record: Json, facts: Facts) -> list[str]:
    gone = _of("cancel", facts)
    return [fact["commitment"] for fact in _promises(record, facts) if fact["commitment"] in gone]


def _of(step: str, facts: Facts) -> set[str]:
    return {fact["commitment"] for kind, fact in facts if kind == step}


def _told(record: Json, told: list[tuple[str, str]]) -> None:
    """Hold the ledger's steps against the record: seed, draw, opening, and every substitution in order."""
    secret = record.get("secret", "")
    plain = {salted(secret, item["digest"]): item["digest"] for item in record.get("substitutions", [])}
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


def _notes(record: Json, facts: Facts) -> str:
    """Name what a reader must judge: promises cancelled in this campaign, others to the same matters."""
    cancelled, others = len(_cancelled(record, facts)), _others(record, facts)
    note = f"；本批次撤销过{cancelled}个方案" if cancelled else ""
    return note + (f"；同一事项另有批次：{'、'.join(others)}，请核对是否重复抽取" if others else "")


def _others(record: Json, facts: Facts) -> list[str]:
    """Name the other campaigns that share a matter, and those drawn whose entry tells no matters."""
    plan, drawn, found = record["commitment"], _of("draw", facts), dict[str, bool]()
    for kind, fact in facts:
        if kind == "commit" and fact["campaign"] != plan["campaign"]:
            is_drawn = fact["commitment"] in drawn
            matters = set(fact["matters"]) if "matters" in fact else set(plan["matters"] if is_drawn else ())
            if matters & set(plan["matters"]):
                found[fact["campaign"]] = found.get(fact["campaign"], False) or is_drawn
    return [f"{campaign}（{'已抽取' if found[campaign] else '未抽取'}）" for campaign in sorted(found)]
