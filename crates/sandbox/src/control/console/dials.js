// Dials: clock, clean-up, reset, faults and limits.

const STEPS = { "+1 min": 60, "+1 hour": 3600, "+1 day": 86400, "+31 days": 31 * 86400 };
for (const [text, seconds] of Object.entries(STEPS)) {
  byId("clock-steps").append(button(text, () => act("POST", "clock", { advance: seconds }, `The clock went on: ${text}.`)));
}
byId("clock-steps").append(button("Back to now", () => act("DELETE", "clock", undefined, "The clock is right again."), { id: "clock-back" }));
byId("clock-steps").append(button("Freeze", () => {
  if (now.state.clock.frozen) act("POST", "clock", { freeze: false }, "The clock runs.");
  else act("POST", "clock", { freeze: true }, "The clock is frozen.");
}, { id: "clock-freeze" }));
byId("clock-set").addEventListener("submit", (event) => {
  event.preventDefault();
  const to = new Date(byId("clock-to").value);
  act("POST", "clock", { set: to.toISOString() }, `The clock says ${to.toLocaleString()}.`);
});

byId("clean").addEventListener("click", () => act("POST", "clean_up", undefined, "The clean-up ran."));
byId("reset").addEventListener("click", async () => {
  if (await sure("Remove all users, carts, messages and faults, and set the clock right?", "Reset everything")) act("POST", "reset", undefined, "Everything is reset.");
});
byId("use-up").addEventListener("click", () => act("POST", "scenarios/rate-limit-reached", undefined, "This hour's guests are used up."));
byId("lift-all").addEventListener("click", () => act("DELETE", "faults", undefined, "All faults are lifted."));

/** Kinds of faults, and what each needs to be told. */
const FAULTS = {
  refuse: ["Connection refused, nothing done", {}],
  drop_answer: ["Done, but the answer is lost", {}],
  delay: ["Answer later", { ms: ["Milliseconds", 3000] }],
  error: ["Error of the API", { status: ["Status", 503], code: ["Code", "unexpected_failure"], message: ["Message", "Out of order"], retry_after: ["Seconds until a retry (empty: not said)", ""] }],
  html: ["A proxy's page", { status: ["Status", 502] }],
  malformed: ["An answer that is no JSON", {}],
  truncated: ["Half an answer", {}],
};
const NUMBERS = ["ms", "status", "retry_after"];

for (const [value, [text]] of Object.entries(FAULTS)) byId("fault-kind").append(make("option", { value, text }));
function showFaultFields() {
  const [, fields] = FAULTS[byId("fault-kind").value];
  const inputs = Object.entries(fields).map(([name, [label, value]]) => {
    const type = NUMBERS.includes(name) ? "number" : "text";
    return make("label", { class: "field" }, `${label} `, make("input", { id: `fault-${name}`, type, value, required: name !== "retry_after" }));
  });
  byId("fault-more").replaceChildren(...inputs);
}
byId("fault-kind").addEventListener("input", showFaultFields);
showFaultFields();

byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const fault = { kind: byId("fault-kind").value };
  for (const name of Object.keys(FAULTS[fault.kind][1])) {
    const { value } = byId(`fault-${name}`);
    if (value !== "") fault[name] = NUMBERS.includes(name) ? Number(value) : value;
  }
  const rule = { path: byId("fault-path").value, fault, skip: Number(byId("fault-skip").value) };
  if (byId("fault-method").value) rule.method = byId("fault-method").value;
  if (byId("fault-times").value) rule.times = Number(byId("fault-times").value);
  act("POST", "faults", rule, `The fault is set for ${rule.path}.`);
});

function showDials() {
  const { clock, faults, limits } = now.state;
  const off = clock.offset === 0 ? "The right time" : `${span(clock.offset)} ${clock.offset > 0 ? "ahead" : "behind"}`;
  const standing = clock.frozen ? badge("Frozen", "warm") : null;
  const how = clock.frozen ? "It stands still until it is let run." : off;
  show("clock", [how], () => [make("div", { class: "row" }, make("p", { class: "code", id: "clock-now" }), standing), make("p", { class: "soft", text: how })]);
  showClock();
  byId("clock-freeze").textContent = clock.frozen ? "Let it run" : "Freeze";
  byId("clock-back").disabled = clock.offset === 0 && !clock.frozen;
  byId("lift-all").disabled = faults.length === 0;
  show("faults", faults, () => (faults.length ? table("List of faults in force", ["Fault", "Requests", "Met", "Lift"], faults.map(fault)) : empty("None: every request gets through.")));
  show("limits", limits, () => {
    if (limits.length === 0) return empty("Nothing was drawn from yet.");
    const next = (seconds) => (seconds > 0 ? span(seconds) : "at once");
    return table("List of rate limits", ["Bucket", "Address", "Left", "Next one"], limits.map((limit) => [limit.bucket, limit.ip, level(limit), next(limit.seconds_to_next)]));
  });
}

/** The sandbox's time goes on between two looks at it. */
function showClock() {
  if (!now.state) return;
  const since = now.state.clock.frozen ? 0 : performance.now() - now.at;
  const time = new Date(Date.parse(now.state.clock.now) + since);
  byId("clock-now").textContent = time.toLocaleString();
}
setInterval(showClock, 1000);

function fault(rule) {
  const name = `${rule.fault.kind} ${rule.path}`;
  const met = rule.times ? `${rule.met} of ${rule.times}` : String(rule.met);
  const lift = button("Lift", () => act("DELETE", `faults/${rule.id}`, undefined, `Lifted: ${name}.`), { "aria-label": `Lift ${name}`, "data-focus": `lift ${rule.id}` });
  return [rule.fault.kind, `${rule.method ?? "any"} ${rule.path}`, met, lift];
}

const level = ({ bucket, left, of }) => make("span", { class: "row" }, make("meter", { min: "0", max: String(of), value: String(left), "aria-label": `Left of ${bucket}` }), `${left} of ${of}`);
