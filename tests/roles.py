#!/usr/bin/env python3
"""tests/roles.py [--store sqlite|postgres]: a session whose server is a process for each role.

API, gateway, worker and pipeline run on one store and one data folder, as docs/config.md says. A
virtual cabinet speaks with the gateway's process, a shopper with the API's. Two sessions are played
from the scan to the receipt; in the second one the pipeline is killed while it watches, and another
one takes its work over. After each the books must be as after a session of one process.
Ends with 3, saying SKIPPED, where PostgreSQL can't be had.
"""

import contextlib
import sys
from pathlib import Path

import served
from crash import DIES_SECONDS, SESSION, SETTLES_SECONDS, Books, Cabinet, Rehearsal, wait_for



def play(rehearsal, name, while_watched=None):
    """From the unlocking to the capture; `while_watched` once the pipeline has the session."""
    before = rehearsal.stock()
    body, key, answer = rehearsal.unlock(name)
    session = (answer or rehearsal.begin(body, key))["id"]
    if while_watched:
        wait_for("the session's being watched", DIES_SECONDS, lambda: rehearsal.books.rows(
            "SELECT id FROM jobs WHERE state = 'running'"))
        while_watched()
    payment = wait_for("the capture", SETTLES_SECONDS, lambda: rehearsal.captured(session))
    rehearsal.check(session, payment, before)
    print(f"{name}: settled and captured", flush=True)


def rehearse(arguments, work, store):
    tally = arguments.tally
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(served.Server(tally, work, store, SESSION, role="api"))

        def beside(role):
            return stack.enter_context(
                served.Server(tally, work, store, None, role=role, public_url=api.url))

        gateway, _, pipeline = beside("gateway"), beside("worker"), beside("pipeline")
        gateway.demo = api.demo
        cabinet = stack.enter_context(Cabinet(tally, gateway, work))
        rehearsal = Rehearsal(api, cabinet, Books(arguments.store, work, store))

        def replace_pipeline():
            pipeline.kill()
            pipeline.start()

        try:
            play(rehearsal, "a process for each role")
            play(rehearsal, "the pipeline killed while it watches", replace_pipeline)
        except RuntimeError as error:
            logs = "\n".join(f"{log.name}:\n{log.read_text()[-2000:]}"
                             for log in sorted(Path(work).glob("*.log")))
            print(f"FAILED: {error}\n{logs}", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(served.rehearsed(__doc__, rehearse))
