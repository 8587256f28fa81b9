// The page as a visitor meets it: everything the tests know about its markup is here.

/** Longest wait for anything; software WebGPU on two busy cores is slow. */
const PATIENCE = 60_000;

export class SaySee {
  constructor(page) {
    this.page = page;
    this.errors = [];
    this.asked = [];
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("request", (request) => this.asked.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
  }

  /**
   * Opens the page at `url` in a window of its own, without the service worker unless `context` says otherwise: it would
   * fetch the whole page for every test. `before` is a function that runs in the page before its program does.
   */
  static async open(browser, url, { query = "", before, ...context } = {}) {
    const saysee = new SaySee(await browser.newPage({ serviceWorkers: "block", ...context }));
    if (before) await saysee.page.addInitScript(before);
    await saysee.page.goto(url + query);
    return saysee;
  }

  /**
   * Opens the page in `context`, whose visits share what the browser keeps. A `watched` one tells of GPU buffers, and
   * `inWorker` is a function that runs in the worker before its program does; both need `?simd=plain`.
   */
  static async visit(context, url, query = "", { watched = false, inWorker } = {}) {
    const saysee = new SaySee(await context.newPage());
    const first = watched ? watchBuffers : inWorker;
    if (first) await saysee.page.route("**/worker.js", (route) => putFirst(route, first));
    await saysee.page.goto(url + query);
    return saysee;
  }

  /** Bytes of the largest GPU buffer that the worker of a watched visit has made. */
  largestBuffer() {
    return this.page.workers()[0].evaluate(() => self.largestBuffer);
  }

  get record() {
    return this.page.getByTestId("record");
  }
  get status() {
    return this.page.getByTestId("status");
  }
  get backend() {
    return this.page.getByTestId("backend");
  }
  get retry() {
    return this.page.getByTestId("retry");
  }
  /** "Cancel loading" and "Use the bundled model". */
  get wayBack() {
    return this.page.getByTestId("way-back");
  }
  get offer() {
    return this.page.getByTestId("offer");
  }
  get microphoneSettings() {
    return this.page.getByTestId("microphone-settings");
  }
  get microphone() {
    return this.page.getByTestId("microphone");
  }
  /** The box that switches the key for speaking on and off. */
  get shortcut() {
    return this.page.getByTestId("shortcut");
  }
  get results() {
    return this.page.getByTestId("results").getByTestId("result");
  }
  /** What is kept in the browser; tells whether the page works without a network. */
  get kept() {
    return this.page.getByTestId("kept");
  }
  /** Waits until all of the page is kept, and it works without a network. */
  keptForOffline() {
    return this.kept.and(this.page.locator('[data-offline="true"]')).waitFor();
  }
  /** The notice that a new version of the page is ready. */
  get update() {
    return this.page.getByTestId("update");
  }
  /** All pictures, ranked or not. */
  get gallery() {
    return this.page.getByTestId("results").locator("li");
  }
  get viewer() {
    return this.page.getByTestId("viewer");
  }
  sample(id) {
    return this.page.locator(`[data-testid="sample"][data-sample="${id}"]`);
  }

  /** Asks a sound file. */
  chooseSound(buffer) {
    return this.page.getByTestId("sound-file").setInputFiles({ name: "spoken.wav", mimeType: "audio/wav", buffer });
  }

  /**
   * Lets the microphone fall silent after `pauseMicrophoneAfter` seconds of sound, in pages that are opened from now on: chunks
   * go on arriving, but empty ones. Time is counted in sound, so the page listens on for as long as the test likes.
   */
  pausable() {
    return this.page.addInitScript(() => {
      self.soundLeft = Infinity;
      self.AudioWorkletNode = class extends AudioWorkletNode {
        constructor(context, ...options) {
          super(context, ...options);
          const listen = this.port.addEventListener.bind(this.port);
          const nothing = () => new MessageEvent("message", { data: new Float32Array(0) });
          this.port.addEventListener = (kind, heard) =>
            listen(kind, (event) => {
              // What is heard is handed on, and gone.
              const seconds = event.data.length / context.sampleRate;
              heard(self.soundLeft > 0 ? event : nothing());
              self.soundLeft -= seconds;
            });
        }
      };
    });
  }
  pauseMicrophoneAfter(seconds) {
    return this.page.evaluate((seconds) => {
      self.soundLeft = seconds;
    }, seconds);
  }

  /** Waits until pictures in view are there, and what moves or changes colour has arrived. */
  settles() {
    return this.page.evaluate(async () => {
      // What has just been asked for (another colour scheme, another size) begins with the next frames.
      for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
      // Others, above as well as below, may never be fetched, and one waits for them for ever.
      const inView = (image) => {
        const { top, bottom } = image.getBoundingClientRect();
        return top < innerHeight && bottom > 0 && image.checkVisibility();
      };
      await Promise.allSettled([...document.images].filter(inView).map((image) => image.decode()));
      const finite = document.getAnimations().filter((animation) => animation.effect.getComputedTiming().endTime < Infinity);
      await Promise.allSettled(finite.map((animation) => animation.finished));
    });
  }

  /** Chooses a folder to take a model from. */
  chooseFolder(folder) {
    return this.page.getByTestId("folder").setInputFiles(folder);
  }

  /** Drops files, each a name and its bytes in base64, onto the page. */
  drop(files) {
    return this.page.evaluate((files) => {
      const dropped = new DataTransfer();
      for (const [name, bytes] of files) {
        dropped.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
      }
      for (const type of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: dropped });
        document.body.dispatchEvent(event);
      }
    }, files);
  }

  /** Waits until the status line is in one of `states`; answers that state and the problem's name, if any. */
  async reaches(...states) {
    // In one look: the page may go on to the next state at any time.
    const look = (states) => {
      const { state, problem = null } = document.querySelector('[data-testid="status"]')?.dataset ?? {};
      return states.includes(state) && { state, problem };
    };
    const found = await this.page.waitForFunction(look, states).catch(async (error) => {
      throw new Error(`waited for ${states.join(" or ")}, but: ${await this.describe()}\n${error.message}`);
    });
    return found.jsonValue();
  }

  /** What the status line says, for messages of failed assertions. */
  async describe() {
    const [state, problem, detail] = await Promise.all(
      ["data-state", "data-problem", "title"].map((name) => this.status.getAttribute(name)),
    );
    return `${state} ${problem ?? ""} ${detail ?? ""} "${await this.status.innerText()}" ${this.errors.join("; ")}`;
  }

  /** Keywords in order of time. */
  async keywords() {
    const found = await this.page.getByTestId("keywords").getByTestId("keyword").all();
    return Promise.all(
      found.map(async (keyword) => ({
        token: await keyword.getAttribute("data-token"),
        start: Number(await keyword.getAttribute("data-start")),
        end: Number(await keyword.getAttribute("data-end")),
        score: Number(await keyword.getAttribute("data-score")),
      })),
    );
  }

  /** The first `count` pictures, best first. */
  async pictures(count = 10) {
    const found = (await this.results.all()).slice(0, count);
    return Promise.all(
      found.map(async (picture) => ({
        item: await picture.getAttribute("data-item"),
        score: Number(await picture.getAttribute("data-score")),
      })),
    );
  }

  /** A keyword's row, by its word. */
  keyword(token) {
    return this.page.locator(`[data-testid="keyword"][data-token="${token}"]`);
  }

  /** Strikes a keyword out, or takes it back, and waits for `ranked`. */
  async strike(token, ranked) {
    const before = await this.order();
    await this.keyword(token).getByTestId("strike").click();
    await this.page.waitForFunction(
      (before) => [...document.querySelectorAll('[data-testid="result"]')].map((row) => row.dataset.item).join() !== before,
      before.join(),
    );
    return ranked ? this.order() : undefined;
  }

  /** Names of all pictures that are shown, best first. */
  order() {
    return this.results.evaluateAll((rows) => rows.map((row) => row.dataset.item));
  }

  /** Waits until the reasons are known, and answers the names of the pictures that a keyword favours. */
  async favoured(token) {
    await this.keyword(token).getByTestId("hear").hover();
    await this.page.locator('[data-testid="result"][data-lit="true"]').first().waitFor();
    return this.page.locator('[data-testid="result"][data-lit="true"]').evaluateAll((rows) => rows.map((row) => row.dataset.item));
  }

  /** The parts that keywords have in the picture that is shown large: word and pull. */
  async parts(count) {
    const parts = this.viewer.getByTestId("part");
    await parts.nth(count - 1).waitFor();
    return parts.evaluateAll((rows) => rows.map((row) => ({ token: row.dataset.token, pull: Number(row.dataset.pull) })));
  }

  get keep() {
    return this.page.getByTestId("keep");
  }

  /** The link to the answer, once it is known how short it can be. */
  async link() {
    const button = this.page.getByTestId("copy-link");
    await button.waitFor();
    return button.getAttribute("data-link");
  }

  /** What a press on `button` has the browser save: its name and text. */
  async saved(button) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.getByTestId(button).click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString("utf8") };
  }

  /** The queries of this visit, the latest last. */
  get recalls() {
    return this.page.getByTestId("history").getByTestId("recall");
  }

  close() {
    return this.page.context().close();
  }
}

/** Puts a function in front of the worker's program. */
async function putFirst(route, first) {
  const response = await route.fetch();
  await route.fulfill({ response, body: `(${first})();\n${await response.text()}` });
}

function watchBuffers() {
  self.largestBuffer = 0;
  const create = self.GPUDevice?.prototype.createBuffer;
  if (create) {
    GPUDevice.prototype.createBuffer = function (descriptor) {
      self.largestBuffer = Math.max(self.largestBuffer, descriptor.size);
      return create.call(this, descriptor);
    };
  }
}
