#!/usr/bin/env python3
"""Frames per second of `tally bench pipeline` against a peer, in turn A B A B on the same cores.

Absolute numbers move with whatever else the machine does; taking turns makes the ratio hold still.
Prints one JSON object on stdout and a table on stderr. Needs a built tally and a model package:

    tools/build && build/release/tally compile MODEL.onnx -o build/models/NAME
    lab/peers/compare.py --package build/models/NAME
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
PEER = Path(__file__).with_name("ultralytics_track.py")


def measure(name, command, cores, timeout_s):
    """Runs one side on the given cores and returns the JSON object it prints."""
    listed = ",".join(map(str, cores))
    command = ["taskset", "-c", listed, *map(str, command)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=timeout_s)
    if done.returncode != 0:
        sys.exit(f"compare: {name} ended with {done.returncode}: {' '.join(command)}")
    try:
        measured = json.loads(done.stdout)
        measured["frames_per_second"] = float(measured["frames_per_second"])
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"compare: {name} printed no frames_per_second ({error!r}): {done.stdout[:300]}")
    print(f"  {name:<6} {measured['frames_per_second']:9.2f} frames/s", file=sys.stderr, flush=True)
    return measured


def spread(values):
    return {"min": round(min(values), 3), "median": round(statistics.median(values), 3),
            "max": round(max(values), 3)}


def summary(ours, peers):
    """Ratios of neighbours in time: ours[i] was measured right before peers[i]."""
    a = [run["frames_per_second"] for run in ours]
    b = [run["frames_per_second"] for run in peers]
    return {"tally_frames_per_second": spread(a), "peer_frames_per_second": spread(b),
            "ratio": spread([x / y for x, y in zip(a, b, strict=True)]), "rounds": len(a)}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", nargs="?", type=Path,
                        default=DATA / "videos" / "bottle-detection_take4_put4.mp4")
    parser.add_argument("--package", type=Path, required=True, help="tally's model package")
    parser.add_argument("--onnx", type=Path,
                        default=DATA / "models" / "yolov8n_640_fp32_dynbatch.onnx",
                        help="the same weights as ONNX, for the peer")
    parser.add_argument("--tally", type=Path, default=ROOT / "build" / "release" / "tally")
    parser.add_argument("--backend", choices=("openvino", "onnx"), default="openvino")
    parser.add_argument("--rounds", type=int, default=3, help="turns of A B (default 3)")
    parser.add_argument("--cores", default=None, help="as 0,1; default: the first two we may use")
    parser.add_argument("--timeout", type=int, default=1800, help="seconds for one measurement")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    for path, advice in ((arguments.video, "name a clip"), (arguments.tally, "run tools/build"),
                         (arguments.package, "make it with tally compile"),
                         (arguments.onnx, "name it with --onnx")):
        if not path.exists():
            sys.exit(f"compare: {path} is not there: {advice}")
    cores = sorted(os.sched_getaffinity(0))[:2]
    if arguments.cores:
        cores = [int(core) for core in arguments.cores.split(",")]
    ours = [arguments.tally, "bench", "pipeline", arguments.video, "--model", arguments.package,
            "--repeat", "5", "--no-reference", "--json"]
    peer = [sys.executable, PEER, arguments.video, "--model", arguments.onnx, "--backend",
            arguments.backend]
    subprocess.run([*map(str, peer), "--install-only"], check=True)
    a, b = [], []
    for turn in range(max(1, arguments.rounds)):
        print(f"round {turn + 1} of {max(1, arguments.rounds)}", file=sys.stderr, flush=True)
        a.append(measure("tally", ours, cores, arguments.timeout))
        b.append(measure("peer", peer, cores, arguments.timeout))
    found = summary(a, b)
    print(f"  ratio  min {found['ratio']['min']}  median {found['ratio']['median']}  "
          f"max {found['ratio']['max']}", file=sys.stderr)
    facts = {key: b[-1].get(key) for key in ("peer", "input_shapes", "engine", "versions")}
    print(json.dumps({"video": arguments.video.name, "cores": cores, **found, "peer": facts},
                     indent=2))


if __name__ == "__main__":
    main()
