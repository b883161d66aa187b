"use strict";
// The page's own script: it shows the page when it is made, keeps the filters in the address, passes clicks on tables
// and charts to the controls, saves the Excel file, and says so when the page's process is gone.
(() => {
  const ASK_EVERY = 4000;
  // Voila calls these; what it would do with them, the page does by itself.
  window.voila_process = () => {};
  window.voila_heartbeat = () => {};
  window.voila_finish = () => document.body.classList.add("made");
  window.cellLoaded = true;

  const config = () => JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}");
  const word = (name) => config().frame?.words[name] || "";

  function remember(address) {
    const { query, shared } = address.dataset;
    if (query.startsWith("?")) history.replaceState(null, "", location.pathname + (query === "?" ? "" : query));
    document.querySelectorAll(".pages a").forEach((link) => { link.search = shared; });
  }

  // A control is a list of the page; choosing in it is what a reader could do by hand.
  function choose(control, value) {
    const list = document.querySelector(`.arkit-${control} select`);
    if (!list) return;
    const place = [...list.options].findIndex((option) => option.value.split(" · ")[0] === value);
    if (place < 0 || place === list.selectedIndex) return;
    list.selectedIndex = place;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function dress(added) {
    added.querySelectorAll(".address").forEach(remember);
    added.querySelectorAll("a.download").forEach((link) => link.click());
    added.querySelectorAll("table.arkit").forEach((table) => {
      if (table.parentElement.classList.contains("scroll")) return;
      const frame = document.createElement("div");
      frame.className = "scroll wide";
      frame.tabIndex = 0;
      frame.setAttribute("role", "region");
      frame.setAttribute("aria-label", table.caption?.textContent || word("table"));
      table.replaceWith(frame);
      frame.append(table);
    });
    added.querySelectorAll(".js-plotly-plot").forEach((plot) => {
      if (plot.dataset.heard || !plot.on) return;
      plot.dataset.heard = "yes";
      plot.setAttribute("role", "img");
      plot.setAttribute("aria-label", plot.layout?.title?.text || word("chart"));
      const picks = /arkit-picks-(\w+)/.exec(plot.closest("[class*=arkit-picks-]")?.className);
      if (picks) plot.on("plotly_click", (event) => choose(picks[1], event.points[0].x));
    });
  }

  function watch() {
    const page = document.getElementById("cells");
    let asked = false;
    const look = () => {
      asked = false;
      dress(page);
      if (page.querySelector(".arkit-board")) document.body.classList.add("made");
    };
    new MutationObserver(() => {
      if (!asked) requestAnimationFrame(look);
      asked = true;
    }).observe(page, { childList: true, subtree: true });
    page.addEventListener("click", (event) => {
      const pick = event.target.closest("button.pick");
      if (pick) choose(pick.dataset.control, pick.dataset.value);
    });
    look();
  }

  function gone(why) {
    const notice = document.getElementById("gone");
    if (!notice.hidden) return;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = word("again");
    again.addEventListener("click", () => location.reload());
    notice.replaceChildren(`${word(why)} `, again);
    notice.hidden = false;
    document.body.classList.add("ended");
  }

  async function ask() {
    const { baseUrl, kernelId } = config();
    if (!kernelId || document.hidden) return;
    try {
      const answer = await fetch(`${baseUrl}alive/${kernelId}`, { cache: "no-store" });
      if (!answer.ok || !(await answer.json()).alive) gone("ended");
    } catch {
      gone("unreachable");
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".pages a").forEach((link) => {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    });
    if (!document.getElementById("cells")) return;
    watch();
    setInterval(ask, ASK_EVERY);
    document.addEventListener("visibilitychange", ask);
  });
})();
