// The built page and the bundled utterances.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { serve } from "../../tools/static-server.mjs";

export const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const SAMPLES = new URL("../../assets/samples/", import.meta.url);

/** Serves the built page; see `serve` for faults and sub-paths. */
export function servePage(options) {
  if (!existsSync(`${DIST}/index.html`)) throw new Error("dist/ is missing: run tools/build-page first");
  return serve(DIST, options);
}

/** The bundled utterances with what they should bring: `id`, `file`, `text`, `expected_item`, `expected_keywords`. */
export async function samples() {
  return JSON.parse(await readFile(new URL("samples.json", SAMPLES), "utf8"));
}

/** The wav file of one of them. */
export function sampleBytes({ file }) {
  return readFile(new URL(file, SAMPLES));
}
