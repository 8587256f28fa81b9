// The button: taps, holds, keys; the meter and its remarks; microphones that come, go and fail.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { refusing, unanswered, watched } from "./microphones.mjs";
import { SaySee } from "./page.mjs";
import { noise, padded, readWav, silence, writeWav } from "./wav.mjs";

const [sample] = await samples();
const spoken = readWav(await sampleBytes(sample));
const seconds = spoken.samples.length / spoken.rate;

describe("the record button", () => {
  let server, chromium;
  before(async () => {
    server = await servePage();
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  /** Opens the page with `recording` in the microphone and hands it to `body`. */
  async function withPage({ recording = padded(spoken, 0.4, 12), ...options }, body) {
    await chromium.speak(writeWav(recording));
    const page = await SaySee.open(chromium.browser, server.url, { query: "?backend=cpu", ...options });
    try {
      await page.reaches("idle");
      await body(page);
    } finally {
      await page.close();
    }
  }

  async function answers(page) {
    const { state } = await page.reaches("answered", "failed");
    assert.equal(state, "answered", await page.describe());
    assert.equal((await page.pictures(1))[0].item, sample.expected_item);
  }

  const press = async (page) => {
    await page.record.hover();
    await page.page.mouse.down();
    await page.reaches("listening");
  };
  /** Waits until so many whole seconds of sound are in, or more: a busy machine skips some. */
  const hears = (page, count) => {
    const enough = Array.from({ length: 16 - count }, (_, more) => count + more).join("|");
    return page.status.getByText(new RegExp(`^(${enough}) of 15 s`)).waitFor();
  };

  test("a tap starts, silence stops, and every state is told", () =>
    withPage({ before: watched }, async (page) => {
      await page.page.evaluate(() => {
        const line = document.querySelector('[data-testid="status"]');
        window.states = [line.dataset.state];
        new MutationObserver(() => window.states.push(line.dataset.state)).observe(line, { attributeFilter: ["data-state"] });
      });
      await page.record.click();
      await answers(page);
      const states = (await page.page.evaluate(() => window.states)).filter((state, n, all) => state !== all[n - 1]);
      assert.deepEqual(states, ["idle", "asking", "listening", "thinking", "answered"]);
      const live = await page.page.evaluate(() => window.microphones.tracks.filter((track) => track.readyState === "live").length);
      assert.equal(live, 0, "the microphone is switched off");
      assert.deepEqual(page.errors, []);
    }));

  test("a hold lasts through pauses, until the finger comes up", () =>
    withPage({}, async (page) => {
      await press(page);
      assert.match(await page.status.innerText(), /let go when done/i);
      await hears(page, Math.ceil(seconds + 2));
      await page.page.mouse.up();
      await answers(page);
    }));

  test("the limit is shown and ends a hold", () =>
    withPage({ recording: noise(20, 0.1) }, async (page) => {
      await press(page);
      await hears(page, 14);
      await page.reaches("thinking", "answered");
      await page.page.mouse.up();
      await page.reaches("answered");
    }));

  test("one key speaks from anywhere, held or tapped, and the space bar only where it belongs", () =>
    withPage({}, async (page) => {
      await page.page.keyboard.press("Space");
      await page.page.keyboard.press("Control+v");
      assert.equal((await page.reaches("idle", "asking", "listening")).state, "idle");
      await page.page.keyboard.down("v");
      await page.reaches("listening");
      await hears(page, Math.ceil(seconds + 1));
      await page.page.keyboard.up("v");
      await answers(page);
      await page.page.keyboard.press("v");
      await page.reaches("listening");
      await page.page.keyboard.press("Escape");
      await page.reaches("idle");
    }));

  test("the key can be switched off, and stays off", () =>
    withPage({}, async (page) => {
      assert.equal(await page.record.getAttribute("aria-keyshortcuts"), "V");
      await page.microphoneSettings.locator("summary").click();
      await page.shortcut.uncheck();
      await page.page.reload();
      await page.reaches("idle");
      assert.equal(await page.record.getAttribute("aria-keyshortcuts"), null);
      await page.page.keyboard.press("v");
      assert.equal((await page.reaches("idle", "asking", "listening")).state, "idle");
    }));

  test("a click without finger, mouse or key is a tap", () =>
    withPage({}, async (page) => {
      await page.record.evaluate((button) => button.click());
      await answers(page);
    }));

  test("the meter shows the voice to those who see, and to nobody else", () =>
    withPage({}, async (page) => {
      await press(page);
      await page.page.waitForFunction(() => {
        const canvas = document.querySelector('[data-testid="meter"]');
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width || 1, canvas.height || 1);
        return data.some((value) => value > 0);
      });
      assert.equal(await page.page.getByTestId("meter").getAttribute("aria-hidden"), "true");
      await page.page.mouse.up();
    }));

  for (const [name, recording, remark] of [
    ["too quiet", noise(12, 0.002), /too quiet/i],
    ["muted", silence(12), /muted/i],
    ["too loud", noise(12, 3), /too loud/i],
  ]) {
    test(`who is ${name} is told while speaking`, () =>
      withPage({ recording }, async (page) => {
        await press(page);
        await page.status.getByText(remark).waitFor();
        await page.page.keyboard.press("Escape");
        await page.page.mouse.up();
        await page.reaches("idle");
      }));
  }

  test("another microphone can be chosen, and is asked for next time too", () =>
    withPage({ before: watched }, async (page) => {
      await page.record.click();
      await answers(page);
      await page.microphoneSettings.locator("summary").click();
      const options = page.microphone.locator("option");
      await options.nth(2).waitFor({ state: "attached" });
      const id = await options.nth(2).getAttribute("value");
      await page.microphone.selectOption(id);
      await page.record.click();
      await answers(page);
      const asked = () => page.page.evaluate(() => window.microphones.asked.map(({ audio }) => audio.deviceId));
      assert.deepEqual(await asked(), [undefined, id]);
      await page.page.reload();
      await page.reaches("idle");
      await page.record.click();
      await answers(page);
      assert.deepEqual(await asked(), [id]);
    }));

  for (const [error, problem, way] of [
    ["NotAllowedError", "microphone-denied", /allow it beside the address/i],
    ["NotFoundError", "microphone-missing", /plug one in/i],
    ["NotReadableError", "microphone-busy", /other program/],
  ]) {
    test(`${problem} has a sentence and a way out`, () =>
      withPage({ before: refusing(error) }, async (page) => {
        await page.record.click();
        assert.equal((await page.reaches("failed", "listening")).problem, problem);
        assert.match(await page.status.innerText(), way);
        await page.sample(sample.id).click();
        await answers(page);
      }));
  }

  for (const [name, problem, happens] of [
    ["unplugged", "microphone-lost", () => window.microphones.tracks[0].dispatchEvent(new Event("ended"))],
    [
      "interrupted",
      "microphone-interrupted",
      () => {
        const [context] = window.microphones.contexts;
        Object.defineProperty(context, "state", { get: () => "interrupted" });
        context.dispatchEvent(new Event("statechange"));
      },
    ],
    ["no longer giving sound", "microphone-interrupted", () => window.microphones.contexts[0].suspend()],
  ]) {
    test(`a microphone that is ${name} ends the question with a reason`, () =>
      withPage({ before: watched, recording: noise(15, 0.002) }, async (page) => {
        if (name === "no longer giving sound") {
          await page.page.evaluate(() => (AudioContext.prototype.resume = async () => {}));
        }
        await press(page);
        await page.page.evaluate(happens);
        assert.equal((await page.reaches("failed")).problem, problem);
        await page.page.mouse.up();
      }));
  }

  test("a question that nobody allows can be called off", () =>
    withPage({ before: unanswered }, async (page) => {
      await page.record.click();
      await page.reaches("asking");
      assert.match(await page.status.innerText(), /allow it in the browser/);
      await page.page.keyboard.press("Escape");
      await page.reaches("idle");
    }));
});
