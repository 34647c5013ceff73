// Inbox: every mail and text message, its code one click away.

function showInbox() {
  const search = byId("inbox-search").value.trim();
  const channel = byId("inbox-channel").value;
  const found = now.messages.filter((message) => (!channel || message.channel === channel) && matches(search, message.to, message.subject, message.code, message.kind));
  byId("inbox-count").textContent = now.messages.length ? String(now.messages.length) : "";
  show("messages", [found, search, channel], () => {
    if (now.messages.length === 0) return empty("No mail yet. Ask the shop to keep a cart, and the code will be here.");
    if (found.length === 0) return empty(search ? "No message has these words." : "No message came this way.");
    return make("ol", { class: "cards" }, ...found.map(message));
  });
}

/** What is said of a code that no longer counts. */
const STANDINGS = { expired: "This code has run out.", over: "This code was used, or a newer one took its place." };

function message(mail) {
  const way = mail.channel === "sms" ? "Text message" : "Mail";
  const actions = make("div", { class: "row" });
  actions.append(button("Copy code", () => copy(mail.code, "Code"), { class: "main", "data-focus": `code ${mail.id}`, "aria-label": `Copy code ${mail.code} for ${mail.to}` }));
  if (mail.link) {
    actions.append(button("Copy link", () => copy(mail.link, "Link"), { "data-focus": `link ${mail.id}`, "aria-label": `Copy link of ${mail.subject} for ${mail.to}` }));
    actions.append(make("a", { class: "button", href: mail.link, target: "_blank", rel: "noreferrer", text: "Open link", "data-focus": `open ${mail.id}`, "aria-label": `Open link of ${mail.subject} for ${mail.to}` }));
  }
  const expire = () => act("POST", `messages/${mail.id}/expire`, undefined, `The code for ${mail.to} has run out.`);
  actions.append(button("Expire now", expire, { disabled: mail.standing !== "counts", "data-focus": `expire ${mail.id}`, "aria-label": `Expire now: ${mail.subject} for ${mail.to}` }));
  return make(
    "li",
    { class: "card" },
    make("div", { class: "spread" }, make("h3", { text: mail.to }), badge(way, mail.channel === "sms" ? "warm" : "")),
    STANDINGS[mail.standing] ? make("p", { class: "note", text: STANDINGS[mail.standing] }) : null,
    make("p", { class: "soft", text: `${mail.subject} · ${when(mail.sent_at)}` }),
    make("p", { class: "code", text: mail.code }),
    actions,
  );
}

for (const id of ["inbox-search", "inbox-channel"]) byId(id).addEventListener("input", showInbox);
