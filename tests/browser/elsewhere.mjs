// Packs with random weights, and a second server to fetch them from.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACKS = join(ROOT, "target/packs");
const MAKE = ["run", "--locked", "--quiet", "-p", "saysee", "--", "random-pack"];

/** Writes a random pack of `shape` (`saysee random-pack --help` lists them, and what `more` may say); answers its folder. */
export function randomPack(shape, weights, more = []) {
  const folder = join(PACKS, `${shape}-${weights}`);
  // Made anew: the format may have changed since.
  rmSync(folder, { recursive: true, force: true });
  execFileSync("cargo", [...MAKE, shape, "--weights", weights, "--out", folder, ...more], { cwd: ROOT });
  return folder;
}

/** The manifest of a pack that is to be asked about: the bundled one with 64 layers, of which no byte exists. */
export async function largeManifest() {
  const folder = join(ROOT, "assets/packs/scenes-mini");
  const manifest = JSON.parse(await readFile(join(folder, "pack.json"), "utf8"));
  let [whole, layer] = [0, 0];
  for (const { file } of manifest.shards) {
    // A safetensors file: the length of its header, and there, under each tensor's name, where its bytes are.
    const bytes = await readFile(join(folder, file));
    const { __metadata__, ...tensors } = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))));
    for (const [name, { data_offsets: [from, to] }] of Object.entries(tensors)) {
      whole += to - from;
      if (name.startsWith("blocks.0.")) layer += to - from;
    }
  }
  const { encoder } = manifest.model;
  const bytes = whole + (64 - encoder.layers) * layer;
  encoder.layers = 64;
  manifest.name = "large";
  const count = Math.ceil(bytes / 8e6);
  // Each shard has a header too.
  const shard = { ...manifest.shards[0], bytes: Math.ceil(bytes / count) + 4096 };
  manifest.shards = Array.from({ length: count }, (_, n) => ({ ...shard, file: `weights-${n + 1}.safetensors` }));
  return JSON.stringify(manifest);
}

/**
 * Serves the files of `folder` at another origin than the page's, readable from anywhere unless `cors` is false.
 * `fault(file)` may answer with `{ status }`, `{ delay }` in milliseconds, `{ corrupt: true }` or `{ text }`.
 */
export async function serveElsewhere(folder, { port = 0, cors = true } = {}) {
  const asked = [];
  const served = { fault: () => undefined, asked };
  const server = createServer(async (request, response) => {
    const file = decodeURIComponent(new URL(request.url, "http://localhost").pathname).slice(1);
    asked.push(basename(file));
    const put = (await served.fault(basename(file))) ?? {};
    if (put.delay) await new Promise((wake) => setTimeout(wake, put.delay));
    const bytes = put.text ? Buffer.from(put.text) : await readFile(join(folder, file)).catch(() => undefined);
    const status = put.status ?? (bytes ? 200 : 404);
    if (put.corrupt) bytes[bytes.length >> 1] ^= 1;
    response.writeHead(status, cors ? { "Access-Control-Allow-Origin": "*" } : {});
    response.end(status === 200 ? bytes : `${status}`);
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  served.port = server.address().port;
  served.url = `http://127.0.0.1:${served.port}/`;
  served.close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return served;
}
