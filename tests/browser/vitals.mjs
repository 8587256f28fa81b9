// What a visitor waits for and downloads, as the usual figures: node tests/browser/vitals.mjs [RUNS]
// A first visit (nothing cached) and a second one by the same browser, each until the page is ready, on this machine and
// a local server; and what the first fetches after that, in the background, so that the page works without a network.
// Bytes are those that the server sends, uncompressed. Medians of RUNS (5); expects tools/build-page.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DIST, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

const runs = Number(process.argv[2] ?? 5);
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };

let asked = [];
const server = await servePage({ fault: (path) => void asked.push(path) });
const chromium = await startChromium({ microphone: false });
console.log(`Chromium ${chromium.browser.version()}, ${runs} runs`);
for (const backend of ["cpu", "gpu"]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const figures = { first: [], second: [] };
    for (let run = 0; run < runs; run++) {
      const context = await chromium.browser.newContext({ viewport });
      await context.addInitScript(observe);
      for (const visit of Object.keys(figures)) figures[visit].push(await measure(context, backend));
      await context.close();
    }
    for (const [visit, all] of Object.entries(figures)) {
      const middle = (name) => all.map((one) => one[name]).sort((a, b) => a - b)[runs >> 1];
      console.log(
        `${backend}, ${size}, ${visit} visit: first contentful paint ${middle("paint")} ms, ` +
          `total blocking time ${middle("blocking")} ms, layout shift ${middle("shift")}, ready after ${middle("ready")} ms, ` +
          `${middle("requests")} requests, ${(middle("bytes") / 1e6).toFixed(2)} MB, ` +
          `afterwards ${middle("laterRequests")} requests, ${(middle("laterBytes") / 1e6).toFixed(2)} MB`,
      );
    }
  }
}
await chromium.close();
await server.close();

async function measure(context, backend) {
  asked = [];
  const page = await SaySee.visit(context, server.url, `?backend=${backend}`);
  await page.reaches("idle");
  const untilReady = asked;
  asked = [];
  const vitals = await page.page.evaluate(() => self.vitals());
  // What is still on its way would count as the next visit's.
  await page.keptForOffline();
  await page.page.close();
  const [bytes, laterBytes] = await Promise.all([sent(untilReady), sent(asked)]);
  return { ...vitals, requests: untilReady.length, bytes, laterRequests: asked.length, laterBytes };
}

/** Bytes of files that were asked for. */
async function sent(paths) {
  const sizes = await Promise.all(paths.map((path) => stat(join(DIST, path || "index.html")).then(({ size }) => size, () => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Runs before the page's own scripts. */
function observe() {
  const long = [];
  let shift = 0;
  const watch = (type, heard) => new PerformanceObserver((list) => list.getEntries().forEach(heard)).observe({ type, buffered: true });
  watch("longtask", ({ startTime, duration }) => long.push({ startTime, duration }));
  watch("layout-shift", ({ value, hadRecentInput }) => (shift += hadRecentInput ? 0 : value));
  // The moment of readiness is the page's own, not the one at which a test notices.
  let ready = Infinity;
  const state = new MutationObserver(() => {
    if (!document.querySelector('[data-testid="status"][data-state="idle"]')) return;
    ready = performance.now();
    state.disconnect();
  });
  state.observe(document, { subtree: true, childList: true, attributes: true });
  self.vitals = () => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity;
    const blocking = long
      .filter(({ startTime }) => paint <= startTime && startTime < ready)
      .reduce((sum, { duration }) => sum + Math.max(0, duration - 50), 0);
    return { paint: Math.round(paint), blocking: Math.round(blocking), shift: Number(shift.toFixed(4)), ready: Math.round(ready) };
  };
}
