// The page: takes a record (the site's own, or a file), has every step checked, shows what was found.
"use strict";

const MARKS = { pass: "✓", fail: "✗", later: "—" };

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

function verifyText(text, name) {
  const noted = document.getElementById("noted").value.trim().toLowerCase();
  showReport(checkText(text, noted), name);
}

async function verifyFile(file) {
  verifyText(await file.text(), file.name);
}

function start() {
  const own = document.getElementById("own-record");
  const drop = document.getElementById("drop");
  if (own) {
    document.getElementById("verify-own").addEventListener("click", () => {
      verifyText(own.textContent, "本站公布的抽取记录");
    });
  }
  document.getElementById("file").addEventListener("change", (event) => {
    if (event.target.files.length) {
      verifyFile(event.target.files[0]);
      event.target.value = "";
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
      verifyFile(event.dataTransfer.files[0]);
    }
  });
}

start();
