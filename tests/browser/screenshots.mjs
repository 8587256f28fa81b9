// Pictures of the page in its main states, at desktop and phone size, to be looked at:
// `node tests/browser/screenshots.mjs [FOLDER [STATE...]]`. Expects tools/build-page.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { randomPack, serveElsewhere } from "./elsewhere.mjs";
import { SaySee } from "./page.mjs";
import { padded, readWav, writeWav } from "./wav.mjs";

const [folder = "target/screenshots", ...wanted] = process.argv.slice(2);
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
const large = await serveElsewhere(randomPack("hybrid-plus", "q8"));
const tiny = await serveElsewhere(randomPack("tiny", "q8"));
large.fault = (file) => file === "weights-9.safetensors" && { delay: 5000 };
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
  offer: { query: `&pack=${large.url}`, reach: (page) => page.reaches("offered") },
  fetching: {
    query: `&pack=${large.url}`,
    reach: async (page) => {
      await page.reaches("offered");
      await page.page.getByTestId("agree").click();
      await page.page.getByText(/[56]\d MB of \d+ MB/).first().waitFor();
    },
  },
  foreign: {
    query: `&sample=${sample.id}&pack=${tiny.url}`,
    reach: async (page) => {
      await page.reaches("answered");
      await page.page.getByTestId("foreign").scrollIntoViewIfNeeded();
      await page.page.waitForTimeout(800);
    },
  },
  unreachable: { query: "&pack=http://127.0.0.1:9/pack", reach: (page) => page.reaches("failed") },
  models: {
    reach: async (page) => {
      await page.reaches("idle");
      await page.page.locator("footer").scrollIntoViewIfNeeded();
      await page.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await page.page.waitForTimeout(800);
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
      if (wanted.length > 0 && !wanted.includes(name)) continue;
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

await large.close();
await tiny.close();
await speaking.close();
await refusing.close();
await server.close();
