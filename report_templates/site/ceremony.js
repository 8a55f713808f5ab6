// The projector's page: walks through the published record, one thing at a time, and re-computes each as it is shown.
"use strict";

const NAMES_A_PAGE = 18;
const MOST_NAMES = 252;
const MOST_STRATA = 24;
const TICKETS_AT_ONCE = 250;
const NUMERALS = "一二三四五六七";
const NEXT_KEYS = ["ArrowRight", "PageDown", "ArrowDown", " ", "Enter"];
const BACK_KEYS = ["ArrowLeft", "PageUp", "ArrowUp", "Backspace"];

const stage = document.getElementById("stage");
let slides = [];
let at = 0;
// A slide left while it was still computing must not write into the next one.
let turn = 0;

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function inFours(text) {
  return text.replace(/(.{4})(?=.)/g, "$1 ");
}

function fingerprint(text) {
  return node("code", "hash", inFours(text));
}

function verdict(faults, said) {
  if (faults.length) {
    return node("p", "check fail", `✗ 不相符：${faults[0]}`);
  }
  return node("p", "check pass", `✓ ${said}`);
}

// What a check says when a broken record breaks the ground it stands on.
function faultsOf(check, record) {
  try {
    return check(record);
  } catch (error) {
    return [`记录前后不一致，无法计算（${error.message}）`];
  }
}

function counts(pairs) {
  const box = node("div", "counts");
  for (const [title, number] of pairs) {
    const line = node("p", "", title);
    line.append(node("span", "number", String(number)));
    box.append(line);
  }
  return box;
}

function slidesOf(record, names, head) {
  const isDrawn = record.state !== "committed";
  const isTold = Object.hasOwn(record, "selection");
  const made = [
    { id: "pool", title: "参加抽取的学校", show: (box) => showPool(box, record) },
    { id: "commitment", title: "抽取之前公布的承诺", show: (box) => showCommitment(box, record, head) },
    { id: "values", title: "产生公开数值的时刻", show: (box) => showValues(box, record, isDrawn) },
  ];
  if (isTold) {
    made.push({ id: "seed", title: "随机种子", show: (box) => showSeed(box, record) });
    made.push({ id: "draw", title: "抽取", show: (box, mine) => showDraw(box, record, mine) });
    made.push(...namePages(record, names));
    made.push({ id: "result", title: "结果指纹", show: (box) => showResult(box, record) });
  } else if (isDrawn) {
    made.push({ id: "result", title: "密封结果", show: (box) => showSealed(box, record) });
  }
  const steps = [...new Set(made.map((slide) => slide.id))];
  const numbered = made.map((slide) => ({ ...slide, title: `${NUMERALS[steps.indexOf(slide.id)]}、${slide.title}` }));
  return [{ id: "start", title: stage.dataset.campaign, show: (box) => showStart(box, record) }, ...numbered];
}

function showStart(box, record) {
  const kind = record.commitment.kind === "sealed" ? "密封抽取" : "公开抽取";
  const steps = {
    committed: "抽取方案已经公布，等待公开来源产生数值",
    sealed: "已密封抽取：今天公布结果的指纹，名单在入校检查结束后公布",
    drawn: "已按公开数值抽取，现在当众重新计算",
    opened: "入校检查已经结束：今天公布名单，并当众重新计算",
  };
  box.append(
    node("p", "big", `${stage.dataset.term}　${stage.dataset.mode}　${kind}`),
    node("p", "big", steps[record.state]),
    node("p", "check", "按键盘 → 键或翻页键继续，← 键返回。本页在这台电脑上计算，不连接网络。"),
  );
}

function showPool(box, record) {
  const { pool, excluded, strata, sizing } = record.commitment;
  box.append(counts([["名录库学校（所）", pool.length], ["事先排除（所）", excluded.length], ["应抽学校（所）", sizing.total]]));
  if (strata.length <= MOST_STRATA) {
    const list = node("ul", strata.length > 12 ? "strata many" : "strata");
    for (const line of strata) {
      const item = node("li", "", `${line.stratum} 层`);
      item.append(node("span", "", `${line.pool}所中抽${line.size}所`));
      list.append(item);
    }
    box.append(list);
  } else {
    box.append(node("p", "big", `共分${strata.length}层`));
  }
  const faults = [...faultsOf(poolFaults, record), ...faultsOf(sizeFaults, record)];
  box.append(verdict(faults, "现场重新计算：名录没有重复，各层数量与规则一致"));
}

function showCommitment(box, record, head) {
  box.append(node("p", "big", "名录、数量、规则和公开来源的指纹（承诺值）"), fingerprint(record.commitment_digest));
  if (head) {
    box.append(node("p", "big", "公布时的台账校验值"), fingerprint(head));
  }
  const faults = [...faultsOf(kindFaults, record), ...faultsOf(commitmentFaults, record)];
  box.append(verdict(faults, "现场重新计算：与记录所载的承诺值一致，请与抄下的比对"));
}

function showValues(box, record, isDrawn) {
  const values = new Map((record.values ?? []).map((line) => [line.source, line.value]));
  const list = node("div", "sources");
  for (const source of record.commitment.sources) {
    const item = node("div");
    const when = source.announced_at.slice(0, 16).replace("T", " ");
    item.append(node("p", "", `${source.name}　${when}公布`));
    item.append(node("p", "value", values.get(source.source) ?? "等待公布"));
    list.append(item);
  }
  box.append(list);
  if (!isDrawn) {
    box.append(node("p", "check", "数值公布以后，由两人分别录入，一致方可抽取。"));
    return;
  }
  const rest = Object.hasOwn(record, "seed") ? "" : "；种子另含封存的密钥，名单公布时一并公布";
  box.append(verdict(faultsOf(valueFaults, record), `现场重新核对：数值齐全，格式正确${rest}`));
}

function showSeed(box, record) {
  const parts = record.secret ? "承诺值、公开数值和封存的密钥" : "承诺值和公开数值";
  box.append(node("p", "big", `由${parts}按固定格式连成，种子的 SHA-256`), fingerprint(sha256(record.seed)));
  box.append(verdict(faultsOf(seedFaults, record), `现场重新拼成：${parts}只得出这一个种子`));
}

// Computes every ticket before the eyes of all, a few hundred at a time.
function showDraw(box, record, mine) {
  const pool = record.commitment.pool;
  const bar = node("progress");
  bar.max = pool.length;
  const said = node("p", "big");
  box.append(node("p", "big", "每所学校的抽取号码由种子算出，各层号码最小的被抽中"), bar, said);
  const ticket = ticketOf(record.seed);
  const wrong = [];
  let done = 0;
  function more() {
    if (mine !== turn) {
      return;
    }
    for (const end = Math.min(done + TICKETS_AT_ONCE, pool.length); done < end; done += 1) {
      const line = pool[done];
      if (ticket(`school:${line.stratum}:${line.school}`) !== (record.tickets[done] ?? {}).ticket) {
        wrong.push(`学校 ${line.school} 的号码`);
      }
    }
    bar.value = done;
    said.textContent = `已计算 ${done} ／ ${pool.length} 所`;
    if (done < pool.length) {
      setTimeout(more, 16);
      return;
    }
    const faults = [...wrong, ...faultsOf(selectionFaults, record), ...faultsOf(teamFaults, record)];
    box.append(counts([["抽中学校（所）", record.selection.length], ["检查组（个）", record.teams.length]]));
    box.append(verdict(faults, "现场重新计算：号码、名单和检查组与公布的完全一致"));
    document.body.dataset.computed = "yes";
  }
  more();
}

function namePages(record, names) {
  const codes = record.selection.map((line) => line.school).sort();
  if (codes.length > MOST_NAMES) {
    const show = (box) => box.append(counts([["抽中学校（所）", codes.length]]), node("p", "big", "名单较长，见公示网站“抽取公示”。"));
    return [{ id: "names", title: "抽中的学校", show }];
  }
  const pages = [];
  for (let first = 0; first < codes.length; first += NAMES_A_PAGE) {
    const some = codes.slice(first, first + NAMES_A_PAGE);
    const place = codes.length > NAMES_A_PAGE ? `（${first + 1}—${first + some.length}，共${codes.length}所）` : `（${codes.length}所）`;
    pages.push({ id: "names", title: `抽中的学校${place}`, show: (box) => showNames(box, some, names) });
  }
  return pages;
}

function showNames(box, codes, names) {
  const list = node("ul", "names");
  for (const code of codes) {
    const item = node("li", "", names[code] ?? "");
    item.append(node("span", "code", code));
    list.append(item);
  }
  box.append(list);
}

function showResult(box, record) {
  box.append(node("p", "big", "抽取结果的指纹"), fingerprint(record.result_digest));
  if (record.result_hash) {
    box.append(node("p", "big", "记录所载的密封结果指纹"), fingerprint(record.result_hash));
  }
  const said = record.result_hash ? "现场重新计算：名单与记录所载的密封指纹一致，请与密封时抄下的比对" : "现场重新计算：与记录所载的结果指纹一致";
  box.append(verdict(faultsOf(resultFaults, record), said));
  box.append(node("p", "check", "请见证人与抽取记录单逐项核对后签名。"));
}

function showSealed(box, record) {
  const { sizing, pool, team_size: teamSize } = record.commitment;
  box.append(counts([["名录库学校（所）", pool.length], ["抽取学校（所）", sizing.total], ["每组检查人员（人）", teamSize]]));
  box.append(node("p", "big", "密封结果的指纹"), fingerprint(record.result_hash));
  box.append(node("p", "check", "名单在入校检查结束后公布。请抄下这个指纹：届时可据此核对名单没有换过。"));
}

function show(place) {
  at = Math.max(0, Math.min(place, slides.length - 1));
  turn += 1;
  const slide = slides[at];
  delete document.body.dataset.computed;
  document.body.dataset.slide = slide.id;
  stage.replaceChildren(node("h1", "", slide.title));
  slide.show(stage, turn);
  document.getElementById("place").textContent = `${at + 1} ／ ${slides.length}`;
  document.getElementById("back").disabled = at === 0;
  document.getElementById("on").disabled = at === slides.length - 1;
}

function pressed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("a, button")) {
    return;
  }
  const goals = { Home: 0, End: slides.length - 1 };
  if (NEXT_KEYS.includes(event.key)) {
    event.preventDefault();
    show(at + 1);
  } else if (BACK_KEYS.includes(event.key)) {
    event.preventDefault();
    show(at - 1);
  } else if (Object.hasOwn(goals, event.key)) {
    show(goals[event.key]);
  }
}

function begin() {
  const own = document.getElementById("own-record");
  if (!own) {
    return;
  }
  const record = JSON.parse(own.textContent);
  const names = JSON.parse(document.getElementById("names").textContent);
  const head = JSON.parse(document.getElementById("head").textContent).ledger_head;
  slides = slidesOf(record, names, head);
  document.getElementById("back").addEventListener("click", () => show(at - 1));
  document.getElementById("on").addEventListener("click", () => show(at + 1));
  document.addEventListener("keydown", pressed);
  show(0);
}

begin();
