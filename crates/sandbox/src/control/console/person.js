// One person, added or edited.

const typed = (form) => ["email", "phone", "password"].map((field) => byId(`${form}-${field}`).value.trim());

byId("person-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const [email, phone, password] = typed("person");
  if (!email && !phone) {
    byId("person-email").focus();
    return say("A member needs an e-mail or a phone.", "bad");
  }
  add({ email, phone, password }, `The member ${email || phone} is added.`);
});
byId("person-guest").addEventListener("click", () => add({}, "A guest is added."));

async function add(wish, done) {
  if (await act("POST", "users", wish, done)) byId("person-form").reset();
}

/** Whom the dialog is about. */
let edited = null;

function edit(user, name) {
  edited = { user, name };
  byId("edit-title").textContent = `Edit ${name}`;
  byId("edit-hint").textContent = user.is_anonymous ? "An e-mail or a phone makes this guest a member, without a code." : "An address counts at once, without a code. A new password ends all sessions.";
  byId("edit-email").value = user.email ?? "";
  byId("edit-phone").value = user.phone ? `+${user.phone}` : "";
  byId("edit-password").value = "";
  // Addresses are changed here, never taken away.
  byId("edit-email").required = Boolean(user.email);
  byId("edit-phone").required = Boolean(user.phone);
  byId("edit-said").hidden = true;
  byId("edit").showModal();
}

/** What the dialog says otherwise than it was. */
function changes({ email, phone }) {
  const [newEmail, newPhone, password] = typed("edit");
  const wish = {};
  if (newEmail !== (email ?? "")) wish.email = newEmail;
  if (newPhone.replace(/[+ ]/g, "") !== (phone ?? "")) wish.phone = newPhone;
  if (password) wish.password = password;
  return wish;
}

byId("edit-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { user, name } = edited;
  const wish = changes(user);
  try {
    if (Object.keys(wish).length) await ask("PUT", `users/${user.id}`, wish);
  } catch (error) {
    byId("edit-said").textContent = error.message;
    byId("edit-said").hidden = false;
    return;
  }
  byId("edit").close();
  say(Object.keys(wish).length ? `${name} is changed.` : `${name} is as before.`, "good");
  await refresh();
});
byId("edit-cancel").addEventListener("click", () => byId("edit").close());
// Its button may have been built anew meanwhile.
byId("edit").addEventListener("close", () => byId("users").querySelector(`[data-focus="Edit ${edited.user.id}"]`)?.focus({ preventScroll: true }));
