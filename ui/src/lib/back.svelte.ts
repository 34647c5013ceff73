/** Whether the window's history stands on the entry that this module adds. */
function onEntry(): boolean {
  return (history.state as { over?: boolean } | null)?.over === true;
}

/**
 * While something is open, the window's Back closes it and goes no further. The entry stays when it is closed otherwise, and
 * serves the next time: taking it away takes a while, and something else may have opened by then.
 */
export function closeOnBack(isOpen: () => boolean, close: () => void): void {
  $effect(() => {
    if (!isOpen()) return;
    if (!onEntry()) history.pushState({ over: true }, "");

    function onpopstate(): void {
      if (!onEntry()) close();
    }

    window.addEventListener("popstate", onpopstate);
    return () => window.removeEventListener("popstate", onpopstate);
  });
}
