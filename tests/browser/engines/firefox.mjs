// A real Firefox, headless, over WebDriver BiDi: the protocol is built into it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "./bidi.mjs";
import { onPath, start, whileAlive } from "./processes.mjs";
import { soundMissing, startSound } from "./sound.mjs";
import { inJson, keyActions } from "./window.mjs";

const program = () => process.env.SAYSEE_FIREFOX ?? onPath("firefox-esr", "firefox");

/** Why there is no Firefox to test with, or nothing. */
export function firefoxMissing() {
  return program() ? soundMissing() : "no Firefox: install Debian's package firefox-esr, or name one in SAYSEE_FIREFOX";
}

const PREFERENCES = {
  // Nothing but the page's own requests may leave the browser.
  "app.normandy.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.systemAddon.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.enabled": false,
  // Nobody is asked whether a sample may play.
  "media.autoplay.default": 0,
};

export async function startFirefox() {
  const profile = await mkdtemp(join(tmpdir(), "saysee-firefox-"));
  const lines = Object.entries(PREFERENCES).map(([key, value]) => `user_pref("${key}", ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, "user.js"), lines.join(""));

  let listening;
  const address = new Promise((found) => (listening = found));
  const said = (line) => {
    const match = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
    if (match) listening(`${match[1]}/session`);
  };
  const options = ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile];
  const sound = await startSound();
  const firefox = start(program(), options, { environment: sound.environment, said });
  const bidi = await connect(await whileAlive(firefox, address));
  await bidi.ask("session.new", { capabilities: {} });
  // Not the tab that is there: it never gets the focus, and Enter and Space press no button without.
  const { context } = await bidi.ask("browsingContext.create", { type: "tab" });
  const window = new FirefoxWindow(bidi, context);
  await bidi.ask("session.subscribe", { events: ["log.entryAdded"] });
  return {
    window,
    async close() {
      bidi.close();
      await firefox.stop();
      await sound.stop();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

class FirefoxWindow {
  #heard = [];

  constructor(bidi, context) {
    this.bidi = bidi;
    this.context = context;
    bidi.on("log.entryAdded", ({ level, text }) => {
      if (level === "error") this.#heard.push(text);
    });
  }

  open(url) {
    return this.bidi.ask("browsingContext.navigate", { context: this.context, url, wait: "complete" });
  }

  complaints() {
    return this.#heard;
  }

  async evaluate(f, ...values) {
    const value = await this.#call(inJson(f), [{ type: "string", value: JSON.stringify(values) }]);
    return value.type === "string" ? JSON.parse(value.value) : undefined;
  }

  async click(selector) {
    const element = await this.#element(selector);
    const actions = [
      { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element } },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await this.#perform([{ type: "pointer", id: "mouse", actions }]);
  }

  press(key) {
    return this.#perform(keyActions(key));
  }

  async choose(selector, path) {
    const element = await this.#element(selector);
    await this.bidi.ask("input.setFiles", { context: this.context, element, files: [path] });
  }

  #perform(actions) {
    return this.bidi.ask("input.performActions", { context: this.context, actions });
  }

  async #element(selector) {
    const find = `(selector) => {
      const element = document.querySelector(selector);
      element?.scrollIntoView({ block: "center", behavior: "instant" });
      return element;
    }`;
    const { sharedId } = await this.#call(find, [{ type: "string", value: selector }]);
    if (!sharedId) throw new Error(`nothing fits ${selector}`);
    return { sharedId };
  }

  async #call(functionDeclaration, values) {
    const answer = await this.bidi.ask("script.callFunction", {
      functionDeclaration,
      arguments: values,
      target: { context: this.context },
      awaitPromise: true,
      userActivation: false,
    });
    if (answer.type === "exception") throw new Error(answer.exceptionDetails.text);
    return answer.result;
  }
}
