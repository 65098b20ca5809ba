"use strict";
// Shows one state at a time, as chosen in the diagram or above the panels. Without this script all of them are shown.
(() => {
  const panels = [...document.querySelectorAll(".panel")];
  const links = [...document.querySelectorAll("a[data-state]")];
  const all = document.getElementById("all-states");
  const show = (name) => {
    for (const panel of panels) {
      if (name === null || panel.id === name) panel.removeAttribute("hidden");
      else panel.setAttribute("hidden", "until-found");
    }
    for (const link of links) {
      if (link.dataset.state === name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (name === null) all.setAttribute("aria-current", "true");
    else all.removeAttribute("aria-current");
  };
  const isState = (name) => panels.some((panel) => panel.id === name);
  for (const link of links) {
    // The link itself goes to the panel; it only has to be there by then.
    link.addEventListener("click", () => show(link.dataset.state));
    link.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    });
  }
  for (const panel of panels) panel.addEventListener("beforematch", () => show(panel.id));
  all.addEventListener("click", () => show(null));
  all.parentElement.hidden = false;
  const named = () => decodeURIComponent(location.hash.slice(1));
  addEventListener("hashchange", () => { if (isState(named())) show(named()); });
  show(isState(named()) ? named() : panels[0].id);

  // A print holds everything.
  const opened = [];
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not([open])")) { part.open = true; opened.push(part); }
  });
  addEventListener("afterprint", () => { for (const part of opened.splice(0)) part.open = false; });
})();
