// One contender in one fresh browser: from an empty page to CPU-milliseconds an inference.
import { busyMilliseconds, startMeasured } from "./browser.mjs";

/** Longest wait for one contender; software WebGPU takes minutes. */
const PATIENCE = 240_000;

/**
 * Answers `{ load_ms, load_cpu_ms, first_ms, first_cpu_ms, wall_ms, cpu_ms, others, ... }`: the first inference apart,
 * then per inference after warming up; `others` is how many processors other programs kept busy meanwhile.
 */
export async function measure(server, test, contender, { real, threads }) {
  const chromium = await startMeasured({ real });
  try {
    const page = await chromium.browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    const run = contender.kind === "peer" ? measurePeer : measureSaysee;
    return { browser: chromium.version, ...(await run(page, chromium, server, { ...test, threads }, contender)) };
  } finally {
    await chromium.close();
  }
}

async function measurePeer(page, chromium, server, test, contender) {
  await page.goto(server.url);
  await page.waitForFunction(() => window.measure);
  const { runtime, provider, model } = contender;
  const loading = watch(chromium);
  const loaded = await page.evaluate((what) => window.load(what), {
    runtime,
    provider,
    model,
    input: test.input,
    seconds: test.seconds,
    threads: test.threads,
  });
  const load = loading();
  const begun = watch(chromium);
  const first_ms = await page.evaluate(() => window.infer());
  const first = begun();
  const result = { ...loaded, load_cpu_ms: load.cpu_ms, first_ms, first_cpu_ms: first.cpu_ms };
  if (test.first) return { ...result, others: first.others };
  await page.evaluate(() => window.warmUp());
  const steady = watch(chromium);
  const times = await page.evaluate((runs) => window.measure(runs), test.runs);
  const used = steady();
  return { ...result, wall_ms: median(times), cpu_ms: used.cpu_ms / test.runs, others: used.others };
}

/** The page's own bench tells when runs begin and end; the processor time is read at those moments. */
async function measureSaysee(page, chromium, server, test, contender) {
  const marks = new Map();
  let loading;
  await page.exposeFunction("marked", (mark) => marks.set(mark, loading()));
  await page.addInitScript(() => {
    const look = () => {
      const bench = document.querySelector("[data-testid=bench]");
      const { state, mode, phase } = bench?.dataset ?? {};
      const mark = state && [state, mode, phase].filter(Boolean).join(" ");
      if (mark && mark !== window.lastMark) window.marked((window.lastMark = mark));
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  });
  const { pack, backend, mode } = contender;
  const query = new URLSearchParams({ pack, backend, modes: mode, seconds: test.seconds ?? 1, runs: test.first ? 0 : test.runs, threads: test.threads });
  loading = watch(chromium);
  await page.goto(`${server.url}saysee/?bench&${query}`);
  // A large model is asked about first.
  page.getByTestId("agree").click().catch(() => undefined);
  const ended = (state) => page.locator(`[data-testid=bench][data-state=${state}]`);
  await ended("done").or(ended("failed")).waitFor();
  if (await ended("failed").count()) throw new Error(`SaySee: ${await page.getByTestId("status").getAttribute("title")}`);
  const report = JSON.parse(await page.getByTestId("bench-result").textContent());
  const [measured] = report.figures.measurements;
  const at = (phase) => marks.get(`measuring ${mode} ${phase}`);
  const between = (from, to) => {
    const [a, b] = [at(from), at(to)];
    const wall = b.wall_ms - a.wall_ms;
    const cpu_ms = b.cpu_ms - a.cpu_ms;
    return { cpu_ms, others: Math.max(0, (b.busy_ms - a.busy_ms - cpu_ms) / wall) };
  };
  const first = between("first", "warm");
  const loaded = {
    version: report.version,
    model_bytes: report.ready.pack_bytes,
    load_ms: report.ready_ms,
    load_cpu_ms: at("first").cpu_ms,
    first_ms: measured.first_ms,
    first_cpu_ms: first.cpu_ms,
    report,
  };
  if (test.first) return { ...loaded, others: first.others };
  const steady = between("timed", "done");
  return { ...loaded, wall_ms: measured.median_ms, cpu_ms: steady.cpu_ms / measured.runs, others: steady.others };
}

/** Starts a clock; the answer reads it. */
function watch(chromium) {
  const [cpu, busy, wall] = [chromium.cpuMilliseconds(), busyMilliseconds(), performance.now()];
  return () => {
    const [cpu_ms, busy_ms, wall_ms] = [
      chromium.cpuMilliseconds() - cpu,
      busyMilliseconds() - busy,
      performance.now() - wall,
    ];
    return { cpu_ms, busy_ms, wall_ms, others: Math.max(0, (busy_ms - cpu_ms) / wall_ms) };
  };
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
