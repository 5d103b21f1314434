#!/usr/bin/env python3
"""bench/start.py CLIP [--tally TALLY]… [--times N]

From the start of `tally process CLIP` to its first inference, and to its end with the cart, in
milliseconds. Several programs run by turns. What the engine compiles is kept in the package, so
the first run of each, which may compile, is not counted.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(tally, clip, file):
    """(to the first inference, to the end) in ms."""
    environment = dict(os.environ, TALLY_FIRST_INFERENCE=str(file),
                       LD_PRELOAD=str(ROOT / "build/release/libfirst_inference.so"))
    begin = time.monotonic()  # The same clock as std::chrono::steady_clock.
    done = subprocess.run([tally, "process", clip, "--json"], env=environment,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    end = time.monotonic()
    if done.returncode or not file.exists():
        sys.exit(f"start: {tally} ended with {done.returncode} or inferred nothing: {done.stderr}")
    first = float(file.read_text())
    file.unlink()
    return 1e3 * (first - begin), 1e3 * (end - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("clip", metavar="CLIP")
    parser.add_argument("--tally", action="append", help="default: build/release/tally")
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    programs = arguments.tally or [str(ROOT / "build/release/tally")]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "first"
        rounds = [[run(tally, arguments.clip, file) for tally in programs]
                  for _ in range(arguments.times + 1)][1:]
    for tally, times in zip(programs, zip(*rounds)):
        for what, values in zip(("first inference", "end"), zip(*times)):
            print(f"{tally}: {what} after {statistics.median(values):.0f} ms (median of "
                  f"{len(values)}; {min(values):.0f} to {max(values):.0f})")


if __name__ == "__main__":
    main()
