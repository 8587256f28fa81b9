// Ways to ask without speaking: typed text where the pack reads it, and a picture for which sentences are wanted.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { randomPack, serveElsewhere } from "./elsewhere.mjs";
import { SaySee } from "./page.mjs";

const all = await samples();
const [first, second] = all;
const PICTURES = 12;

/** Gives a pack a tokenizer of bytes and two merges, as a converted CLIP has one. */
function teachToRead(folder) {
  const merges = Buffer.from("#version: 0.2\nd o\ndo g</w>\n");
  writeFileSync(join(folder, "merges.txt"), merges);
  const path = join(folder, "pack.json");
  const pack = JSON.parse(readFileSync(path));
  pack.tokenizer = { file: "merges.txt", bytes: merges.length, sha256: createHash("sha256").update(merges).digest("hex") };
  writeFileSync(path, JSON.stringify(pack));
  return pack;
}

/** A gallery of made-up embeddings in the pack's space; its pictures are those of no server. */
function inventGallery(pack) {
  const folder = mkdtempSync(join(tmpdir(), "saysee-gallery-"));
  const dimension = pack.model.head.embedding;
  const numbers = new Float32Array(PICTURES * dimension);
  let state = 1;
  for (let picture = 0; picture < PICTURES; picture++) {
    const row = numbers.subarray(picture * dimension, (picture + 1) * dimension);
    for (let at = 0; at < dimension; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      row[at] = state / 2 ** 31 - 1;
    }
    const length = Math.hypot(...row);
    row.forEach((number, at) => (row[at] = number / length));
  }
  const header = Buffer.from(JSON.stringify({ embeddings: { dtype: "F32", shape: [PICTURES, dimension], data_offsets: [0, numbers.byteLength] } }));
  const padded = Buffer.concat([header, Buffer.alloc((8 - (header.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const bytes = Buffer.concat([length, padded, Buffer.from(numbers.buffer)]);
  writeFileSync(join(folder, "embeddings.safetensors"), bytes);
  const item = (index) => ({
    id: `p${index}`, file: `p${index}.png`, caption: `picture ${index}`, width: 8, height: 8, colour: "#888888", credit: "nobody", licence: "CC0-1.0",
  });
  const gallery = {
    format: "saysee-gallery", version: 1, name: "invented", embedding_space: pack.embedding_space, dimension, count: PICTURES,
    embeddings: { file: "embeddings.safetensors", tensor: "embeddings", bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
    items: Array.from({ length: PICTURES }, (_, index) => item(index)), licence: "CC0-1.0", attribution: ["nobody"],
  };
  writeFileSync(join(folder, "gallery.json"), JSON.stringify(gallery));
  return folder;
}

describe("a picture asks for sentences", () => {
  let server, chromium;
  before(async () => {
    server = await servePage();
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
  });

  test("the sentence that was made for a picture fits it best, and can be asked", async () => {
    const page = await SaySee.open(chromium.browser, server.url, { query: `?backend=cpu&sample=${first.id}` });
    try {
      await page.reaches("answered");
      await page.results.first().getByRole("button").first().click();
      await page.page.getByTestId("find-fitting").click();
      const fits = page.page.getByTestId("fit");
      await fits.nth(2).waitFor();
      assert.equal(await fits.first().getAttribute("data-sample"), first.id);
      const scores = await fits.evaluateAll((rows) => rows.map((row) => Number(row.dataset.score)));
      assert.deepEqual(scores, scores.toSorted((a, b) => b - a));

      // They were embedded once: the next picture has its sentences at once.
      const fetched = page.asked.filter((url) => url.endsWith(".wav")).length;
      await page.page.keyboard.press("Escape");
      await page.sample(second.id).click();
      await page.page.locator(`[data-testid="result"][data-item="${second.expected_item}"] button`).first().click();
      await page.page.locator(`[data-testid="fit"][data-sample="${second.id}"]`).waitFor();
      assert.equal(await fits.first().getAttribute("data-sample"), second.id);
      const more = page.asked.filter((url) => url.endsWith(".wav")).length - fetched;
      assert.ok(more <= 2, `${more} sounds more, of which the sample itself is one or two`);

      await fits.first().click();
      await page.viewer.waitFor({ state: "hidden" });
      await page.reaches("answered");
      assert.equal((await page.pictures(1))[0].item, second.expected_item);
      assert.deepEqual(page.errors, []);
    } finally {
      await page.close();
    }
  });

  test("what is said can be typed as well", async () => {
    const page = await SaySee.open(chromium.browser, server.url, { query: "?backend=cpu" });
    try {
      await page.reaches("idle");
      const ask = async (text, says) => {
        await page.page.getByRole("searchbox").fill(text);
        await page.page.keyboard.press("Enter");
        await page.page.getByText(says).waitFor();
      };
      await ask(first.text, `Pictures for “${first.text}”.`);
      const found = (await page.order()).slice(0, 10);
      assert.ok(found.includes(first.expected_item), `${found}`);
      // Words alone, whole words of the vocabulary: no tokenizer comes for that.
      assert.deepEqual(page.asked.filter((url) => /reading|merges/.test(url)), []);
      await ask("xylographic quux", /Try other words/);
      assert.deepEqual(page.errors, []);
    } finally {
      await page.close();
    }
  });

  test("the gallery of emoji is one press away, and found in by words", async () => {
    const page = await SaySee.open(chromium.browser, server.url, { query: "?backend=cpu" });
    try {
      await page.reaches("idle");
      await page.page.getByTestId("gallery-emoji").click();
      await page.page.waitForURL(/gallery=emoji/);
      await page.reaches("idle");
      assert.equal(await page.page.getByTestId("gallery-emoji").getAttribute("aria-current"), "page");
      await page.page.getByRole("searchbox").fill("banana");
      await page.page.keyboard.press("Enter");
      await page.page.getByText("Pictures for “banana”.").waitFor();
      assert.equal((await page.order())[0], "1f34c");
      assert.deepEqual(page.errors, []);
    } finally {
      await page.close();
    }
  });

  test("the field for text is there only where the pack reads text", async () => {
    const packs = await serveElsewhere(randomPack("tiny", "q8"));
    const page = await SaySee.open(chromium.browser, server.url, { query: `?backend=cpu&pack=${packs.url}` });
    try {
      await page.reaches("idle");
      assert.equal(await page.page.getByTestId("typing").count(), 0);
    } finally {
      await page.close();
      await packs.close();
    }
  });
});

describe("text is typed", () => {
  let server, chromium, packs, gallery, pictures;
  before(async () => {
    server = await servePage();
    chromium = await startChromium();
    const pack = randomPack("clip", "q8", ["--layers", "1"]);
    pictures = inventGallery(teachToRead(pack));
    packs = await serveElsewhere(pack);
    gallery = await serveElsewhere(pictures);
  });
  after(async () => {
    await chromium?.close();
    await server?.close();
    await packs?.close();
    await gallery?.close();
    if (pictures) rmSync(pictures, { recursive: true });
  });

  test("a text ranks the pictures, another one differently, and a link carries it", async () => {
    const query = `?backend=cpu&pack=${packs.url}&gallery=${gallery.url}`;
    const page = await SaySee.open(chromium.browser, server.url, { query });
    try {
      await page.reaches("offered");
      await page.page.getByTestId("agree").click();
      await page.reaches("idle");
      const ask = async (text) => {
        await page.page.getByRole("searchbox").fill(text);
        await page.page.keyboard.press("Enter");
        await page.page.getByText(`Pictures for “${text}”.`).waitFor();
        return page.order();
      };
      const dogs = await ask("a dog");
      assert.equal(dogs.length, PICTURES);
      const cats = await ask("three cats on the moon");
      assert.notDeepEqual(cats, dogs);
      assert.deepEqual(await ask("a dog"), dogs);
      assert.ok(packs.asked.includes("merges.txt"));
      const link = new URL(await page.link());
      assert.equal(link.searchParams.get("pack"), packs.url);
      assert.equal(link.searchParams.get("gallery"), gallery.url);
    } finally {
      await page.close();
    }
  });
});
