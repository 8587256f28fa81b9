// What is measured: each case is one inference that every contender can do, with the bar that SaySee has to pass.

const WASM = { runtime: "ort.wasm.min.mjs", provider: "wasm" };
const WEBGPU = { runtime: "ort.webgpu.min.mjs", provider: "webgpu" };

const peer = (name, model, engine) => ({ name, kind: "peer", model, ...engine });
const saysee = (name, pack, backend, mode) => ({ name, kind: "saysee", pack, backend, mode });

/**
 * `bar`: most CPU-milliseconds that SaySee may take an inference; `first`: whether everything from an empty page to the
 * first result counts, in which case no more than that one is made. `runs`: timed inferences in a round.
 */
export const CASES = [
  {
    id: "hubert-5s-int8",
    title: "HuBERT base, 5 s, wasm int8",
    input: "speech",
    seconds: 5,
    runs: 4,
    bar: 900,
    contenders: [
      peer("onnxruntime-web int8", "hubert-base-q8", WASM),
      peer("onnxruntime-web int8, convolutions too", "hubert-base-q8c", WASM),
      saysee("SaySee q8", "random-hubert-base-q8", "cpu", "encoder"),
    ],
  },
  {
    id: "hubert-5s-f32",
    title: "HuBERT base, 5 s, wasm f32",
    input: "speech",
    seconds: 5,
    runs: 3,
    bar: 1900,
    contenders: [
      peer("onnxruntime-web f32", "hubert-base-f32", WASM),
      saysee("SaySee f32", "random-hubert-base-f32", "cpu", "encoder"),
    ],
  },
  {
    id: "hubert-1s-int8",
    title: "HuBERT base, 1 s, wasm int8",
    input: "speech",
    seconds: 1,
    runs: 10,
    contenders: [
      peer("onnxruntime-web int8", "hubert-base-q8", WASM),
      peer("onnxruntime-web int8, convolutions too", "hubert-base-q8c", WASM),
      saysee("SaySee q8", "random-hubert-base-q8", "cpu", "encoder"),
    ],
  },
  {
    id: "text-int8",
    title: "CLIP ViT-B/32 text tower, 77 tokens, wasm int8",
    input: "text",
    runs: 20,
    bar: 80,
    contenders: [
      peer("onnxruntime-web int8", "clip-text-q8", WASM),
      saysee("SaySee q8", "random-clip-q8", "cpu", "text"),
    ],
  },
  {
    id: "picture-int8",
    title: "CLIP ViT-B/32 image tower, wasm int8",
    input: "picture",
    runs: 20,
    bar: 100,
    contenders: [
      peer("onnxruntime-web int8", "clip-image-q8", WASM),
      peer("onnxruntime-web int8, convolutions too", "clip-image-q8c", WASM),
      saysee("SaySee q8", "random-clip-q8", "cpu", "picture"),
    ],
  },
  {
    id: "webgpu-1s-f32",
    title: "HuBERT base, 1 s, WebGPU f32, from an empty page to the first result",
    input: "speech",
    seconds: 1,
    first: true,
    bar: 8000,
    contenders: [
      peer("onnxruntime-web WebGPU f32", "hubert-base-f32", WEBGPU),
      saysee("SaySee WebGPU f32", "random-hubert-base-f32", "gpu", "encoder"),
    ],
  },
];
