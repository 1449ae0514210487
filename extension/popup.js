// The popup: who this browser is connected as, when it was synced last, and the two syncs. The worker asks the server for it.

import { matchesOf } from "./places.js";

const part = (id) => document.getElementById(id);
/** Number of phases of each extent, for the percentage. */
const PHASES = { everything: 4, latchel_work_orders: 1 };
const ENDS = {
  success: "Your data has been synced with Latchel",
  partial: "Synced, but some records need attention",
  paused: "The other system is closed at the moment; the sync goes on when it opens",
  failed: "The sync failed",
};
const BETWEEN_LOOKS = 400;

let state;

async function ask(message) {
  const told = await chrome.runtime.sendMessage(message);
  if (!told || told.problem) {
    throw Object.assign(new Error(told?.problem ?? "The extension does not answer."), { code: told?.code });
  }
  return told.answer;
}

function show(id, text) {
  part(id).hidden = text === undefined || text === "";
  if (text !== undefined) part(id).textContent = text;
}

async function trying(act) {
  show("problem", "");
  try {
    await act();
  } catch (problem) {
    show("problem", problem.message);
  }
}

/** An instant, from now if it is less than a day ago. */
function since(instant) {
  const at = new Date(instant);
  const minutes = Math.floor((Date.now() - at) / 60_000);
  if (minutes < 0 || minutes >= 24 * 60) {
    return at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  }
  if (minutes < 1) return "just now";
  const [count, unit] = minutes < 60 ? [minutes, "minute"] : [Math.floor(minutes / 60), "hour"];
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

const chosen = () => state.accounts.find((one) => one.account === part("account").value) ?? state.accounts[0];

function linkTo(account, rest, text) {
  const link = document.createElement("a");
  link.href = `${state.server}/accounts/${encodeURIComponent(account)}${rest}`;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = text;
  return link;
}

function describe() {
  const account = chosen();
  if (!account) {
    show("last", "There is no account yet.");
    return;
  }
  const successes = account.phases.map((phase) => phase.last_success).filter(Boolean).sort();
  show("last", successes.length > 0 ? `Last synced ${since(successes.at(-1))}` : "Not synced yet");
  const counts = [[account.failed, "failed", "failed"], [account.pending, "wait for something", "pending"]];
  const links = counts
    .filter(([count]) => count > 0)
    .map(([count, text, status]) => linkTo(account.account, `/results?status=${status}`, `${count} ${text}`));
  part("attention").hidden = links.length === 0;
  part("attention").replaceChildren("Needs attention: ", ...links.flatMap((link, at) => (at ? [" · ", link] : [link])));
  part("paused").hidden = !account.pause;
  const elsewhere = linkTo(account.account, "", "Resume in the dashboard");
  part("paused").replaceChildren("Paused: nothing is synced by itself. ", ...(state.may_pause ? [] : [elsewhere]));
  part("pausing").hidden = !state.may_pause;
  part("pause").hidden = Boolean(account.pause);
  part("resume").hidden = !account.pause;
  const running = account.jobs.find((job) => job.state === "waiting" || job.state === "under_way");
  if (running && running.work === "sync") follow(running, "everything");
}

/** Where the browser asks for leave, a popup would close: connecting is done in a tab. */
async function offerToConnect() {
  const tab = await chrome.tabs.getCurrent();
  part("connect").hidden = !tab;
  part("start").hidden = Boolean(tab);
}

async function load() {
  state = await ask({ ask: "state" });
  part("connected").hidden = !state.connected;
  if (!state.connected) return offerToConnect();
  part("connect").hidden = part("start").hidden = true;
  show("name", state.name);
  part("dashboard").href = state.server;
  const before = part("account").value;
  part("account").replaceChildren(...state.accounts.map((one) => new Option(one.account, one.account)));
  if (state.accounts.some((one) => one.account === before)) part("account").value = before;
  part("choice").hidden = state.accounts.length < 2;
  describe();
  const origins = matchesOf(state.places);
  part("allow").hidden = origins.length === 0 || (await chrome.permissions.contains({ origins }));
  show("where", `(${[...new Set(state.places.map((place) => place.title))].join(", ")})`);
  const unclear = state.unclear.join(", ");
  show("unclear", unclear && `No banner for ${unclear}: the configuration does not say at which address its pages are.`);
}

/** A job once it has ended; `told` is called with it until then. */
async function ended(job, told) {
  while (job.state === "waiting" || job.state === "under_way") {
    told(job);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
    job = await ask({ ask: "job", id: job.id });
  }
  return job;
}

/** Shows how far a sync is until it has ended. */
async function follow(begun, extent) {
  const buttons = [part("everything"), part("faster")];
  if (buttons[0].disabled) return;
  for (const one of buttons) one.disabled = true;
  try {
    const job = await ended(begun, ({ state, phases }) => {
      const done = phases.filter((phase) => phase.ended).length;
      const percent = Math.min(99, Math.round((50 * (done + phases.length)) / PHASES[extent]));
      show("progress", state === "waiting" ? "Waiting …" : `Syncing … ${percent} %`);
    });
    await load();
    show("progress", job.error ? `${ENDS.failed}: ${job.error}` : (ENDS[job.state] ?? job.state));
  } catch (problem) {
    show("progress", "");
    show("problem", problem.message);
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

async function sync(extent) {
  const job = await ask({ ask: "sync", account: chosen().account, extent });
  await follow(job, extent);
}

/** The address without what follows the host, or an error for people. */
function originOf(text) {
  const url = new URL(text);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
    throw new Error("The address must begin with https://, unless the server is on this computer.");
  }
  return url.origin;
}

async function connect() {
  const server = originOf(part("server").value.trim());
  const { protocol, hostname } = new URL(server);
  const granted = await chrome.permissions.request({ origins: [`${protocol}//${hostname}/*`] });
  if (!granted) throw new Error("Without leave to reach this address nothing can be connected.");
  await ask({ ask: "pair", server, code: part("code").value });
  part("code").value = "";
  await load();
}

/** What is known here, for whoever is asked for help; no record, no name, no token. */
function summary(account) {
  const lines = [
    `latchel-sync ${state.version}, extension ${chrome.runtime.getManifest().version}, ${navigator.userAgent}`,
    `${account.platform}: ${account.health}; ${account.failed} failed, ${account.pending} wait`,
    ...account.phases.map((phase) => `${phase.phase}: last success ${phase.last_success ?? "never"}`),
  ];
  return lines.join("\n");
}

/** Shows the report that the server makes of the account's platform, after what is known here. */
async function report() {
  const account = chosen();
  part("report").disabled = true;
  try {
    const job = await ended(await ask({ ask: "report", account: account.account }), () => show("made", "Reading …"));
    // Somebody may have chosen another account meanwhile.
    if (chosen()?.account !== account.account) return;
    part("text").value = `${summary(account)}\n\n${job.report ?? `The report failed: ${job.error}`}`;
    part("reported").hidden = false;
  } finally {
    show("made", "");
    part("report").disabled = false;
  }
}

part("begin").addEventListener("click", async () => {
  await chrome.tabs.create({ url: chrome.runtime.getURL("popup.html") });
  window.close();
});
part("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  trying(connect);
});
part("account").addEventListener("change", () => {
  part("reported").hidden = true;
  describe();
});
part("everything").addEventListener("click", () => trying(() => sync("everything")));
part("faster").addEventListener("click", () => trying(() => sync("latchel_work_orders")));
part("stand").addEventListener("click", () =>
  trying(async () => {
    if (await chrome.permissions.request({ origins: matchesOf(state.places) })) {
      await ask({ ask: "stand" });
      await load();
    }
  }),
);
for (const asked of ["pause", "resume"]) {
  part(asked).addEventListener("click", () =>
    trying(async () => {
      await ask({ ask: asked, account: chosen().account });
      await load();
    }),
  );
}
part("report").addEventListener("click", () => trying(report));
part("copy").addEventListener("click", () =>
  trying(async () => {
    await navigator.clipboard.writeText(part("text").value);
    show("made", "Copied: paste it into your message.");
  }),
);
part("forget").addEventListener("click", () =>
  trying(async () => {
    await ask({ ask: "forget" });
    part("reported").hidden = true;
    await load();
  }),
);
trying(async () => {
  try {
    await load();
  } catch (problem) {
    // It was ended on the dashboard: it can be begun again.
    if (problem.code === "not_connected") await offerToConnect();
    throw problem;
  }
});
