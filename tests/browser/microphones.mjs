// Stand-ins for microphones that a headless browser does not have: each runs in the page before its program does.

/** Asking for the microphone ends with this error, as browsers name it. */
export function refusing(name) {
  return `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("refused by the test", "${name}"); };`;
}

/** The browser asks, and nobody answers. */
export function unanswered() {
  navigator.mediaDevices.getUserMedia = () => new Promise(() => {});
}

/** Keeps account of what is asked for: `asked` constraints, `tracks` and `contexts`. */
export function watched() {
  window.microphones = { asked: [], tracks: [], contexts: [] };
  const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    window.microphones.asked.push(structuredClone(constraints));
    const stream = await get(constraints);
    window.microphones.tracks.push(...stream.getTracks());
    return stream;
  };
  window.AudioContext = class extends AudioContext {
    constructor(...options) {
      super(...options);
      window.microphones.contexts.push(this);
    }
  };
}
