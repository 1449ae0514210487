// Addresses of pages: which work order of which account a page is about, by the templates that the server tells.

const NAMES = ["id", "number", "slug", "request"];

/** A template as a pattern for addresses: names in braces stand for one part each, and whatever follows does not matter. */
function pattern(template) {
  const parts = template.split(/\{(\w+)\}/);
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const text = parts.map((part, index) => (index % 2 ? `(?<${part}>[^/?#&]+)` : escape(part))).join("");
  return new RegExp(`^${text}(?=[/?#&]|$)`, "i");
}

/** True if the page is at this site, in whose host a `*` stands for one word. */
function isAt(origin, site) {
  const escaped = site.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace("*", "[a-z0-9-]+");
  return new RegExp(`^${escaped}$`, "i").test(origin);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The work orders that a page may be about: each place with the name that its template finds in the address. */
export function namedIn(address, places) {
  const url = new URL(address);
  const rest = url.pathname + url.search + url.hash;
  const found = [];
  for (const place of places) {
    const names = isAt(url.origin, place.site) ? pattern(place.work_order).exec(rest)?.groups : undefined;
    const kind = NAMES.find((name) => names?.[name]);
    if (kind) {
      found.push({ place, kind, name: decoded(names[kind]) });
    }
  }
  return found;
}

/** The sites as match patterns of the browser, which knows no ports there. */
export function matchesOf(places) {
  const patterns = places.map(({ site }) => {
    const [scheme, host] = site.split("://");
    return `${scheme}://${host.replace(/:\d+$/, "")}/*`;
  });
  return [...new Set(patterns)].sort();
}
