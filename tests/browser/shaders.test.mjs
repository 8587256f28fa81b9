// Every kernel in every variant, compiled by the browser's own WGSL compiler: it refuses things that the native
// one accepts (docs/kernels.md).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startChromium } from "./chromium.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PRINT = ["run", "--locked", "--quiet", "-p", "saysee-engine", "--example", "print_shaders"];
const shaders = JSON.parse(execFileSync("cargo", PRINT, { cwd: ROOT, maxBuffer: 1 << 28, encoding: "utf8" }));
assert.ok(shaders.length > 0, "kernels to compile");

/** In the page: the compiler's errors for each source, and the pipeline's if the module is fine. */
async function compile(sources) {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter");
  const device = await adapter.requestDevice({ requiredFeatures: [...adapter.features] });
  const results = [];
  for (const code of sources) {
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code });
    const { messages } = await module.getCompilationInfo();
    const errors = messages.filter(({ type }) => type === "error").map((m) => `${m.lineNum}:${m.linePos} ${m.message}`);
    if (errors.length === 0) {
      const pipeline = device.createComputePipelineAsync({ layout: "auto", compute: { module } });
      await pipeline.catch((error) => errors.push(error.message));
    }
    const invalid = await device.popErrorScope();
    if (invalid && errors.length === 0) errors.push(invalid.message);
    results.push(errors);
  }
  return results;
}

describe("kernels in Chromium", () => {
  let chromium, page, blank;
  let results = [];
  before(async () => {
    blank = createServer((_, response) => response.end("<!doctype html><title>blank</title>"));
    await new Promise((listening) => blank.listen(0, "127.0.0.1", listening));
    chromium = await startChromium();
    page = await chromium.browser.newPage();
    await page.goto(`http://127.0.0.1:${blank.address().port}`);
    results = await page.evaluate(compile, shaders.map(({ source }) => source));
  });
  after(async () => {
    await chromium?.close();
    blank?.close();
  });

  test("a broken kernel would be noticed", async () => {
    const [[error]] = await page.evaluate(compile, ["@compute @workgroup_size(1) fn main() { let x: f32 = 1u; }"]);
    assert.match(error, /f32/);
  });

  shaders.forEach(({ label }, n) => {
    test(label, () => assert.deepEqual(results[n], []));
  });
});
