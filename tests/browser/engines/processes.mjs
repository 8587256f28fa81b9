// Programs beside the tests: browsers and what they need.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

/** The first of `names` on the PATH. */
export function onPath(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** Starts a program; `said(line)` hears what it writes. Dies with the tests. */
export function start(program, options, { environment = {}, extra = [], said = () => undefined } = {}) {
  const child = spawn(program, options, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe", ...extra],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((end) => {
    child.once("error", end);
    child.once("exit", (code, signal) => end(new Error(`${program} ended: ${signal ?? code}`)));
  });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", said);
  return {
    child,
    /** Fulfils when it is over, with the reason as an error. */
    ended,
    async stop() {
      process.off("exit", kill);
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** What `promise` gives, unless `started` ends first. */
export function whileAlive(started, promise) {
  return Promise.race([promise, started.ended.then((reason) => Promise.reject(reason))]);
}
