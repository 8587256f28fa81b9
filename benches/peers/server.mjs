// Serves everything a measurement needs from one origin: the built page of SaySee with random packs among its bundled
// ones, and the peers' page with its runtime and models.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { ISOLATED } from "../../tools/static-server.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves at `http://localhost:PORT`; `packs` and `models` are folders. With `isolated` pages may have threads. */
export async function serve({ packs, models, isolated = false }) {
  const folders = [
    ["/saysee/assets/packs/random-", (rest) => join(packs, `random-${rest}`)],
    ["/saysee/", (rest) => join(DIST, rest || "index.html")],
    ["/runtime/", (rest) => join(HERE, "node_modules/onnxruntime-web/dist", rest)],
    ["/models/", (rest) => join(models, rest)],
    ["/", (rest) => join(HERE, rest || "page.html")],
  ];
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const [prefix, file] = folders.find(([start]) => path.startsWith(start));
    const found = file(path.slice(prefix.length));
    const size = await stat(found).then((entry) => (entry.isFile() ? entry.size : undefined), () => undefined);
    if (size === undefined) return response.writeHead(404).end();
    response.writeHead(200, {
      "Content-Type": TYPES[extname(found)] ?? "application/octet-stream",
      "Content-Length": size,
      // Every visit is a first one.
      "Cache-Control": "no-store",
      ...(isolated ? ISOLATED : {}),
    });
    createReadStream(found, { highWaterMark: 1 << 20 }).pipe(response);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => new Promise((closed) => (server.closeAllConnections(), server.close(closed))),
  };
}
