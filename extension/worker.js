// The service worker: the only part that talks to the server. It answers the popup and the banner, and looks who asks.

import { matchesOf, namedIn } from "./places.js";
import { Problem, ask, connection, forget, pair } from "./server.js";

/** Time for which the places of pages are believed, in milliseconds. */
const PLACES_LAST = 10 * 60 * 1000;
const BANNER = "banner";

const path = (...parts) => "/" + parts.map(encodeURIComponent).join("/");
const api = (...parts) => "/api/v1" + path(...parts);

async function places() {
  const { told } = await chrome.storage.local.get("told");
  if (told && Date.now() - told.at < PLACES_LAST) {
    return told;
  }
  try {
    return await refreshed();
  } catch (problem) {
    // Pages that are about no work order are left alone, also while the server cannot be asked.
    if (told) return told;
    throw problem;
  }
}

async function refreshed() {
  const told = { ...(await ask("GET", "/api/v1/pages")), at: Date.now() };
  await chrome.storage.local.set({ told });
  await stand(told.places);
  return told;
}

/** Lets the banner stand on those of the pages that the browser's user has allowed. */
async function stand(places) {
  const allowed = [];
  for (const origin of matchesOf(places)) {
    if (await chrome.permissions.contains({ origins: [origin] })) {
      allowed.push(origin);
    }
  }
  const known = await chrome.scripting.getRegisteredContentScripts({ ids: [BANNER] });
  if (allowed.length === 0) {
    if (known.length > 0) {
      await chrome.scripting.unregisterContentScripts({ ids: [BANNER] });
    }
    return;
  }
  const script = { id: BANNER, matches: allowed, js: ["banner.js"], runAt: "document_idle" };
  if (known.length > 0) {
    await chrome.scripting.updateContentScripts([script]);
  } else {
    await chrome.scripting.registerContentScripts([script]);
  }
}

/** The work order that a page is about, as the server knows it; undefined if it is about none. */
async function lookedUp(address) {
  let first;
  for (const { place, kind, name } of namedIn(address, (await places()).places)) {
    const query = new URLSearchParams({ account: place.account, side: place.side, [kind]: name });
    const found = { place, ...(await ask("GET", `/api/v1/banner?${query}`)) };
    if (found.banner || found.several.length > 0) {
      return found;
    }
    first = first ? { ...first, record: null } : found;
  }
  return first;
}

/** What the banner on a page shows; nothing that it need not know. */
async function banner(address) {
  const found = await lookedUp(address);
  if (!found) {
    return null;
  }
  const { place, banner, several, record, elsewhere } = found;
  return {
    platform: (await places()).places.find((one) => one.account === place.account && one.side === "platform")?.title,
    side: place.side,
    banner: banner && {
      status: banner.status,
      headline: banner.headline,
      explanation: banner.explanation,
      remedy: banner.remedy,
      rule: banner.rule,
      platform_number: banner.platform_number,
      latchel_number: banner.latchel_number,
      verified_at: banner.verified_at,
    },
    several: several.length,
    can_sync: Boolean(record),
    has_elsewhere: Boolean(elsewhere),
  };
}

async function syncThis(address) {
  const found = await lookedUp(address);
  if (!found?.record) {
    throw new Problem("There is nothing here to sync.");
  }
  const job = await ask("POST", api("accounts", found.place.account, "records", "work-order", found.record, "sync"));
  return job.id;
}

async function open(address, where) {
  const found = await lookedUp(address);
  const known = await connection();
  const record = ["accounts", found?.place.account, "records", "work-order", found?.record];
  const url = where === "elsewhere" ? found?.elsewhere : found?.record && known.server + path(...record);
  if (url && /^https?:\/\//.test(url)) {
    await chrome.tabs.create({ url });
  }
}

async function jobState(id) {
  const { state, error, run } = await ask("GET", api("jobs", id));
  return { state, error: error ?? run?.error ?? null };
}

/** The address of the page that a content script is in. It says so itself, because the browser's word is behind where a script of
 * the page has just changed the address; the site must be the one that the browser tells. */
function addressOf(sender, { address }) {
  if (new URL(address).origin !== new URL(sender.url).origin) {
    throw new Problem("This is another page.");
  }
  return address;
}

/** What a content script may ask, each about the page that it is in. */
const ofPages = {
  banner: (sender, message) => banner(addressOf(sender, message)),
  sync: (sender, message) => syncThis(addressOf(sender, message)),
  job: (_, { id }) => jobState(id),
  open: (sender, message) => open(addressOf(sender, message), message.where),
};

/** What the extension's own page may ask. */
const ofPopup = {
  async state() {
    const known = await connection();
    if (!known) {
      return { connected: false };
    }
    const { server, name, may_pause } = known;
    const told = await refreshed();
    const { accounts } = await ask("GET", "/api/v1/accounts");
    const { version, places, unclear } = told;
    return { connected: true, server, name, may_pause: Boolean(may_pause), accounts, version, places, unclear };
  },
  async pair(_, { server, code }) {
    await pair(server, code);
    await refreshed();
  },
  forget: async () => {
    await forget();
    await stand([]);
  },
  stand: () => refreshed(),
  sync: (_, { account, extent }) => ask("POST", api("accounts", account, "sync"), { extent }),
  pause: (_, { account }) => ask("POST", api("accounts", account, "pause")),
  resume: (_, { account }) => ask("POST", api("accounts", account, "resume")),
  report: (_, { account }) => ask("POST", api("accounts", account, "report")),
  job: (_, { id }) => ask("GET", api("jobs", id)),
};

const POPUP = chrome.runtime.getURL("popup.html");

/** The requests that a sender may make; none for whoever is neither our page nor in the top of a tab. */
function requestsOf(sender) {
  if (sender.id !== chrome.runtime.id) {
    return {};
  }
  const [page] = (sender.url ?? "").split(/[?#]/);
  if (page === POPUP) {
    return ofPopup;
  }
  const isPage = sender.tab && sender.frameId === 0 && /^https?:/.test(sender.url ?? "");
  return isPage ? ofPages : {};
}

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  const requests = requestsOf(sender);
  const asked = String(message?.ask);
  if (!Object.hasOwn(requests, asked)) {
    return false;
  }
  Promise.resolve()
    .then(() => requests[asked](sender, message))
    .then((answer) => reply({ answer: answer ?? null }))
    .catch((problem) => {
      const isKnown = problem instanceof Problem;
      reply({ problem: isKnown ? problem.message : "Something went wrong in the extension.", code: problem.code });
    });
  return true;
});

chrome.permissions.onAdded.addListener(() => refreshed().catch(() => {}));
chrome.permissions.onRemoved.addListener(() => refreshed().catch(() => {}));
