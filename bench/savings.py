#!/usr/bin/env python3
"""bench/savings.py DIR [--off SWITCH]… [--out OUT] [--tally TALLY] [--limit N] [--jobs N]

Whether carts are the same with all savings as with one of them off, or with none: the sessions in
DIR are evaluated with savings into OUT/with and again for each SWITCH of `tally process` into
OUT/SWITCH (docs/eval.md), and the lines of each session's two carts are held to each other and to
the truth. What is finished already is not done again. Prints the differences, the shares, and the
processor time that each took; ends with 0 whatever they are.
"""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SWITCHES = ("no-savings", "no-gate", "no-stride", "no-close-ups",
            "no-small-looks")  # Those that cabinets have.


def spent():
    """Processor seconds of all children so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def evaluated(arguments, switch):
    """{session: what eval.json says of it}, and the processor seconds it took."""
    folder, before = arguments.out / (switch or "with"), spent()
    command = [arguments.tally, "eval", arguments.folder, "-o", folder, "--reports", "none",
               "--jobs", str(arguments.jobs), "--threads", "1"]
    command += ["--limit", str(arguments.limit)] if arguments.limit else []
    command += ["--", f"--{switch}"] if switch else []
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
    parser.add_argument("--off", action="append", choices=SWITCHES, help="default: no-savings")
    parser.add_argument("--limit", type=int, help="only the first so many sessions")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    saving, seconds = evaluated(arguments, None)
    print(f"all savings: {len(saving)} sessions, {count_exact(saving)} exact, {seconds:.0f} s of "
          "processor time now")
    for switch in arguments.off or ["no-savings"]:
        compare(switch, saving, *evaluated(arguments, switch))


def count_exact(sessions):
    return sum(one["exact"] for one in sessions.values())


def compare(switch, saving, without, seconds):
    same = 0
    for name, one in saving.items():
        if lines_of(one) == lines_of(without[name]) is not None:
            same += 1
            continue
        print(f"  {name}, {one['scenario']}: {in_words(one)}; {switch} {in_words(without[name])}")
    print(f"{switch}: {same} of {len(saving)} with the same lines ({same / len(saving):.1%}), "
          f"{count_exact(without)} exact, {seconds:.0f} s of processor time now")


if __name__ == "__main__":
    main()
