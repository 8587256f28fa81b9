// A sound card that swallows everything: Firefox starts no AudioContext, so no microphone either, on a machine without one.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onPath, start, whileAlive } from "./processes.mjs";

/** Why there is none, or nothing. */
export function soundMissing() {
  return onPath("pulseaudio") ? undefined : "no sound for Firefox: install Debian's package pulseaudio";
}

/** Starts it; `environment` makes a program use it. */
export async function startSound() {
  const folder = await mkdtemp(join(tmpdir(), "saysee-sound-"));
  const socket = join(folder, "socket");
  let started;
  const ready = new Promise((found) => (started = found));
  const options = ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--log-level=info"];
  const modules = ["module-null-sink", `module-native-protocol-unix auth-anonymous=1 socket=${socket}`];
  const pulse = start("pulseaudio", [...options, ...modules.map((module) => `--load=${module}`)], {
    environment: { HOME: folder, XDG_RUNTIME_DIR: folder },
    said: (line) => /startup complete/i.test(line) && started(),
  });
  await whileAlive(pulse, ready);
  return {
    environment: { PULSE_SERVER: `unix:${socket}` },
    async stop() {
      await pulse.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
