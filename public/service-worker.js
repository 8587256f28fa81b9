// Keeps the page for visits without a network: every file of this build, each checked against its SHA-256, in a cache
// that is named after all of them together. A new build is a new cache, taken in the background; the page goes on with
// the old one, whole, until the visitor takes the new one over. Weights are not kept here: the page's worker keeps them
// under their own hashes.
//
// The build writes the files' names and hashes between the quotes (tools/service-worker).

const FILES = JSON.parse('{}');
const VERSION = "none";
// Of a hash: 128 bits tell a damaged file, or one of another build, as well as all of them, and two thousand halves are shorter.
const DIGITS = 32;

const CACHES = "saysee-page-";
const CACHE = CACHES + VERSION;
const BASE = new URL("./", location.href);
// So many at a time: the visitor may be asking something meanwhile.
const AT_ONCE = 4;
// Who saves data gets what the page itself is made of, and pictures and samples as they are looked at.
const sparing = Boolean(navigator.connection?.saveData);
const isExtra = (path) => path.startsWith("assets/") && !path.endsWith(".json");
// The thousand pictures of a gallery that has to be asked for are kept as they are looked at.
const isAskedFor = (path) => /^assets\/galleries\/(?!scenes\/)[^/]+\/pictures\//.test(path);
// The worker with threads is for pages that a server isolates, and is kept when it is used.
const isForFew = (path) => path.startsWith("worker_threads");

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("message", ({ data }) => {
  if (data === "take over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== undefined) event.respondWith(answer(path, event.request));
});

/** The file a request is for, if it is one of ours. */
function pathOf(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== BASE.origin || !url.pathname.startsWith(BASE.pathname)) return;
  const path = decodeURIComponent(url.pathname.slice(BASE.pathname.length));
  const file = path === "" ? "index.html" : path;
  return Object.hasOwn(FILES, file) ? file : undefined;
}

async function install() {
  const cache = await caches.open(CACHE);
  const isLater = (path) => (sparing && isExtra(path)) || isAskedFor(path) || isForFew(path);
  const wanted = Object.keys(FILES).filter((path) => !isLater(path));
  const next = async () => {
    for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
      if (!(await cache.match(address(path)))) await cache.put(address(path), await obtain(path));
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(CACHES) && name !== CACHE).map((name) => caches.delete(name)));
}

async function answer(path, request) {
  const cache = await caches.open(CACHE);
  let found = await cache.match(address(path));
  if (!found) {
    found = await obtain(path);
    await cache.put(address(path), found.clone());
  }
  return request.headers.has("range") ? part(found, request.headers.get("range")) : found;
}

/** A file as this build has it: what an earlier one has kept if it is the same, else from the server. */
async function obtain(path) {
  const kept = await caches.match(address(path));
  if (kept && (await isIntact(path, kept.clone()))) return kept;
  const response = await fetch(address(path), { cache: "no-cache", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  if (!(await isIntact(path, response.clone()))) throw new Error(`${path}: of another build, or damaged`);
  return response;
}

async function isIntact(path, response) {
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  const digits = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.startsWith(FILES[path]) && FILES[path].length === DIGITS;
}

/** A stretch of a file: players of sound ask for those, and some take nothing else. */
async function part(response, range) {
  const bytes = await response.arrayBuffer();
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const start = Number(first ?? 0);
  const end = Math.min(last ? Number(last) + 1 : bytes.byteLength, bytes.byteLength);
  if (start >= end) return new Response(null, { status: 416 });
  const headers = new Headers(response.headers);
  headers.set("Content-Range", `bytes ${start}-${end - 1}/${bytes.byteLength}`);
  headers.set("Content-Length", String(end - start));
  return new Response(bytes.slice(start, end), { status: 206, headers });
}

function address(path) {
  return new URL(path.split("/").map(encodeURIComponent).join("/"), BASE).href;
}
