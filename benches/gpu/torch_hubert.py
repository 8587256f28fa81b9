#!/usr/bin/env python3
"""Times HuBERT in PyTorch, random weights, all hidden states: one JSON object a line for benches/gpu/run.py.

    torch_hubert.py hubert-base|hubert-large [--device cuda] [--seconds 1,5] [--runs 10] [--layers N]

On a GPU in half precision, on a CPU in single; eager, then compiled.
"""

import argparse
import json
import statistics
import time

import torch
from transformers import HubertConfig, HubertModel

LARGE = dict(
    hidden_size=1024,
    num_hidden_layers=24,
    num_attention_heads=16,
    intermediate_size=4096,
    feat_extract_norm="layer",
    conv_bias=True,
    do_stable_layer_norm=True,
)


def build(shape, layers, device, number):
    sizes = dict(LARGE if shape == "hubert-large" else {})
    if layers:
        sizes["num_hidden_layers"] = layers
    config = HubertConfig(layerdrop=0.0, mask_time_prob=0.0, apply_spec_augment=False, **sizes)
    config._attn_implementation = "sdpa"
    model = HubertModel(config).eval()
    # Weight norm is folded in, as in the packs that this is compared with.
    for module in model.modules():
        for parameter in list(getattr(module, "parametrizations", {})):
            torch.nn.utils.parametrize.remove_parametrizations(module, parameter)
    return model.to(device=device, dtype=number)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("shape", choices=["hubert-base", "hubert-large"])
    arguments.add_argument("--device", default="cuda")
    arguments.add_argument("--seconds", default="1,5,10,20")
    arguments.add_argument("--runs", type=int, default=10)
    arguments.add_argument("--layers", type=int)
    asked = arguments.parse_args()
    on_gpu = asked.device.startswith("cuda")
    number = torch.float16 if on_gpu else torch.float32
    adapter = torch.cuda.get_device_name() if on_gpu else "CPU, one thread"
    if not on_gpu:
        torch.set_num_threads(1)

    def wait():
        if on_gpu:
            torch.cuda.synchronize()

    for compiled in (False, True):
        model = build(asked.shape, asked.layers, asked.device, number)
        precision = f"{'f16' if on_gpu else 'f32'} {'compiled' if compiled else 'eager'}"
        call = torch.compile(model) if compiled else model
        for seconds in map(float, asked.seconds.split(",")):
            samples = torch.randn(1, int(16_000 * seconds), device=asked.device, dtype=number)
            times = []
            try:
                with torch.inference_mode():
                    for _ in range(asked.runs + 3):
                        wait()
                        begun = time.perf_counter()
                        call(samples, output_hidden_states=True)
                        wait()
                        times.append(1e3 * (time.perf_counter() - begun))
            except Exception as error:  # What a compiler does not take is told, and the rest goes on.
                print(f"{precision}, {seconds} s: {error}", flush=True)
                continue
            timed = times[3:]
            line = dict(
                backend=asked.device,
                adapter=adapter,
                precision=precision,
                mode="encoder",
                seconds=seconds,
                runs=asked.runs,
                first_ms=times[0],
                median_ms=statistics.median(timed),
                fastest_ms=min(timed),
                slowest_ms=max(timed),
                gpu_bytes=torch.cuda.max_memory_allocated() if on_gpu else None,
            )
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
