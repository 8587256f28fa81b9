// Measures SaySee beside what a web developer would pick instead, in one run, in the same Chromium:
//
//   node run.mjs [--models FOLDER] [--packs FOLDER] [--cases ID,...] [--only peers|saysee] [--rounds N] [--threads N] [--out FOLDER]
//
// Contenders take turns, each in a fresh browser, so that what else the machine does hits all alike. Prints a Markdown
// table, and writes it and everything measured into FOLDER (results/) as peers.md and peers.json. See README.md.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CASES } from "./contenders.mjs";
import { measure } from "./measure.mjs";
import { summarise, table } from "./report.mjs";
import { serve } from "./server.mjs";
import { codeSizes } from "./sizes.mjs";

const here = (folder) => fileURLToPath(new URL(folder, import.meta.url));
const { values: asked } = parseArgs({
  options: {
    models: { type: "string", default: here("models") },
    packs: { type: "string", default: here("packs") },
    out: { type: "string", default: here("results") },
    cases: { type: "string", default: CASES.map(({ id }) => id).join(",") },
    only: { type: "string" },
    rounds: { type: "string", default: "3" },
    // With more than one the page is cross-origin isolated. Processor time then says little; milliseconds are in peers.json.
    threads: { type: "string", default: "1" },
    // A machine with a GPU: Chromium's own adapter instead of the software one.
    "real-gpu": { type: "boolean", default: false },
  },
});
const KINDS = { peers: "peer", saysee: "saysee" };
const cases = asked.cases.split(",").map((id) => {
  const found = CASES.find((test) => test.id === id);
  if (!found) throw new Error(`no case "${id}"; there are ${CASES.map((test) => test.id).join(", ")}`);
  const contenders = found.contenders.filter(({ kind }) => !asked.only || kind === KINDS[asked.only]);
  return { ...found, contenders };
});

function missing(contender) {
  const file = contender.kind === "peer" ? join(asked.models, `${contender.model}.onnx`) : join(asked.packs, contender.pack, "pack.json");
  return existsSync(file) ? undefined : file;
}

const threads = Number(asked.threads);
const server = await serve({ packs: asked.packs, models: asked.models, isolated: threads > 1 });
const results = [];
try {
  for (const test of cases) {
    for (let round = 0; round < (test.first ? 1 : Number(asked.rounds)); round++) {
      for (const contender of test.contenders) {
        const place = { case: test.id, contender: contender.name, round };
        const file = missing(contender);
        const started = performance.now();
        const measured = file
          ? { error: `${file} is missing` }
          : await measure(server, test, contender, { real: asked["real-gpu"], threads }).catch((error) => ({ error: String(error).split("\n")[0] }));
        results.push({ ...place, ...measured });
        const cpu = measured.cpu_ms ?? measured.first_cpu_ms;
        const said = measured.error ?? `${Math.round(cpu)} CPU-ms${measured.wall_ms ? `, ${Math.round(measured.wall_ms)} ms` : ""}, first ${Math.round(measured.first_cpu_ms)}, others ${measured.others.toFixed(2)}`;
        console.error(`${test.id} ${round + 1}: ${contender.name}: ${said} [${Math.round((performance.now() - started) / 1000)} s]`);
      }
    }
  }
} finally {
  await server.close();
}

const machine = { processor: cpus()[0]?.model ?? "unknown", processors: cpus().length };
const report = { date: new Date().toISOString(), machine, threads, code: codeSizes(), cases: summarise(cases, results), results };
mkdirSync(asked.out, { recursive: true });
writeFileSync(join(asked.out, "peers.json"), `${JSON.stringify(report, null, 1)}\n`);
const markdown = table(report);
writeFileSync(join(asked.out, "peers.md"), markdown);
console.log(markdown);
