#!/usr/bin/env python3
"""bench/receipts.py [--sessions 200] [--cabinets 1] [--session FOLDER ...] [--out FILE]

From the closed door to the receipt: plays sessions at virtual cabinets (three cameras, in real
time) against a server beside them, and prints what the shopper saw, what the server measured
(GET /metrics), and how much of the video had been watched when the door closed. All of demo/ is
played, an equal part each, where no folder is named. A session whose cart a person must look at
has no receipt in seconds: it is counted apart, by its state.
"""

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
METRIC = "tally_door_closed_to_receipt_seconds"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def quantile(values, share):
    """The smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def in_words(name, values):
    if not values:
        return f"{name}: none"
    return (f"{name}: median {statistics.median(values):.2f}, 99 % {quantile(values, 99):.2f}, "
            f"most {max(values):.2f}, least {min(values):.2f}")


def play(tally, folder, count, cabinets, out):
    """`count` sessions of `folder`, by `cabinets` at once: facts, and the server's metrics."""
    port = free_port()
    demo = subprocess.Popen(
        [str(tally), "demo", str(folder), "--json", "--port", str(port),
         "--cabinets", str(cabinets), "--sessions", str(-(-count // cabinets))],
        stdout=subprocess.PIPE, text=True)
    sessions = []
    try:
        for line in demo.stdout:
            if not line.startswith("{"):
                break  # All are played; the demo stays up.
            sessions.append(json.loads(line))
            if out:
                out.write(line)
                out.flush()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            metrics = answer.read().decode()
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()
    return sessions, metrics


def sum_up(total, metrics):
    """Adds the histogram's lines; each server counts its own sessions."""
    for name, value in re.findall(rf"^({METRIC}\S*) (\S+)$", metrics, re.MULTILINE):
        total[name] = total.get(name, 0) + float(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tally", type=Path, default=ROOT / "build" / "release" / "tally")
    parser.add_argument("--sessions", type=int, default=200, help="in all")
    parser.add_argument("--cabinets", type=int, default=1, help="at once")
    parser.add_argument("--session", type=Path, nargs="+",
                        default=sorted(path.parent for path in ROOT.glob("demo/*/session.toml")))
    parser.add_argument("--out", type=Path, help="each session as a line of JSON")
    arguments = parser.parse_args()
    if not arguments.session:
        parser.error("demo/ has no sessions: name a folder by --session")
    sessions, metrics = [], {}
    out = arguments.out.open("w", encoding="utf-8") if arguments.out else None
    each = -(-arguments.sessions // len(arguments.session))
    for folder in arguments.session:
        played, told = play(arguments.tally, folder, each, arguments.cabinets, out)
        sessions += played
        sum_up(metrics, told)
    seconds = [one["seconds_after_close"] for one in sessions if one["seconds_after_close"] >= 0]
    totals = {}
    for one in sessions:
        total = one["receipt"]["total"]["gross"] if one["receipt"] else one["state"]
        totals[json.dumps(total)] = totals.get(json.dumps(total), 0) + 1
    print(f"{len(sessions)} sessions at {arguments.cabinets} cabinet(s), {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}; {len(sessions) - len(seconds)} without a receipt")
    print(in_words("seconds from the closed door to the receipt, as the shopper saw it", seconds))
    print(in_words("share of the frames watched when the door closed",
                   [one["watched_at_close"] for one in sessions if one["watched_at_close"] >= 0]))
    print("totals:", ", ".join(f"{count} x {total}" for total, count in totals.items()))
    for name, value in metrics.items():
        print(f"{name} {value:g}")
    return 0 if len(sessions) >= arguments.sessions else 1


if __name__ == "__main__":
    sys.exit(main())
