#!/usr/bin/env python3
"""How fast HuBERT base and large are on this machine's GPU, natively, beside PyTorch on the same card.

    benches/gpu/run.py [--torch PYTHON] [--out FOLDER]

Builds `saysee` (or takes the one of --saysee), makes packs of random weights, and times the encoder alone at several
lengths in f32, f16 and q8, with a profile of its operations. --torch names the Python of an environment with torch and
transformers; it runs torch_hubert.py in half precision, eager and compiled. Writes gpu.json and gpu.md into --out. Stops
starting new measurements when --minutes are over, and says what was left out.

Needs Python 3.9, nothing else. docs/benchmarks.md says more.
"""

import argparse
import datetime
import json
import pathlib
import platform
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHAPES = ["hubert-base", "hubert-large"]
WEIGHTS = ["f32", "f16", "q8"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--saysee", type=pathlib.Path, help="a built program instead of building it")
    arguments.add_argument("--torch", help="a Python with torch and transformers")
    arguments.add_argument("--torch-device", default="cuda")
    arguments.add_argument("--backend", default="gpu", choices=["gpu", "cpu"])
    arguments.add_argument("--shapes", default=",".join(SHAPES))
    arguments.add_argument("--weights", default=",".join(WEIGHTS))
    arguments.add_argument("--seconds", default="1,5,10,20")
    arguments.add_argument("--layers", help="blocks instead of the published number, to try this program out")
    arguments.add_argument("--runs", default="10")
    arguments.add_argument("--minutes", type=float, default=9.0)
    arguments.add_argument("--packs", type=pathlib.Path, default=ROOT / "target" / "packs")
    arguments.add_argument("--out", type=pathlib.Path, default=HERE / "results")
    asked = arguments.parse_args()

    deadline = time.monotonic() + 60 * asked.minutes
    saysee = asked.saysee or build()
    measured, profiles, left_out = [], [], []
    # What matters most comes first, should time run out.
    for shape in asked.shapes.split(","):
        for weights in asked.weights.split(","):
            try:
                lines = time_saysee(saysee, asked, shape, weights, deadline)
            except Problem as problem:
                left_out.append(f"SaySee {shape} {weights}: {problem}")
                lines = problem.lines
            for line in lines:
                kind = line.pop("kind")
                line.update(shape=shape, engine="SaySee", precision=weights)
                {"measured": measured, "profile": profiles}.get(kind, []).append(line)
        if asked.torch:
            try:
                lines = time_torch(asked, shape, deadline)
            except Problem as problem:
                left_out.append(f"PyTorch {shape}: {problem}")
                lines = problem.lines
            measured += [{**line, "shape": shape, "engine": "PyTorch"} for line in lines]

    report = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": platform.processor() or platform.machine(),
        "measured": measured,
        "profiles": profiles,
        "left_out": left_out,
    }
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "gpu.json").write_text(json.dumps(report, indent=1) + "\n")
    text = table(report)
    (asked.out / "gpu.md").write_text(text)
    print(text)


class Problem(Exception):
    """Why something was not measured, and the lines that were there before."""

    def __init__(self, why, lines=()):
        super().__init__(why)
        self.lines = list(lines)


def build():
    subprocess.run(["cargo", "build", "--release", "--locked", "-p", "saysee"], cwd=ROOT, check=True)
    metadata = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"]
    found = json.loads(subprocess.run(metadata, cwd=ROOT, check=True, capture_output=True).stdout)
    return pathlib.Path(found["target_directory"]) / "release" / "saysee"


def time_saysee(saysee, asked, shape, weights, deadline):
    name = "-".join(filter(None, [f"random-{shape}", weights, asked.layers and f"{asked.layers}-layers"]))
    pack = asked.packs / name
    if not (pack / "pack.json").exists():
        make = [str(saysee), "random-pack", shape, "--weights", weights, "--out", str(pack)]
        run(make + (["--layers", asked.layers] if asked.layers else []), deadline)
    bench = [str(saysee), "bench", "--pack", str(pack), "--backend", asked.backend, "--modes", "encoder"]
    return run(bench + ["--seconds", asked.seconds, "--runs", asked.runs, "--profile", "--json"], deadline)


def time_torch(asked, shape, deadline):
    torch = [asked.torch, str(HERE / "torch_hubert.py"), shape, "--device", asked.torch_device]
    torch += ["--seconds", asked.seconds, "--runs", asked.runs] + (["--layers", asked.layers] if asked.layers else [])
    return run(torch, deadline)


def run(command, deadline):
    """What a command prints, one JSON object a line. Other lines are passed over."""
    left = deadline - time.monotonic()
    if left < 5:
        raise Problem("no time was left")
    print("+", " ".join(command), file=sys.stderr, flush=True)
    lines = lambda printed: [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=left)
    except subprocess.TimeoutExpired as over:
        # What was printed until then was measured; the last line may be half a one.
        printed = (over.stdout or b"").decode(errors="replace").rpartition("\n")[0]
        raise Problem("time ran out", lines(printed)) from None
    except OSError as error:
        raise Problem(str(error)) from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["nothing was said"]
        raise Problem(said[-1], lines(done.stdout))
    return lines(done.stdout)


def table(report):
    adapters = {line["adapter"] for line in report["measured"] if line["engine"] == "SaySee"}
    lines = [f"{report['date'][:10]}, {report['machine']}; {'; '.join(sorted(adapters)) or 'nothing measured'}.", ""]
    lines += ["| Model | Seconds | Engine | ms: median (least) | first, ms | x real time | GPU memory, MB |"]
    lines += ["|---|--:|---|--:|--:|--:|--:|"]
    order = sorted(report["measured"], key=lambda line: (line["shape"], line["seconds"], line["engine"]))
    for line in order:
        memory = line.get("gpu_bytes")
        cells = [
            line["shape"],
            f"{line['seconds']:g}",
            f"{line['engine']} {line['precision']}",
            f"{line['median_ms']:.2f} ({line['fastest_ms']:.2f})",
            f"{line['first_ms']:.0f}",
            f"{line['seconds'] * 1e3 / line['median_ms']:.0f}",
            f"{memory / 1e6:.0f}" if memory else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    for profile in report["profiles"]:
        lines += ["", f"{profile['shape']} {profile['precision']}, {profile['seconds']:g} s, the slowest operations:", ""]
        lines += ["| Operation | Calls | ms | GFLOP/s | GB/s |", "|---|--:|--:|--:|--:|"]
        for part in profile["operations"][:12]:
            cells = [f"{part['milliseconds']:.3f}", f"{part['gigaflops']:.0f}", f"{part['gigabytes']:.1f}"]
            lines.append(f"| {part['operation']} | {part['calls']} | {' | '.join(cells)} |")
    if report["left_out"]:
        lines += ["", "Left out:", ""] + [f"- {what}" for what in report["left_out"]]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
