// Timeline: every event as it comes, the newest first.

/** More than the sandbox keeps for whoever comes late. */
const MOST_EVENTS = 2000;
/** More than anybody scrolls through. */
const MOST_SHOWN = 300;

function heard(events) {
  now.events.unshift(...events.toReversed());
  now.events.length = Math.min(now.events.length, MOST_EVENTS);
  if (!byId("timeline-pause").checked) showTimeline();
}

const filters = {
  "": () => true,
  auth: (event) => event.path?.startsWith("/auth/"),
  rest: (event) => event.path?.startsWith("/rest/"),
  action: (event) => Boolean(event.action),
  error: (event) => Boolean(event.fault) || (event.event === "request" && (event.status === null || event.status >= 400)),
  control: (event) => event.event === "control",
  clean_up: (event) => event.event === "clean_up",
};

function showTimeline() {
  const [search, what, whose] = ["timeline-search", "timeline-kind", "timeline-user"].map((id) => byId(id).value.trim());
  const found = recent().filter((event) => filters[what](event) && (!whose || event.user_id === whose) && (!search || matches(search, words(event), event.action, event.error_code, event.fault, event.status, event.user_id)));
  const seen = found.slice(0, MOST_SHOWN);
  show("events", [seen.map((event) => event.id), found.length, now.events.length === 0], () => {
    if (now.events.length === 0) return empty("Nothing has happened yet. What the shop asks of the sandbox is shown here as it happens.");
    if (found.length === 0) return empty("No event fits the filter.");
    const rest = found.length > seen.length ? [make("p", { class: "soft", text: `${found.length - seen.length} older ones are not shown.` })] : [];
    return [make("ol", { class: "events" }, ...seen.map(told)), ...rest];
  });
  showWhose();
}

/** Everything, or what came since a scenario was last set, from there on. */
function recent() {
  if (!byId("timeline-since").checked) return now.events;
  const last = now.events.findIndex((event) => event.did?.startsWith("set the scenario "));
  return last < 0 ? now.events : now.events.slice(0, last + 1);
}

/** Everybody who is in the list. */
function showWhose() {
  const chosen = byId("timeline-user").value;
  const ids = [...new Set(now.events.map((event) => event.user_id).filter(Boolean))];
  const known = now.state?.users ?? [];
  const people = ids.map((id) => [id, known.find((user) => user.id === id)]).map(([id, user]) => [id, `${user?.email ?? (user ? (user.is_anonymous ? "Guest" : "Member") : "Gone")} (${short(id)})`]);
  show("timeline-user", people, () => [make("option", { value: "", text: "Everybody's" }), ...people.map(([value, text]) => make("option", { value, text }))]);
  byId("timeline-user").value = ids.includes(chosen) ? chosen : "";
}

/** The path, and what may be told of the query. */
const asked = (event) => (event.query ? `${event.path}?${event.query}` : event.path);

/** A request as a command. Key, token and body are placeholders: the console knows none of them. */
function command(event) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const method = /^[A-Z]+$/.test(event.method) ? event.method : quoted(event.method);
  const parts = [`curl -X ${method} ${quoted(now.state.url.replace(/\/$/, "") + asked(event))}`, '-H "apikey: $KEY"', '-H "Authorization: Bearer $TOKEN"'];
  if (["POST", "PUT", "PATCH"].includes(event.method)) parts.push('-H "Content-Type: application/json" -d "$BODY"');
  return parts.join(" ");
}

function words(event) {
  if (event.event === "request") return `${event.method} ${asked(event)}`;
  if (event.event === "clean_up") return `Clean-up: ${plural(event.guests, "guest")} and ${plural(event.carts, "cart")} removed`;
  return event.did;
}

function told(event) {
  const entry = make("li", {}, make("time", { text: new Date(event.at).toLocaleTimeString() }));
  if (event.event === "request") {
    const status = event.status ?? "no answer";
    entry.append(make("span", { class: `status ${event.status === null || event.status >= 400 ? "bad" : "good"}`, text: status }));
    entry.append(make("span", { class: "what mono" }, make("strong", { text: event.method }), ` ${event.path}`, event.query ? make("span", { class: "soft", text: `?${event.query}` }) : null));
  } else {
    entry.append(make("span", { class: "status", text: event.event === "control" ? "console" : "clean-up" }), make("span", { class: "what", text: words(event) }));
  }
  const marks = make("span", { class: "row marks" });
  if (event.action) marks.append(badge(event.action, "good"));
  if (event.error_code) marks.append(badge(event.error_code, "bad"));
  if (event.fault) marks.append(badge(`fault: ${event.fault}`, "warm"));
  if (event.user_id) marks.append(make("span", { class: "soft mono", title: event.user_id, text: short(event.user_id) }));
  if (event.ms !== undefined) marks.append(make("span", { class: "soft ms", text: `${event.ms < 10 ? event.ms.toFixed(1) : Math.round(event.ms)} ms` }));
  if (event.event === "request") marks.append(button("Copy as curl", () => copy(command(event), "Command"), { class: "quiet", "aria-label": `Copy as curl: ${words(event)}`, "data-focus": `curl ${event.id}` }));
  entry.append(marks);
  return entry;
}

for (const id of ["timeline-search", "timeline-kind", "timeline-user", "timeline-since", "timeline-pause"]) byId(id).addEventListener("input", showTimeline);
