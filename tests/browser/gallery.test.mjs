// A gallery whose embeddings have eight bits ranks as the one whose embeddings are floats.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { serveElsewhere } from "./elsewhere.mjs";
import { galleryInEightBits } from "./int8.mjs";
import { SaySee } from "./page.mjs";

/** How far a score may be off (docs/gallery-format.md), and that of what it is compared with as well. */
const CLOSE = 0.002;

const utterances = await samples();

describe("a gallery with embeddings in eight bits", () => {
  let folder, server, elsewhere, chromium;
  before(async () => {
    folder = await galleryInEightBits();
    server = await servePage();
    elsewhere = await serveElsewhere(folder);
    chromium = await startChromium({ microphone: false });
  });
  after(async () => {
    await chromium?.close();
    await elsewhere?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The ranking of each of some utterances, by the name of its sample. */
  async function rankings(query) {
    const page = await SaySee.open(chromium.browser, server.url, { query });
    try {
      await page.reaches("idle");
      const found = new Map();
      for (const { id, expected_item } of utterances.slice(0, 3)) {
        await page.sample(id).click();
        await page.page.locator(`[data-testid="result"][data-item="${expected_item}"]`).first().waitFor();
        const { state } = await page.reaches("answered", "failed");
        assert.equal(state, "answered", await page.describe());
        found.set(id, await page.pictures(12));
      }
      assert.deepEqual(page.errors, []);
      return found;
    } finally {
      await page.close();
    }
  }

  for (const backend of ["cpu", "gpu"]) {
    test(`ranks like floats: ${backend}`, async () => {
      const floats = await rankings(`?backend=${backend}`);
      const integers = await rankings(`?backend=${backend}&gallery=${elsewhere.url}`);
      for (const { id, expected_item } of utterances.slice(0, 3)) {
        const [expected, found] = [floats.get(id), integers.get(id)];
        assert.equal(found[0].item, expected_item);
        // Pictures whose scores are as close as rounding may be in any order.
        found.forEach(({ score }, place) => {
          assert.ok(Math.abs(score - expected[place].score) <= CLOSE, `${id}, place ${place}: ${score}, not ${expected[place].score}`);
        });
      }
    });
  }
});
