#!/usr/bin/env python3
"""The cart of the bottle clip with all savings against that with none, by `tally bench pipeline`.

    tests/savings.py [--tally build/release/tally] [--data ../shared/data] [--model yolox]

Ends with 0 only if both carts agree. Without the data it says so and ends with 0.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import real_clips


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tally", type=pathlib.Path,
                        default=real_clips.ROOT / "build/release/tally")
    parser.add_argument("--data", type=pathlib.Path, default=real_clips.ROOT.parent / "shared/data")
    parser.add_argument("--work", type=pathlib.Path, default=real_clips.ROOT / "build/savings")
    parser.add_argument("--model", choices=real_clips.MODELS, default="yolox")
    args = parser.parse_args()
    clip = args.data / "videos" / f"{real_clips.BOTTLES}.mp4"
    if not clip.exists():
        print(f"SKIPPED: needs {clip}")
        return 0
    package = real_clips.package(args.tally, args.data, args.model, args.work)
    bench = subprocess.run([str(args.tally), "bench", "pipeline", str(clip), "--model",
                            str(package), "--repeat", "1", "--json"],
                           capture_output=True, text=True)
    if not bench.stdout:
        sys.exit(bench.stderr)
    answer = json.loads(bench.stdout)
    reference = answer["reference"]
    rates = [answer["frames_per_second"], reference["frames_per_second"]]
    print(f"{args.model}: {rates[0]:.1f} frames/s with all savings, {rates[1]:.1f} with none; "
          f"differences: {reference['differences'] or 'none'}")
    return 0 if bench.returncode == 0 and reference["carts_agree"] else 1


if __name__ == "__main__":
    sys.exit(main())
