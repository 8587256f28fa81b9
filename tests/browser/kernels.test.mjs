// Which kernels a GPU likes best is found out once, and kept for later visits.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

/** The software adapter under the name of one that is none: kernels of such are worth a timing. */
function disguised() {
  const info = { vendor: "acme", architecture: "one", device: "", description: "", isFallbackAdapter: false };
  Object.defineProperty(GPUDevice.prototype, "adapterInfo", { get: () => info });
}

describe("the choice of kernels", () => {
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

  /** What the panel of numbers says of kernels and of the start, at a visit of the same browser. */
  async function told() {
    const page = await SaySee.visit(context, server.url, "?simd=plain&backend=gpu", { inWorker: disguised });
    const { state } = await page.reaches("idle", "failed");
    assert.equal(state, "idle", await page.describe());
    const panel = page.page.getByTestId("numbers");
    await panel.locator("summary").click();
    const fact = (name) => panel.locator(`[data-fact="${name}"]`).innerText();
    const facts = { kernels: await fact("Kernels"), start: await fact("At start") };
    assert.deepEqual(page.errors, []);
    await page.page.close();
    return facts;
  }

  test("is timed at the first visit and found again at the second", async (t) => {
    const first = await told();
    // As many are timed as there is time for: none, on a machine that is busy with something else.
    assert.match(first.kernels, /^\w+(: \w+ [\d.]+ ms(, \w+ [\d.]+ ms)*)?$/);
    assert.match(first.start, /^choosing kernels [\d.]+ m?s, self-test [\d.]+ m?s$/);
    const second = await told();
    assert.equal(second.kernels, `${first.kernels}, found at an earlier visit`);
    assert.match(second.start, /^self-test [\d.]+ m?s$/);
    t.diagnostic(`${first.kernels}; at the first start ${first.start}, at the second ${second.start}`);
  });

  test("is made anew where what was kept is another adapter's, or none", async () => {
    await told();
    for (const change of ['{"adapter":"another"}', "no JSON"]) {
      const page = await context.newPage();
      await page.goto(`${server.url}public/icon.svg`);
      const kept = await page.evaluate(async (change) => {
        let count = 0;
        for (const name of await caches.keys()) {
          const cache = await caches.open(name);
          for (const key of (await cache.keys()).filter(({ url }) => url.includes("kernels"))) {
            const choice = await (await cache.match(key)).json().catch(() => ({}));
            const other = change.startsWith("{") ? JSON.stringify({ ...choice, ...JSON.parse(change) }) : change;
            await cache.put(key, new Response(other));
            count += 1;
          }
        }
        return count;
      }, change);
      assert.equal(kept, 1);
      await page.close();
      assert.match((await told()).start, /^choosing kernels/);
    }
  });
});
