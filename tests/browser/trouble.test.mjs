// What a visitor sees when something is missing, damaged or refused, and the way out of it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

const [sample] = await samples();
const isShard = (path) => /^assets\/packs\/.*\.safetensors$/.test(path);

describe("trouble", () => {
  let server, chromium;
  // What happens to requests; set by each test.
  let fault;
  before(async () => {
    server = await servePage({ fault: (path) => fault?.(path) });
    chromium = await startChromium({ microphone: false });
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  /** Opens the page with `trouble` in the way of its requests and hands it to `body`. */
  async function withPage(trouble, query, body) {
    fault = trouble;
    const page = await SaySee.open(chromium.browser, server.url, { query });
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
    const [best] = await page.pictures(1);
    assert.equal(best.item, sample.expected_item);
  }

  test("a refused microphone is explained, and samples still work", () =>
    withPage(undefined, "?backend=cpu", async (page) => {
      await page.reaches("idle");
      await page.record.click();
      const { problem } = await page.reaches("failed");
      assert.equal(problem, "microphone-denied");
      assert.match(await page.status.innerText(), /microphone is blocked.*samples/is);
      await answersSample(page);
    }));

  test("a damaged shard is refused by name, and loading again heals it", () =>
    withPage((path) => isShard(path) && { corrupt: true }, "?backend=cpu", async (page) => {
      const { problem } = await page.reaches("failed", "idle");
      assert.equal(problem, "download-damaged");
      assert.match(await page.describe(), /weights-1\.safetensors/);
      assert.match(await page.status.innerText(), /arrived damaged/);
      fault = undefined;
      await page.retry.click();
      await page.reaches("idle");
      await answersSample(page);
    }));

  test("a missing shard is reported, and loading again fetches it", () =>
    withPage((path) => isShard(path) && { status: 503 }, "?backend=cpu", async (page) => {
      const { problem } = await page.reaches("failed", "idle");
      assert.equal(problem, "download-failed");
      assert.match(await page.describe(), /weights-1\.safetensors/);
      fault = undefined;
      await page.retry.click();
      await page.reaches("idle");
      await answersSample(page);
    }));

  // A panic of the built page is a trap; what a microtask of the program runs into ends in the worker's `error` event.
  test("an engine that stops is reported, and loading again starts another", () =>
    withPage(undefined, "?backend=cpu", async (page) => {
      await page.reaches("idle");
      const [worker] = page.page.workers();
      await worker.evaluate(() => {
        queueMicrotask(() => {
          throw new WebAssembly.RuntimeError("unreachable");
        });
      });
      const { problem } = await page.reaches("failed");
      assert.equal(problem, "engine-failed");
      assert.match(await page.status.innerText(), /engine stopped/);
      await page.retry.click();
      await page.reaches("idle");
      await answersSample(page);
    }));

  test("a missing gallery is reported", () =>
    withPage((path) => path.startsWith("assets/galleries/") && { status: 404 }, "?backend=cpu", async (page) => {
      const { problem } = await page.reaches("failed", "idle");
      assert.equal(problem, "download-failed");
      assert.equal(await page.results.count(), 0);
    }));

  test("a slow download shows bytes of how many, and a question waits for it", () =>
    withPage((path) => isShard(path) && { delay: 3000 }, "?backend=cpu", async (page) => {
      await page.reaches("loading");
      await page.page.getByText(/B of [\d.]+ [kM]B/).first().waitFor();
      await answersSample(page);
    }));

  test("an unknown sample is reported", () =>
    withPage(undefined, "?backend=cpu&sample=no-such-sample", async (page) => {
      const { problem } = await page.reaches("failed", "answered");
      assert.equal(problem, "sample-missing");
    }));

  describe("without WebGPU", () => {
    let plain;
    before(async () => {
      plain = await startChromium({ microphone: false, webgpu: false });
    });
    after(() => plain?.close());

    test("the page runs on the CPU and says so", async () => {
      const page = await SaySee.open(plain.browser, server.url);
      await page.reaches("idle");
      assert.equal(await page.backend.getAttribute("data-kind"), "cpu");
      await answersSample(page);
      await page.close();
    });

    test("asking for the GPU is refused with a way out", async () => {
      const page = await SaySee.open(plain.browser, server.url, { query: "?backend=gpu" });
      const { problem } = await page.reaches("failed", "idle");
      assert.equal(problem, "gpu-unavailable");
      assert.match(await page.status.innerText(), /without .\?backend=gpu/);
      await page.close();
    });
  });
});
