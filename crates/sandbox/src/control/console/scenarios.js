// Scenarios: set one, do what it says, tick what was seen. Ticks stay with this browser.

const TICKS = "carryover console ticks";
/** By name: { result: "passed" | "failed" | undefined, note }. */
const ticks = JSON.parse(localStorage.getItem(TICKS) ?? "{}");

function showScenarios() {
  const search = byId("scenarios-search").value.trim();
  const found = now.scenarios.filter((scenario) => matches(search, scenario.name, scenario.about, scenario.then, scenario.see));
  showTicks();
  show("scenario-list", [found, search], () => {
    if (now.scenarios.length === 0) return empty("The scenarios are not here yet.");
    if (found.length === 0) return empty("No scenario has these words.");
    return make("ol", { class: "cards wide" }, ...found.map(scenario));
  });
}

function showTicks() {
  const done = now.scenarios.filter(({ name }) => ticks[name]?.result).length;
  const failed = now.scenarios.filter(({ name }) => ticks[name]?.result === "failed").length;
  byId("ticked").textContent = `${done} of ${now.scenarios.length} ticked${failed ? `, ${failed} failed` : ""}.`;
  byId("scenarios-count").textContent = now.scenarios.length ? `${done}/${now.scenarios.length}` : "";
  byId("untick").disabled = Object.keys(ticks).length === 0;
}

function tick(name, change) {
  const next = { ...ticks[name], ...change };
  if (next.result || next.note) ticks[name] = next;
  else delete ticks[name];
  localStorage.setItem(TICKS, JSON.stringify(ticks));
  showTicks();
}

function scenario({ name, about, then, see }) {
  const entry = make("li", { class: "card", id: `scenario-${name}`, tabindex: "-1" });
  const set = button("Set", () => act("POST", `scenarios/${name}`, undefined, `Set: ${name}. ${then}`), { class: "main", "aria-label": `Set ${name}`, "data-focus": `set ${name}` });
  const steps = make("dl", { class: "steps" });
  for (const [title, text] of [["Do", then], ["See", see]]) steps.append(make("dt", { text: title }), make("dd", { text }));
  const command = `curl -X POST -H "Authorization: Bearer $TOKEN" ${location.origin}/control/v1/scenarios/${name}`;
  entry.append(
    make("div", { class: "spread" }, make("h3", { class: "mono", text: name }), set),
    make("p", { text: about }),
    steps,
    make("details", { "data-open": `url ${name}` }, make("summary", { text: "As a command", "data-focus": `url ${name}` }), make("p", { class: "mono command", text: command }), button("Copy command", () => copy(command, "Command"), { "aria-label": `Copy command for ${name}` })),
    verdict(name),
  );
  return entry;
}

/** Passed or failed, pressed again to take it back, and a note. */
function verdict(name) {
  const buttons = ["passed", "failed"].map((result) => {
    const text = result === "passed" ? "Passed" : "Failed";
    return button(text, () => {
      tick(name, { result: ticks[name]?.result === result ? undefined : result });
      press();
    }, { class: `tick ${result}`, "aria-label": `${text}: ${name}`, "data-focus": `${result} ${name}`, "data-result": result });
  });
  const press = () => {
    for (const each of buttons) each.setAttribute("aria-pressed", String(ticks[name]?.result === each.dataset.result));
  };
  press();
  const note = make("input", { type: "text", placeholder: "Note", "aria-label": `Note on ${name}`, "data-focus": `note ${name}`, value: ticks[name]?.note ?? "", oninput: (event) => tick(name, { note: event.target.value || undefined }) });
  return make("div", { class: "row verdict", role: "group", "aria-label": `What was seen: ${name}` }, ...buttons, note);
}

/** The one that the address names. */
function showWanted() {
  if (!wanted || now.scenarios.length === 0) return;
  select(byId("tab-scenarios"));
  const entry = byId(`scenario-${wanted}`);
  if (!entry) return say(`There is no scenario ${wanted}.`, "bad");
  entry.classList.add("wanted");
  entry.scrollIntoView({ block: "center" });
  entry.focus({ preventScroll: true });
}

byId("scenarios-search").addEventListener("input", showScenarios);
byId("untick").addEventListener("click", async () => {
  if (!(await sure("Clear all ticks and notes?", "Clear"))) return;
  for (const name of Object.keys(ticks)) delete ticks[name];
  localStorage.removeItem(TICKS);
  shown.delete("scenario-list");
  showScenarios();
  say("All ticks are cleared.", "good");
});
