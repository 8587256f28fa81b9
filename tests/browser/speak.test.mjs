// Speaking to the page: a recording is the microphone, pictures and keywords are what is seen.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";
import { padded, readWav, silence, writeWav } from "./wav.mjs";

const utterances = await samples();
assert.ok(utterances.length >= 5, "at least five bundled utterances");

for (const backend of ["gpu", "cpu"]) {
  describe(`speaking, ${backend}`, () => {
    let server, chromium, page;
    before(async () => {
      server = await servePage();
      chromium = await startChromium();
      page = await SaySee.open(chromium.browser, server.url, { query: `?backend=${backend}` });
      await page.reaches("idle");
    });
    after(async () => {
      await chromium?.close();
      await server?.close();
    });

    test(`runs on the ${backend} and says so`, async () => {
      assert.equal(await page.backend.getAttribute("data-kind"), backend);
    });

    for (const { id, file, text, expected_item, expected_keywords } of utterances) {
      test(`"${text}" brings its picture first`, async () => {
        const spoken = readWav(await sampleBytes({ file }));
        const seconds = spoken.samples.length / spoken.rate;
        await chromium.speak(writeWav(padded(spoken, 0.4, 3)));
        await page.record.click();
        await page.reaches("listening");
        // The page itself notices that the speaker has finished.
        const { state } = await page.reaches("answered", "failed");
        assert.equal(state, "answered", await page.describe());

        const [best, second] = await page.pictures();
        assert.equal(best.item, expected_item, `${id}: ${await page.describe()}`);
        assert.ok(best.score >= second.score);

        const keywords = await page.keywords();
        const tokens = keywords.map((keyword) => keyword.token);
        for (const token of expected_keywords) assert.ok(tokens.includes(token), `${token} in ${tokens}`);
        for (const { token, start, end, score } of keywords) {
          assert.ok(0 <= start && start < end && end <= seconds + 3.4, `${token}: ${start} to ${end} s`);
          assert.ok(0 < score && score <= 1.0001, `${token}: ${score}`);
        }
        assert.deepEqual(page.errors, []);
      });
    }

    test("silence is not an answer", async () => {
      await chromium.speak(writeWav(silence(10)));
      await page.record.click();
      const { problem } = await page.reaches("failed", "answered");
      assert.equal(problem, "nothing-heard");
    });
  });
}
