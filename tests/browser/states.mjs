// Every state of the page and how to get there: what axe looks at, and what the screenshots show.
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { largeManifest, serveElsewhere } from "./elsewhere.mjs";
import { SaySee } from "./page.mjs";
import { padded, readWav, writeWav } from "./wav.mjs";

const [sample, another] = await samples();
const isShard = (path) => path.endsWith(".safetensors");
const answered = `&sample=${sample.id}`;

/**
 * Each state: how to reach it, what its address asks for besides the backend, whether it asks for a model of another
 * server (`large`), whether the microphone is refused, and what is in the way of requests: `fault(path, released)` as in
 * tools/static-server.mjs, where `released` is a promise that is kept when the state has been seen.
 */
export const STATES = {
  loading: {
    fault: (path, released) => isShard(path) && released,
    reach: (page) => page.page.getByText(/B of [\d.]+ [kM]B/).first().waitFor(),
  },
  idle: { reach: (page) => page.reaches("idle") },
  listening: {
    reach: async (page) => {
      await page.reaches("idle");
      // The recording's silence before, and what is said up to its last word.
      await page.pauseMicrophoneAfter(2.4);
      await page.record.click();
      await page.page.waitForFunction(() => self.soundLeft <= 0);
      await page.reaches("listening");
    },
  },
  answered: { query: answered, reach: (page) => page.reaches("answered") },
  history: {
    query: answered,
    reach: async (page) => {
      await page.reaches("answered");
      await page.sample(another.id).click();
      await page.recalls.nth(1).waitFor();
      await page.reaches("answered");
      // The pointer is not part of the picture.
      await page.page.mouse.move(0, 0);
    },
  },
  viewer: {
    query: answered,
    reach: async (page) => {
      await page.reaches("answered");
      await page.results.first().click();
      await page.viewer.waitFor({ state: "visible" });
    },
  },
  struck: {
    query: answered,
    reach: async (page) => {
      await page.reaches("answered");
      await page.page.getByTestId("strike").first().click();
      await page.page.locator('[data-testid="keyword"].struck').waitFor();
    },
  },
  fitting: {
    query: answered,
    reach: async (page) => {
      await page.reaches("answered");
      await page.results.first().click();
      await page.viewer.waitFor({ state: "visible" });
      await page.page.getByTestId("find-fitting").click();
      await page.page.getByTestId("fit").first().waitFor();
    },
  },
  numbers: {
    query: answered,
    reach: async (page) => {
      await page.reaches("answered");
      await page.page.getByTestId("numbers").locator("summary").click();
      await page.page.getByTestId("stage").first().scrollIntoViewIfNeeded();
    },
  },
  failed: {
    fault: (path) => isShard(path) && { corrupt: true },
    reach: (page) => page.reaches("failed"),
  },
  denied: {
    refused: true,
    reach: async (page) => {
      await page.reaches("idle");
      await page.record.click();
      await page.reaches("failed");
    },
  },
  offer: {
    large: true,
    reach: async (page) => {
      await page.reaches("offered");
      await page.offer.waitFor({ state: "visible" });
    },
  },
  models: {
    reach: async (page) => {
      await page.reaches("idle");
      await page.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    },
  },
  bench: {
    query: "&bench&seconds=0.5,1&runs=1&pictures=100",
    reach: (page) => page.page.locator("[data-testid=bench][data-state=done]").waitFor(),
  },
};

/** Starts what all states need. `show(name, context, body)` opens a window, reaches that state and hands it to `body`. */
export async function startStates() {
  let fault;
  const server = await servePage({ fault: (path) => fault?.(path) });
  const elsewhere = await serveElsewhere(".");
  const large = await largeManifest();
  elsewhere.fault = () => ({ text: large });
  const speaking = await startChromium({ webgpu: false });
  const refusing = await startChromium({ webgpu: false, microphone: false });
  await speaking.speak(writeWav(padded(readWav(await sampleBytes(sample)), 0.4, 10)));
  return {
    async show(name, context, body) {
      const { query = "", large, refused, fault: spoil, reach } = STATES[name];
      let release;
      const released = new Promise((go) => (release = go));
      fault = spoil && ((path) => spoil(path, released));
      const { browser } = refused ? refusing : speaking;
      const page = new SaySee(await browser.newPage(context));
      try {
        await page.pausable();
        // Without the service worker, which would fetch every picture meanwhile.
        await page.page.goto(`${server.url}?backend=cpu&dev${query}${large ? `&pack=${elsewhere.url}` : ""}`);
        await reach(page);
        await body(page);
      } finally {
        release();
        fault = undefined;
        await page.close();
      }
    },
    async close() {
      await speaking.close();
      await refusing.close();
      await elsewhere.close();
      await server.close();
    },
  };
}
