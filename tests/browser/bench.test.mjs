// The bench: how long everything takes, measured in the page.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

describe("the bench", () => {
  let server, chromium;
  before(async () => {
    server = await servePage();
    chromium = await startChromium({ microphone: false });
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  async function bench(query) {
    const page = await SaySee.open(chromium.browser, server.url, { query: `?bench&${query}` });
    await page.page.locator("[data-testid=bench][data-state=done], [data-testid=bench][data-state=failed]").waitFor();
    return page;
  }

  const written = async (page) => JSON.parse(await page.page.getByTestId("bench-result").textContent());

  test("times everything that the bundled model can do, on the CPU", async () => {
    const page = await bench("backend=cpu&seconds=0.5,1&runs=2&pictures=500");
    const report = await written(page);
    assert.equal(report.ready.backend, "cpu");
    assert.deepEqual(
      report.figures.measurements.map(({ mode, seconds, pictures }) => [mode, seconds ?? pictures]),
      [["speech", 0.5], ["speech", 1], ["encoder", 0.5], ["encoder", 1], ["live", 1], ["text", null], ["picture", null], ["search", 500]],
    );
    for (const { mode, runs, first_ms, fastest_ms, median_ms, slowest_ms } of report.figures.measurements) {
      assert.ok(first_ms >= 0 && fastest_ms <= median_ms && median_ms <= slowest_ms, mode);
      assert.ok(mode === "live" ? runs >= 1 : runs === 2, `${runs} runs of ${mode}`);
    }
    assert.ok(report.figures.stages.some(([name, ms]) => name === "weighted_sum" && ms >= 0));
    assert.ok(report.ready_ms > 0 && report.figures.heap_bytes > 1e6 && report.ready.pack_bytes > 1e6);
    assert.equal(report.figures.gpu_bytes, null);

    const rows = page.page.locator("tr[data-mode]:not([data-mode=stage])");
    assert.equal(await rows.count(), report.figures.measurements.length);
    assert.match(await rows.first().innerText(), /^Spoken query, 0\.5 s\s.*ms.*×$/s);
    assert.equal(await page.page.getByRole("columnheader", { name: "Median" }).count(), 1);
    assert.deepEqual(page.errors, []);
    await page.close();
  });

  test("tells the memory of the GPU, and measures no more than it was asked for", async () => {
    const page = await bench("backend=gpu&modes=encoder&seconds=0.5&runs=0");
    const report = await written(page);
    assert.equal(report.ready.backend, "gpu");
    assert.deepEqual(report.figures.measurements.map(({ mode, runs, median_ms }) => [mode, runs, median_ms]), [["encoder", 0, null]]);
    assert.ok(report.figures.gpu_bytes.weights > 1e6 && report.figures.gpu_bytes.buffers > 10);
    assert.equal(report.figures.stages, null);
    await page.close();
  });

  test("tells where the time of the GPU goes, kernel by kernel", async () => {
    const page = await bench("backend=gpu&modes=stages&seconds=0.5&runs=0");
    const { stages, kernels } = (await written(page)).figures;
    assert.equal(stages, null);
    const product = kernels.kernels.find(({ kernel }) => kernel.startsWith("linear"));
    assert.ok(product.calls > 10 && product.flop > 1e6 && product.bytes > 1e6);
    // This adapter has timestamps.
    assert.ok(product.nanoseconds > 0 && kernels.ceiling.flops > 1e8 && kernels.ceiling.bytes > 1e7);
    const row = page.page.locator("tr[data-mode=stage]").filter({ hasText: "linear" }).first();
    assert.match(await row.evaluate((line) => line.textContent), /GFLOP\/s, \d+ %.*GB\/s, \d+ %/);
    await page.close();
  });

  test("copies its result", async () => {
    const context = await chromium.browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    const page = await SaySee.visit(context, server.url, "?bench&backend=cpu&modes=search&runs=1&pictures=10");
    await page.page.getByTestId("bench-copy").click();
    await page.page.getByText("Copied").waitFor();
    const copied = JSON.parse(await page.page.evaluate(() => navigator.clipboard.readText()));
    assert.deepEqual(copied, await written(page));
    await context.close();
  });

  test("says why when there is nothing to measure", async () => {
    const page = await bench("pack=missing");
    assert.equal((await page.reaches("failed")).problem, "download-failed");
    assert.equal(await page.page.getByTestId("bench-copy").isVisible(), false);
    await page.close();
  });
});
