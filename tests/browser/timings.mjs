// How long a visitor waits, on this machine and a local server: node tests/browser/timings.mjs
// From opening the page to the first answer (cold: nothing cached, kernels compiled), then one more question.
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

const [sample] = await samples();
const server = await servePage();
for (const backend of ["cpu", "gpu"]) {
  const chromium = await startChromium();
  const opened = performance.now();
  const page = await SaySee.open(chromium.browser, server.url, { query: `?backend=${backend}&sample=${sample.id}` });
  await page.reaches("answered");
  const first = performance.now() - opened;
  console.log(`${backend}: first answer ${Math.round(first)} ms after opening; ${await page.describe()}`);
  await chromium.close();
}
await server.close();
