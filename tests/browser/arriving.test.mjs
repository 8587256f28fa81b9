// The first second and the way to an engine: pictures before the model, progress, calling off, saving data, coming back.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

const [sample] = await samples();
const { shards } = JSON.parse(await readFile(new URL("../../assets/packs/scenes-mini/pack.json", import.meta.url), "utf8"));
const megabytes = (shards.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1);
const isShard = (path) => /^assets\/packs\/.*\.safetensors$/.test(path);

/** Adds up every shift of the layout that no action of the visitor explains. */
function watchShifts() {
  window.shifts = [];
  const note = (list) =>
    list.getEntries().forEach(({ value, hadRecentInput, sources }) => {
      if (!hadRecentInput) window.shifts.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
    });
  new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
}

describe("arriving", () => {
  let server, chromium, fault;
  const asked = [];
  before(async () => {
    server = await servePage({
      fault: (path) => {
        asked.push(path);
        return fault?.(path);
      },
    });
    chromium = await startChromium({ microphone: false });
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  async function withPage({ trouble, query = "?backend=cpu", ...options }, body) {
    fault = trouble;
    const page = await SaySee.open(chromium.browser, server.url, { query, ...options });
    try {
      await body(page);
    } finally {
      fault = undefined;
      await page.close();
    }
  }

  async function answersSample(page) {
    await page.sample(sample.id).click();
    const { state } = await page.reaches("answered", "failed");
    assert.equal(state, "answered", await page.describe());
    assert.equal((await page.pictures(1))[0].item, sample.expected_item);
  }

  /** Holds the weights back until `release` is called. */
  function gate() {
    let release;
    const open = new Promise((opened) => (release = opened));
    return { trouble: (path) => isShard(path) && open.then(() => undefined), release };
  }

  for (const [device, context] of [
    ["a desktop", { viewport: { width: 1440, height: 900 } }],
    ["a phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ]) {
    test(`pictures and samples are there before the model, and nothing moves, on ${device}`, async () => {
      const { trouble, release } = gate();
      await withPage({ trouble, before: watchShifts, ...context }, async (page) => {
        await page.reaches("loading");
        await page.sample(sample.id).waitFor();
        const picture = page.gallery.first().locator("img");
        await picture.waitFor();
        assert.match(await picture.evaluate((image) => image.style.backgroundColor), /^rgb/, "a colour stands in for it");
        await page.page.waitForFunction(() => document.querySelector('[data-testid="picture"] img')?.naturalWidth > 0);
        assert.match(await page.page.locator("main").innerText(), /describe a picture out loud/i);
        release();
        await page.reaches("idle");
        assert.deepEqual(await page.page.evaluate(() => window.shifts), []);
      });
    });
  }

  test("loading shows bytes of how many, can be called off, and taken up again", async () => {
    const { trouble, release } = gate();
    await withPage({ trouble }, async (page) => {
      await page.reaches("loading");
      await page.status.getByText(/[\d.]+ [kM]?B of [\d.]+ MB/).waitFor();
      await page.wayBack.click();
      const { problem } = await page.reaches("failed");
      assert.equal(problem, "loading-stopped");
      assert.ok((await page.gallery.count()) > 0, "the pictures stay");
      release();
      await page.retry.click();
      await page.reaches("idle");
      await answersSample(page);
      assert.deepEqual(page.errors, []);
    });
  });

  test("who saves data is asked first", () =>
    withPage({ before: () => Object.defineProperty(navigator, "connection", { value: { saveData: true } }) }, async (page) => {
      asked.length = 0;
      await page.reaches("offered");
      assert.match(await page.offer.innerText(), new RegExp(`${megabytes} MB`.replace(".", "\\.")));
      assert.ok(!asked.some(isShard), "nothing large has been fetched");
      await page.page.keyboard.press("Escape");
      assert.equal((await page.reaches("failed")).problem, "loading-stopped");
      await page.retry.click();
      await page.reaches("idle");
      await answersSample(page);
    }));

  test("a second visit fetches no shard, and says where the model comes from", async () => {
    const context = await chromium.browser.newContext({ serviceWorkers: "block" });
    const first = await SaySee.visit(context, server.url, "?backend=cpu");
    await first.reaches("idle");
    assert.equal(await first.backend.getAttribute("data-from"), "network");
    asked.length = 0;
    const second = await SaySee.visit(context, server.url, "?backend=cpu");
    await second.reaches("idle");
    assert.equal(await second.backend.getAttribute("data-from"), "storage");
    assert.deepEqual(asked.filter((path) => path.endsWith(".safetensors")), []);
    assert.match(await second.page.locator("footer").innerText(), /kept in this browser/i);
    await answersSample(second);
    await context.close();
  });

  test("what an earlier build has left is thrown away", async () => {
    const context = await chromium.browser.newContext({ serviceWorkers: "block" });
    const page = await SaySee.visit(context, server.url, "?backend=cpu");
    await page.reaches("idle");
    const keys = () =>
      page.page.evaluate(async () => {
        const cache = await caches.open("saysee-bundled-1");
        return (await cache.keys()).map(({ url }) => url);
      });
    const before = await keys();
    await page.page.evaluate(async () => {
      const cache = await caches.open("saysee-bundled-1");
      await cache.put("https://stored.invalid/sha256/0000", new Response("an old shard"));
    });
    await page.page.reload();
    await page.reaches("idle");
    assert.deepEqual((await keys()).sort(), before.sort());
    await context.close();
  });

  test("without a network and without a model the page says so, and loads by itself when there is one", async () => {
    const context = await chromium.browser.newContext({ serviceWorkers: "block" });
    fault = (path) => isShard(path) && { status: 503 };
    const page = await SaySee.visit(context, server.url, "?backend=cpu");
    await page.reaches("failed");
    await context.setOffline(true);
    await page.retry.click();
    await page.page.locator('[data-problem="offline"]').waitFor();
    assert.match(await page.status.innerText(), /no network/i);
    fault = undefined;
    await context.setOffline(false);
    await page.reaches("idle");
    await answersSample(page);
    await context.close();
  });
});
