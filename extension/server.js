// The connection to the server. Only the service worker imports this: pages and what is injected into them never see the token.

/** Nothing but the extension's own pages and its worker may read what is stored. */
export const trusted = chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" });

const PATIENCE = 20_000;

/** A refusal or a failure, in words for people. */
export class Problem extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

export async function connection() {
  await trusted;
  const { connection } = await chrome.storage.local.get("connection");
  return connection;
}

async function send(server, method, path, headers, body) {
  let answer;
  try {
    answer = await fetch(server + path, {
      method,
      headers: body ? { ...headers, "content-type": "application/json" } : headers,
      body: body && JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Problem("The server cannot be reached.", "unreachable");
  }
  const told = await answer.json().catch(() => undefined);
  if (answer.ok && told) {
    return told;
  }
  if (answer.status === 401) {
    throw new Problem("This browser is no longer connected.", "not_connected");
  }
  const { message, hint, code } = told?.error ?? {};
  const text = [message, hint].filter(Boolean).join(": ");
  throw new Problem(text || `The server answered with an error (${answer.status}).`, code);
}

/** Asks the server, as this browser. */
export async function ask(method, path, body) {
  const known = await connection();
  if (!known) {
    throw new Problem("This browser is not connected yet.", "not_connected");
  }
  return send(known.server, method, path, { authorization: `Bearer ${known.token}` }, body);
}

/** Connects this browser by a code, and keeps the token. */
export async function pair(server, code) {
  const { name, token, may_pause } = await send(server, "POST", "/api/v1/pair", {}, { code });
  await trusted;
  await chrome.storage.local.set({ connection: { server, name, token, may_pause } });
}

/** Forgets the connection. */
export async function forget() {
  await chrome.storage.local.clear();
}
