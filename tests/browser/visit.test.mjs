// A visit without a microphone: samples, files, the keyboard, assistive technology; from any folder of any server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";
import { padded, readWav, writeWav } from "./wav.mjs";

const [first, second] = await samples();

describe("a visit", () => {
  let server, chromium;
  before(async () => {
    // Under a path, as a project page on a static host has it.
    server = await servePage({ base: "/some/folder/" });
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  async function withPage(query, body) {
    const page = await SaySee.open(chromium.browser, server.url, { query });
    try {
      await body(page);
      assert.deepEqual(page.errors, []);
    } finally {
      await page.close();
    }
  }

  async function answered(page, sample) {
    const { state } = await page.reaches("answered", "failed");
    assert.equal(state, "answered", await page.describe());
    assert.equal((await page.pictures(1))[0].item, sample.expected_item);
  }

  test("?sample=ID asks that sample", () =>
    withPage(`?backend=cpu&sample=${second.id}`, async (page) => answered(page, second)));

  test("a press on a sample asks it, and a second one the next", () =>
    withPage("?backend=cpu", async (page) => {
      await page.sample(first.id).click();
      await answered(page, first);
      await page.sample(second.id).click();
      await page.reaches("thinking", "answered");
      await page.page.locator(`[data-testid="result"][data-item="${second.expected_item}"]`).first().waitFor();
      await answered(page, second);
    }));

  test("nothing is asked of any other server, and nothing is sent", () =>
    withPage("?backend=cpu", async (page) => {
      await page.sample(first.id).click();
      await answered(page, first);
      const elsewhere = page.asked.filter((url) => !url.startsWith(server.url) && !/^(blob|data):/.test(url));
      assert.deepEqual(elsewhere, []);
      assert.ok(page.asked.length > 0);
    }));

  test("a sound file can be dropped onto the page", () =>
    withPage("?backend=cpu", async (page) => {
      await page.reaches("idle");
      const wav = await sampleBytes(first);
      await page.drop([["spoken.wav", wav.toString("base64")]]);
      await answered(page, first);
    }));

  test("a sound file can be chosen", () =>
    withPage("?backend=cpu", async (page) => {
      await page.reaches("idle");
      const buffer = await sampleBytes(second);
      await page.chooseSound(buffer);
      await answered(page, second);
    }));

  test("a file that is no sound is refused with a reason", () =>
    withPage("?backend=cpu", async (page) => {
      await page.reaches("idle");
      const buffer = Buffer.from("this is a letter, not a recording");
      await page.chooseSound(buffer);
      const { problem } = await page.reaches("failed", "answered");
      assert.equal(problem, "audio-unreadable");
    }));

  test("the keyboard alone records, stops and goes through the pictures", () =>
    withPage("?backend=cpu", async (page) => {
      await page.reaches("idle");
      const spoken = readWav(await sampleBytes(first));
      await chromium.speak(writeWav(padded(spoken, 0.4, 10)));
      const focused = () => page.page.evaluate(() => document.activeElement?.dataset.testid);
      for (let presses = 0; presses < 20 && (await focused()) !== "record"; presses++) await page.page.keyboard.press("Tab");
      assert.equal(await focused(), "record");

      await page.page.keyboard.press("Enter");
      await page.reaches("listening");
      assert.equal(await page.record.getAttribute("aria-pressed"), "true");
      await page.page.keyboard.press("Escape");
      await page.reaches("idle");
      assert.equal(await page.record.getAttribute("aria-pressed"), "false");

      await page.page.keyboard.press("Space");
      await answered(page, first);
      assert.equal(await focused(), "record", "the focus stays where it was");

      const inResults = () => page.page.evaluate(() => document.activeElement?.closest('[data-testid="result"]')?.dataset.item);
      for (let presses = 0; presses < 40 && !(await inResults()); presses++) await page.page.keyboard.press("Tab");
      assert.equal(await inResults(), first.expected_item, "the best picture is the first to be reached");
      await page.page.keyboard.press("Enter");
      await page.viewer.waitFor({ state: "visible" });
      const best = await page.viewer.locator("img").getAttribute("src");
      await page.page.keyboard.press("ArrowRight");
      assert.notEqual(await page.viewer.locator("img").getAttribute("src"), best);
      await page.page.keyboard.press("Escape");
      await page.viewer.waitFor({ state: "hidden" });
      assert.equal(await inResults(), first.expected_item, "the focus goes back to the picture");
    }));

  test("assistive technology finds names, headings, states and captions", () =>
    withPage("?backend=cpu", async (page) => {
      await page.sample(first.id).click();
      await answered(page, first);
      const found = await page.page.evaluate(() => {
        const name = (element) =>
          (element.getAttribute("aria-label") ?? element.closest("label")?.textContent ?? element.textContent ?? "").trim() ||
          [...element.querySelectorAll("img")].map((image) => image.alt).join(" ");
        return {
          language: document.documentElement.lang,
          title: document.title,
          headings: document.querySelectorAll("h1").length,
          mains: document.querySelectorAll("main").length,
          live: document.querySelector('[data-testid="status"]').getAttribute("aria-live"),
          nameless: [...document.querySelectorAll("button, a[href], input")].filter((e) => !name(e)).map((e) => e.outerHTML.slice(0, 120)),
          captionless: [...document.querySelectorAll("img")].filter((image) => !image.hasAttribute("alt")).length,
          spoken: [...document.querySelectorAll('[data-testid="result"]')].slice(0, 3).map((e) => name(e)),
          canvases: [...document.querySelectorAll("canvas")].filter((c) => !c.closest("[aria-hidden=true]") && !c.getAttribute("aria-label")).length,
        };
      });
      assert.match(found.language, /^en/);
      assert.match(found.title, /SaySee/);
      assert.equal(found.headings, 1);
      assert.equal(found.mains, 1);
      assert.equal(found.live, "polite");
      assert.deepEqual(found.nameless, []);
      assert.equal(found.captionless, 0);
      assert.ok(found.spoken.every((text) => text.length > 0), `${found.spoken}`);
      assert.equal(found.canvases, 0, "canvases are decoration or have a name");
      assert.match(await page.status.innerText(), /best picture/i);
    }));
});
