#!/usr/bin/env python3
"""bench/savings.py DIR [--out OUT] [--tally TALLY] [--limit N] [--jobs N]

Whether carts are the same with all savings as with none: the sessions in DIR are evaluated twice
(docs/eval.md), with savings into OUT/with and without them into OUT/without, and the lines of each
session's two carts are held to each other and to the truth. What is finished already is not done
again. Prints the differences, the shares, and the processor time that both took; ends with 0
whatever they are.
"""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def spent():
    """Processor seconds of all children so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def evaluated(arguments, name):
    """{session: what eval.json says of it}, and the processor seconds it took."""
    folder, before = arguments.out / name, spent()
    command = [arguments.tally, "eval", arguments.folder, "-o", folder, "--reports", "none",
               "--jobs", str(arguments.jobs), "--threads", "1"]
    command += ["--limit", str(arguments.limit)] if arguments.limit else []
    command += [] if name == "with" else ["--", "--no-savings"]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"savings: tally eval ended with {done.returncode}")
    sessions = json.loads((folder / "eval.json").read_text())["runs"][0]["sessions"]
    return {one["session"]: one for one in sessions}, spent() - before


def lines_of(session):
    """What is in its cart; None where there is no cart."""
    if session["failure"]:
        return None
    return {line["product"]: line["got"] for line in session["lines"] if line["got"]}


def in_words(session):
    if session["failure"]:
        return f"no cart, {session['failure']}"
    right = "right" if session["exact"] else "wrong"
    return f"{right} at {session['probability']:.2f}, {lines_of(session) or 'nothing'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--tally", default=ROOT / "build/release/tally")
    parser.add_argument("--out", type=Path, default=ROOT / "out/savings")
    parser.add_argument("--limit", type=int, help="only the first so many sessions")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    saving, saving_seconds = evaluated(arguments, "with")
    whole, whole_seconds = evaluated(arguments, "without")
    same = 0
    for name in saving:
        if lines_of(saving[name]) == lines_of(whole[name]) is not None:
            same += 1
            continue
        print(f"{name}, {saving[name]['scenario']}: {in_words(saving[name])}; without savings "
              f"{in_words(whole[name])}")
    exact = [sum(one[name]["exact"] for name in saving) for one in (saving, whole)]
    print(f"{len(saving)} sessions: {same} with the same lines ({same / len(saving):.1%}); exact "
          f"{exact[0]} with savings, {exact[1]} without; processor time of what was done now: "
          f"{saving_seconds:.0f} s with, {whole_seconds:.0f} s without")


if __name__ == "__main__":
    main()
