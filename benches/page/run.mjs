// What a visit costs and how fast it answers: the built page in a fresh Chromium, a recording as its microphone.
//
//   node benches/page/run.mjs [--backend cpu|gpu|auto] [--rounds N] [--sample ID] [--threads]
//
// Prints a JSON object a round, then the medians. From a cold start, a second visit, and one spoken sentence: milliseconds
// until the page listens, looks at the sentence while it is spoken, the processor time of the whole browser while it listens, and
// milliseconds from the end of the recording of it to the ranked answer; with --threads also which threads of the browser that
// processor time went to, in cores. Expects dist/ (tools/build-page).
import { parseArgs } from "node:util";
import { sampleBytes, samples, servePage } from "../../tests/browser/assets.mjs";
import { SaySee } from "../../tests/browser/page.mjs";
import { padded, readWav, writeWav } from "../../tests/browser/wav.mjs";
import { busyMilliseconds, startMeasured } from "../peers/browser.mjs";
import { median } from "../peers/measure.mjs";

const { values: asked } = parseArgs({
  options: {
    backend: { type: "string", default: "cpu" },
    rounds: { type: "string", default: "3" },
    sample: { type: "string", default: "" },
    threads: { type: "boolean", default: false },
  },
});
const query = asked.backend === "auto" ? "" : `?backend=${asked.backend}`;
const utterances = await samples();
const sample = utterances.find(({ id }) => id === asked.sample) ?? utterances[0];
// Half a second of quiet before the sentence, then more than ends it.
const spoken = writeWav(padded(readWav(await sampleBytes(sample)), 0.5, 2));

const server = await servePage();
const rounds = [];
for (let round = 0; round < Number(asked.rounds); round++) {
  rounds.push(await visit());
  console.log(JSON.stringify(rounds.at(-1)));
}
await server.close();
const names = Object.keys(rounds[0]).filter((name) => typeof rounds[0][name] === "number");
const medians = names.map((name) => [name, Math.round(100 * median(rounds.map((one) => one[name]))) / 100]);
console.log(JSON.stringify({ sample: sample.id, backend: asked.backend, ...Object.fromEntries(medians) }));

async function visit() {
  const chromium = await startMeasured({ microphone: true });
  try {
    const context = await chromium.browser.newContext({ permissions: ["microphone"] });
    await context.addInitScript(overhear);
    const cold_ms = (await ready(context)).milliseconds;
    // What the page keeps for the next visit is kept once it listens: the service worker says so.
    const { page, milliseconds: warm_ms } = await ready(context);
    // That work is of the first visit, not of speaking.
    await page.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await chromium.speak(spoken);
    await page.page.evaluate(watch);
    await page.record.click();
    await page.page.evaluate(() => window.watched.listening);
    const threads = chromium.threadMilliseconds();
    const [cpu, busy, begun] = [chromium.cpuMilliseconds(), busyMilliseconds(), performance.now()];
    await page.page.evaluate(() => window.watched.heard);
    const wall_ms = performance.now() - begun;
    const cpu_ms = chromium.cpuMilliseconds() - cpu;
    if (asked.threads) console.log(JSON.stringify(cores(threads, chromium.threadMilliseconds(), wall_ms)));
    const other_ms = busyMilliseconds() - busy - cpu_ms;
    await page.page.evaluate(() => window.watched.answered);
    const { states, looks } = await page.page.evaluate(() => window.watched);
    const at = (state) => states.find(([name]) => name === state)?.[1];
    const listened_ms = (at("thinking") ?? at("answered")) - at("listening");
    const during = looks.filter((time) => time < (at("thinking") ?? at("answered")));
    const steps = during.slice(1).map((time, index) => time - during[index]);
    return {
      cold_ms,
      warm_ms,
      listened_ms,
      looks: during.length,
      between_looks_ms: steps.length ? median(steps) : 0,
      answer_ms: at("answered") - (at("thinking") ?? at("answered")),
      cpu_ms,
      cores: cpu_ms / wall_ms,
      other_cores: Math.max(0, other_ms / wall_ms),
      said: (await page.keywords()).map(({ token }) => token).join(" "),
    };
  } finally {
    await chromium.close();
  }
}

/** Cores that each kind of thread kept busy, the busiest first. */
function cores(before, after, wall_ms) {
  const shares = Object.entries(after).map(([name, ms]) => [name, Math.round((1000 * (ms - (before[name] ?? 0))) / wall_ms) / 1000]);
  return Object.fromEntries(shares.filter(([, share]) => share > 0.004).sort(([, a], [, b]) => b - a));
}

/** Opens the page and waits until it can listen. */
async function ready(context) {
  const begun = performance.now();
  const page = await SaySee.visit(context, server.url, query);
  await page.reaches("idle");
  return { page, milliseconds: performance.now() - begun };
}

/**
 * Runs in the page: notes when its state changes, and when something new is known of the sentence. Whoever waits for the
 * answer is told of it: asking again and again would make the browser draw sixty times a second.
 */
function watch() {
  const states = [];
  const [listening, heard, answered] = [1, 2, 3].map(() => Promise.withResolvers());
  const of = { listening: [listening], thinking: [heard], answered: [heard, answered] };
  window.watched = { states, looks: window.looks };
  Object.assign(window.watched, { listening: listening.promise, heard: heard.promise, answered: answered.promise });
  const line = document.querySelector("[data-testid=status]");
  const seen = () => {
    const { state } = line.dataset;
    if (states.at(-1)?.[0] !== state) states.push([state, performance.now()]);
    for (const { resolve } of of[state] ?? []) resolve();
  };
  new MutationObserver(seen).observe(line, { attributes: true });
}

/** Runs in the page before its program: hears what the worker says of a sentence that is being spoken. */
function overhear() {
  window.looks = [];
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string" && JSON.parse(data).live) window.looks.push(performance.now());
      });
    }
  };
}
