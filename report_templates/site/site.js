// Adds a copy button beside every fingerprint. Without scripts the page lacks nothing but the buttons.
"use strict";
for (const hash of document.querySelectorAll(".hash")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "复制";
  button.addEventListener("click", () => {
    const range = document.createRange();
    range.selectNodeContents(hash);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    // The older way works on pages opened from a file, too.
    button.textContent = document.execCommand("copy") ? "已复制" : "已选中，请按复制键";
  });
  hash.after(button);
}
