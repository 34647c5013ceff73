// Talking to the sandbox: requests with the token, the state, and events as they come.

// The token comes behind the # of the address, which is sent to nobody, and leaves the address bar at once. A scenario may be
// named in the query, or behind the token.
const kept = "control token";
const [secret, behind] = location.hash.slice(1).split("&scenario=");
const wanted = new URLSearchParams(location.search).get("scenario") ?? behind;
if (secret) {
  sessionStorage.setItem(kept, secret);
  history.replaceState(null, "", location.pathname + location.search);
}
const token = sessionStorage.getItem(kept) ?? "";

/** What was heard last. */
const now = { state: null, at: 0, messages: [], scenarios: [], events: [], connected: false };

const GONE = "The sandbox does not answer. Start it again and open the address that it prints.";
const LOCKED = "Open the address that the sandbox printed: it carries the token.";

/** Says what happened, to eyes and to screen readers. */
function say(words, kind = "") {
  const said = byId("said");
  said.textContent = words;
  said.className = kind;
}

/** The API's words, as a sentence. */
const sentence = (words) => words[0].toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? "" : ".");

/** A request of the control API; throws an error whose message is a sentence. */
async function ask(method, path, body) {
  const headers = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  const answer = await fetch(`/control/v1/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }).catch(() => {
    throw new Error(GONE);
  });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(answer.status === 401 ? LOCKED : sentence(value?.message ?? `the sandbox answered ${answer.status}`));
  return value;
}

/** Does something, says how it went, and looks again. */
async function act(method, path, body, done) {
  try {
    const value = await ask(method, path, body);
    say(typeof done === "function" ? done(value) : done, "good");
    return value ?? true;
  } catch (error) {
    say(error.message, "bad");
    return null;
  } finally {
    await refresh();
  }
}

/** Looks at everything and shows what changed. */
async function refresh() {
  try {
    [now.state, now.messages] = await Promise.all([ask("GET", "state"), ask("GET", "messages")]);
    if (now.scenarios.length === 0) now.scenarios = await ask("GET", "scenarios");
    now.at = performance.now();
    connected(true);
    showAll();
  } catch (error) {
    connected(false, error.message);
  }
}

function connected(is, why) {
  if (is && !now.connected) say("Ready.");
  if (!is) say(why, "bad");
  now.connected = is;
  document.body.classList.toggle("open", now.state !== null);
  byId("connection").textContent = is ? "Connected" : "Not connected";
  byId("connection").className = `badge ${is ? "good" : "bad"}`;
}

let waiting;
function refreshSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 300);
}

/** Events for ever. By fetch and not by EventSource, which can't send the token. */
async function listen() {
  let last = "0";
  for (;;) {
    try {
      const answer = await fetch("/control/v1/events", { headers: { authorization: `Bearer ${token}`, "last-event-id": last } });
      if (answer.status === 401) return;
      last = await read(answer.body, last);
    } catch {
      // The sandbox is gone or not there yet: that is said, and tried again in a moment.
    }
    await new Promise((done) => setTimeout(done, 2000));
    await refresh();
    // A new sandbox counts from 1 again, so what the old one told is over.
    if (!now.connected) [last, now.events] = ["0", []];
  }
}

async function read(body, last) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (rest + part.value).split("\n\n");
    rest = blocks.pop();
    const data = blocks.map((block) => block.split("\n").find((line) => line.startsWith("data:"))).filter(Boolean);
    if (data.length === 0) continue;
    const events = data.map((line) => JSON.parse(line.slice(5)));
    last = String(events.at(-1).id);
    heard(events);
    refreshSoon();
  }
  return last;
}
