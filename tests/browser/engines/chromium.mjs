// The same Chromium as in the other tests, behind the interface that all engines share.
import { startChromium as start } from "../chromium.mjs";
import { inJson } from "./window.mjs";

export async function startChromium() {
  // Without an adapter: on the CPU, as the engines that it is compared with.
  const chromium = await start({ webgpu: false });
  const page = await chromium.browser.newPage();
  return { window: new ChromiumWindow(page), close: () => chromium.close() };
}

class ChromiumWindow {
  #heard = [];

  constructor(page) {
    this.page = page;
    page.on("pageerror", (error) => this.#heard.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.#heard.push(message.text());
    });
  }

  open(url) {
    return this.page.goto(url);
  }

  complaints() {
    return this.#heard;
  }

  async evaluate(f, ...values) {
    const answer = await this.page.evaluate(`(${inJson(f)})(${JSON.stringify(JSON.stringify(values))})`);
    return answer === undefined ? undefined : JSON.parse(answer);
  }

  click(selector) {
    return this.page.locator(selector).first().click();
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  choose(selector, path) {
    return this.page.locator(selector).setInputFiles(path);
  }
}
