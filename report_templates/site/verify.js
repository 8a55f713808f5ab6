// The page: takes a record (the site's own, or a file) and a ledger, has every step checked, shows what was found.
"use strict";

const MARKS = { pass: "✓", fail: "✗", later: "—" };
// What lies before the reader by now: a record and a ledger are held against each other in whatever order they came.
const held = { record: null, ledger: null };

function showReport(report, name) {
  const box = document.getElementById("report");
  const failed = report.steps.filter((step) => step.outcome === "fail").length;
  const heading = element("p", failed ? "verdict bad" : "verdict good");
  heading.textContent = failed ? `不相符：${failed}步没有通过核验。` : report.verdict;
  const source = element("p", "note");
  source.textContent = `核验对象：${name}`;
  const list = element("ol", "checks");
  for (const step of report.steps) {
    list.append(shownStep(step));
  }
  box.replaceChildren(heading, source, list);
  box.dataset.outcome = failed ? "fail" : "pass";
  heading.tabIndex = -1;
  heading.focus();
}

function shownStep(step) {
  const item = element("li", step.outcome);
  item.dataset.step = step.id;
  const mark = element("span", "tick");
  mark.textContent = MARKS[step.outcome];
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", { pass: "通过", fail: "未通过", later: "未到此步" }[step.outcome]);
  const title = element("strong", "");
  title.textContent = step.title;
  const detail = element("p", "");
  detail.textContent = step.detail;
  item.append(mark, title, detail);
  for (const fault of step.faults.slice(0, 5)) {
    const line = element("p", "fault");
    line.textContent = fault;
    item.append(line);
  }
  if (step.faults.length > 5) {
    const more = element("p", "fault");
    more.textContent = `……共${step.faults.length}处不符`;
    item.append(more);
  }
  return item;
}

function element(tag, className) {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  return made;
}

function take(text, name) {
  held[isLedgerText(text) ? "ledger" : "record"] = { text, name };
}

function isLedgerText(text) {
  try {
    return isLedger(readFile(text));
  } catch {
    return false;
  }
}

function verifyHeld() {
  const noted = document.getElementById("noted").value.trim().toLowerCase();
  const { record, ledger } = held;
  const report = record ? checkText(record.text, noted, ledger ? ledger.text : "") : checkText(ledger.text, noted);
  showReport(report, [record, ledger].filter(Boolean).map((file) => file.name).join("、"));
}

async function verifyFiles(files) {
  const texts = await Promise.all([...files].map((file) => file.text()));
  texts.forEach((text, place) => take(text, files[place].name));
  verifyHeld();
}

function start() {
  const own = document.getElementById("own-record");
  const drop = document.getElementById("drop");
  if (own) {
    document.getElementById("verify-own").addEventListener("click", () => {
      take(own.textContent, "本站公布的抽取记录");
      verifyHeld();
    });
  }
  document.getElementById("file").addEventListener("change", (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    if (files.length) {
      verifyFiles(files);
    }
  });
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) {
      verifyFiles([...event.dataTransfer.files]);
    }
  });
}

start();
