// A real Chromium, headless, with the software WebGPU adapter and a file as its microphone.
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const ON_PATH = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ON_MACOS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const ALWAYS = [
  "--no-sandbox",
  "--use-fake-device-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // Nothing but the page's own requests may leave the browser.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

// Without these, headless Chromium on a machine without a GPU has `navigator.gpu` but no adapter.
const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
// A machine with one: headless Chromium offers it on Linux only when asked.
const REAL_WEBGPU = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--ignore-gpu-blocklist"];

function findChromium() {
  const named = process.env.SAYSEE_CHROMIUM;
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => ON_PATH.map((name) => join(folder, name)));
  const found = [...(named ? [named] : [...onPath, ...ON_MACOS])].find((path) => existsSync(path));
  if (!found) throw new Error("no Chromium: install Debian's package chromium, or name a browser in SAYSEE_CHROMIUM");
  return found;
}

/**
 * Starts a browser. With `microphone: true` pages may record, and hear what `speak` put there last, from its
 * beginning, each time they open the microphone. Without it, asking for the microphone is refused. `webgpu` says
 * whether there is a WebGPU adapter, and with `"real"` that it is the machine's own. `more` are options of
 * Chromium's own.
 */
export async function startChromium({ microphone = true, webgpu = true, more = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "saysee-"));
  const heard = join(folder, "microphone.wav");
  const recording = ["--use-fake-ui-for-media-stream", `--use-file-for-fake-audio-capture=${heard}%noloop`];
  const adapter = webgpu === "real" ? REAL_WEBGPU : webgpu ? SOFTWARE_WEBGPU : [];
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [...ALWAYS, ...adapter, ...(microphone ? recording : []), ...more],
  });
  return {
    browser,
    /** Puts a wav file's bytes into the microphone. */
    async speak(wav) {
      // Renamed into place: the browser never reads half a file.
      await writeFile(`${heard}.new`, wav);
      await rename(`${heard}.new`, heard);
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
