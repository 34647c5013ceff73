// People: a card for each user, with identities, sessions, carts, and what the tokens say.

function showPeople() {
  const { users, identities, sessions, carts, earlier_carts, offers, provider_accounts } = now.state;
  const search = byId("people-search").value.trim();
  const of = (list, id) => list.filter((entry) => entry.user_id === id);
  const people = users.map((user) => ({
    ...user,
    disabled: Boolean(user.banned_until) && Date.parse(user.banned_until) > Date.parse(now.state.clock.now),
    identities: of(identities, user.id),
    sessions: of(sessions, user.id),
    cart: carts.find((cart) => cart.user_id === user.id),
    earlier: of(earlier_carts, user.id),
    offer: offers.find((offer) => offer.user_id === user.id),
  }));
  const found = people.filter((user) => matches(search, user.id, user.email, user.phone, user.new_email, user.is_anonymous ? "guest" : "member", user.disabled ? "disabled" : ""));
  byId("people-count").textContent = users.length ? String(users.length) : "";
  show("users", [found, search], () => {
    if (users.length === 0) return empty("Nobody is here yet. Put a product into the shop's cart, and a guest will be.");
    if (found.length === 0) return empty("Nobody has these words.");
    return make("ol", { class: "cards wide" }, ...found.map(person));
  });
  show("accounts", provider_accounts, () => {
    if (provider_accounts.length === 0) return empty("None yet. They are made on the provider's page, when somebody continues with it.");
    return table("Accounts at providers", ["Provider", "E-mail", "Name", "The provider says"], provider_accounts.map((account) => [account.provider, account.email, account.name, SAYS[account.address]]));
  });
}

/** What a provider says of an account's e-mail. */
const SAYS = { verified: "It is verified", unverified: "It is not verified", missing: "Nothing: no e-mail" };

const nameOf = (user) => user.email ?? (user.phone ? `+${user.phone}` : user.is_anonymous ? "A guest" : "A member");

function person(user) {
  const name = nameOf(user);
  const facts = [`since ${when(user.created_at)}`];
  if (user.has_password) facts.push("has a password");
  return make(
    "li",
    { class: "card" },
    make(
      "div",
      { class: "spread" },
      make("div", { class: "row" }, kind(user.is_anonymous), user.disabled ? badge("Disabled", "bad") : null, make("h3", { text: name })),
      button(short(user.id), () => copy(user.id, "User id"), { class: "quiet mono", "aria-label": `Copy id ${short(user.id)} of ${name}`, "data-focus": `id ${user.id}` }),
    ),
    make("p", { class: "soft", text: facts.join(" · ") }),
    waits(user),
    make("div", { class: "parts" }, part("Cart", cart(user)), part("Identities", identities(user)), part("Sessions", sessionsOf(user))),
    actions(user, name),
  );
}

const kind = (isAnonymous) => badge(isAnonymous ? "Guest" : "Member", isAnonymous ? "warm" : "good");
const part = (title, ...inside) => make("div", {}, make("h4", { text: title }), ...inside);
const list = (entries, none) => (entries.length ? make("ul", {}, ...entries) : make("p", { class: "soft", text: none }));

/** What is going on with a user, if anything is. */
function waits(user) {
  const notes = [];
  if (user.new_email) notes.push(`Waits for the code sent to ${user.new_email}`);
  if (user.new_phone) notes.push(`Waits for the code sent to +${user.new_phone}`);
  if (user.offer) notes.push(`Offers the cart to an account until ${when(user.offer.expires_at)}`);
  if (user.disabled) notes.push(`Shut out until ${when(user.banned_until)}`);
  return notes.length ? make("p", { class: "note", text: notes.join(". ") }) : null;
}

const line = ({ product_id, quantity }) => make("li", {}, make("span", { class: "quantity", text: `${quantity} ×` }), ` ${product_id}`);

function cart(user) {
  const lines = (user.cart?.lines ?? []).filter((entry) => entry.quantity > 0);
  const made = make("div", {}, list(lines.map(line), "Empty"));
  if (user.cart) made.append(make("p", { class: "soft", text: `Version ${user.cart.version} · ${when(user.cart.updated_at)}` }));
  const origins = { guest: "The guest's", account: "The account's own", replaced: "Replaced" };
  for (const [index, earlier] of user.earlier.entries()) {
    const title = make("summary", { text: `Earlier: ${origins[earlier.origin] ?? earlier.origin}, ${plural(earlier.lines.length, "line")}`, "data-focus": `earlier ${user.id} ${index}` });
    made.append(make("details", { "data-open": `earlier ${user.id} ${index}` }, title, list(earlier.lines.map(line), "Empty")));
  }
  return made;
}

function identities(user) {
  const entries = user.identities.map((identity) => make("li", {}, `${identity.provider} `, make("span", { class: "soft", text: identity.email ?? (identity.provider_id === user.id ? "" : identity.provider_id) })));
  return list(entries, user.is_anonymous ? "None: that makes a guest" : "None");
}

function sessionsOf(user) {
  return list(
    user.sessions.map((session) => {
      const facts = [when(session.created_at), plural(session.refreshes, "refresh", "refreshes")];
      const title = make("summary", { "data-focus": `session ${session.id}` }, `${short(session.id)} `, make("span", { class: "soft", text: facts.join(" · ") }));
      const details = make("details", { "data-open": `session ${session.id}` }, title, make("p", { class: "soft", text: session.user_agent || "No user agent" }), claims(session.claims));
      return make("li", {}, details, ends(session, nameOf(user)));
    }),
    "Signed in nowhere",
  );
}

/** What ends one session, or its access token, now. */
function ends(session, name) {
  const which = `session ${short(session.id)} of ${name}`;
  const end = button("End", () => act("DELETE", `sessions/${session.id}`, undefined, `The ${which} is ended.`), { class: "quiet", "aria-label": `End ${which}`, "data-focus": `end ${session.id}` });
  const expire = button("Expire token", () => act("POST", `sessions/${session.id}/expire`, undefined, `The access token of the ${which} has run out.`), { class: "quiet", "aria-label": `Expire token of ${which}`, "data-focus": `expire ${session.id}` });
  return make("div", { class: "row ends" }, end, expire, session.token_ended ? badge("Token expired", "warm") : null);
}

/** What the newest token says; whether it is a guest's stands first. */
function claims(said) {
  if (!said) return make("p", { class: "soft", text: "No token of this session was seen yet." });
  const rows = Object.entries(said).filter(([name]) => name !== "is_anonymous");
  const date = (name, value) => (["iat", "exp"].includes(name) ? `${value} (${when(value * 1000)})` : null);
  const pair = ([name, value]) => [make("dt", { text: name }), make("dd", { text: date(name, value) ?? (typeof value === "string" ? value || "–" : JSON.stringify(value)) })];
  const marked = [make("dt", { text: "is_anonymous" }), make("dd", {}, badge(String(said.is_anonymous), said.is_anonymous ? "warm" : "good"))];
  return make("dl", { class: "claims" }, ...marked, ...rows.flatMap(pair));
}

function actions(user, name) {
  const row = make("div", { class: "row" });
  // "Enable" stands where "Disable" stood and keeps its focus.
  const add = (text, does, more) => row.append(button(text, does, { "aria-label": `${text}: ${name} ${short(user.id)}`, "data-focus": `${text === "Enable" ? "Disable" : text} ${user.id}`, ...more }));
  add("Probe as this user", () => probeAs(user.id));
  add("Edit", () => edit(user, name));
  if (user.disabled) add("Enable", () => act("PUT", `users/${user.id}`, { disabled: false }, `${name} is enabled.`));
  else add("Disable", () => act("PUT", `users/${user.id}`, { disabled: true }, `${name} is disabled.`));
  add("End sessions", () => act("DELETE", `users/${user.id}/sessions`, undefined, `${name} is signed out everywhere.`), { disabled: user.sessions.length === 0 });
  add("Delete user", async () => {
    if (await sure(`Delete ${name}, with cart, identities and sessions?`, "Delete")) act("DELETE", `users/${user.id}`, undefined, `${name} is deleted.`);
  }, { class: "danger" });
  return row;
}

byId("people-search").addEventListener("input", () => now.state && showPeople());
