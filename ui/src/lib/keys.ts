/** What the keys of the window have in common. */

/** Whether somebody is typing: then letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}

/** Whether a dialog or a menu has the keys. */
export function isSomethingOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}

/** Whether keys are named as on a Mac. */
export function onMac(): boolean {
  return /mac/i.test(navigator.platform);
}
