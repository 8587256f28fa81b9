// A fresh Chromium, and the processor time that all of its processes have used.
import { readdirSync, readFileSync } from "node:fs";
import { startChromium } from "../../tests/browser/chromium.mjs";

/** Ticks of /proc/PID/stat a second; Linux has had 100 of them everywhere for decades. */
const TICKS = 100;

/**
 * Starts a browser. `cpuMilliseconds()` answers user and system time of all its processes since they began, in steps
 * of 10 ms, `threadMilliseconds()` the same for each kind of process and thread; `version` is the browser's. `real` leaves out
 * what makes Chromium use its software GPU; with `microphone` pages may record what `speak` was given.
 */
export async function startMeasured({ real = false, microphone = false } = {}) {
  const before = new Set(children(process.pid));
  const chromium = await startChromium({ microphone, webgpu: real ? "real" : true });
  const roots = children(process.pid).filter((child) => !before.has(child));
  return {
    browser: chromium.browser,
    version: chromium.browser.version(),
    speak: chromium.speak,
    threadMilliseconds: () => byThread(roots.flatMap(tree)),
    cpuMilliseconds: () => roots.flatMap(tree).reduce((sum, pid) => sum + used(pid), 0),
    close: () => chromium.close(),
  };
}

/** Milliseconds for which the processors of the whole machine were busy: tells how much others were at work. */
export function busyMilliseconds() {
  const [, user, nice, system, , , interrupt, softInterrupt] = readFileSync("/proc/stat", "utf8").split("\n")[0].split(/\s+/);
  return ([user, nice, system, interrupt, softInterrupt].reduce((sum, ticks) => sum + Number(ticks), 0) * 1000) / TICKS;
}

function tree(pid) {
  return [pid, ...children(pid).flatMap(tree)];
}

function children(pid) {
  const ofThread = (thread) => read(`/proc/${pid}/task/${thread}/children`).split(/\s+/).filter(Boolean).map(Number);
  return threads(pid).flatMap(ofThread);
}

function threads(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended.
    return [];
  }
}

/** Milliseconds by kind of process and name of thread, numbers at their ends left out. Threads that have ended do not count. */
function byThread(pids) {
  const sums = {};
  for (const pid of pids) {
    const kind = read(`/proc/${pid}/cmdline`).match(/--type=([\w-]+)/)?.[1] ?? "browser";
    for (const thread of threads(pid)) {
      const path = `${pid}/task/${thread}`;
      const name = `${kind} ${read(`/proc/${path}/comm`).trim().replace(/[/#]?\d+$/, "")}`;
      sums[name] = (sums[name] ?? 0) + used(path);
    }
  }
  return sums;
}

/** Milliseconds of one process, or thread. Threads that have ended count, children that have ended do not. */
function used(path) {
  // The name of the program, in brackets, may hold anything.
  const fields = read(`/proc/${path}/stat`).split(") ").at(-1).split(" ");
  const [user, system] = [fields[11], fields[12]].map(Number);
  return fields.length > 12 ? ((user + system) * 1000) / TICKS : 0;
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
