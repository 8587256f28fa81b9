// What the page's main thread does, from Chromium's own trace.

const CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline", "devtools.timeline", "blink", "media", "__metadata"];

/** Events of the page's main thread while `body` runs. */
export async function mainThread({ browser }, page, body) {
  await browser.startTracing(page.page, { categories: CATEGORIES });
  await body();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const isMain = ({ pid, tid }) => threads.some((thread) => thread.pid === pid && thread.tid === tid);
  return traceEvents.filter((event) => event.ph === "X" && isMain(event)).map(timed);
}

/**
 * Its tasks. `milliseconds` is the processor time that each took: unlike the time on the clock it does not depend on
 * what else the machine is doing.
 */
export function tasks(events) {
  return events.filter(({ name }) => name === "RunTask");
}

/** Where pictures or sound were decoded there, if anywhere. */
export function decodes(events) {
  return events.filter(({ name }) => /decod/i.test(name));
}

function timed({ name, ts, dur = 0, tdur = 0, args }) {
  return { name, at: ts, lasted: dur, milliseconds: tdur / 1000, args };
}
