// Threads: used where the page is cross-origin isolated, and never in anyone's way.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";
import { padded, readWav, writeWav } from "./wav.mjs";

const [sample] = await samples();

describe("threads", () => {
  let isolated, open, chromium, missing;
  before(async () => {
    const fault = (path) => (missing && path.startsWith("worker_threads") ? { status: 404 } : undefined);
    isolated = await servePage({ isolated: true, fault });
    open = await servePage();
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await isolated?.close();
    await open?.close();
  });

  /** Asks a sample; answers what was found, on how many threads, and which files that took. */
  async function ask(server, query) {
    const page = await SaySee.open(chromium.browser, server.url, { query: `?sample=${sample.id}&${query}` });
    const { state } = await page.reaches("answered", "failed");
    assert.equal(state, "answered", await page.describe());
    const threads = await page.backend.getAttribute("data-threads");
    const found = { pictures: await page.pictures(20), keywords: await page.keywords() };
    const files = page.asked.map((url) => new URL(url).pathname.slice(1));
    const { errors } = page;
    await page.close();
    return { threads, found, files, errors };
  }

  test("find the same, to the last digit", async () => {
    const alone = await ask(isolated, "backend=cpu&threads=1");
    assert.equal(alone.threads, "1");
    assert.equal(alone.found.pictures[0].item, sample.expected_item);
    for (const threads of ["2", "5"]) {
      const together = await ask(isolated, `backend=cpu&threads=${threads}`);
      assert.equal(together.threads, threads);
      assert.deepEqual(together.found, alone.found);
      assert.deepEqual(together.errors, []);
    }
  });

  test("are as many as there are processors, eight at most", async () => {
    const { threads, errors } = await ask(isolated, "backend=cpu");
    const page = await SaySee.open(chromium.browser, isolated.url);
    const processors = await page.page.evaluate(() => navigator.hardwareConcurrency);
    await page.close();
    assert.equal(threads, String(Math.min(processors, 8)));
    assert.deepEqual(errors, []);
  });

  test("are not even downloaded without isolation", async () => {
    const { threads, found, files, errors } = await ask(open, "backend=cpu&threads=4");
    assert.equal(threads, "1");
    assert.equal(found.pictures[0].item, sample.expected_item);
    assert.deepEqual(files.filter((file) => file.includes("threads")), []);
    assert.deepEqual(errors, []);
  });

  test("are done without where their build does not start", async () => {
    missing = true;
    const { threads, found } = await ask(isolated, "backend=cpu&threads=4").finally(() => (missing = false));
    assert.equal(threads, "1");
    assert.equal(found.pictures[0].item, sample.expected_item);
  });

  test("do not disturb the GPU", async () => {
    const { threads, found, errors } = await ask(isolated, "backend=gpu&threads=3");
    assert.equal(threads, null);
    assert.equal(found.pictures[0].item, sample.expected_item);
    assert.deepEqual(errors, []);
  });

  test("are there at a visit without a network, once they were used", async () => {
    const context = await chromium.browser.newContext();
    const visit = async () => {
      const page = await SaySee.visit(context, isolated.url, "?backend=cpu&threads=2");
      await page.reaches("idle");
      return page;
    };
    const first = await visit();
    // What a page asks for before its service worker is in control is kept by nobody: the second visit is the one that counts.
    await first.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await first.page.close();
    await (await visit()).page.close();
    await context.setOffline(true);
    const last = await visit();
    assert.equal(await last.backend.getAttribute("data-threads"), "2");
    assert.ok(await last.page.evaluate(() => crossOriginIsolated));
    await context.close();
  });

  test("hear a microphone", async () => {
    const page = await SaySee.open(chromium.browser, isolated.url, { query: "?backend=cpu&threads=2" });
    await page.reaches("idle");
    await chromium.speak(writeWav(padded(readWav(await sampleBytes(sample)), 0.4, 10)));
    await page.record.click();
    const { state } = await page.reaches("answered", "failed");
    assert.equal(state, "answered", await page.describe());
    assert.equal((await page.pictures(1))[0].item, sample.expected_item);
    assert.deepEqual(page.errors, []);
    await page.close();
  });
});
