// The page as a visitor meets it, in any engine: what the engines' tests know about its markup is here.

/** Longest wait for anything, in milliseconds: three browsers on two busy cores are slow. */
const PATIENCE = 60_000;

export class Visit {
  constructor(window) {
    this.window = window;
  }

  /** Opens the page. */
  open(url) {
    return this.window.open(url);
  }

  /** Waits until something fits `selector`, now or after a change of the document. */
  async appears(selector, patience = PATIENCE) {
    const found = await this.window.evaluate(
      (selector, patience) =>
        new Promise((answer) => {
          const end = (found) => {
            watch.disconnect();
            clearTimeout(timer);
            answer(found);
          };
          const look = () => document.querySelector(selector) && end(true);
          const watch = new MutationObserver(look);
          const timer = setTimeout(() => end(false), patience);
          watch.observe(document, { subtree: true, childList: true, attributes: true });
          look();
        }),
      selector,
      patience,
    );
    if (!found) throw new Error(`waited for ${selector}, but: ${await this.describe()}`);
  }

  /** Waits until the status line is in one of `states`; answers that state and the problem's name, if any. */
  async reaches(...states) {
    await this.appears(states.map((state) => `[data-testid="status"][data-state="${state}"]`).join(", "));
    return this.status();
  }

  status() {
    return this.window.evaluate(() => {
      const line = document.querySelector('[data-testid="status"]');
      return { state: line?.dataset.state, problem: line?.dataset.problem ?? null, detail: line?.title, text: line?.innerText };
    });
  }

  /** What the status line says, and what the page complained about: for messages of failed assertions. */
  async describe() {
    const { state, problem, detail, text } = await this.status();
    return `${state} ${problem ?? ""} ${detail ?? ""} "${text}" ${(await this.window.complaints()).join("; ")}`;
  }

  /** What the engine runs on and where its files came from: `{ kind, from }`. */
  backend() {
    return this.window.evaluate(() => {
      const { kind, from } = document.querySelector('[data-testid="backend"]').dataset;
      return { kind, from };
    });
  }

  askSample(id) {
    return this.window.click(`[data-testid="sample"][data-sample="${id}"]`);
  }

  askSound(path) {
    return this.window.choose('[data-testid="sound-file"]', path);
  }

  /** From now on the microphone hears the recording at `address`, from its beginning each time it is opened, then silence. */
  hears(address) {
    return this.window.evaluate(async (address) => {
      const recording = await (await fetch(address)).arrayBuffer();
      navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext();
        const source = context.createBufferSource();
        source.buffer = await context.decodeAudioData(recording.slice());
        const microphone = context.createMediaStreamDestination();
        source.connect(microphone);
        // A real one is never without sound: when a stream has none, Firefox hands worklets nothing at all.
        const room = context.createConstantSource();
        room.offset.value = 1e-5;
        room.connect(microphone);
        room.start();
        source.start(context.currentTime + 0.4);
        // Engines may collect what nobody holds on to, sounding or not.
        (self.heard ??= []).push(context, source, room);
        return microphone.stream;
      };
    }, address);
  }

  press(key) {
    return this.window.press(key);
  }

  /** The address of the picture that is shown large. */
  large() {
    return this.window.evaluate(() => document.querySelector('[data-testid="viewer"] img')?.src);
  }

  /** Keywords in order of time, and the first `count` pictures, best first. */
  answer(count = 10) {
    return this.window.evaluate((count) => {
      const all = (selector) => [...document.querySelectorAll(selector)].map((element) => element.dataset);
      return {
        keywords: all('[data-testid="keywords"] [data-testid="keyword"]').map(({ token, start, end }) => ({
          token,
          start: Number(start),
          end: Number(end),
        })),
        pictures: all('[data-testid="results"] [data-testid="result"]')
          .slice(0, count)
          .map(({ item, score }) => ({ item, score: Number(score) })),
      };
    }, count);
  }

  /** Presses Tab until `selector` has the focus, at most `most` times; answers whether it has. */
  async tabTo(selector, most = 60) {
    for (let presses = 0; presses < most; presses++) {
      if (await this.focused(selector)) return true;
      await this.press("Tab");
    }
    return this.focused(selector);
  }

  /** Is the focus on, or in, what fits `selector`? */
  focused(selector) {
    return this.window.evaluate((selector) => document.activeElement?.closest(selector) !== null, selector);
  }
}
