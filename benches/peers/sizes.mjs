// What a visitor downloads before the first weight: code, as servers send it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const RUNTIME = fileURLToPath(new URL("node_modules/onnxruntime-web/dist", import.meta.url));
const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** What each way of using onnxruntime-web loads. */
const RUNTIMES = {
  "onnxruntime-web, wasm only": ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"],
  "onnxruntime-web, WebGPU": ["ort.webgpu.min.mjs", "ort-wasm-simd-threaded.asyncify.mjs", "ort-wasm-simd-threaded.asyncify.wasm"],
};

/** `[{ name, bytes, brotli_bytes }]`, at the strength that servers compress files with beforehand. */
export function codeSizes() {
  const peers = Object.entries(RUNTIMES).map(([name, files]) => [name, files.map((file) => join(RUNTIME, file))]);
  const own = existsSync(DIST) ? codeIn(DIST) : [];
  return [...peers, ["SaySee, page and worker", own]]
    .filter(([, files]) => files.length > 0 && files.every(existsSync))
    .map(([name, files]) => {
      const contents = files.map((file) => readFileSync(file));
      const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);
      return { name, bytes: sum(contents.map((bytes) => bytes.length)), brotli_bytes: sum(contents.map(brotli)) };
    });
}

/** Programs and scripts of the built page, wherever in it they are; samples, packs and pictures are no code. */
function codeIn(folder) {
  const entries = readdirSync(folder, { recursive: true }).map(String);
  return entries.filter((file) => /\.(wasm|js)$/.test(file) && !file.startsWith("assets")).map((file) => join(folder, file));
}

function brotli(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}
