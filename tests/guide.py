#!/usr/bin/env python3
"""Runs every command of docs/guide.md, in order, against a `tally demo`.

    tests/guide.py [--tally build/release/tally] [--url http://127.0.0.1:8080]

With --url, against a demo that is up. Exit status 3: curl, jq or openssl is not there.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/guide.md"
UP = re.compile(r"tally runs at (http://\S+)")
WAIT_S = 300


def script_of(page):
    """The page's shell blocks as one script that stops at the first command that fails."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.M | re.S)
    if len(blocks) < 10:
        raise AssertionError(f"the page has {len(blocks)} blocks of commands")
    # What the page leaves running must not outlive a failure.
    parts = ["set -euo pipefail", "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT"]
    for number, block in enumerate(blocks, 1):
        parts.append(f"echo '--- block {number}' >&2\n{block}")
    return "\n".join(parts), len(blocks)


def start_demo(tally, log):
    """The running demo and its URL, once the first session has its receipt."""
    demo = subprocess.Popen([tally, "demo"], stdout=subprocess.PIPE, stderr=log, text=True,
                            cwd=ROOT)
    up = False
    try:
        up = any("Still running" in line for line in demo.stdout)
        log.seek(0)
        found = UP.search(log.read())
        if up and found:
            return demo, found[1]
    finally:
        if not up:
            demo.terminate()
            demo.wait(WAIT_S)
    log.seek(0)
    raise AssertionError(f"the demo did not come up:\n{log.read()}")


def run(url):
    script, blocks = script_of(PAGE.read_text())
    ended = subprocess.run(["bash", "-c", script], env={**os.environ, "TALLY": url},
                           capture_output=True, text=True, timeout=WAIT_S)
    print(ended.stdout + ended.stderr)
    if ended.returncode != 0:
        raise AssertionError(f"docs/guide.md: a command failed with {ended.returncode}")
    if "It is tally's." not in ended.stdout:
        raise AssertionError("docs/guide.md: the signature was not verified")
    print(f"{blocks} blocks of commands ran as written")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tally", default=str(ROOT / "build/release/tally"))
    parser.add_argument("--url")
    given = parser.parse_args()
    missing = [tool for tool in ("bash", "curl", "jq", "openssl") if not shutil.which(tool)]
    if missing:
        print(f"SKIPPED: not here: {', '.join(missing)}")
        sys.exit(3)
    if given.url:
        return run(given.url)
    # A test that takes too long is ended by a signal: its demo must not stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryFile("w+") as log:
        demo, url = start_demo(given.tally, log)
        try:
            run(url)
        finally:
            demo.terminate()
            demo.wait(WAIT_S)


if __name__ == "__main__":
    main()
