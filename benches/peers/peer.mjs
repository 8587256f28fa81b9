// Runs in the browser: one model in onnxruntime-web. `load` and `infer` are called from outside.

/** Milliseconds and runs that warming up takes at least: after that the browser has optimised the code. */
const WARM_UP = { milliseconds: 1000, runs: 2 };

let session;
let feeds;

/** Fetches a model and makes a session of it. `runtime` is a file of onnxruntime-web, `provider` "wasm" or "webgpu". */
window.load = async ({ runtime, provider, model, input, seconds, threads }) => {
  const begun = performance.now();
  const ort = await import(`/runtime/${runtime}`);
  ort.env.wasm.wasmPaths = "/runtime/";
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  const bytes = new Uint8Array(await (await fetch(`/models/${model}.onnx`)).arrayBuffer());
  const fetched = performance.now();
  session = await ort.InferenceSession.create(bytes, { executionProviders: [provider], graphOptimizationLevel: "all" });
  feeds = inputs(ort, input, seconds);
  return {
    version: ort.env.versions.web,
    model_bytes: bytes.length,
    fetch_ms: fetched - begun,
    load_ms: performance.now() - begun,
  };
};

/** One inference, everything read back; answers its milliseconds. A result that is not finite is an error. */
window.infer = async () => {
  const begun = performance.now();
  const results = await session.run(feeds);
  const took = performance.now() - begun;
  const last = results[session.outputNames[0]];
  if (!last.data.every(Number.isFinite)) throw new Error("the result is not finite");
  return took;
};

window.warmUp = async () => {
  const begun = performance.now();
  for (let run = 0; run < WARM_UP.runs || performance.now() - begun < WARM_UP.milliseconds; run++) await window.infer();
};

/** `count` inferences; answers the milliseconds of each. */
window.measure = async (count) => {
  const times = [];
  while (times.length < count) times.push(await window.infer());
  return times;
};

function inputs(ort, input, seconds) {
  switch (input) {
    case "speech": {
      const samples = noise(Math.round(seconds * 16_000));
      return { input_values: new ort.Tensor("float32", samples, [1, samples.length]) };
    }
    case "text": {
      // A whole text: its start, 75 tokens, its end.
      const ids = BigInt64Array.from({ length: 77 }, (_, place) => BigInt(300 + 611 * place));
      ids[0] = 49406n;
      ids[76] = 49407n;
      return { input_ids: new ort.Tensor("int64", ids, [1, 77]) };
    }
    case "picture":
      return { pixel_values: new ort.Tensor("float32", noise(3 * 224 * 224), [1, 3, 224, 224]) };
    default:
      throw new Error(`no such input: ${input}`);
  }
}

/** Numbers between -1 and 1, the same each time. */
function noise(count) {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
