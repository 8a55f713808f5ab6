// Re-computes a published ledger: every entry's hash, every link, and whether it holds a head noted earlier.
"use strict";

const LEDGER_FORMAT = "school-inspection/ledger/1";
const ENTRY_KEYS = ["entry_hash", "kind", "payload", "prev_hash", "seq"];

function isLedger(value) {
  return isMap(value) && value.format === LEDGER_FORMAT && Array.isArray(value.entries);
}

function checkLedger(ledger, noted) {
  const { faults, hashes } = followedChain(ledger.entries);
  const head = hashes.length ? hashes[hashes.length - 1] : "0".repeat(64);
  const chain = step("chain", "台账首尾相接", faults, `共${hashes.length}条，逐条重新计算，台账校验值：${head}`);
  return { verdict: "相符：台账完整，没有改动。", steps: [chain, notedHeadStep(hashes, noted)] };
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
