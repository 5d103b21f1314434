#!/usr/bin/env python3
"""bench/savings.py SESSION... [--out FILE]

Whether carts are the same with all savings as with none, session by session: each is watched twice
by `tally process`, once as it comes and once with --no-savings, and the net lines and the decision
are held to each other. FILE gets a line of JSON for each; sessions that it has already are not
watched again. Prints the differences and the shares; ends with 0 whatever they are.
"""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def watched(tally, session, savings):
    """The cart's lines, decision and sureness, and the processor seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [tally, "process", session, "--json", "--quiet", "--no-evidence"] +
        ([] if savings else ["--no-savings"]), capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not done.stdout:
        sys.exit(f"savings: {session}: {done.stderr.strip()}")
    cart = json.loads(done.stdout)
    return {"lines": {line["product"]: line["quantity"] for line in cart["lines"]},
            "decision": cart["decision"]["kind"],
            "probability": cart["decision"]["probability"],
            "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime -
                                 before.ru_stime, 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("sessions", nargs="+", type=Path, metavar="SESSION")
    parser.add_argument("--tally", default=ROOT / "build/release/tally")
    parser.add_argument("--out", type=Path, default=ROOT / "out/savings.jsonl")
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    known = {}
    if arguments.out.exists():
        for line in arguments.out.read_text().splitlines():
            known[json.loads(line)["session"]] = json.loads(line)
    rows = []
    for session in arguments.sessions:
        row = known.get(session.name)
        if row is None:
            row = {"session": session.name, "with": watched(arguments.tally, session, True),
                   "without": watched(arguments.tally, session, False)}
            with arguments.out.open("a") as out:
                out.write(json.dumps(row) + "\n")
        rows.append(row)
        if row["with"]["lines"] != row["without"]["lines"]:
            print(f"{row['session']}: {row['with']['lines']} at "
                  f"{row['with']['probability']:.2f}, without savings {row['without']['lines']} at "
                  f"{row['without']['probability']:.2f}", flush=True)
    same = sum(row["with"]["lines"] == row["without"]["lines"] for row in rows)
    decided = sum(row["with"]["decision"] == row["without"]["decision"] for row in rows)
    spent = [sum(row[which]["cpu_seconds"] for row in rows) for which in ("with", "without")]
    print(f"{len(rows)} sessions: {same} with the same lines ({same / len(rows):.1%}), {decided} "
          f"with the same decision; {spent[0]:.0f} s of processor time, {spent[1]:.0f} s without "
          f"savings")


if __name__ == "__main__":
    main()
