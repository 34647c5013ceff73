// The bug report: what the sandbox knows, and what its tester ticked. No secret is in it.

async function bugReport() {
  const report = await ask("GET", "report");
  return JSON.stringify({ ...report, ticks, user_agent: navigator.userAgent }, null, 2);
}

byId("report").addEventListener("click", async () => {
  try {
    const url = URL.createObjectURL(new Blob([await bugReport()], { type: "application/json" }));
    const name = `carryover-report-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.json`;
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    say(`The bug report is saved as ${name}.`, "good");
  } catch (error) {
    say(error.message, "bad");
  }
});
byId("report-copy").addEventListener("click", async () => {
  try {
    await copy(await bugReport(), "Bug report");
  } catch (error) {
    say(error.message, "bad");
  }
});
