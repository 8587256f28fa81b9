// A real WebKit: Debian's WebKitGTK with its MiniBrowser, over classic WebDriver, on a display of its own.
import { once } from "node:events";
import { createServer } from "node:net";
import { onPath, start, whileAlive } from "./processes.mjs";
import { newSession } from "./webdriver.mjs";
import { inJson, keyActions } from "./window.mjs";

const program = () => process.env.SAYSEE_WEBKIT_DRIVER ?? onPath("WebKitWebDriver");

/** Why there is no WebKit to test with, or nothing. */
export function webkitMissing() {
  if (!program()) return "no WebKit: install Debian's package webkit2gtk-driver, or name a driver in SAYSEE_WEBKIT_DRIVER";
  return onPath("Xvfb") ? undefined : "no display for WebKit: install Debian's package xvfb";
}

export async function startWebkit() {
  const display = start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { extra: ["pipe"] });
  const [number] = await whileAlive(display, once(display.child.stdio[3], "data"));

  const port = await freePort();
  const environment = { DISPLAY: `:${String(number).trim()}` };
  const driver = start(program(), [`--port=${port}`], { environment });
  const session = await whileAlive(driver, newSession(port));
  await session.ask("POST", "timeouts", { script: 120_000 });
  return {
    window: new WebkitWindow(session),
    async close() {
      await session.ask("DELETE", "");
      await driver.stop();
      await display.stop();
    },
  };
}

class WebkitWindow {
  #heard = [];

  constructor(session) {
    this.session = session;
  }

  async open(url) {
    this.#heard = await this.complaints();
    await this.session.ask("POST", "url", { url });
    await this.evaluate(listen);
  }

  async complaints() {
    return [...this.#heard, ...((await this.evaluate(() => self.complaints)) ?? [])];
  }

  async evaluate(f, ...values) {
    const script = `const [values, done] = arguments;
      (${inJson(f)})(values).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.session.ask("POST", "execute/async", { script, args: [JSON.stringify(values)] });
    if (error !== undefined) throw new Error(error);
    return value === undefined || value === null ? undefined : JSON.parse(value);
  }

  async click(selector) {
    await this.session.ask("POST", `element/${await this.#element(selector)}/click`, {});
  }

  press(key) {
    return this.session.ask("POST", "actions", { actions: keyActions(key) });
  }

  async choose(selector, path) {
    await this.session.ask("POST", `element/${await this.#element(selector)}/value`, { text: path });
  }

  async #element(selector) {
    const found = await this.session.ask("POST", "element", { using: "css selector", value: selector });
    return Object.values(found)[0];
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Classic WebDriver does not tell what is on the console: from the load event on, this does. */
function listen() {
  const complaints = (self.complaints = []);
  addEventListener("error", ({ message }) => complaints.push(message));
  addEventListener("unhandledrejection", ({ reason }) => complaints.push(String(reason)));
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => complaints.push(`${violatedDirective}: ${blockedURI}`));
  console.error = (...values) => complaints.push(values.join(" "));
}
