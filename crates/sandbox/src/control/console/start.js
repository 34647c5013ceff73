// The start: show what is there, then listen.

function showAll() {
  const { clock, faults, devices } = now.state;
  // A frozen clock falls behind by itself: how far is no news.
  show("standing", [clock.frozen || clock.offset, faults.length], () => {
    const marks = [];
    if (clock.frozen) marks.push(badge("Clock frozen", "warm"));
    else if (clock.offset) marks.push(badge(`Clock ${span(clock.offset)} ${clock.offset > 0 ? "ahead" : "behind"}`, "warm"));
    if (faults.length) marks.push(badge(`${plural(faults.length, "fault")} in force`, "warm"));
    return marks;
  });
  byId("device").hidden = !devices;
  showInbox();
  showPeople();
  showProbe();
  showScenarios();
  showTimeline();
  showDials();
}

byId("device").addEventListener("click", () => act("POST", "devices", undefined, "Another device is opening."));

// A look begins it; the events follow.
refresh().then(() => {
  showWanted();
  listen();
  // Limits fill up by themselves.
  setInterval(() => document.hidden || refresh(), 15_000);
});
