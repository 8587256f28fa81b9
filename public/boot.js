// Says what this visit may fetch, then starts the page's program. Its file names carry hashes, so the build writes
// them into attributes of this script's own tag.

// A policy can be added to, never taken back: from here on nothing reaches any server but the page's own and, for a
// visit with "?pack=URL" or "?gallery=URL", those two folders.
const asked = new URLSearchParams(location.search);
const policy = document.createElement("meta");
policy.httpEquiv = "Content-Security-Policy";
policy.content = `connect-src 'self' ${folder("pack")} ${folder("gallery")}; img-src 'self' ${folder("gallery")}`;
document.head.append(policy);

function folder(key) {
  const address = asked.get(key) ?? "";
  if (!/^https?:\/\/./i.test(address)) return "";
  const { origin, pathname } = new URL(address);
  const path = pathname.replace(/(pack|gallery)\.json$/, "").replace(/\/?$/, "/");
  return origin + path.replaceAll(";", "%3B").replaceAll(",", "%2C");
}

const { module, wasm } = document.querySelector("script[data-module]").dataset;
const address = (path) => new URL(path, document.baseURI).href;
const { default: start } = await import(address(module));
await start({ module_or_path: address(wasm) });
