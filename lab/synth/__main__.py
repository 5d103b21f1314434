"""python -m lab.synth: makes sessions (default), stills for training, or labels of a session."""

import argparse
import multiprocessing
import sys
from pathlib import Path

from lab.synth.make import make

TRAINING_END, EVALUATION_END = 1_000_000, 2_000_000


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m lab.synth", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="the first session's seed; below "
                        "1,000,000 for training and tuning, from there to 1,999,999 for evaluation")
    parser.add_argument("--count", type=int, default=1, help="this many, with the seeds after it")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scenario", help="this one, not one drawn by the set's shares")
    parser.add_argument("--size", default="1280x720", help="WIDTHxHEIGHT, 16:9")
    parser.add_argument("--fps", type=float, default=15)
    parser.add_argument("--crf", type=int, default=28, help="of x264: higher is smaller and worse")
    parser.add_argument("--labels", action="store_true",
                        help="also boxes, masks and visible shares of each frame, as COCO JSON")
    training = parser.add_mutually_exclusive_group()
    training.add_argument("--stills", action="store_true", help="training pictures, not sessions")
    training.add_argument("--crops", action="store_true",
                          help="training crops of many products, not sessions")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    if not 0 <= arguments.seed <= arguments.seed + arguments.count <= EVALUATION_END:
        parser.error("seeds are 0 to 1,999,999")
    if (arguments.stills or arguments.crops) and arguments.seed + arguments.count > TRAINING_END:
        parser.error("stills and crops are for training: seeds below 1,000,000")
    try:
        arguments.size = tuple(int(side) for side in arguments.size.split("x"))
        width, height = arguments.size
    except ValueError:
        parser.error(f"--size is WIDTHxHEIGHT, not {arguments.size}")
    if width * 9 != height * 16 or width % 32 or not 320 <= width <= 1920:
        parser.error("--size must be 16:9, 320 to 1920 wide in steps of 32")
    from lab.synth.scenarios import SCENARIOS
    if arguments.scenario and arguments.scenario not in SCENARIOS:
        parser.error(f"no scenario {arguments.scenario}; there are {', '.join(SCENARIOS)}")
    return arguments


def main():
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    jobs = [(arguments, arguments.seed + k) for k in range(arguments.count)]
    if arguments.jobs == 1:
        for job in jobs:
            print(make(job), file=sys.stderr, flush=True)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(arguments.jobs, maxtasksperchild=20) as pool:
        for line in pool.imap_unordered(make, jobs):
            print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
