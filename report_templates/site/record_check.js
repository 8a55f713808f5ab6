// Re-computes a draw record step by step (docs/record-format.md, sections 2 to 6, 8 and 11).
"use strict";

const BITS = { "lottery-ssq": 24, "lottery-dlt": 24, index: 6, drand: 256 };
const LOTTERIES = { "lottery-ssq": [[6, 33], [1, 16]], "lottery-dlt": [[5, 35], [2, 12]] };
const MOST_BITS = 256;
const RESULT_KEYS = ["commitment_digest", "values", "seed", "tickets", "inclusion", "selection", "teams"];
const VERDICTS = {
  committed: "相符：抽取方案完整无误，尚未抽取。",
  sealed: "相符：抽取方案和公开数值无误；名单公布后可核对结果。",
  drawn: "相符：抽取结果与重新计算的完全一致。",
  unopened: "相符；但这是密封抽取的内部记录，名单公布前不得公开。",
  opened: "相符：抽取结果与重新计算的完全一致。",
  unstaffed: "相符：按这一方案确实不能成组，替换方案只放宽了所写的条件。",
};

// Each step: id, title, what it says when it passes, the check (a list of faults), and what it needs.
const STEPS = [
  ["commitment", "抽取方案的指纹", commitmentSaid, commitmentFaults, "plan"],
  ["pool", "参加抽取的学校名录", (r) => `${r.commitment.pool.length}所学校，编号不重复，按顺序排列`, poolFaults, "plan"],
  ["sizes", "各层抽取数量", (r) => `共抽${r.commitment.sizing.total}所，分到各层的数量与规则一致`, sizeFaults, "plan"],
  ["entropy", "公开来源的随机性", (r) => `需要${r.commitment.entropy.needed}比特，具备${r.commitment.entropy.declared}比特`, entropyFaults, "plan"],
  ["values", "公开数值", (r) => `${r.values.length}个来源的数值齐全，格式正确；请自行与原始公告对照`, valueFaults, "values"],
  ["seed", "随机种子", () => "由承诺值和公开数值重新拼成，逐字一致", seedFaults, "drawn"],
  ["tickets", "每所学校的抽取号码", (r) => `${r.tickets.length}个号码逐一重新计算，全部一致`, ticketFaults, "drawn"],
  ["selection", "抽中名单", (r) => `各层号码最小的共${r.selection.length}所，与公布的一致`, selectionFaults, "drawn"],
  ["teams", "检查组分配", teamsSaid, teamFaults, "drawn"],
  ["result", "抽取结果的指纹", (r) => `由结果重新算出：${r.result_digest}`, resultFaults, "result"],
  ["substitutions", "递补", (r) => r.substitutions.length ? substitutionsSaid(r) : "没有递补", substitutionFaults, "result"],
];

// Checks the text of a record, alone or beside the text of its ledger, or that of a ledger alone; `noted` is what
// somebody noted earlier: the commitment digest, the sealed result hash, a ledger head; or "".
function checkText(text, noted, ledgerText = "") {
  let record;
  let ledger;
  try {
    record = readFile(text);
    ledger = ledgerText ? readFile(ledgerText) : null;
  } catch (error) {
    return { verdict: "", steps: [step("format", "记录的格式", [`无法读取：${error.message}`])] };
  }
  return isLedger(record) ? checkLedgerSafely(record, noted) : checkRecord(record, noted, ledger);
}

function readFile(text) {
  return readStrictly(text.replace(/^\ufeff/, ""));
}

function checkLedgerSafely(ledger, noted) {
  try {
    return checkLedger(ledger, noted);
  } catch (error) {
    return { verdict: "", steps: [step("chain", "台账首尾相接", [`无法计算：${error.message}`])] };
  }
}

function checkRecord(record, noted, ledger) {
  const shape = isMap(record) && Object.hasOwn(RECORDS, String(record.state)) ? RECORDS[record.state] : COMMITTED;
  const shapeless = shapeFaults(record, shape, "记录");
  const faults = shapeless.length ? shapeless : kindFaults(record);
  const format = step("format", "记录的格式", faults, "各项齐全，没有多余内容");
  if (faults.length) {
    return { verdict: "", steps: [format] };
  }
  const has = {
    plan: true,
    values: record.state !== "committed",
    drawn: Object.hasOwn(record, "selection"),
    result: Object.hasOwn(record, "teams"),
  };
  const steps = STEPS.map(([id, title, said, check, needs]) =>
    has[needs] ? checkedStep(id, title, () => check(record), () => said(record)) : waiting(id, title, record),
  );
  const beside = [ledgerStep(record, ledger), notedStep(record, noted, ledger)];
  return { verdict: VERDICTS[record.state], steps: [format, ...steps, ...beside] };
}

// A record that breaks one rule may break the ground another stands on: that, too, is a fault of the record.
function checkedStep(id, title, check, said) {
  try {
    const faults = check();
    return step(id, title, faults, faults.length ? "" : said());
  } catch (error) {
    return step(id, title, [`记录前后不一致，无法计算（${error.message}）`]);
  }
}

function step(id, title, faults, detail = "") {
  return { id, title, faults, detail: faults.length ? "" : detail, outcome: faults.length ? "fail" : "pass" };
}

function waiting(id, title, record) {
  const details = { committed: "抽取之后才能核验", unstaffed: "这一方案没有抽取结果" };
  const detail = details[record.state] ?? "名单公布之后才能核验";
  return { id, title, faults: [], detail, outcome: "later" };
}

function notedStep(record, noted, ledger) {
  const title = "您抄下的承诺值";
  if (!noted) {
    return { id: "noted", title, faults: [], detail: "没有填写，未作比对", outcome: "later" };
  }
  if (record.result_hash && noted === record.result_hash) {
    return step("noted", "您抄下的抽取结果指纹", [], "与密封时公布的一致，名单此后没有改动");
  }
  const head = notedHeadStep(ledger ? hashesOf(ledger) : [], noted);
  if (head.outcome === "pass") {
    return head;
  }
  const own = record.commitment_digest;
  const beside = ledger ? "，台账中也没有这个校验值" : "";
  return step("noted", title, noted === own ? [] : [`您抄下的是 ${noted}，记录中的是 ${own}${beside}`], "与记录中的一致");
}

function hashesOf(ledger) {
  try {
    return followedChain(ledger.entries).hashes;
  } catch {
    return [];
  }
}

function commitmentSaid(record) {
  const said = `由记录中的方案重新算出：${record.commitment_digest}`;
  return record.commitment.relaxed ? `${said}；替换了不能成组的方案，请一并核验该方案的记录` : said;
}

function commitmentFaults(record) {
  const found = digest(record.commitment);
  const faults = found === record.commitment_digest ? [] : [`记录写的是 ${record.commitment_digest}，重新算出的是 ${found}`];
  faults.push(...relaxedFaults(record.commitment.relaxed, found));
  if (record.state === "unstaffed") {
    faults.push(...anewFaults(record.commitment, record.anew));
  }
  return faults;
}

// A sealed draw has a secret, and states of its own.
function kindFaults(record) {
  const { kind, secret_digest: secretDigest } = record.commitment;
  const isSealed = kind === "sealed";
  const faults = isSealed === (secretDigest !== "") ? [] : ["密钥指纹与抽取方式不符"];
  const isFit = ["committed", "unstaffed"].includes(record.state) || isSealed !== (record.state === "drawn");
  return isFit ? faults : [...faults, `抽取方式 ${kind} 与记录状态 ${record.state} 不符`];
}

// A promise made anew replaces another one and lists the rules that gave way once each, in order.
function relaxedFaults(relaxed, own) {
  if (relaxed === undefined) {
    return [];
  }
  const faults = orderFaults(relaxed.rules, "放宽的规则");
  if (!relaxed.rules.length) {
    faults.push("没有写明放宽的规则");
  }
  return relaxed.replaces === own ? [...faults, "所替换的不能是方案自身"] : faults;
}

// A promise made anew: nothing differs but what it says gave way, its chance events and what comes of them.
function anewFaults(old, anew) {
  const stated = anew.relaxed ? anew.relaxed.replaces : "（没有）";
  const own = digest(old);
  if (stated !== own) {
    return [`替换方案所写的原方案应为 ${own}，记录写的是 ${stated}`];
  }
  const fresh = ["sources", "entropy", "annex_digest", "secret_digest", "relaxed"].map((key) => [key, anew[key]]);
  const wanted = { ...old, ...Object.fromEntries(fresh), ...givenUp(old, anew) };
  const odd = Object.keys(wanted).filter((key) => canonical(wanted[key]) !== canonical(anew[key]));
  return [...odd.map((key) => `替换方案的 ${key} 与原方案不同，超出了所写的放宽`), ...chanceFaults(old, anew)];
}

// What the rules that gave way make of the old promise.
function givenUp(old, anew) {
  const { rules } = anew.relaxed;
  const made = {};
  if (rules.includes("load")) {
    made.inspectors = old.inspectors.map((line) => ({ ...line, load: line.load && line.load + 1 }));
  }
  if (rules.includes("expertise")) {
    made.pool = old.pool.map((line) => ({ ...line, requires: [] }));
  }
  if (rules.includes("not-assignable")) {
    made.not_assignable = anew.not_assignable;
  }
  return made;
}

// New chance events, a new secret; fewer pairs kept apart where recusal gave way.
function chanceFaults(old, anew) {
  const known = new Set(old.sources.map((line) => line.source));
  const faults = anew.sources.filter((line) => known.has(line.source)).map((line) => `替换方案沿用了原方案的公开来源 ${line.source}`);
  if ((old.secret_digest === "") !== (anew.secret_digest === "")) {
    faults.push("替换方案改变了抽取方式");
  } else if (old.secret_digest && old.secret_digest === anew.secret_digest) {
    faults.push("替换方案沿用了原方案的密钥");
  }
  const pairs = (plan) => new Set(plan.not_assignable.flatMap((line) => line.schools.map((school) => `${line.inspector} ${school}`)));
  const before = pairs(old);
  const after = [...pairs(anew)];
  const isLess = after.length < before.size && after.every((pair) => before.has(pair));
  return anew.relaxed.rules.includes("not-assignable") && !isLess ? [...faults, "替换方案没有放宽回避，或者增加了不可派的人员"] : faults;
}

function poolFaults(record) {
  const plan = record.commitment;
  const faults = [
    ...orderFaults(plan.matters, "抽查事项"),
    ...orderFaults(plan.strata.map((line) => line.stratum), "层"),
    ...orderFaults(plan.pool.map((line) => line.school), "学校名录"),
    ...orderFaults(plan.excluded.map((line) => line.school), "排除的学校"),
    ...orderFaults(plan.inspectors.map((line) => line.inspector), "检查人员"),
    ...orderFaults(plan.not_assignable.map((line) => line.inspector), "不可派往的登记"),
    ...orderFaults(plan.sources.map((line) => line.source), "公开来源"),
    ...plan.pool.flatMap((line) => orderFaults(line.requires, `学校 ${line.school} 要求的专业`)),
    ...plan.inspectors.flatMap((line) => orderFaults(line.expertise, `人员 ${line.inspector} 的专业`)),
    ...plan.not_assignable.flatMap((line) => orderFaults(line.schools, `人员 ${line.inspector} 不可派往的学校`)),
  ];
  const pool = new Set(plan.pool.map((line) => line.school));
  const people = new Set(plan.inspectors.map((line) => line.inspector));
  for (const line of plan.excluded.filter((item) => pool.has(item.school))) {
    faults.push(`学校 ${line.school} 既在名录中又被排除`);
  }
  for (const line of plan.not_assignable) {
    const odd = [line.inspector].filter((id) => !people.has(id)).concat(line.schools.filter((id) => !pool.has(id)));
    faults.push(...odd.map((id) => `不可派往的登记中有名录外的 ${id}`));
  }
  return [...faults, ...stratumFaults(plan), ...teamSizeFaults(plan)];
}

// The schools of the pool are in the strata that the plan lists, as many as it says.
function stratumFaults(plan) {
  const faults = [];
  const counts = new Map(plan.strata.map((line) => [line.stratum, 0]));
  for (const line of plan.pool) {
    counts.set(line.stratum, (counts.get(line.stratum) ?? NaN) + 1);
  }
  for (const line of plan.strata.filter((item) => counts.get(item.stratum) !== item.pool)) {
    faults.push(`${line.stratum} 层写的是${line.pool}所，名录中有${counts.get(line.stratum)}所`);
  }
  return counts.size === plan.strata.length ? faults : [...faults, "名录中有未列出的层"];
}

// A team has room for its leader and for every expertise that a school requires.
function teamSizeFaults(plan) {
  const required = plan.pool.reduce((most, line) => Math.max(most, line.requires.length), 0);
  const seats = Math.max(1, required + plan.team_leaders);
  return plan.team_size >= seats ? [] : [`每组${plan.team_size}人，少于必备的${seats}个席位`];
}

function orderFaults(ids, place) {
  const at = ids.findIndex((id, index) => index > 0 && !(ids[index - 1] < id));
  return at < 0 ? [] : [`${place}：${ids[at]} 重复或没有按顺序排列`];
}

function sizeFaults(record) {
  const { sizing, strata, pool } = record.commitment;
  if (strata.some((line) => Object.hasOwn(line, "ratio"))) {
    return sizesApartFaults(sizing, strata);
  }
  const faults = [];
  const total = totalOf(sizing, pool.length);
  if (total !== sizing.total || total < 1 || total > pool.length) {
    faults.push(`总数写的是${sizing.total}，按比例或数量应为${total}`);
  }
  if (sizing.minimum < 1) {
    faults.push("每层至少抽取1所");
  }
  const floors = sum(strata.map((line) => Math.min(sizing.minimum, line.pool)));
  if (floors > sizing.total) {
    faults.push(`各层最少数量合计${floors}所，超过总数${sizing.total}所`);
  }
  const stated = sum(strata.map((line) => line.size));
  if (stated !== sizing.total) {
    faults.push(`各层数量合计${stated}所，总数写的是${sizing.total}所`);
  }
  if (faults.length) {
    return faults;
  }
  const sizes = allocated(strata, sizing.total, sizing.minimum);
  return strata
    .filter((line) => sizes.get(line.stratum) !== line.size)
    .map((line) => `${line.stratum} 层写的是抽${line.size}所，按规则应抽${sizes.get(line.stratum)}所`);
}

// Sizes of strata that each have a ratio of their own.
function sizesApartFaults(sizing, strata) {
  if (sizing.ratio !== "" || sizing.number !== 0 || sizing.minimum < 1) {
    return ["分层列明比例的，不另设总的比例和数量，每层至少抽取1所"];
  }
  const bare = strata.filter((line) => !Object.hasOwn(line, "ratio"));
  if (bare.length) {
    return bare.map((line) => `${line.stratum} 层没有列明比例`);
  }
  const size = (line) => Math.max(shareOf(line.ratio, line.pool), Math.min(sizing.minimum, line.pool));
  const faults = strata
    .filter((line) => size(line) !== line.size)
    .map((line) => `${line.stratum} 层写的是抽${line.size}所，按比例${line.ratio}应抽${size(line)}所`);
  const total = sum(strata.map(size));
  return total === sizing.total ? faults : [...faults, `总数写的是${sizing.total}，按各层比例应为${total}`];
}

// The number, or the ratio of the pool rounded up, in exact arithmetic; NaN unless exactly one of them is given.
function totalOf(sizing, poolCount) {
  if ((sizing.ratio === "") === (sizing.number === 0)) {
    return NaN;
  }
  if (sizing.ratio === "") {
    return sizing.number;
  }
  return shareOf(sizing.ratio, poolCount);
}

// A decimal share of a count, rounded up, in exact arithmetic.
function shareOf(ratio, count) {
  const [whole, decimals = ""] = ratio.split(".");
  const scale = 10n ** BigInt(decimals.length);
  return Number((BigInt(whole + decimals) * BigInt(count) + scale - 1n) / scale);
}

function allocated(strata, total, minimum) {
  const floors = new Map(strata.map((line) => [line.stratum, Math.min(minimum, line.pool)]));
  const sizes = new Map();
  for (;;) {
    const free = strata.filter((line) => !sizes.has(line.stratum));
    const rest = total - sum([...sizes.values()]);
    const schools = sum(free.map((line) => line.pool));
    const below = free.filter((line) => rest * line.pool < floors.get(line.stratum) * schools);
    if (!below.length) {
      return shared(free, rest, schools, sizes);
    }
    below.forEach((line) => sizes.set(line.stratum, floors.get(line.stratum)));
  }
}

function shared(free, rest, schools, sizes) {
  const shares = free.map((line) => ({ code: line.stratum, left: (rest * line.pool) % schools, whole: Math.floor((rest * line.pool) / schools) }));
  const more = rest - sum(shares.map((share) => share.whole));
  shares.sort((a, b) => b.left - a.left || (a.code < b.code ? -1 : 1));
  shares.forEach((share, place) => sizes.set(share.code, share.whole + (place < more ? 1 : 0)));
  return sizes;
}

function entropyFaults(record) {
  const { sources, entropy, strata, kind } = record.commitment;
  const faults = sources.filter((line) => line.bits !== bitsOf(line)).map(bitsSaid);
  const own = sum(sources.map((line) => bitsOf(line)));
  const needed = neededBits(strata);
  const declared = kind === "sealed" ? MOST_BITS : Math.min(MOST_BITS, own);
  if (entropy.needed !== needed || entropy.declared !== declared) {
    faults.push(`应为需要${needed}、具备${declared}比特，记录写的是${entropy.needed}、${entropy.declared}`);
  }
  return declared >= needed && own >= 24 ? faults : [...faults, "公开来源的随机性不足"];
}

function bitsSaid(source) {
  const bits = bitsOf(source);
  return Number.isNaN(bits) ? `来源 ${source.source}：掷骰应写明次数，其他来源的次数应为0` : `来源 ${source.source} 应为${bits}比特`;
}

function bitsOf(source) {
  const isDice = source.kind === "dice";
  if (isDice === (source.throws === 0)) {
    return NaN;
  }
  return isDice ? (6n ** BigInt(source.throws)).toString(2).length - 1 : BITS[source.kind];
}

function neededBits(strata) {
  let samples = 1n;
  for (const line of strata) {
    const fewer = Math.min(line.size, line.pool - line.size);
    // C(n, k) is at least 2 to the k for k up to n/2: no need for enormous numbers.
    if (fewer >= MOST_BITS) {
      return MOST_BITS;
    }
    samples *= binomial(line.pool, fewer);
  }
  return Math.min(MOST_BITS, (samples === 1n ? 0 : (samples - 1n).toString(2).length) + 64);
}

function binomial(n, k) {
  let result = 1n;
  for (let i = 1; i <= k; i += 1) {
    result = (result * BigInt(n - k + i)) / BigInt(i);
  }
  return result;
}

function valueFaults(record) {
  const { sources } = record.commitment;
  if (sources.map((line) => line.source).join() !== record.values.map((line) => line.source).join()) {
    return ["公开数值与方案中的来源不是一一对应"];
  }
  return sources
    .filter((source, place) => !isCanonicalValue(source, record.values[place].value))
    .map((source) => `${source.name}：数值格式不对`);
}

function isCanonicalValue(source, value) {
  if (source.kind === "index") {
    return /^[1-9][0-9]{0,5}\.[0-9]{2}$/.test(value);
  }
  if (source.kind === "dice") {
    return /^[1-6]*$/.test(value) && value.length === source.throws;
  }
  if (source.kind === "drand") {
    return WORDS.hex.test(value);
  }
  const halves = value.split("+");
  return halves.length === 2 && halves.every((half, place) => isHalf(half, LOTTERIES[source.kind][place]));
}

function isHalf(half, [count, top]) {
  const numbers = half.split(" ");
  const isRising = numbers.every((number, place) => /^[0-9]{2}$/.test(number) && (!place || numbers[place - 1] < number));
  return numbers.length === count && isRising && numbers[0] >= "01" && Number(numbers[count - 1]) <= top;
}

function seedFaults(record) {
  const seed = { commitment: record.commitment_digest, values: {} };
  record.values.forEach((line) => {
    seed.values[line.source] = line.value;
  });
  if (record.secret) {
    seed.secret = record.secret;
  }
  const faults = canonical(seed) === record.seed ? [] : [`应为 ${canonical(seed)}`];
  const stated = record.commitment.secret_digest;
  return stated === (record.secret ? sha256(record.secret) : "") ? faults : [...faults, "密钥与方案中的密钥指纹不符"];
}

// Returns a function from an id to its ticket under a seed.
function ticketOf(seed) {
  const hash = sha256After(sha256(seed));
  return (id) => `0.${[...BigInt(`0x${hash(id)}`).toString().padStart(64, "0")].reverse().join("")}`;
}

// Returns a function that sorts ids by their tickets. The first nine digits of a ticket are the last nine of the
// number behind it, reversed: they settle nearly every comparison, and the whole ticket the rest.
function ticketOrder(seed) {
  const words = sha256WordsAfter(sha256(seed));
  const ticket = ticketOf(seed);
  const digits = (id) => reversedDigits(words(id).reduce(lastNineDigits, 0));
  return (ids) => {
    const keyed = ids.map((id) => ({ id, first: digits(id) }));
    keyed.sort((a, b) => a.first - b.first || (`${ticket(a.id)} ${a.id}` < `${ticket(b.id)} ${b.id}` ? -1 : 1));
    return keyed.map(({ id }) => id);
  };
}

// The remainder by 10^9 of a number read word by word; halves keep every product exact.
function lastNineDigits(before, word) {
  const upper = (before * 0x10000 + (word >>> 16)) % 1e9;
  return (upper * 0x10000 + (word & 0xffff)) % 1e9;
}

function reversedDigits(number) {
  let rest = number;
  let reversed = 0;
  for (let place = 0; place < 9; place += 1) {
    reversed = reversed * 10 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return reversed;
}

function ticketFaults(record) {
  const pool = record.commitment.pool;
  if (pool.map((line) => line.school).join() !== record.tickets.map((line) => line.school).join()) {
    return ["号码表与学校名录不是一一对应"];
  }
  const ticket = ticketOf(record.seed);
  return pool
    .filter((line, place) => ticket(`school:${line.stratum}:${line.school}`) !== record.tickets[place].ticket)
    .map((line) => `学校 ${line.school} 的号码应为 ${ticket(`school:${line.stratum}:${line.school}`)}`);
}

function selectionFaults(record) {
  const wanted = selected(record);
  const faults = [];
  record.commitment.strata.forEach((line, place) => {
    const stated = record.inclusion[place];
    if (!stated || stated.stratum !== line.stratum || stated.probability !== `${line.size}/${line.pool}`) {
      faults.push(`${line.stratum} 层的抽中机会应为 ${line.size}/${line.pool}`);
    }
  });
  if (record.inclusion.length !== record.commitment.strata.length) {
    faults.push("抽中机会与层不是一一对应");
  }
  const stated = record.selection;
  const at = wanted.findIndex((line, place) => canonical(line) !== canonical(stated[place] ?? {}));
  if (at >= 0) {
    faults.push(`第${at + 1}个应为 ${wanted[at].school}，记录写的是 ${stated[at] ? stated[at].school : "（空）"}`);
  }
  return stated.length > wanted.length ? [...faults, `多出${stated.length - wanted.length}所学校`] : faults;
}

// The schools with the smallest tickets of each stratum, all in ticket order.
function selected(record) {
  const ordered = inTicketOrder(record);
  const left = new Map(record.commitment.strata.map((line) => [line.stratum, line.size]));
  return ordered.filter(({ stratum }) => {
    left.set(stratum, left.get(stratum) - 1);
    return left.get(stratum) >= 0;
  });
}

function inTicketOrder(record) {
  const tickets = new Map(record.tickets.map((line) => [line.school, line.ticket]));
  const keyed = record.commitment.pool.map(({ school, stratum }) => ({
    school,
    stratum,
    key: `${tickets.get(school)} school:${stratum}:${school}`,
  }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return keyed.map(({ school, stratum }) => ({ school, stratum }));
}

function resultFaults(record) {
  const found = digest(Object.fromEntries(RESULT_KEYS.map((key) => [key, record[key]])));
  const faults = found === record.result_digest ? [] : [`记录写的是 ${record.result_digest}，重新算出的是 ${found}`];
  const hash = record.secret ? salted(record.secret, record.result_digest) : "";
  return hash === record.result_hash ? faults : [...faults, "抽取时公布的结果指纹与结果不符"];
}

// A digest as a sealed draw publishes it.
function salted(secret, contentDigest) {
  return digest({ digest: contentDigest, salt: sha256(`result-salt:${secret}`) });
}

function substitutionsSaid(record) {
  const schools = record.substitutions.filter((item) => item.kind === "school").length;
  const people = record.substitutions.length - schools;
  const said = [schools ? `${schools}次递补均为同层下一个号码` : "", people ? `${people}次更换检查人员均按号码顺序` : ""];
  return said.filter(Boolean).join("；");
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
