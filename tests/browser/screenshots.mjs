// Pictures of every state of the page, at desktop and phone size, light and dark, to be looked at:
// `node tests/browser/screenshots.mjs [FOLDER [STATE...]]` writes them into docs/screenshots/, or FOLDER. Expects
// tools/build-page. SAYSEE_FORMAT=png writes that instead of WebP.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { STATES, startStates } from "./states.mjs";

const [folder = fileURLToPath(new URL("../../docs/screenshots", import.meta.url)), ...wanted] = process.argv.slice(2);
const format = process.env.SAYSEE_FORMAT ?? "webp";
const SIZES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

await mkdir(folder, { recursive: true });
const states = await startStates();
for (const name of wanted.length > 0 ? wanted : Object.keys(STATES)) {
  for (const [size, context] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      await states.show(name, { ...context, colorScheme }, async (page) => {
        await page.settles();
        const devtools = await page.page.context().newCDPSession(page.page);
        const { data } = await devtools.send("Page.captureScreenshot", { format, ...(format === "webp" && { quality: 60 }) });
        const file = join(folder, `${name}-${size}-${colorScheme}.${format}`);
        await writeFile(file, Buffer.from(data, "base64"));
        console.log(file);
      });
    }
  }
}
await states.close();
