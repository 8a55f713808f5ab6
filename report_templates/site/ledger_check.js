// Re-computes a published ledger: every entry's hash, every link, whether it holds a head noted earlier; and follows
// a record into it (docs/record-format.md, section 10).
"use strict";

const LEDGER_FORMAT = "school-inspection/ledger/1";
const LEDGER_ALONE = "台账首尾相接；是否被整体重写，须与此前抄下的台账校验值比对。";
const ENTRY_KEYS = ["entry_hash", "kind", "payload", "prev_hash", "seq"];

function isLedger(value) {
  return isMap(value) && value.format === LEDGER_FORMAT && Array.isArray(value.entries);
}

function checkLedger(ledger, noted) {
  const { faults, hashes } = followedChain(ledger.entries);
  const head = hashes.length ? hashes[hashes.length - 1] : "0".repeat(64);
  const chain = step("chain", "台账首尾相接", faults, `共${hashes.length}条，逐条重新计算，台账校验值：${head}`);
  const told = notedHeadStep(hashes, noted);
  const verdict = told.outcome === "pass" ? "相符：台账首尾相接，含有您抄下的校验值。" : LEDGER_ALONE;
  return { verdict, steps: [chain, told] };
}

function followedChain(entries) {
  const faults = [];
  const hashes = [];
  let previous = "0".repeat(64);
  entries.forEach((entry, place) => {
    if (!isMap(entry) || Object.keys(entry).sort().join() !== ENTRY_KEYS.join()) {
      faults.push(`第${place + 1}条缺少内容或有多余内容`);
      return;
    }
    const body = { seq: place + 1, kind: entry.kind, payload: entry.payload, prev_hash: previous };
    previous = digest(body);
    hashes.push(previous);
    if (canonical({ ...body, entry_hash: previous }) !== canonical(entry)) {
      faults.push(`第${place + 1}条的序号、内容或哈希值不符，应为 ${previous}`);
    }
  });
  return { faults, hashes };
}

// Notices print the first 16 digits of a head: so many are enough, fewer are not.
function notedHeadStep(hashes, noted) {
  const title = "您抄下的台账校验值";
  if (!noted) {
    return { id: "noted", title, faults: [], detail: "没有填写，未作比对", outcome: "later" };
  }
  const place = noted.length < 16 ? -1 : hashes.findIndex((hash) => hash.startsWith(noted));
  const faults = place < 0 ? [`台账中没有 ${noted}：该条之后被改写、截短，或者不是同一本台账`] : [];
  return step("noted", title, faults, `是台账第${place + 1}条，此前各条没有改动`);
}

// A record beside its ledger; without one the step waits.
function ledgerStep(record, ledger) {
  const title = "记录与台账";
  if (!ledger) {
    return { id: "ledger", title, faults: [], detail: "未核对：请同时放入台账文件", outcome: "later" };
  }
  const { entries } = ledger;
  const stands = record.state === "unstaffed" ? "登记数值后撤销，由替换方案接替" : "承诺有效且唯一";
  const said = () => `${entries.length}条首尾相接，${stands}${ledgerNotes(record, factsOf(entries))}`;
  return checkedStep("ledger", title, () => ledgerFaults(record, entries), said);
}

function ledgerFaults(record, entries) {
  const { faults, hashes } = followedChain(entries);
  if (faults.length) {
    return faults;
  }
  const facts = factsOf(entries);
  if (record.state === "unstaffed") {
    return [...successionFaults(record, facts), ...citedFaults(record, facts, hashes)];
  }
  const isLive = liveFaults(record, facts);
  if (isLive.length) {
    return isLive;
  }
  return [
    ...replacedFaults(record, facts),
    ...cancelledFaults(record, facts),
    ...(record.state === "committed" ? [] : toldFaults(record, facts)),
    ...citedFaults(record, facts, hashes),
  ];
}

function factsOf(entries) {
  return entries.map(({ kind, payload }) => {
    if (!isMap(payload)) {
      throw new Error("台账条目没有内容");
    }
    return { kind, payload };
  });
}

function fieldOf(payload, key) {
  if (!Object.hasOwn(payload, key)) {
    throw new Error(`台账条目缺少 ${key}`);
  }
  return payload[key];
}

// The commitments of which the ledger has an entry of this kind.
function commitmentsOf(step, facts) {
  return new Set(facts.filter(({ kind }) => kind === step).map(({ payload }) => fieldOf(payload, "commitment")));
}

// What the ledger says of each promise of the record's campaign.
function promisesOf(record, facts) {
  const commits = facts.filter(({ kind }) => kind === "commit").map(({ payload }) => payload);
  return commits.filter((payload) => fieldOf(payload, "campaign") === record.commitment.campaign);
}

function sharesMatter(matters, plan) {
  return matters.some((matter) => plan.matters.includes(matter));
}

// Of all promises of the campaign that share a matter, only the record's own is not cancelled.
function liveFaults(record, facts) {
  const gone = commitmentsOf("cancel", facts);
  const live = promisesOf(record, facts)
    .filter((payload) => sharesMatter(fieldOf(payload, "matters"), record.commitment))
    .map((payload) => payload.commitment)
    .filter((commitment) => !gone.has(commitment));
  const own = record.commitment_digest;
  return live.length === 1 && live[0] === own ? [] : [`台账中有效的承诺应只有 ${own}，台账写的是 ${live.join("、") || "（无）"}`];
}

// A promise that could not be kept had its values, was cancelled without a result, and then made anew.
function successionFaults(record, facts) {
  const own = record.commitment_digest;
  const mine = facts.filter(({ payload }) => payload.commitment === own);
  const steps = mine.map(({ kind }) => kind).join("、");
  if (steps !== "commit、seed、cancel") {
    return [`台账中的步骤应为 commit、seed、cancel，台账写的是 ${steps || "（无）"}`];
  }
  const faults = mine[1].payload.values === digest(record.values) ? [] : ["台账中的公开数值与记录不同"];
  const next = digest(record.anew);
  const after = facts.slice(facts.indexOf(mine[2]));
  const isNext = after.some(({ kind, payload }) => kind === "commit" && payload.commitment === next && payload.replaces === own);
  return isNext ? faults : [...faults, "撤销之后，台账中没有公布记录所载的替换方案"];
}

// The promise that this one replaces must be cancelled before this one is made; the ledger must name the same.
function replacedFaults(record, facts) {
  const own = record.commitment_digest;
  const stated = record.commitment.relaxed ? record.commitment.relaxed.replaces : "";
  const place = (step, commitment) => facts.findIndex(({ kind, payload }) => kind === step && payload.commitment === commitment);
  const cancelled = place("cancel", stated);
  const made = place("commit", own);
  const faults = [];
  if (stated && (cancelled < 0 || cancelled > made)) {
    faults.push(`本方案所替换的方案 ${stated}，台账中没有先行撤销`);
  }
  const entered = facts[made].payload.replaces ?? "";
  return entered === "" || entered === stated ? faults : [...faults, `台账所载被替换的方案为 ${entered}，本方案写的是 ${stated || "没有"}`];
}

// No promise of the campaign was cancelled after a result, nor after its values unless made anew by rule.
function cancelledFaults(record, facts) {
  const drawn = commitmentsOf("draw", facts);
  const seeded = commitmentsOf("seed", facts);
  const replaced = replacedPromises(record, facts);
  return cancelledPromises(record, facts).flatMap((commitment) => {
    if (drawn.has(commitment)) {
      return [`已撤销的方案 ${commitment}，台账中已有抽取结果：有了结果不得撤销重抽`];
    }
    const isDue = replaced.has(commitment) || !seeded.has(commitment);
    return isDue ? [] : [`已撤销的方案 ${commitment}，台账中已登记公开数值，本方案没有写明是由它放宽条件而来`];
  });
}

function cancelledPromises(record, facts) {
  const gone = commitmentsOf("cancel", facts);
  return promisesOf(record, facts).map((payload) => payload.commitment).filter((commitment) => gone.has(commitment));
}

// The promise that this one replaces, the one which that replaced, and so on.
function replacedPromises(record, facts) {
  const commits = facts.filter(({ kind }) => kind === "commit").map(({ payload }) => [fieldOf(payload, "commitment"), payload.replaces ?? ""]);
  const links = new Map(commits);
  const found = new Set();
  let next = record.commitment.relaxed ? record.commitment.relaxed.replaces : "";
  while (next && !found.has(next)) {
    found.add(next);
    next = links.get(next) ?? "";
  }
  return found;
}

// The ledger's steps for this promise, held against the record: seed, draw, opening, every substitution in order.
function toldFaults(record, facts) {
  const own = record.commitment_digest;
  const mine = facts.filter(({ payload }) => payload.commitment === own);
  const told = mine.map(({ kind, payload }) => [kind, payload.values ?? payload.result ?? payload.substitution ?? own]);
  const steps = told.filter(([kind]) => kind !== "substitute");
  const opened = steps.find(([kind]) => kind === "open");
  const wanted = [["commit", own], ["seed", digest(record.values)], ["draw", record.result_hash || record.result_digest]];
  if (opened || record.state === "opened") {
    wanted.push(["open", record.result_digest ?? opened[1]]);
  }
  const faults = canonical(wanted) === canonical(steps) ? [] : [`台账中的步骤应为 ${canonical(wanted)}，台账写的是 ${canonical(steps)}`];
  return [...faults, ...substituteFaults(record, told, opened !== undefined)];
}

function substituteFaults(record, told, isOpen) {
  const items = (record.substitutions ?? []).map((item) => item.digest);
  const plain = new Map(items.map((item) => [salted(record.secret ?? "", item), item]));
  const stated = record.substitution_hashes ?? items;
  const entered = told.filter(([kind]) => kind === "substitute").map(([, item]) => plain.get(item) ?? item);
  // A sealed record kept since before the opening knows nothing of what was replaced later.
  const known = record.state === "sealed" && isOpen ? entered.slice(0, stated.length) : entered;
  return canonical(stated) === canonical(known) ? [] : [`台账中的递补应为 ${canonical(stated)}，台账写的是 ${canonical(known)}`];
}

// The entries that the record itself points to.
function citedFaults(record, facts, hashes) {
  const own = record.commitment_digest;
  const isCited = (kind, hash) => facts.some((fact, place) => hashes[place] === hash && fact.kind === kind && fact.payload.commitment === own);
  const cited = Object.entries(record.ledger ?? {});
  return cited.filter(([kind, hash]) => !isCited(kind, hash)).map(([kind, hash]) => `记录所引的 ${kind} 条目 ${hash}，台账中没有`);
}

// What a reader must judge: promises cancelled in this campaign, other campaigns of the same matters.
function ledgerNotes(record, facts) {
  const cancelled = cancelledPromises(record, facts).length;
  const others = otherCampaigns(record, facts);
  const note = cancelled ? `；本批次撤销过${cancelled}个方案` : "";
  return others.length ? `${note}；同一事项另有批次：${others.join("、")}，请核对是否重复抽取` : note;
}

// The other campaigns that share a matter, and those drawn whose entry tells no matters.
function otherCampaigns(record, facts) {
  const plan = record.commitment;
  const drawn = commitmentsOf("draw", facts);
  const found = new Map();
  for (const { payload } of facts.filter(({ kind }) => kind === "commit")) {
    const isDrawn = drawn.has(payload.commitment);
    const matters = payload.matters ?? (isDrawn ? plan.matters : []);
    if (payload.campaign !== plan.campaign && sharesMatter(matters, plan)) {
      found.set(payload.campaign, found.get(payload.campaign) || isDrawn);
    }
  }
  return [...found.keys()].sort().map((campaign) => `${campaign}（${found.get(campaign) ? "已抽取" : "未抽取"}）`);
}
