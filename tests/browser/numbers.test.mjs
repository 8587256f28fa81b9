// Numbers for the curious.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

const [first] = await samples();
const { count } = JSON.parse(await readFile(new URL("../../assets/galleries/scenes/gallery.json", import.meta.url), "utf8"));

describe("the panel of numbers", () => {
  let server, chromium;
  before(async () => {
    server = await servePage();
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  async function opened(query, body) {
    const page = await SaySee.open(chromium.browser, server.url, { query });
    try {
      const { state } = await page.reaches("answered", "failed");
      assert.equal(state, "answered", await page.describe());
      const panel = page.page.getByTestId("numbers");
      await panel.locator("summary").click();
      const fact = (name) => panel.locator(`[data-fact="${name}"]`).innerText();
      await panel.locator('[data-fact="Engine memory"]').waitFor();
      await body(page, panel, fact);
      assert.deepEqual(page.errors, []);
    } finally {
      await page.close();
    }
  }

  test("tells on the CPU what runs, why, what it holds, and where the time of this answer went", () =>
    opened(`?backend=cpu&sample=${first.id}`, async (page, panel, fact) => {
      assert.equal(await fact("Backend"), "CPU");
      assert.match(await fact("Why"), /\w+/);
      assert.match(await fact("Pack"), /^scenes-mini, [\d.]+ MB$/);
      assert.match(await fact("Gallery"), new RegExp(`^scenes, ${count} pictures, [\\d.]+ kB$`));
      assert.match(await fact("Engine memory"), /^[\d.]+ MB$/);
      assert.match(await panel.getByTestId("clock").innerText(), /processor's clock/);
      const times = await panel.getByTestId("stage").evaluateAll((rows) => rows.map((row) => Number(row.dataset.ms)));
      assert.ok(times.length > 3 && times.every((time) => time >= 0), `${times}`);
      assert.match(await fact("This answer"), /^[\d.]+ m?s for [\d.]+ s of sound$/);
    }));

  test("tells on the GPU which kernels run and what is held there", () =>
    opened(`?backend=gpu&sample=${first.id}`, async (page, panel, fact) => {
      assert.equal(await fact("Backend"), "WebGPU");
      // A program on the CPU gets its kernels untimed.
      assert.match(await fact("Kernels"), /^direct/);
      assert.match(await fact("GPU memory"), /^[\d.]+ MB: weights [\d.]+ MB, activations/);
      const has = await page.page.evaluate(async () => {
        const adapter = await navigator.gpu.requestAdapter();
        return adapter.features.has("timestamp-query");
      });
      const clock = await panel.getByTestId("clock").innerText();
      assert.match(clock, has ? /GPU's own clock/ : /offers no timestamp queries/);
      const stages = await panel.getByTestId("stage").evaluateAll((rows) => rows.map((row) => [row.innerText, Number(row.dataset.ms)]));
      assert.equal(stages.length > 3, has);
      if (has) {
        assert.ok(stages.every(([, time]) => time >= 0) && stages.some(([, time]) => time > 0), `${stages}`);
        assert.match(await fact("This answer"), /^[\d.]+ m?s for [\d.]+ s of sound$/);
      }
      assert.match(await fact("At start"), /^self-test [\d.]+ m?s$/);
    }));

  test("leads to the measurements", () =>
    opened(`?backend=cpu&sample=${first.id}`, async (page, panel) => {
      const address = await panel.getByRole("link").evaluate((link) => link.href);
      assert.equal(new URL(address).search, "?bench");
    }));
});
