// Policy probe: one statement as somebody, and PostgreSQL's answer.

const EXAMPLES = {
  "Post a review": "insert into reviews (product_id, stars, body)\nvalues ('gooseneck-kettle', 5, 'Pours well')\nreturning *",
  "Read my cart": "select product_id, quantity\nfrom cart_lines\nwhere user_id = auth.uid()",
  "Read others' carts": "select *\nfrom cart_lines\nwhere user_id <> auth.uid()",
  "Place an order": "insert into orders (currency, idempotency_key)\nvalues ('EUR', gen_random_uuid())\nreturning id, user_id",
  "Change a price": "update products\nset price_minor = 1\nwhere id = 'gooseneck-kettle'\nreturning *",
  "Who am I": "select auth.uid(), auth.role(), auth.jwt() ->> 'is_anonymous' as is_anonymous",
};
const KINDS = { guest: "The newest guest", member: "The newest member" };

for (const [name, sql] of Object.entries(EXAMPLES)) {
  byId("probe-examples").append(button(name, () => { byId("probe-sql").value = sql; byId("probe-sql").focus(); }, { class: "chip" }));
}
byId("probe-sql").value = EXAMPLES["Post a review"];

function showProbe() {
  const chosen = byId("probe-as").value;
  const users = now.state.users.map((user) => [user.id, `${user.email ?? (user.phone ? `+${user.phone}` : user.is_anonymous ? "Guest" : "Member")} (${short(user.id)})`]);
  show("probe-as", users, () => {
    const option = ([value, text]) => make("option", { value, text });
    const kinds = Object.entries(KINDS).map(([kind, text]) => [`kind ${kind}`, text]);
    return [...kinds.map(option), option(["anon", "A visitor: publishable key only"]), make("optgroup", { label: "One user" }, ...users.map(option))];
  });
  if ([...byId("probe-as").options].some((option) => option.value === chosen)) byId("probe-as").value = chosen;
}

/** From a person's card. */
function probeAs(id) {
  byId("probe-as").value = id;
  select(byId("tab-probe"));
  byId("probe-sql").focus();
}

/** As the control API wants it, from a value of the list. */
function whom(value) {
  if (value === "anon") return { role: "anon" };
  return value.startsWith("kind ") ? { kind: value.slice(5) } : { user_id: value };
}

async function probe(values) {
  const sql = byId("probe-sql").value;
  if (!byId("probe-form").reportValidity()) return;
  try {
    const answers = [];
    for (const value of values) answers.push(answer(await ask("POST", "probe", { as: whom(value), sql })));
    byId("probe-answers").replaceChildren(...answers.map(({ card }) => card));
    say(answers.map(({ words }) => words).join(" "), "good");
  } catch (error) {
    byId("probe-answers").replaceChildren();
    say(error.message, "bad");
  }
}

function answer({ as: who, answer: said }) {
  const guest = who.claims.is_anonymous;
  const name = who.role === "anon" ? "A visitor" : guest ? "A guest" : "A member";
  const head = make("div", { class: "spread" }, make("h3", { text: name }), who.role === "anon" ? badge("anon") : kind(guest));
  const whose = who.role === "anon" ? "role anon" : `role ${who.role} · ${who.made_up ? "made up for this moment" : short(who.claims.sub)}`;
  const card = make("article", { class: "card" }, head, make("p", { class: "soft", text: whose }));
  if (said.code) {
    card.append(make("p", {}, badge(`Refused · ${said.code}`, "bad")), make("p", { class: "mono", text: said.message }));
    for (const more of [said.detail, said.hint]) if (more) card.append(make("p", { class: "soft", text: more }));
    return { card, words: `${name}: refused, ${said.code}.` };
  }
  const count = said.more ? `More than ${said.rows.length} rows, the first are shown` : plural(said.count, "row");
  card.append(make("p", {}, badge(`Allowed · ${count}`, "good")));
  if (said.rows.length) card.append(table(`Rows for ${name.toLowerCase()}`, said.columns, said.rows));
  else card.append(make("p", { class: "soft", text: said.count ? "Nothing to show: the statement returns no columns." : "No row: there is none, or the policies hide it." }));
  return { card, words: `${name}: allowed, ${count}.` };
}

byId("probe-form").addEventListener("submit", (event) => {
  event.preventDefault();
  probe([byId("probe-as").value]);
});
byId("probe-sql").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) probe([byId("probe-as").value]);
});
byId("probe-both").addEventListener("click", () => probe(["kind guest", "kind member"]));
