// Pictures of the page in its main states, at desktop and phone size, to be looked at:
// `node tests/browser/screenshots.mjs [FOLDER]`. Expects tools/build-page.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";
import { padded, readWav, writeWav } from "./wav.mjs";

const folder = process.argv[2] ?? "target/screenshots";
const SIZES = {
  desktop: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
const SCHEMES = ["light", "dark"];

const [sample] = await samples();
const spoken = readWav(await sampleBytes(sample));
let fault;
const server = await servePage({ fault: (path) => fault?.(path) });
const speaking = await startChromium();
const refusing = await startChromium({ microphone: false });
await speaking.speak(writeWav(padded(spoken, 0.4, 8)));
await mkdir(folder, { recursive: true });

/** Each state: the browser, the address, what spoils the requests, and how to get there. */
const STATES = {
  loading: {
    fault: (path) => path.endsWith(".safetensors") && { delay: 4000 },
    reach: (page) => page.reaches("loading"),
  },
  ready: { reach: (page) => page.reaches("idle") },
  listening: {
    reach: async (page) => {
      await page.reaches("idle");
      await page.record.click();
      await page.reaches("listening");
      await page.page.waitForTimeout(1000 * (0.6 + spoken.samples.length / spoken.rate));
    },
  },
  answered: {
    query: `&sample=${sample.id}`,
    reach: async (page) => {
      await page.reaches("answered");
      await page.page.waitForTimeout(1500);
    },
  },
  viewer: {
    query: `&sample=${sample.id}`,
    reach: async (page) => {
      await page.reaches("answered");
      await page.results.first().click();
      await page.page.waitForTimeout(800);
    },
  },
  denied: {
    chromium: refusing,
    reach: async (page) => {
      await page.reaches("idle");
      await page.record.click();
      await page.reaches("failed");
    },
  },
  damaged: {
    fault: (path) => path.endsWith(".safetensors") && { corrupt: true },
    reach: (page) => page.reaches("failed"),
  },
};

for (const [size, context] of Object.entries(SIZES)) {
  for (const colorScheme of SCHEMES) {
    for (const [name, { chromium = speaking, query = "", fault: spoil, reach }] of Object.entries(STATES)) {
      fault = spoil;
      const page = await SaySee.open(chromium.browser, server.url, { query: `?backend=cpu${query}`, colorScheme, ...context });
      await reach(page);
      const path = join(folder, `${size}-${colorScheme}-${name}.png`);
      await page.page.screenshot({ path });
      await page.close();
      console.log(path);
    }
  }
}

await speaking.close();
await refusing.close();
await server.close();
