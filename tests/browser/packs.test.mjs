// Other models than the bundled one: by address, from a folder, kept for the next visit; large ones in little memory.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { randomPack, serveElsewhere } from "./elsewhere.mjs";
import { SaySee } from "./page.mjs";
import { readWav, writeWav } from "./wav.mjs";

const ASSETS = fileURLToPath(new URL("../../assets", import.meta.url));
const [sample] = await samples();
const isShard = (file) => file.endsWith(".safetensors");
const MIB = 1024 * 1024;

/** The first second of a bundled utterance: speech, and a known amount of it. */
async function oneSecond() {
  const { rate, samples } = readWav(await sampleBytes(sample));
  return writeWav({ rate, samples: samples.slice(0, rate) });
}

async function answersAFile(page) {
  await page.chooseSound(await oneSecond());
  const { state } = await page.reaches("answered", "failed");
  assert.equal(state, "answered", await page.describe());
}

async function answersWithBundled(page) {
  await page.reaches("idle");
  await page.sample(sample.id).click();
  const { state } = await page.reaches("answered", "failed");
  assert.equal(state, "answered", await page.describe());
  assert.equal((await page.pictures(1))[0].item, sample.expected_item);
}

describe("a pack from elsewhere", () => {
  let server, elsewhere, chromium, context;
  const folder = randomPack("tiny", "q8");
  before(async () => {
    server = await servePage();
    chromium = await startChromium({ microphone: false });
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });
  beforeEach(async () => {
    await elsewhere?.close();
    await context?.close();
    elsewhere = await serveElsewhere(folder);
    // One visitor, whose browser keeps things between visits.
    context = await chromium.browser.newContext({ serviceWorkers: "block" });
  });
  after(() => elsewhere?.close());

  const visit = (query) => SaySee.visit(context, server.url, query);
  const withPack = (more = "") => visit(`?backend=cpu&pack=${encodeURIComponent(elsewhere.url)}${more}`);

  test("loads, names what it hears and says that the pictures are another model's", async () => {
    const page = await withPack();
    await page.reaches("idle");
    assert.equal(await page.backend.getAttribute("data-from"), "network");
    await answersAFile(page);
    assert.ok((await page.keywords()).length > 0);
    assert.equal(await page.results.count(), 0);
    assert.match(await page.page.getByTestId("foreign").innerText(), /another model.*\?gallery=.*tiny-1.*scenes-mini-3/is);
    assert.deepEqual(page.errors, []);
  });

  test("is kept: the next visit needs no server", async () => {
    await (await withPack()).reaches("idle");
    const query = `?backend=cpu&pack=${elsewhere.url}`;
    await elsewhere.close();
    const page = await visit(query);
    await page.reaches("idle");
    assert.equal(await page.backend.getAttribute("data-from"), "storage");
    assert.match(await page.page.locator("footer").innerText(), /kept in this browser/);
    await answersAFile(page);
    elsewhere = undefined;
  });

  test("what is kept is checked like everything else", async () => {
    const first = await withPack();
    await first.reaches("idle");
    await first.page.evaluate(async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const key of await cache.keys()) {
          if (key.url.includes("sha256")) await cache.put(key, new Response("not a shard"));
        }
      }
    });
    elsewhere.asked.length = 0;
    const page = await withPack();
    await page.reaches("idle");
    assert.equal(await page.backend.getAttribute("data-from"), "network");
    assert.ok(elsewhere.asked.some(isShard));
  });

  test("can be forgotten", async () => {
    const page = await withPack();
    await page.reaches("idle");
    await page.page.getByTestId("forget").click();
    await page.page.getByText("Forgotten").waitFor();
    assert.deepEqual(await page.page.evaluate(() => caches.keys()), []);
  });

  test("loads where nothing can be kept", async () => {
    const page = await visit("?backend=cpu");
    await page.reaches("idle");
    const devtools = await context.newCDPSession(page.page);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(server.url).origin, quotaSize: 1000 });
    for (let visits = 0; visits < 2; visits++) {
      elsewhere.asked.length = 0;
      await page.page.goto(`${server.url}?backend=cpu&pack=${elsewhere.url}`);
      await page.reaches("idle");
      assert.equal(await page.backend.getAttribute("data-from"), "network");
      assert.ok(elsewhere.asked.some(isShard));
    }
  });

  test("a damaged shard is refused by name, and loading again heals it", async () => {
    elsewhere.fault = (file) => isShard(file) && { corrupt: true };
    const page = await withPack();
    const { problem } = await page.reaches("failed", "idle");
    assert.equal(problem, "download-damaged");
    assert.match(await page.describe(), /weights-1\.safetensors/);
    assert.match(await page.status.innerText(), /arrived damaged.*load it again/is);
    elsewhere.fault = () => undefined;
    await page.retry.click();
    await page.reaches("idle");
    await answersAFile(page);
  });

  const troubles = {
    "a missing shard": ["file-missing", (file) => isShard(file) && { status: 404 }, /weights-1\.safetensors/],
    "a missing manifest": ["file-missing", (file) => file === "pack.json" && { status: 404 }, /pack\.json/],
    "another version": ["pack-version", (file) => file === "pack.json" && { text: '{"format":"saysee-pack","version":99}' }, /99/],
    "something else": ["pack-refused", (file) => file === "pack.json" && { text: "<!doctype html>" }, /pack\.json/],
  };
  for (const [trouble, [name, fault, detail]] of Object.entries(troubles)) {
    test(`${trouble} is explained, with a way back to the bundled model`, async () => {
      elsewhere.fault = fault;
      const page = await withPack();
      const { problem } = await page.reaches("failed", "idle");
      assert.equal(problem, name);
      assert.match(await page.describe(), detail);
      await page.wayBack.click();
      await answersWithBundled(page);
    });
  }

  test("a server that does not let this page read is explained", async () => {
    await elsewhere.close();
    elsewhere = await serveElsewhere(folder, { cors: false });
    const page = await withPack();
    const { problem } = await page.reaches("failed", "idle");
    assert.equal(problem, "server-unreachable");
    assert.match(await page.status.innerText(), /CORS/);
  });

  test("an address that is none is refused", async () => {
    const page = await visit("?pack=ftp://127.0.0.1/p");
    const { problem } = await page.reaches("failed", "idle");
    assert.equal(problem, "address-refused");
    assert.match(await page.status.innerText(), /\?pack=/);
  });

  test("a gallery may be elsewhere too", async () => {
    await elsewhere.close();
    elsewhere = await serveElsewhere(join(ASSETS, "galleries"));
    const page = await visit(`?backend=cpu&gallery=${elsewhere.url}scenes`);
    await answersWithBundled(page);
    const picture = page.results.first().locator("img");
    assert.ok((await picture.getAttribute("src")).startsWith(elsewhere.url));
    await page.page.waitForFunction(() => document.querySelector('[data-testid="result"] img').naturalWidth > 0);
    assert.deepEqual(page.errors, []);
  });

  test("a visit reaches the servers its address names, and no other", async () => {
    const stranger = await serveElsewhere(folder);
    const reaches = (page, url) =>
      Promise.all(
        [page.page, page.page.workers()[0]].map((world) =>
          world.evaluate((url) => fetch(url).then(() => true, () => false), url),
        ),
      );
    try {
      const plain = await visit("?backend=cpu");
      await plain.reaches("idle");
      assert.deepEqual(await reaches(plain, `${stranger.url}pack.json`), [false, false]);
      const page = await withPack();
      await page.reaches("idle");
      assert.deepEqual(await reaches(page, `${elsewhere.url}pack.json`), [true, true]);
      assert.deepEqual(await reaches(page, `${stranger.url}pack.json`), [false, false]);
      assert.deepEqual(stranger.asked, []);
    } finally {
      await stranger.close();
    }
  });
});

describe("a pack from a folder", () => {
  let server, chromium, page, copy;
  const folder = randomPack("tiny", "q8");
  before(async () => {
    server = await servePage();
    chromium = await startChromium({ microphone: false });
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });
  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), "saysee-pack-"));
    await cp(folder, copy, { recursive: true });
    await page?.close();
    page = await SaySee.open(chromium.browser, server.url, { query: "?backend=cpu" });
    await page.reaches("idle");
  });
  afterEach(() => rm(copy, { recursive: true, force: true }));

  test("loads, and the bundled model comes back", async () => {
    await page.chooseFolder(copy);
    await page.page.locator('[data-testid="backend"][data-from="disk"]').waitFor();
    await answersAFile(page);
    assert.ok((await page.keywords()).length > 0);
    assert.equal(await page.page.getByTestId("foreign").count(), 1);
    await page.page.getByTestId("bundled").click();
    // It was loaded before, in the same browser.
    await page.page.locator('[data-testid="backend"][data-from="storage"]').waitFor();
    await answersWithBundled(page);
  });

  test("without a manifest is refused, and what ran goes on", async () => {
    await rm(join(copy, "pack.json"));
    await page.chooseFolder(copy);
    const { problem } = await page.reaches("failed");
    assert.equal(problem, "folder-without-pack");
    await page.sample(sample.id).click();
    await page.reaches("answered");
  });

  test("with a shard missing is refused by name", async () => {
    await rm(join(copy, "weights-1.safetensors"));
    await page.chooseFolder(copy);
    const { problem } = await page.reaches("failed");
    assert.equal(problem, "folder-incomplete");
    assert.match(await page.describe(), /weights-1\.safetensors/);
    await page.wayBack.click();
    await answersWithBundled(page);
  });

  test("with a damaged shard is refused by name", async () => {
    const shard = join(copy, "weights-1.safetensors");
    const bytes = await readFile(shard);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(shard, bytes);
    await page.chooseFolder(copy);
    const { problem } = await page.reaches("failed");
    assert.equal(problem, "folder-damaged");
    assert.match(await page.describe(), /weights-1\.safetensors/);
  });

  test("may be dropped as a folder", async () => {
    const devtools = await page.page.context().newCDPSession(page.page);
    const data = { items: [], files: [copy], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await devtools.send("Input.dispatchDragEvent", { type, x: 200, y: 200, data });
    }
    await page.page.locator('[data-testid="backend"][data-from="disk"]').waitFor();
  });

  test("may be dropped as files", async () => {
    const names = ["pack.json", "weights-1.safetensors"];
    const files = await Promise.all(names.map(async (name) => [name, (await readFile(join(copy, name))).toString("base64")]));
    await page.drop(files);
    await page.page.locator('[data-testid="backend"][data-from="disk"]').waitFor();
    await answersAFile(page);
  });
});

// The shape of the published base model (hybrid+), with random weights.
describe("a base-size pack on WebGPU", () => {
  let server, elsewhere, chromium, context, bytes;
  before(async () => {
    const folder = randomPack("hybrid-plus", "q8");
    const { shards } = JSON.parse(await readFile(join(folder, "pack.json"), "utf8"));
    bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
    server = await servePage();
    elsewhere = await serveElsewhere(folder);
    chromium = await startChromium({ microphone: false });
    context = await chromium.browser.newContext({ serviceWorkers: "block" });
  });
  after(async () => {
    await chromium?.close();
    await elsewhere?.close();
    await server?.close();
  });

  const visit = async () => {
    const page = await SaySee.visit(context, server.url, `?backend=gpu&simd=plain&pack=${elsewhere.url}`, { watched: true });
    // A program that plays the GPU takes its time with a model of this size.
    page.page.setDefaultTimeout(240_000);
    return page;
  };

  test("is not loaded without being asked for", async () => {
    const page = await visit();
    await page.reaches("offered");
    assert.match(await page.offer.innerText(), new RegExp(`download of ${Math.round(bytes / 1e6)} MB`));
    assert.deepEqual(elsewhere.asked.filter(isShard), []);
    await page.page.getByTestId("decline").click();
    await page.reaches("idle");
    assert.equal(await page.offer.isVisible(), false);
    assert.deepEqual(elsewhere.asked.filter(isShard), []);
    await page.close();
  });

  test("can be called off while it loads, and goes on where it was", async () => {
    context = await chromium.browser.newContext({ serviceWorkers: "block" });
    const page = await visit();
    await page.reaches("offered");
    // A shard is asked for once those before it are kept.
    const third = new Promise((asked) => {
      elsewhere.fault = (file) => {
        if (file !== "weights-3.safetensors") return undefined;
        asked();
        return { delay: 60_000 };
      };
    });
    await page.page.getByTestId("agree").click();
    await page.page.getByText(/MB of \d+ MB/).first().waitFor();
    await third;
    await page.wayBack.click();
    await page.reaches("idle");
    elsewhere.fault = () => undefined;
    await page.page.reload();
    await page.reaches("offered");
    assert.match(await page.offer.innerText(), /still to be downloaded; [\d.]+ MB are here/);
    await page.close();
  });

  test("loads in less than 200 MB of memory, answers, and is kept", async () => {
    context = await chromium.browser.newContext({ serviceWorkers: "block" });
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
    let page = await visit();
    await page.reaches("offered");
    await page.page.getByTestId("agree").click();
    await page.reaches("idle");
    const loaded = seconds();
    const heap = Number(await page.backend.getAttribute("data-heap"));
    const buffer = await page.largestBuffer();
    assert.equal(await page.backend.getAttribute("data-kind"), "gpu");
    assert.ok(heap > 0 && heap < 200e6, `${heap} bytes of WebAssembly memory`);
    assert.ok(buffer > MIB && buffer <= 128 * MIB, `a buffer of ${buffer} bytes`);
    await answersAFile(page);
    assert.ok((await page.largestBuffer()) <= 128 * MIB);
    assert.deepEqual(page.errors, []);
    const answered = seconds();

    elsewhere.asked.length = 0;
    const again = performance.now();
    page = await visit();
    await page.reaches("idle");
    assert.equal(await page.backend.getAttribute("data-from"), "storage");
    assert.deepEqual(elsewhere.asked.filter(isShard), []);
    console.log(
      `    ${(bytes / 1e6).toFixed(0)} MB: loaded after ${loaded} s, answered after ${answered} s, ` +
        `from storage in ${((performance.now() - again) / 1000).toFixed(1)} s; ` +
        `heap ${(heap / 1e6).toFixed(0)} MB, largest buffer ${(buffer / MIB).toFixed(1)} MiB`,
    );
  });
});
