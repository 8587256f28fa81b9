// What a visit must not do: ask anybody else for anything, hold up the page, or move what is on it.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";
import { decodes, mainThread, tasks } from "./trace.mjs";
import { padded, readWav, writeWav } from "./wav.mjs";

const [first, second] = await samples();

async function speaking(chromium, page, sample) {
  await chromium.speak(writeWav(padded(readWav(await sampleBytes(sample)), 0.4, 10)));
  await page.record.click();
  await page.reaches("listening");
  const { state } = await page.reaches("answered", "failed");
  assert.equal(state, "answered", await page.describe());
}

test("no request of a whole visit leaves the page's own server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "saysee-network-"));
  const log = join(folder, "network.json");
  const server = await servePage({ base: "/some/folder/" });
  // The browser's own log: it has the requests of workers too, and whatever else goes out.
  const chromium = await startChromium({ webgpu: false, more: [`--log-net-log=${log}`] });
  try {
    const page = await SaySee.open(chromium.browser, server.url);
    await page.reaches("idle");
    await page.sample(first.id).click();
    await page.reaches("answered");
    await speaking(chromium, page, second);
    await page.chooseSound(await sampleBytes(first));
    await page.reaches("thinking", "answered");
    await page.results.first().click();
    await page.viewer.waitFor({ state: "visible" });
    await page.page.keyboard.press("Escape");
    await page.page.reload();
    await page.reaches("idle");
  } finally {
    await chromium.close();
    await server.close();
  }
  const asked = addresses(JSON.parse(await readFile(log, "utf8")), "http://127.0.0.1");
  await rm(folder, { recursive: true });
  assert.ok(asked.some((address) => address.startsWith(server.url) && address.endsWith(".safetensors")), `${asked}`);
  assert.deepEqual(asked.filter((address) => !address.startsWith(server.url)), []);
});

/** All addresses in a network log that a page or a worker of that site has asked something of, each once. */
function addresses({ constants, events }, site) {
  const { URL_REQUEST_START_JOB, WEBSOCKET_UPGRADE_REQUEST } = constants.logEventTypes;
  const asked = events
    .filter(({ type, params }) => [URL_REQUEST_START_JOB, WEBSOCKET_UPGRADE_REQUEST].includes(type) && params?.url)
    // What the browser asks for itself (updates of its own, say) belongs to no site, or to another one.
    .filter(({ params }) => `${params.network_isolation_key} ${params.initiator}`.includes(site))
    .map(({ params }) => params.url);
  return [...new Set(asked.filter((address) => !/^(blob|data):/.test(address)))];
}

describe("the main thread", () => {
  let server, chromium, page;
  before(async () => {
    server = await servePage();
    chromium = await startChromium({ webgpu: false });
    page = await SaySee.open(chromium.browser, server.url, { query: "?backend=cpu" });
    await page.reaches("idle");
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  test("is never held up for 50 ms while it listens and answers", async () => {
    const events = await mainThread(chromium, page, () => speaking(chromium, page, first));
    const done = tasks(events);
    assert.ok(done.length > 100, `${done.length} tasks`);
    assert.deepEqual(done.filter(({ milliseconds }) => milliseconds >= 50), []);
    assert.deepEqual(decodes(events).filter(({ milliseconds }) => milliseconds > 4), []);
  });
});

describe("the layout", () => {
  const still = async (page, what) => assert.deepEqual(await page.page.evaluate(shifts), [], what);

  for (const [name, viewport] of [["desktop", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
    test(`does not shift from the first paint to the answer: ${name}`, async () => {
      const server = await servePage();
      const chromium = await startChromium({ webgpu: false });
      try {
        const page = await SaySee.open(chromium.browser, server.url, { query: `?backend=cpu&sample=${first.id}`, viewport });
        await page.reaches("answered");
        await still(page, "the first answer");
      } finally {
        await chromium.close();
        await server.close();
      }
    });

    test(`does not shift over a whole visit: ${name}`, async () => {
      const server = await servePage();
      const chromium = await startChromium({ webgpu: false });
      try {
        const page = await SaySee.open(chromium.browser, server.url, { query: "?backend=cpu", viewport });
        await page.reaches("idle");
        await page.sample(first.id).click();
        await page.link();
        await still(page, "a sample");
        await speaking(chromium, page, second);
        await page.recalls.nth(1).waitFor();
        await page.link();
        await still(page, "a spoken sentence, and the history that comes with it");
        await page.recalls.first().click();
        await page.page.locator(`[data-testid="keyword"][data-token="${first.expected_keywords[0]}"]`).waitFor();
        await page.strike(first.expected_keywords[0]);
        await page.link();
        await still(page, "an earlier answer, and a word struck out of it");
        await page.results.nth(1).getByRole("button").first().click();
        await page.page.getByTestId("more-like-this").click();
        await page.recalls.nth(2).waitFor();
        await page.link();
        await still(page, "pictures like one of them");
      } finally {
        await chromium.close();
        await server.close();
      }
    });
  }
});

/**
 * Every layout shift so far: how large, and what has moved. Not those within the status line, nor those that follow at
 * once on what the visitor did, which browsers do not count either.
 */
function shifts() {
  return new Promise((answer) => {
    const found = [];
    const collect = (list) => found.push(...list.getEntries());
    const observer = new PerformanceObserver(collect);
    observer.observe({ type: "layout-shift", buffered: true });
    // Entries of the past are delivered with the next frames.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      collect({ getEntries: () => observer.takeRecords() });
      // The status line holds one sentence after the other: on a phone some take two lines, and the hint below them moves.
      // So does the line below a word, which is centred. Pictures travel to their ranks, and Chromium counts one that
      // changes its course under way; what pushes them all moves their section as well.
      const others = ".status, .word small, .picture";
      const elsewhere = ({ node }) => !(node instanceof Element ? node : node?.parentElement)?.closest(others);
      // A text that takes another's place is told of too, though it stands where that stood.
      const moved = ({ previousRect, currentRect }) => JSON.stringify(previousRect) !== JSON.stringify(currentRect);
      const counts = (source) => source.node && elsewhere(source) && moved(source);
      answer(found.filter(({ hadRecentInput, sources }) => !hadRecentInput && sources.some(counts)).map(({ value, startTime, sources }) => ({
        value,
        startTime,
        moved: sources.map(({ node, previousRect, currentRect }) => ({ node: node?.outerHTML?.slice(0, 120), previousRect, currentRect })),
      })));
    }));
  });
}
