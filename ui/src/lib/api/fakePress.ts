/** Reaches what only clicks lead to: `?press=identity-badge,account-open` presses these, `upgrade-email:a@example.com` types. */

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function element(testid: string): Promise<HTMLElement | undefined> {
  for (let tries = 0; tries < 60; tries += 1) {
    const found = document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
    if (found) return found;
    await later(50);
  }
  return undefined;
}

/** Presses and types, one after the other. */
export async function press(steps: string | null): Promise<void> {
  for (const step of (steps ?? "").split(",").filter(Boolean)) {
    const [testid = "", ...text] = step.split(":");
    const target = await element(testid);
    if (text.length > 0 && (target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) {
      target.value = text.join(":");
      target.dispatchEvent(new Event("input", { bubbles: true }));
      target.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (target?.getAttribute("aria-haspopup") === "menu") {
      target.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    } else {
      target?.focus();
      target?.click();
    }
    await later(150);
  }
}
