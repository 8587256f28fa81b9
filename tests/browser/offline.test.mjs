// The page without a network: the service worker, new versions of the page, and what is kept.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DIST, samples } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { serve } from "../../tools/static-server.mjs";
import { SaySee } from "./page.mjs";

const LIST = fileURLToPath(new URL("../../tools/service-worker", import.meta.url));
const [sample] = await samples();

describe("without a network", () => {
  let chromium, folder, server, context, fault;
  before(async () => {
    chromium = await startChromium({ microphone: false });
  });
  after(() => chromium?.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "saysee-dist-"));
    await cp(DIST, folder, { recursive: true });
    // Under a path of its own, as on many static hosts.
    server = await serve(folder, { base: "/say/see/", fault: (path) => fault?.(path) });
    context = await chromium.browser.newContext();
  });
  afterEach(async () => {
    fault = undefined;
    await context?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const visit = (query = "?backend=cpu") => SaySee.visit(context, server.url, query);
  const registrations = (page) => page.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
  const cacheNames = (page) => page.page.evaluate(() => caches.keys());

  /** Makes another build of the page. */
  async function rebuild() {
    await appendFile(join(folder, "index.html"), "<!-- the second build -->\n");
    execFileSync(LIST, { env: { ...process.env, TRUNK_STAGING_DIR: folder } });
  }
  const isSecondBuild = (page) => page.page.evaluate(async () => (await (await fetch("./index.html")).text()).includes("second build"));

  async function answersSample(page) {
    await page.sample(sample.id).click();
    const { state } = await page.reaches("answered", "failed");
    assert.equal(state, "answered", await page.describe());
    assert.equal((await page.pictures(1))[0].item, sample.expected_item);
  }

  test("a reload works, answers a sample and shows its pictures", async () => {
    const page = await visit();
    await page.reaches("idle");
    await page.keptForOffline();
    await server.close();
    await context.setOffline(true);
    await page.page.reload();
    await page.reaches("idle");
    assert.equal(await page.backend.getAttribute("data-from"), "storage");
    await answersSample(page);
    const image = page.results.first().locator("img");
    await image.evaluate((image) => image.decode());
    assert.ok((await image.evaluate((image) => image.naturalWidth)) > 0);
    server = undefined;
  });

  test("a new version waits until it is wanted, and comes whole", async () => {
    const page = await visit();
    await page.reaches("idle");
    await page.keptForOffline();
    await rebuild();
    await page.page.reload();
    await page.update.waitFor();
    assert.equal(await isSecondBuild(page), false, "nothing changes under the visitor's hands");
    await Promise.all([page.page.waitForNavigation(), page.page.getByTestId("take-over").click()]);
    await page.reaches("idle");
    assert.equal(await isSecondBuild(page), true);
    assert.equal((await cacheNames(page)).filter((name) => name.startsWith("saysee-page-")).length, 1, "the old one is gone");
    await answersSample(page);
  });

  test("a build that does not arrive whole is not used", async () => {
    fault = (path) => path.endsWith("samples.json") && { corrupt: true };
    const page = await visit();
    await page.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.register("service-worker.js");
      const version = registration.installing;
      await new Promise((gone) => version.addEventListener("statechange", () => version.state === "redundant" && gone()));
    });
    assert.deepEqual((await cacheNames(page)).filter((name) => name.startsWith("saysee-page-")), []);
    assert.equal(await page.kept.getAttribute("data-offline"), "false");
  });

  test("everything that is kept is shown with its size and can be deleted", async () => {
    const page = await visit();
    await page.reaches("idle");
    await page.keptForOffline();
    assert.match(await page.kept.innerText(), /kept in this browser: [\d.]+ MB/i);
    await page.page.getByTestId("forget").click();
    await page.page.getByText("Forgotten").waitFor();
    assert.deepEqual(await cacheNames(page), []);
    assert.equal(await registrations(page), 0);
  });

  test("?dev does without, and takes away what was there", async () => {
    const page = await visit();
    await page.reaches("idle");
    await page.keptForOffline();
    await page.page.goto(`${server.url}?backend=cpu&dev`);
    await page.reaches("idle");
    await page.page.waitForFunction(async () => (await navigator.serviceWorker.getRegistrations()).length === 0);
  });

  test("the manifest is one that browsers install", async () => {
    const page = await visit();
    await page.reaches("idle");
    const devtools = await context.newCDPSession(page.page);
    const { errors, data } = await devtools.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
    const manifest = JSON.parse(data);
    assert.equal(new URL(manifest.start_url, `${server.url}public/manifest.webmanifest`).href, server.url);
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  });
});
