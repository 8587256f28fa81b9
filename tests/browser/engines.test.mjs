// The same visit in three engines: what a visitor can do in Chromium, and what comes of it, is so in Firefox and WebKit.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { samples, servePage } from "./assets.mjs";
import { startChromium } from "./engines/chromium.mjs";
import { firefoxMissing, startFirefox } from "./engines/firefox.mjs";
import { Visit } from "./engines/visit.mjs";
import { startWebkit, webkitMissing } from "./engines/webkit.mjs";

const ENGINES = [
  { name: "Chromium", start: startChromium },
  { name: "Firefox", start: startFirefox, missing: firefoxMissing() },
  { name: "WebKit", start: startWebkit, missing: webkitMissing() },
];

const ASSETS = new URL("../../assets/", import.meta.url);
const utterances = await samples();
const [first, second] = utterances;
// What Chromium, the first engine, has answered to each bundled utterance.
const answers = new Map();

/**
 * Two answers to the same sound are the same. Browsers decode to samples that differ in the last bit, which the rounding of
 * activations to eight bits makes more of: scores may be this far apart, and times two frames of 40 ms.
 */
function agree(answer, chromium) {
  const CLOSE = 0.01;
  const FRAMES = 0.085;
  const scores = new Map(chromium.pictures.map(({ item, score }) => [item, score]));
  const last = chromium.pictures.at(-1).score;
  assert.equal(answer.pictures.length, chromium.pictures.length);
  // Both are sorted: with the same scores the order is the same too. Who is missing there may have come next.
  for (const { item, score } of answer.pictures) {
    assert.ok(Math.abs(score - (scores.get(item) ?? last)) < CLOSE, `${item}: ${score}, ${scores.get(item)} in Chromium`);
  }
  const words = ({ keywords }) => keywords.map(({ token }) => token);
  assert.deepEqual(words(answer), words(chromium));
  answer.keywords.forEach(({ token, start, end }, n) => {
    const other = chromium.keywords[n];
    assert.ok(Math.max(Math.abs(start - other.start), Math.abs(end - other.end)) <= FRAMES, `${token}: ${start} to ${end} s, not ${other.start} to ${other.end} s`);
  });
}

for (const { name, start, missing } of ENGINES) {
  describe(`a visit with ${name}`, { skip: missing && `not run: ${missing}` }, () => {
    let server, address, engine, visit;
    const asked = [];
    before(async () => {
      // Under a path, as a project page on a static host has it.
      server = await servePage({ base: "/some/folder/", fault: (path) => void asked.push(path) });
      address = `${server.url}?backend=cpu`;
      engine = await start();
      visit = new Visit(engine.window);
    });
    after(async () => {
      await engine?.close();
      await server?.close();
    });

    async function answered(item) {
      const { state } = await visit.reaches("answered", "failed");
      assert.equal(state, "answered", await visit.describe());
      const answer = await visit.answer();
      assert.equal(answer.pictures[0].item, item, await visit.describe());
      return answer;
    }

    test("loads, on the CPU, and says so", async () => {
      await visit.open(address);
      await visit.reaches("idle");
      const { kind, from } = await visit.backend();
      assert.deepEqual([kind, from], ["cpu", "network"]);
    });

    utterances.forEach(({ id, file, text, expected_item, expected_keywords }, n) => {
      // A window of any width shows the first two on a button each; the others are asked as files of the visitor.
      const way = n < 2 ? "sample" : "file";
      test(`the ${way} "${text}" brings the pictures and the keywords that Chromium finds`, async () => {
        if (way === "sample") await visit.askSample(id);
        else await visit.askSound(fileURLToPath(new URL(`samples/${file}`, ASSETS)));
        const answer = await answered(expected_item);
        if (!answers.has(id)) answers.set(id, answer);
        agree(answer, answers.get(id));
        const tokens = answer.keywords.map(({ token }) => token);
        for (const token of expected_keywords) assert.ok(tokens.includes(token), `${token} in ${tokens}`);
      });
    });

    test("a second visit finds the model in storage", async () => {
      asked.length = 0;
      await visit.open(address);
      await visit.reaches("idle");
      assert.equal((await visit.backend()).from, "storage");
      assert.deepEqual(asked.filter((path) => path.endsWith(".safetensors")), []);
    });

    test("the keyboard alone records, gives up, asks, and looks at pictures", async () => {
      // On a page that was just opened: after its last element Tab leads into the browser's own buttons.
      await visit.hears(`${server.url}assets/samples/${second.file}`);
      assert.ok(await visit.tabTo('[data-testid="record"]'), "Tab reaches the button");
      await visit.press("Enter");
      await visit.reaches("listening");
      await visit.press("Escape");
      await visit.reaches("idle");

      await visit.press("Space");
      await visit.reaches("listening");
      // The page itself notices that the speaker has finished.
      const { state } = await visit.reaches("answered", "failed");
      assert.equal(state, "answered", await visit.describe());
      // A busy machine tears holes into sound that plays: what was understood is compared with files, above.
      const { keywords, pictures } = await visit.answer();
      assert.ok(keywords.some(({ token }) => second.expected_keywords.includes(token)), await visit.describe());
      assert.ok(await visit.focused('[data-testid="record"]'), "the focus stays where it was");

      const best = `[data-testid="result"][data-item="${pictures[0].item}"]`;
      assert.ok(await visit.tabTo('[data-testid="result"]'), "Tab reaches the pictures");
      assert.ok(await visit.focused(best), "the best one first");
      await visit.press("Enter");
      await visit.appears('[data-testid="viewer"][open] img');
      const large = await visit.large();
      await visit.press("ArrowRight");
      assert.notEqual(await visit.large(), large);
      await visit.press("Escape");
      await visit.appears('[data-testid="viewer"]:not([open])');
      assert.ok(await visit.focused(best), "the focus goes back to the picture");
    });

    test("a third one needs no server", async () => {
      // Seven hundred files are kept, each checked.
      await visit.appears('[data-testid="kept"][data-offline="true"]', 110_000);
      await server.close();
      await visit.open(address);
      await visit.reaches("idle");
      await visit.askSample(first.id);
      agree(await answered(first.expected_item), answers.get(first.id));
    });

    test("nothing is complained about", async () => assert.deepEqual(await engine.window.complaints(), []));
  });
}
