// GPUs that go away, and GPUs that compute nonsense. The faults are made in front of the worker's program, where a browser
// and its driver would make them; the program knows nothing of it.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

const [first, second, third] = await samples();

/** `self.lose()`: the device of the next submission is gone before it is done. */
function losable() {
  let device;
  let armed = false;
  self.lose = () => (armed = true);
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    device = await request.apply(this, options);
    return device;
  };
  const submit = GPUQueue.prototype.submit;
  GPUQueue.prototype.submit = function (commands) {
    if (armed) {
      armed = false;
      device.destroy();
    }
    return submit.call(this, commands);
  };
}

/** A compiler that gets one kernel wrong: spreads are taken for half of what they are. */
function wrong() {
  const create = GPUDevice.prototype.createShaderModule;
  GPUDevice.prototype.createShaderModule = function ({ label, code }) {
    const isNorm = code.startsWith("// layer_norm") || label?.startsWith("layer_norm");
    return create.call(this, { label, code: isNorm ? code.replace("1.0 / sqrt(", "2.0 / sqrt(") : code });
  };
}

describe("GPUs that fail", () => {
  let server, chromium, context;
  before(async () => {
    server = await servePage();
    chromium = await startChromium({ microphone: false });
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });
  beforeEach(async () => {
    context = await chromium.browser.newContext({ serviceWorkers: "block" });
  });
  afterEach(() => context?.close());

  const visit = (query, inWorker) => SaySee.visit(context, server.url, `?simd=plain${query}`, { inWorker });
  const losses = (page, count) => page.page.locator(`[data-testid="backend"][data-losses="${count}"]`).waitFor();

  async function answers(page, { expected_item }) {
    await page.page.locator(`[data-testid="result"][data-item="${expected_item}"]`).first().waitFor();
    const { state } = await page.reaches("answered", "failed");
    assert.equal(state, "answered", await page.describe());
    assert.equal((await page.pictures(1))[0].item, expected_item);
  }

  test("a GPU that is lost in the middle of a question is made again, and the question answered", async () => {
    const page = await visit("&backend=gpu", losable);
    await page.reaches("idle");
    await page.page.evaluate(() => (window.stayed = true));
    await page.page.workers()[0].evaluate(() => self.lose());
    await page.sample(first.id).click();
    await losses(page, 1);
    await answers(page, first);
    assert.equal(await page.page.evaluate(() => window.stayed), true, "without loading the page again");
    assert.equal(await page.backend.getAttribute("data-kind"), "gpu");
    assert.match(await page.page.locator("footer").innerText(), /was lost once/);
  });

  test("a GPU that is lost again and again gives way to the CPU", async () => {
    const page = await visit("&backend=gpu", losable);
    await page.reaches("idle");
    for (const [count, sample] of [first, second, third].entries()) {
      await page.page.workers()[0].evaluate(() => self.lose());
      await page.sample(sample.id).click();
      await losses(page, count + 1);
      await answers(page, sample);
    }
    assert.equal(await page.backend.getAttribute("data-kind"), "cpu");
  });

  test("a GPU that computes nonsense is found out, and the CPU takes over and says so", async () => {
    const page = await visit("", wrong);
    await page.reaches("idle");
    assert.equal(await page.backend.getAttribute("data-kind"), "cpu");
    assert.match(await page.page.locator("footer").innerText(), /GPU computes layer_norm wrongly/);
    await page.sample(first.id).click();
    await answers(page, first);
  });

  test("such a GPU is refused where nothing else may run", async () => {
    const page = await visit("&backend=gpu", wrong);
    const { problem } = await page.reaches("failed", "idle");
    assert.equal(problem, "gpu-wrong");
    assert.match(await page.status.innerText(), /without .\?backend=gpu/);
  });
});
