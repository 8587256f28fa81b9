// Watching it understand, and knowing why: keywords with runners-up, reasons, striking words out, the line below the
// good matches, an order that waits for the finger.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

// A sentence that ends with a place, by which pictures can be told.
const PLACES = ["moon", "beach", "forest", "desert", "kitchen", "farm", "jungle", "street", "classroom", "canyon", "village", "bedroom", "supermarket", "cave", "library", "bathroom", "lakeside", "snow"];
const asked = (await samples()).find(({ expected_keywords: words }) => PLACES.includes(words.at(-1)));
const place = asked.expected_keywords.at(-1);
const gallery = await (async () => {
  const { readFile } = await import("node:fs/promises");
  const { items } = JSON.parse(await readFile(new URL("../../assets/galleries/scenes/gallery.json", import.meta.url), "utf8"));
  return new Map(items.map((item) => [item.id, item.caption]));
})();
const atThePlace = (items) => items.filter((item) => gallery.get(item).includes(place)).length;

describe("an answer", () => {
  let server, chromium;
  before(async () => {
    server = await servePage();
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  async function answered(body, options = {}) {
    const page = await SaySee.open(chromium.browser, server.url, { query: `?backend=cpu&sample=${asked.id}`, ...options });
    try {
      const { state } = await page.reaches("answered", "failed");
      assert.equal(state, "answered", await page.describe());
      await body(page);
      assert.deepEqual(page.errors, []);
    } finally {
      await page.close();
    }
  }

  test("shows keywords with their runners-up", () =>
    answered(async (page) => {
      const labels = await page.page.getByTestId("hear").evaluateAll((words) => words.map((word) => word.getAttribute("aria-label")));
      assert.equal(labels.length, asked.expected_keywords.length);
      for (const [index, token] of asked.expected_keywords.entries()) {
        assert.match(labels[index], new RegExp(`^${token}(, or \\w+.*)?: hear \\d\\.\\d to \\d\\.\\d seconds$`));
      }
      assert.ok(labels.some((label) => label.includes(", or ")), `${labels}`);
    }));

  test("a keyword lights up the pictures that it favours, by pointer and by keyboard", () =>
    answered(async (page) => {
      const favoured = await page.favoured(place);
      assert.ok(favoured.length > 0 && favoured.length < 24, `${favoured.length} of 24`);
      assert.ok(atThePlace(favoured) / favoured.length > 0.8, favoured.map((item) => gallery.get(item)).join("; "));
      const dimmed = page.page.locator('[data-testid="result"][data-lit="false"]');
      assert.equal((await dimmed.count()) + favoured.length, await page.results.count());

      await page.page.mouse.move(0, 0);
      await page.page.locator('[data-testid="result"][data-lit]').first().waitFor({ state: "detached" });
      await page.keyword(place).getByTestId("hear").focus();
      await page.page.locator('[data-testid="result"][data-lit="true"]').first().waitFor();
    }));

  test("a press on a keyword plays its stretch, and no more", () =>
    answered(async (page) => {
      await page.page.evaluate(() => {
        window.heard = [];
        const { pause } = HTMLMediaElement.prototype;
        HTMLMediaElement.prototype.pause = function () {
          // The sample's own playback, which may still be going on, has an address of the server.
          if (this.src.startsWith("blob:")) window.heard.push(this.currentTime);
          return pause.call(this);
        };
      });
      const { start, end } = (await page.keywords()).find((keyword) => keyword.token === place);
      await page.keyword(place).getByTestId("hear").click();
      await page.page.waitForFunction(() => window.heard.length > 0);
      const [stopped] = await page.page.evaluate(() => window.heard);
      assert.ok(stopped >= end && stopped < end + 0.3 && start < end, `stopped at ${stopped}, the word ends at ${end}`);
    }));

  test("a picture says which keyword pulled it up, and by how much", () =>
    answered(async (page) => {
      const best = await page.order();
      await page.results.first().getByRole("button").first().click();
      await page.viewer.waitFor({ state: "visible" });
      const parts = await page.parts(asked.expected_keywords.length);
      assert.deepEqual(parts.map((part) => part.token), asked.expected_keywords);
      assert.ok(parts.every((part) => Math.abs(part.pull) < 1));
      assert.ok(parts.find((part) => part.token === place).pull > 0.05, JSON.stringify(parts));
      assert.equal(best[0], asked.expected_item);
    }));

  test("a keyword that is struck out no longer counts, and counts again", () =>
    answered(async (page) => {
      const whole = await page.order();
      const without = await page.strike(place, true);
      assert.ok(atThePlace(whole.slice(0, 10)) >= 5, "the place is what most of the best have in common");
      assert.ok(atThePlace(without.slice(0, 10)) <= 2, without.map((item) => gallery.get(item)).join("; "));
      assert.match(await page.page.getByTestId("results-note").innerText(), new RegExp(`without ${place}`));
      const strike = page.keyword(place).getByTestId("strike");
      assert.equal(await strike.getAttribute("aria-pressed"), "true");
      assert.deepEqual(await page.strike(place, true), whole);
      assert.equal(await strike.getAttribute("aria-pressed"), "false");
    }));

  test("good matches end at a soft line", () =>
    answered(async (page) => {
      const good = await page.page.locator('[data-testid="result"][data-good="true"]').count();
      assert.ok(good >= 1 && good < 24, `${good}`);
      const after = page.results.nth(good);
      assert.ok(await after.getByTestId("line").isVisible());
      assert.equal(await page.page.getByTestId("line").count(), 1);
    }));

  test("the order waits while a finger is on the pictures", () =>
    answered(async (page) => {
      const cards = () => page.page.getByTestId("results").locator("> li").evaluateAll((rows) => rows.map((row) => row.dataset.item));
      const whole = await cards();
      await page.results.nth(3).scrollIntoViewIfNeeded();
      const score = await page.results.first().getAttribute("data-score");
      const { x, y } = await page.results.nth(3).boundingBox();
      await page.page.mouse.move(x + 30, y + 30);
      await page.page.mouse.down();
      // By the keyboard, as the pointer is busy.
      const strike = page.keyword(place).getByTestId("strike");
      await strike.focus();
      await page.page.keyboard.press("Enter");
      // The ranking is here: the scores are new, the order is not.
      await page.page.waitForFunction(
        (score) => document.querySelector('[data-testid="results"] > li').dataset.score !== score,
        score,
      );
      assert.deepEqual(await cards(), whole);
      await page.page.mouse.up();
      await page.page.waitForFunction(
        (before) => [...document.querySelectorAll('[data-testid="results"] > li')].map((row) => row.dataset.item).join() !== before,
        whole.join(),
      );
    }));

  test("the focus stays with its picture when the order changes", () =>
    answered(async (page) => {
      const before = await page.order();
      await page.strike(place);
      const after = await page.order();
      await page.strike(place);
      const stays = after.find((item) => before.includes(item) && before.indexOf(item) !== after.indexOf(item));
      const focused = () => page.page.evaluate(() => document.activeElement?.closest('[data-testid="result"]')?.dataset.item);
      await page.page.locator(`[data-testid="result"][data-item="${stays}"] button`).first().focus();
      await page.page.evaluate((token) => document.querySelector(`[data-token="${token}"] [data-testid="strike"]`).click(), place);
      await page.page.waitForFunction(
        (before) => [...document.querySelectorAll('[data-testid="result"]')].map((row) => row.dataset.item).join() !== before,
        before.join(),
      );
      await page.page.waitForFunction(
        (item) => document.activeElement?.closest('[data-testid="result"]')?.dataset.item === item,
        stays,
      );
      assert.equal(await focused(), stays);
    }));

  test("more like this searches with the picture", () =>
    answered(async (page) => {
      const second = (await page.order())[1];
      await page.results.nth(1).getByRole("button").first().click();
      await page.page.getByTestId("more-like-this").click();
      await page.viewer.waitFor({ state: "hidden" });
      await page.page.getByText(/^More like “/).waitFor();
      const [best] = await page.pictures(1);
      assert.equal(best.item, second, "nothing is more like a picture than itself");
      assert.ok(best.score > 0.99);
    }));
});
