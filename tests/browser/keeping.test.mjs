// Keeping an answer: a link, files with its keywords, the queries of this visit, pictures.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";

const all = await samples();
const [first, second] = all;
/** The same link without the time that software WebGPU takes to compile. */
const onCpu = (link) => link.replace("#", "?backend=cpu#");

describe("an answer is kept", () => {
  let server, chromium;
  before(async () => {
    server = await servePage();
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  async function withPage(url, query, body, options = {}) {
    const page = await SaySee.open(chromium.browser, url, { query, ...options });
    try {
      const value = await body(page);
      assert.deepEqual(page.errors, []);
      return value;
    } finally {
      await page.close();
    }
  }

  const answered = (sample, body, options) =>
    withPage(
      server.url,
      `?backend=cpu&sample=${sample.id}`,
      async (page) => {
        const { state } = await page.reaches("answered", "failed");
        assert.equal(state, "answered", await page.describe());
        return body(page);
      },
      options,
    );

  /** The ranking and the words of a page. */
  const told = async (page) => ({
    pictures: (await page.pictures(24)).map(({ item }) => item),
    keywords: (await page.keywords()).map(({ token }) => token),
  });

  // One page after the other: two at once take twice as long on a machine without a GPU.
  for (const struck of [false, true]) {
    test(`a link brings the same ranking${struck ? ", without the words that were struck out" : ""}`, async () => {
      const [here, link] = await answered(first, async (page) => {
        if (struck) await page.strike(first.expected_keywords[0]);
        return [await told(page), await page.link()];
      });
      assert.ok(link.startsWith(server.url) && link.includes("#say="), link);
      assert.ok(link.length < 2000, `${link.length} characters`);
      await withPage(onCpu(link), "", async (there) => {
        const { state } = await there.reaches("answered", "failed");
        assert.equal(state, "answered", await there.describe());
        assert.deepEqual(await told(there), here);
        assert.ok(there.asked.every((url) => !url.endsWith(".wav")), "no sound travels");
        const crossed = await there.page.locator('[data-testid="keyword"].struck').count();
        assert.equal(crossed, struck ? 1 : 0);
      });
    });
  }

  test("the short link ranks as the whole embedding does", async () => {
    const [here, link] = await answered(second, async (page) => {
      // Until the worker has found out how exactly it has to be written, a link carries everything.
      await page.page.waitForFunction(() => document.querySelector('[data-testid="copy-link"]')?.dataset.link.length < 700);
      return [await told(page), await page.link()];
    });
    await withPage(onCpu(link), "", async (there) => {
      await there.reaches("answered");
      assert.deepEqual(await told(there), here);
    });
  });

  test("a link that was cut off is refused with a reason, and the page goes on", async () => {
    const link = await answered(first, (page) => page.link());
    await withPage(onCpu(link.slice(0, -9)), "", async (there) => {
      const { problem } = await there.reaches("failed");
      assert.equal(problem, "link-damaged");
      await there.sample(second.id).click();
      await there.reaches("answered");
      assert.equal((await there.pictures(1))[0].item, second.expected_item);
    });
  });

  test("a link takes the place of another one in the same page, and leaves with the next question", async () => {
    const [best, link] = await answered(first, async (page) => [(await page.pictures(1))[0].item, await page.link()]);
    await withPage(server.url, "?backend=cpu", async (there) => {
      await there.reaches("idle");
      await there.page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
      await there.reaches("answered");
      assert.equal((await there.pictures(1))[0].item, best);
      await there.sample(second.id).click();
      await there.page.locator(`[data-testid="result"][data-item="${second.expected_item}"]`).first().waitFor();
      assert.equal(new URL(there.page.url()).hash, "");
    });
  });

  test("the button puts the link into the clipboard", () =>
    answered(
      first,
      async (page) => {
        const link = await page.link();
        await page.page.getByTestId("copy-link").click();
        await page.page.getByText("Copied").waitFor();
        assert.equal(await page.page.evaluate(() => navigator.clipboard.readText()), link);
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    ));

  test("keywords are saved as JSON", () =>
    answered(first, async (page) => {
      const { name, text } = await page.saved("save-json");
      assert.match(name, /\.json$/);
      const { format, keywords } = JSON.parse(text);
      assert.equal(format, "saysee-keywords");
      assert.deepEqual(keywords.map(({ token }) => token), (await page.keywords()).map(({ token }) => token));
      for (const { start, end } of keywords) assert.ok(start < end);
    }));

  test("keywords are saved as WebVTT that the browser itself reads", () =>
    answered(first, async (page) => {
      const { name, text } = await page.saved("save-webvtt");
      assert.match(name, /\.vtt$/);
      const cues = await page.page.evaluate(async (text) => {
        // The page's own policy lets media in from blobs.
        const track = Object.assign(document.createElement("track"), {
          src: URL.createObjectURL(new Blob([text], { type: "text/vtt" })),
        });
        document.createElement("video").append(track);
        track.track.mode = "showing";
        await new Promise((done, failed) => Object.assign(track, { onload: done, onerror: () => failed(new Error("no WebVTT")) }));
        return [...track.track.cues].map(({ startTime, endTime, text }) => ({ start: startTime, end: endTime, token: text }));
      }, text);
      const shown = await page.keywords();
      assert.deepEqual(cues.map(({ token }) => token), shown.map(({ token }) => token));
      cues.forEach((cue, index) => {
        assert.ok(Math.abs(cue.start - shown[index].start) < 0.002);
        assert.ok(Math.abs(cue.end - shown[index].end) < 0.002);
      });
    }));

  test("queries of this visit come back as they were", () =>
    answered(first, async (page) => {
      const before = await told(page);
      await page.sample(second.id).click();
      await page.recalls.nth(1).waitFor();
      await page.reaches("answered");
      const between = await told(page);
      assert.notDeepEqual(between, before);
      await page.recalls.nth(0).click();
      await page.page.locator(`[data-testid="keyword"][data-token="${first.expected_keywords[0]}"]`).waitFor();
      assert.deepEqual(await told(page), before);
      // What was said then can still be taken apart.
      await page.strike(first.expected_keywords[0]);
      await page.recalls.nth(1).click();
      await page.page.locator(`[data-testid="keyword"][data-token="${second.expected_keywords[0]}"]`).waitFor();
      assert.deepEqual(await told(page), between);
    }));

  test("a picture is saved under its name, and copied as a picture", () =>
    answered(
      first,
      async (page) => {
        await page.results.first().getByRole("button").first().click();
        const [download] = await Promise.all([page.page.waitForEvent("download"), page.page.getByTestId("download").click()]);
        assert.match(download.suggestedFilename(), new RegExp(`^${first.expected_item}\\.`));
        await page.page.getByTestId("copy-picture").click();
        await page.viewer.getByText("Copied").waitFor();
        const types = await page.page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => item.types));
        assert.deepEqual(types, ["image/png"]);
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    ));

  test("where a picture stands for a character, the character is copied", async () => {
    const page = new SaySee(await chromium.browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] }));
    try {
      await page.page.route("**/gallery.json", async (route) => {
        const response = await route.fetch();
        const gallery = await response.json();
        gallery.items[0].character = "🌙";
        await route.fulfill({ response, json: gallery });
      });
      await page.page.goto(`${server.url}?dev&backend=cpu`);
      await page.reaches("idle");
      await page.page.locator('[data-testid="picture"] button').first().click();
      await page.page.getByTestId("copy-picture").click();
      await page.viewer.getByText("Copied").waitFor();
      assert.equal(await page.page.evaluate(() => navigator.clipboard.readText()), "🌙");
      assert.deepEqual(page.errors, []);
    } finally {
      await page.close();
    }
  });
});
