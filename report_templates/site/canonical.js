// Canonical JSON (RFC 8785) of values made of texts, whole numbers, lists and maps.
"use strict";

function canonical(value) {
  if (typeof value === "string") {
    encodeURIComponent(value); // refuses half a surrogate pair
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) {
      throw new Error("记录中只能有整数");
    }
    return String(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`);
    return `{${members.join(",")}}`;
  }
  throw new Error("记录中只能有文字、整数、列表和对象");
}

function digest(value) {
  return sha256(canonical(value));
}
