// A static file server for the built page: `node tools/static-server.mjs FOLDER [--port N] [--isolated]`, and a function
// for the browser tests, which may put faults in the way of a request.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".wav": "audio/wav",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

// What makes a page cross-origin isolated, so that its worker may share memory with helpers. `credentialless`, because pictures
// of other servers' galleries come without the headers that `require-corp` wants; they are asked for without cookies.
export const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "credentialless",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/**
 * Serves `folder` at `http://127.0.0.1:PORT` under `base` ("/" or "/sub/path/").
 *
 * With `isolated` pages are cross-origin isolated.
 *
 * `fault(path)` is asked about every request; it answers nothing for "serve the file", or
 * `{ status }` (an error instead of the file), `{ corrupt: true }` (one bit of the middle byte turned) or
 * `{ delay }` (milliseconds to wait before the answer).
 */
export async function serve(folder, { port = 0, base = "/", isolated = false, fault = () => undefined } = {}) {
  const root = resolve(folder);

  async function answer(request, response) {
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
    const { pathname } = new URL(request.url, "http://localhost");
    if (!pathname.startsWith(base)) return refuse(response, 404);
    const path = decodeURIComponent(pathname.slice(base.length));
    const file = join(root, normalize("/" + path), path === "" || path.endsWith("/") ? "index.html" : "");
    if (!file.startsWith(root + sep)) return refuse(response, 404);

    const put = (await fault(path)) ?? {};
    if (put.delay) await new Promise((wake) => setTimeout(wake, put.delay));
    if (put.status) return refuse(response, put.status);

    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return refuse(response, 404);
    response.writeHead(200, {
      "Content-Type": TYPES[extname(file).toLowerCase()] ?? "application/octet-stream",
      "Content-Length": found.size,
      "Cache-Control": "no-cache",
      ...(isolated ? ISOLATED : {}),
    });
    if (request.method === "HEAD") return response.end();
    const stream = createReadStream(file);
    stream.on("error", () => response.destroy());
    if (!put.corrupt) return stream.pipe(response);
    const middle = Math.floor(found.size / 2);
    let at = 0;
    stream.on("data", (chunk) => {
      if (at <= middle && middle < at + chunk.length) chunk[middle - at] ^= 1;
      at += chunk.length;
      response.write(chunk);
    });
    stream.on("end", () => response.end());
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => refuse(response, 400));
  });
  await new Promise((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function refuse(response, status) {
  if (!response.headersSent) response.writeHead(status, { "Content-Type": "text/plain" });
  response.end(`${status}\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const options = { port: { type: "string", default: "8080" }, isolated: { type: "boolean", default: false } };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const { port, isolated } = values;
    const { url } = await serve(positionals[0] ?? "dist", { port: Number(port), isolated });
    console.log(`    ${url}`);
  } catch (error) {
    const way = error.code === "EADDRINUSE" ? `the port is in use: choose another with --port N` : error.message;
    console.error(`error: ${way}`);
    process.exit(1);
  }
}
