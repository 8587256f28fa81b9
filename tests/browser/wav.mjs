// Just enough of the wav format to put silence around a recording, or to make a tone.

/** Samples in [-1, 1] and their rate, from 16-bit mono PCM. */
export function readWav(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (text(0) !== "RIFF" || text(8) !== "WAVE") throw new Error("not a wav file");
  let rate;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (text(at) === "fmt ") {
      const [kind, channels, bits] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true), view.getUint16(at + 22, true)];
      if (kind !== 1 || channels !== 1 || bits !== 16) throw new Error("not 16-bit mono PCM");
      rate = view.getUint32(at + 12, true);
    } else if (text(at) === "data") {
      const length = Math.min(size, bytes.length - at - 8) >> 1;
      return { rate, samples: Float32Array.from({ length }, (_, n) => view.getInt16(at + 8 + 2 * n, true) / 32768) };
    }
    at += 8 + size + (size & 1);
  }
  throw new Error("a wav file without sound");
}

/** 16-bit mono PCM. */
export function writeWav({ rate, samples }) {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(2 * rate, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, n) => bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32767), 44 + 2 * n));
  return bytes;
}

/** The recording with `before` and `after` seconds of silence around it. */
export function padded({ rate, samples }, before, after) {
  const start = Math.round(before * rate);
  const whole = new Float32Array(start + samples.length + Math.round(after * rate));
  whole.set(samples, start);
  return { rate, samples: whole };
}

/** Nothing at all, for `seconds`. */
export function silence(seconds, rate = 16000) {
  return { rate, samples: new Float32Array(Math.round(seconds * rate)) };
}

/** A hiss, the same each time; beyond an amplitude of 1 it is cut off. */
export function noise(seconds, amplitude, rate = 16000) {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
  return { rate, samples: Float32Array.from({ length: Math.round(seconds * rate) }, () => amplitude * next()) };
}
