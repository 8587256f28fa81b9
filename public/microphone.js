// The microphone's AudioWorklet: mixes what comes in down to one channel and posts it in chunks,
// each a Float32Array that is handed over, not copied. Everything else happens elsewhere: this
// thread must never be late.

// 24 ms at any rate: quick enough for a meter, rare enough for a message. Ten of them, 244 ms, come between two looks at a sentence.
const CHUNK = Math.ceil(sampleRate / 41);

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.chunk = new Float32Array(CHUNK);
    this.filled = 0;
  }

  process([channels]) {
    if (channels.length > 0) {
      for (let i = 0; i < channels[0].length; i += 1) {
        let sum = 0;
        for (const channel of channels) sum += channel[i];
        this.chunk[this.filled] = sum / channels.length;
        this.filled += 1;
        if (this.filled === CHUNK) this.send();
      }
    }
    return true;
  }

  send() {
    this.port.postMessage(this.chunk, [this.chunk.buffer]);
    this.chunk = new Float32Array(CHUNK);
    this.filled = 0;
  }
}

registerProcessor("microphone", Microphone);
