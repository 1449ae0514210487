// The banner at the top of a work order's page. It runs beside the page's own scripts and lives in a closed shadow root: the page
// can neither read it nor click it. It stands in the flow of the page, above everything, and covers nothing.

(() => {
  const STYLE = `
    :host { all: initial !important; display: block !important; position: static !important; opacity: 1 !important;
      visibility: visible !important; transform: none !important; pointer-events: auto !important; }
    .banner { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; margin: 0; padding: 8px 12px;
      font: 14px/1.4 system-ui, sans-serif; color: #1c1c1c; background: #eef2f4; border-left: 6px solid #5a6570; }
    .synced { background: #e6f4ea; border-left-color: #1e7d3c; }
    .pending { background: #fff4d6; border-left-color: #a86400; }
    .failed { background: #fde8e6; border-left-color: #b3261e; }
    .mark { font-weight: 700; }
    .headline { font-weight: 600; }
    .quiet { color: #444; }
    .why { flex-basis: 100%; order: 1; margin: 0; overflow-wrap: anywhere; }
    button { font: inherit; color: #0b4f6c; background: #fff; border: 1px solid #8a97a0; border-radius: 4px;
      padding: 2px 10px; cursor: pointer; }
    button:focus-visible { outline: 3px solid #0b4f6c; outline-offset: 1px; }
    button:disabled { color: #555; cursor: default; }
    .close { margin-left: auto; border-color: transparent; background: transparent; }
    [hidden] { display: none; }`;
  const MARKS = { synced: "✓", pending: "…", not_synced: "–", failed: "!" };
  const STATES = { synced: "Synced", pending: "Pending", not_synced: "Not synced", failed: "Failed" };

  let host;
  let shown = "";
  let closedAt = "";

  async function ask(message) {
    const told = await chrome.runtime.sendMessage({ ...message, address: location.href });
    if (told?.problem) {
      throw new Error(told.problem);
    }
    return told?.answer ?? null;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  /** A paragraph whose code stands between backticks. */
  function prose(className, text) {
    const made = element("p", className, "");
    made.append(...text.split("`").map((part, at) => (at % 2 ? element("code", "", part) : part)));
    return made;
  }

  /** A button; what a script of the page pretends to click does not count. */
  function button(text, className, act) {
    const made = element("button", className, text);
    made.type = "button";
    made.addEventListener("click", (event) => event.isTrusted && act(made));
    return made;
  }

  function ago(instant) {
    const at = new Date(instant);
    const minutes = Math.round((Date.now() - at) / 60000);
    if (minutes >= 0 && minutes < 1) return "just now";
    if (minutes >= 0 && minutes < 60) return minutes === 1 ? "1 minute ago" : `${minutes} minutes ago`;
    const hours = Math.round(minutes / 60);
    if (minutes >= 0 && hours < 24) return hours === 1 ? "1 hour ago" : `${hours} hours ago`;
    return `on ${at.toLocaleDateString()}`;
  }

  function remove() {
    host?.remove();
    host = undefined;
  }

  function show(className, parts) {
    remove();
    host = document.createElement("div");
    const root = host.attachShadow({ mode: "closed" });
    const style = document.createElement("style");
    style.textContent = STYLE;
    const close = button("✕", "close", () => {
      closedAt = location.href;
      remove();
    });
    close.setAttribute("aria-label", "Close this banner");
    const box = element("section", `banner ${className}`, "");
    box.setAttribute("aria-label", "Sync with Latchel");
    box.append(...parts, close);
    root.append(style, box);
    document.body.prepend(host);
  }

  function numbers({ platform, banner }) {
    const texts = [];
    if (banner.platform_number) texts.push(`${platform ?? "Platform"} ${banner.platform_number}`);
    if (banner.latchel_number) texts.push(`Latchel ${banner.latchel_number}`);
    if (banner.status === "synced" && banner.verified_at) texts.push(`confirmed ${ago(banner.verified_at)}`);
    return texts.join(" · ");
  }

  function told(found) {
    const { banner, several } = found;
    if (banner) {
      const state = element("span", "mark", `${MARKS[banner.status] ?? "–"} ${STATES[banner.status] ?? ""}`);
      return [banner.status, [state, element("span", "headline", banner.headline), element("span", "quiet", numbers(found))]];
    }
    if (several > 0) {
      const text = `This page is about ${several} work orders: open one of them.`;
      return ["", [element("span", "headline", text)]];
    }
    return ["", [element("span", "headline", "No sync has seen this work order yet.")]];
  }

  function render(found) {
    const [className, parts] = told(found);
    if (found.can_sync) {
      parts.push(button("Sync this one now", "sync", syncNow));
    }
    if (found.banner?.explanation) {
      const { explanation, remedy, rule } = found.banner;
      const why = prose("why", [explanation, remedy, rule && `(rule ${rule})`].filter(Boolean).join(" "));
      why.hidden = true;
      const toggle = button("Why?", "", (self) => {
        why.hidden = !why.hidden;
        self.setAttribute("aria-expanded", String(!why.hidden));
      });
      toggle.setAttribute("aria-expanded", "false");
      parts.push(toggle, why);
    }
    if (found.has_elsewhere) {
      const other = found.side === "latchel" ? (found.platform ?? "the platform") : "Latchel";
      parts.push(button(`Open in ${other}`, "", () => ask({ ask: "open", where: "elsewhere" }).catch(() => {})));
    }
    if (found.banner) {
      parts.push(button("Details", "", () => ask({ ask: "open", where: "details" }).catch(() => {})));
    }
    show(className, parts);
  }

  async function syncNow(pressed) {
    pressed.disabled = true;
    pressed.textContent = "Syncing …";
    try {
      const id = await ask({ ask: "sync" });
      for (;;) {
        const { state } = await ask({ ask: "job", id });
        if (state !== "waiting" && state !== "under_way") break;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      render(await ask({ ask: "banner" }));
    } catch (problem) {
      show("failed", [element("span", "headline", problem.message)]);
    }
  }

  async function look() {
    const address = location.href;
    // The extension may have been removed or renewed since the page was loaded.
    if (address === shown || address === closedAt || !chrome.runtime?.id) return;
    shown = address;
    remove();
    try {
      const found = await ask({ ask: "banner" });
      if (found && location.href === address) render(found);
    } catch (problem) {
      if (location.href === address) show("", [element("span", "quiet", `latchel-sync: ${problem.message}`)]);
    }
  }

  look();
  // Pages that change their address without being loaded anew.
  window.navigation?.addEventListener("currententrychange", look);
  window.addEventListener("popstate", look);
  window.addEventListener("hashchange", look);
})();
