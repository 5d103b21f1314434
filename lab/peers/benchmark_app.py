#!/usr/bin/env python3
"""Compares tally's engine executor with OpenVINO's own benchmark_app at the same settings.

Both run the same graph with the same streams, threads, requests, precision (f32) and batch (1), for
the same time, in turn: A B, B A, A B, ... so that a slow minute of the machine meets both. What
counts is the ratio of medians. benchmark_app comes with the OpenVINO wheel (`pip install openvino`,
the version that tools/setup pins). Prints one JSON object on stdout; progress goes to stderr.

Exit status: 0 if the ratio is at least --ratio-min, 1 if not, 2 if something could not be run.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys


def run(command: list[str]) -> str:
    """The command's stdout; ends the script where the command fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = done.stderr.strip() or done.stdout.strip()
        print(f"{' '.join(command)}\nfailed: {words}", file=sys.stderr)
        sys.exit(2)
    return done.stdout


def ours(args: argparse.Namespace) -> float:
    command = [args.tally, "bench", "engine", args.package, "--seconds", str(args.seconds),
               "--streams", str(args.streams), "--threads", str(args.threads), "--json"]
    return float(json.loads(run(command))["inferences_per_second"])


def theirs(args: argparse.Namespace) -> float:
    # u8 input is benchmark_app's default for pictures; tally's is u8 as well.
    command = [args.benchmark_app, "-m", args.onnx, "-d", "CPU", "-t", str(args.seconds),
               "-hint", "none", "-nstreams", str(args.streams), "-nthreads", str(args.threads),
               "-nireq", str(args.streams + 1), "-infer_precision", "f32"]
    if args.shape:
        command += ["-shape", args.shape]
    found = re.search(r"Throughput:\s+([\d.]+)", run(command))
    if not found:
        print("benchmark_app printed no throughput", file=sys.stderr)
        sys.exit(2)
    return float(found.group(1))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tally", default="build/release/tally", help="the tally program")
    parser.add_argument("--benchmark-app", default=shutil.which("benchmark_app"),
                        help="default: the one in PATH")
    parser.add_argument("--package", required=True, help="a model package, made from --onnx")
    parser.add_argument("--onnx", required=True, help="the graph that the package was made from")
    parser.add_argument("--shape", help='for a dynamic batch, e.g. "images[1,3,640,640]"')
    parser.add_argument("--streams", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=5, help="of one run")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--ratio-min", type=float, default=0.97)
    args = parser.parse_args()
    if not args.benchmark_app:
        parser.error("benchmark_app is not in PATH; pip install openvino, or give --benchmark-app")

    rates: dict[str, list[float]] = {"tally": [], "benchmark_app": []}
    turns = [("tally", ours), ("benchmark_app", theirs)]
    for turn in range(args.rounds):
        for name, measure in turns if turn % 2 == 0 else reversed(turns):
            rates[name].append(measure(args))
            print(f"round {turn + 1}: {name} {rates[name][-1]:.2f} inferences/s", file=sys.stderr)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    ratio = medians["tally"] / medians["benchmark_app"]
    print(json.dumps({"streams": args.streams, "threads": args.threads, "seconds": args.seconds,
                      "inferences_per_second": rates, "median": medians,
                      "ratio": round(ratio, 4)}, indent=2))
    return 0 if ratio >= args.ratio_min else 1


if __name__ == "__main__":
    sys.exit(main())
