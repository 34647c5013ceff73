// Inbox: every mail and text message, its code one click away.

function showInbox() {
  const search = byId("inbox-search").value.trim();
  const found = now.messages.filter((message) => matches(search, message.to, message.subject, message.code, message.kind));
  byId("inbox-count").textContent = now.messages.length ? String(now.messages.length) : "";
  show("messages", [found, search], () => {
    if (now.messages.length === 0) return empty("No mail yet. Ask the shop to keep a cart, and the code will be here.");
    if (found.length === 0) return empty("No message has these words.");
    return make("ol", { class: "cards" }, ...found.map(message));
  });
}

function message(mail) {
  const way = mail.channel === "sms" ? "Text message" : "Mail";
  const actions = make("div", { class: "row" });
  actions.append(button("Copy code", () => copy(mail.code, "Code"), { class: "main", "data-focus": `code ${mail.id}`, "aria-label": `Copy code ${mail.code} for ${mail.to}` }));
  // No anchor: a link counts once, and in a window of the shop it would lead nowhere.
  if (mail.link) actions.append(button("Copy link", () => copy(mail.link, "Link"), { "data-focus": `link ${mail.id}`, "aria-label": `Copy link of ${mail.subject} for ${mail.to}` }));
  return make(
    "li",
    { class: "card" },
    make("div", { class: "spread" }, make("h3", { text: mail.to }), badge(way, mail.channel === "sms" ? "warm" : "")),
    make("p", { class: "soft", text: `${mail.subject} · ${when(mail.sent_at)}` }),
    make("p", { class: "code", text: mail.code }),
    actions,
  );
}

byId("inbox-search").addEventListener("input", showInbox);
