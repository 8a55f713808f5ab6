// What a draw record must look like (docs/record-format.md, sections 1, 2 and 8): exact keys, kinds of values.
"use strict";

const HEX = "[0-9a-f]{64}";
// A text stands on one line without control characters; what somebody said is more than blanks.
const SIGN = "[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]";
const BLANKS = " \\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000\\ufeff";
const WORDS = {
  id: /^[a-z0-9-]+$/,
  hex: new RegExp(`^${HEX}$`),
  "hex or empty": new RegExp(`^(${HEX})?$`),
  secret: /^([0-9a-f]{64,})?$/,
  text: new RegExp(`^${SIGN}*$`),
  ratio: /^(0\.[0-9]+|1(\.0+)?)?$/,
  "own ratio": /^(0\.[0-9]*[1-9][0-9]*|1(\.0+)?)$/,
  ticket: /^0\.[0-9]+$/,
  fraction: /^[0-9]+\/[0-9]+$/,
  instant: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/,
  kind: /^(open|sealed)$/,
  "school replaced": /^school$/,
  "inspector replaced": /^inspector$/,
  state: /^(committed|sealed|drawn|unopened|opened|unstaffed)$/,
  "kind of source": /^(lottery-ssq|lottery-dlt|index|dice|drand)$/,
  role: /^(leader|ordinary|expertise:[a-z0-9-]+)$/,
  reason: /^(already-on-team|not-assignable|not-leader|lacks-expertise|load-exhausted|needed-elsewhere)$/,
  "relaxed rule": /^(expertise|load|not-assignable)$/,
  said: new RegExp(`^(?=.*[^${BLANKS}])${SIGN}+$`),
  "record format": /^school-inspection\/draw-record\/1$/,
  "commitment format": /^school-inspection\/draw-commitment\/1$/,
  algorithm: /^consistent-sampler-1\.0\.10\+largest-remainder\+ordered-flow\/1$/,
};

// The largest of each kind of whole number; the smallest is 0.
const WHOLE = { whole: Number.MAX_SAFE_INTEGER, flag: 1 };

// A shape is a word or a kind of number above, a list with the shape of its items, a map of
// shapes, or a function that chooses the shape by the value.
const MEMBER = { role: "role", inspector: "id", passed: [{ inspector: "id", reason: "reason" }] };
const TEAM = { school: "id", members: [MEMBER] };
const SCHOOL_REPLACED = {
  number: "whole",
  kind: "school replaced",
  school: "id",
  stratum: "id",
  reason: "said",
  substitute: "id",
  ticket: "ticket",
  team: TEAM,
  previous: "hex",
  digest: "hex",
};
const INSPECTOR_REPLACED = {
  number: "whole",
  kind: "inspector replaced",
  inspector: "id",
  reason: "said",
  seats: [{ school: "id", ...MEMBER }],
  previous: "hex",
  digest: "hex",
};
const VALUE = { source: "id", value: "text", evidence: "hex or empty" };
const STRATUM = { stratum: "id", pool: "whole", size: "whole" };
const COMMITMENT = {
  format: "commitment format",
  algorithm: "algorithm",
  campaign: "id",
  matters: ["id"],
  mode: "id",
  kind: "kind",
  sizing: { ratio: "ratio", number: "whole", minimum: "whole", total: "whole" },
  strata: [(line) => (isMap(line) && Object.hasOwn(line, "ratio") ? { ...STRATUM, ratio: "own ratio" } : STRATUM)],
  pool: [{ school: "id", stratum: "id", requires: ["id"] }],
  excluded: [{ school: "id", reason: "said" }],
  team_size: "whole",
  team_leaders: "flag",
  inspectors: [{ inspector: "id", leader: "flag", expertise: ["id"], load: "whole" }],
  not_assignable: [{ inspector: "id", schools: ["id"] }],
  sources: [
    { source: "id", kind: "kind of source", name: "text", announced_at: "instant", throws: "whole", bits: "whole" },
  ],
  entropy: { needed: "whole", declared: "whole" },
  annex_digest: "hex",
  secret_digest: "hex or empty",
};
const RELAXED = { replaces: "hex", rules: ["relaxed rule"], decided_by: "id", reason: "said" };
const PROMISE = (plan) => (isMap(plan) && Object.hasOwn(plan, "relaxed") ? { ...COMMITMENT, relaxed: RELAXED } : COMMITMENT);
const HEADS = (heads) =>
  Object.fromEntries(["commit", "seed"].filter((kind) => isMap(heads) && Object.hasOwn(heads, kind)).map((kind) => [kind, "hex"]));
const COMMITTED = { format: "record format", state: "state", commitment: PROMISE, commitment_digest: "hex" };
const SEALED = {
  ...COMMITTED,
  values: [VALUE],
  result_hash: "hex",
  substitution_hashes: ["hex"],
  ledger: HEADS,
};
const SELECTED = {
  ...COMMITTED,
  values: [VALUE],
  secret: "secret",
  seed: "text",
  tickets: [{ school: "id", ticket: "ticket" }],
  inclusion: [{ stratum: "id", probability: "fraction" }],
  selection: [{ school: "id", stratum: "id" }],
  ledger: HEADS,
};
const UNSTAFFED = { ...SELECTED, shortage: [{ school: "id", role: "role" }], anew: PROMISE };
const WHOLE_RECORD = {
  ...SELECTED,
  teams: [TEAM],
  substitutions: [(item) => (isMap(item) && item.kind === "inspector" ? INSPECTOR_REPLACED : SCHOOL_REPLACED)],
  result_digest: "hex",
  result_hash: "hex or empty",
};
const RECORDS = {
  committed: COMMITTED,
  sealed: SEALED,
  drawn: WHOLE_RECORD,
  unopened: WHOLE_RECORD,
  opened: WHOLE_RECORD,
  unstaffed: UNSTAFFED,
};

// Reads a text as JSON of texts, whole numbers, lists and maps in which no key stands twice.
function readStrictly(text) {
  const value = JSON.parse(text);
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, "S");
  if (!/^[\s\d{}[\]:,S]*$/.test(bare)) {
    throw new Error("记录中只能有文字、整数、列表和对象");
  }
  if ((bare.match(/S\s*:/g) || []).length !== keyCount(value)) {
    throw new Error("同一对象中有重复的键");
  }
  return value;
}

function keyCount(value) {
  if (value === null || typeof value !== "object") {
    return 0;
  }
  const inner = Object.values(value).reduce((sum, item) => sum + keyCount(item), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

// Every place where a value does not have the shape it must have.
function shapeFaults(value, shape, place) {
  if (typeof shape === "function") {
    return shapeFaults(value, shape(value), place);
  }
  if (Array.isArray(shape)) {
    return Array.isArray(value)
      ? value.flatMap((item, at) => shapeFaults(item, shape[0], `${place}[${at + 1}]`))
      : [`${place}：应为列表`];
  }
  if (typeof shape === "object") {
    return mapFaults(value, shape, place);
  }
  if (Object.hasOwn(WHOLE, shape)) {
    const isWhole = Number.isSafeInteger(value) && value >= 0 && value <= WHOLE[shape];
    return isWhole ? [] : [`${place}：应为${shape === "flag" ? "0或1" : "非负整数"}`];
  }
  return typeof value === "string" && WORDS[shape].test(value) && isPlainText(value)
    ? []
    : [`${place}：内容不合格式（${String(JSON.stringify(value)).slice(0, 40)}）`];
}

function mapFaults(value, shape, place) {
  if (!isMap(value)) {
    return [`${place}：应为对象`];
  }
  const keys = Object.keys(shape);
  const missing = keys.filter((key) => !Object.hasOwn(value, key)).map((key) => `${place}：缺少 ${key}`);
  const extra = Object.keys(value).filter((key) => !keys.includes(key)).map((key) => `${place}：多出 ${key}`);
  const inner = keys.filter((key) => Object.hasOwn(value, key));
  return [...missing, ...extra, ...inner.flatMap((key) => shapeFaults(value[key], shape[key], `${place}.${key}`))];
}

function isMap(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

// In normal form C and without half a surrogate pair.
function isPlainText(value) {
  try {
    encodeURIComponent(value);
  } catch {
    return false;
  }
  return value === value.normalize("NFC");
}
