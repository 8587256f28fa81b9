// What the page's main thread is busy with: node tests/browser/main-thread.mjs
// While it gets ready, while a sample is answered, and while it listens and answers, on the CPU backend: the processor
// time of all tasks, of the longest ones with what they did, and of decoding. Expects tools/build-page.
import { sampleBytes, samples, servePage } from "./assets.mjs";
import { startChromium } from "./chromium.mjs";
import { SaySee } from "./page.mjs";
import { decodes, mainThread, tasks } from "./trace.mjs";
import { padded, readWav, writeWav } from "./wav.mjs";

/** Tasks shorter than this are not told of one by one. */
const LONG = 4;

const [first, second] = await samples();
const server = await servePage();
const chromium = await startChromium({ webgpu: false });
const page = await SaySee.open(chromium.browser, "about:blank");

await tell("getting ready", async () => {
  await page.page.goto(`${server.url}?backend=cpu`);
  await page.reaches("idle");
});
await tell("a sample", async () => {
  await page.sample(first.id).click();
  await page.link();
});
await tell("listening", async () => {
  await chromium.speak(writeWav(padded(readWav(await sampleBytes(second)), 0.4, 10)));
  await page.record.click();
  await page.reaches("listening");
  await page.reaches("answered");
});
await chromium.close();
await server.close();

async function tell(what, body) {
  const events = await mainThread(chromium, page, body);
  const all = tasks(events).sort((a, b) => b.milliseconds - a.milliseconds);
  const sum = (list) => list.reduce((sum, { milliseconds }) => sum + milliseconds, 0).toFixed(1);
  const decoding = decodes(events);
  const longest = Math.max(0, ...decoding.map(({ milliseconds }) => milliseconds));
  console.log(
    `${what}: ${all.length} tasks, ${sum(all)} ms of processor time; ` +
      `decoding ${decoding.length} times, ${sum(decoding)} ms, at most ${longest.toFixed(1)} ms`,
  );
  for (const task of all.filter(({ milliseconds }) => milliseconds >= LONG).slice(0, 8)) {
    const within = events.filter(({ name, at }) => !name.endsWith("RunTask") && task.at <= at && at < task.at + task.lasted);
    const parts = within.sort((a, b) => b.milliseconds - a.milliseconds).slice(0, 5);
    console.log(`  ${task.milliseconds.toFixed(1)} ms: ${parts.map((part) => `${part.name} ${part.milliseconds.toFixed(1)}`).join(", ")}`);
  }
}
