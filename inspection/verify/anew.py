"""A promise made anew, held against the one that it replaces: nothing differs but what gave way, and the sources.

Here: comparing two promises. Not here: whether the first could not be kept (`seats`), the order of both in the
ledger (`published_ledger`). Standard library only; the published file `verify.py` holds this module whole.
"""

from inspection.verify.record_format import Json, need, same, sha256

OWN = ("sources", "entropy", "annex_digest", "secret_digest", "relaxed")
"""What every promise made anew has of its own."""


def made_anew(old: Json, new: Json) -> None:
    """Refuse a promise that gives up more than it says, or draws on chance that was known already."""
    relaxed = new.get("relaxed", {})
    same("替换方案所写的原方案", sha256(old), relaxed.get("replaces", "没有"))
    wanted = old | {key: new[key] for key in OWN} | _given_up(old, new, relaxed["rules"])
    for key in sorted(wanted.keys() | new.keys()):
        same(f"替换方案的{key}", wanted.get(key, "没有"), new.get(key, "没有"))
    again = {line["source"] for line in old["sources"]} & {line["source"] for line in new["sources"]}
    need(not again, f"替换方案沿用了原方案的公开来源：{'、'.join(sorted(again))}")
    need(bool(old["secret_digest"]) == bool(new["secret_digest"]), "替换方案改变了抽取方式")
    is_fresh = not old["secret_digest"] or old["secret_digest"] != new["secret_digest"]
    need(is_fresh, "替换方案沿用了原方案的密钥")


def _given_up(old: Json, new: Json, rules: list[str]) -> Json:
    """Return what the rules that gave way make of the old promise."""
    made: Json = {}
    if "load" in rules:
        made["inspectors"] = [
            line | {"load": line["load"] + (line["load"] > 0)} for line in old["inspectors"]
        ]
    if "expertise" in rules:
        made["pool"] = [line | {"requires": []} for line in old["pool"]]
    if "not-assignable" in rules:
        before, after = _apart(old), _apart(new)
        need(after < before, "替换方案没有放宽回避，或者增加了不可派的人员")
        made["not_assignable"] = new["not_assignable"]
    return made


def _apart(commitment: Json) -> set[tuple[str, str]]:
    lines = commitment["not_assignable"]
    return {(line["inspector"], school) for line in lines for school in line["schools"]}
