"use strict";
// Building what is seen. Text is only ever set as text, never as HTML.

const byId = (id) => document.getElementById(id);

/** An element with properties (class, text, data-*, aria-*, on*) and children. */
function make(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") made.textContent = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button. `focus` names it, so that it keeps the focus when its list is built anew. */
const button = (text, onclick, more = {}) => make("button", { type: "button", text, onclick, ...more });
const badge = (text, kind = "") => make("span", { class: `badge ${kind}`, text });
const empty = (text) => make("p", { class: "empty", text });

const shown = new Map();
/** Builds a part anew when its data changed; what had the focus, and what was open, stays so. */
function show(id, data, build) {
  const text = JSON.stringify(data);
  if (shown.get(id) === text) return;
  shown.set(id, text);
  const part = byId(id);
  const focused = part.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const open = [...part.querySelectorAll("details[open][data-open]")].map((details) => details.dataset.open);
  part.replaceChildren(...[build(data)].flat());
  for (const details of part.querySelectorAll("details[data-open]")) details.open = open.includes(details.dataset.open);
  if (focused) part.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** A table with a head; cells are texts or elements. */
function table(label, columns, rows) {
  const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col", text: column })));
  const line = (cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell ?? "–")));
  const made = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows.map(line)));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, made);
}

const short = (id) => (id ? id.slice(0, 8) : "");
const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
/** Does an entry hold every word of a search? */
const matches = (search, ...texts) => {
  const all = texts.join(" ").toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => all.includes(word));
};

/** A time; its day as well, unless that is the sandbox's today. */
function when(value) {
  if (!value) return "–";
  const date = new Date(value);
  const today = new Date(now.state?.clock.now ?? Date.now()).toDateString() === date.toDateString();
  return today ? date.toLocaleTimeString() : date.toLocaleString();
}

/** A span of seconds in words. */
function span(seconds) {
  const parts = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const words = [];
  let rest = Math.abs(seconds);
  for (const [unit, size] of parts) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) words.push(`${count} ${unit}`);
  }
  return words.slice(0, 2).join(" ") || "0 s";
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A window that has no clipboard API, or does not have the focus.
    const area = make("textarea", { class: "hidden-visually", "aria-label": "To copy" });
    area.value = text;
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    before?.focus({ preventScroll: true });
    if (!copied) return say(`The window does not let me copy. ${what}: ${text}`, "bad");
  }
  say(`${what} copied.`);
}

/** Asks before what cannot be undone. */
function sure(question, word) {
  const dialog = byId("sure");
  byId("sure-question").textContent = question;
  byId("sure-yes").textContent = word;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => answered(dialog.returnValue === "yes"), { once: true });
  });
}
