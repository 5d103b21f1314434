#!/usr/bin/env python3
"""tests/crash.py [--store sqlite|postgres] [--point segment.stored]: the server dies on the way.

At each of ten points between the unlocking of a cabinet and the receipt, `tally serve` kills
itself as `--crash-at` tells it, and is started again on the same data; a virtual cabinet and a
shopper go on as they do in life. After it the session must be settled with one receipt, one capture
of the receipt's sum, one movement of stock; books balanced, nothing held, nothing dead or waiting.
Ends with 3, saying SKIPPED, where PostgreSQL can't be had.
"""

import contextlib
import http.client
import itertools
import json
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import served

ROOT = Path(__file__).resolve().parents[1]
SESSION = ROOT / "demo" / "take_one"
POINTS = {
    "hold.stored": "the unlock command is stored, not sent",
    "unlock.sent": "the unlock command is sent",
    "door_opened.stored": "the door's opening is stored, not acknowledged",
    "segment.kept": "the first segment's bytes are in a file, its row is not written",
    "segment.stored": "the first segment's row is stored, the upload not answered",
    "door_closed.stored": "the door's closing is stored, not acknowledged",
    "manifest.stored": "the list of segments is stored, not acknowledged",
    "cart.made": "the cart is made, not stored",
    "cart.stored": "cart and receipt are stored, the capture not asked for",
    "capture.answered": "the provider has captured, its answer is not stored",
}
# The server is back by then: also what is between unlock and opening is rehearsed.
OPEN_AFTER_MS = 7000
DIES_SECONDS = 180
SETTLES_SECONDS = 300
SCREEN_SECONDS = 120


def wait_for(what, seconds, look):
    """What `look` gives as soon as it is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise RuntimeError(f"{what}: not within {seconds} s")


class Books:
    """What the store says of a payment's provider and of work that waits, read beside the API."""

    def __init__(self, kind, folder, store):
        self.kind, self.folder, self.store = kind, folder, store

    def rows(self, sql):
        if self.kind == "sqlite":
            with contextlib.closing(sqlite3.connect(f"{self.folder}/store.db")) as database:
                return [tuple(map(str, row)) for row in database.execute(sql)]
        connection = self.store.split('connection = "')[1].split('"')[0]
        text = subprocess.run(["psql", "-X", "-A", "-t", "-F", "\t", "-c", sql, connection],
                              check=True, capture_output=True, text=True).stdout
        return [tuple(line.split("\t")) for line in text.splitlines()]


class Cabinet:
    """A virtual one, whose door opens when it is unlocked and closes at the end of its clips."""

    def __init__(self, tally, server, folder):
        self.folder, self.port = Path(folder) / "cabinet", served.free_port()
        self.folder.mkdir()
        config = self.folder / "device.toml"
        text = (f'version = 1\nserver = "{server.url}"\nkey_file = "{self.folder}/key"\n'
                f'data = "{self.folder}/data"\n[temperature]\ndriver = "simulated"\ncelsius = 4.0\n'
                f'[virtual]\nsessions = ["{SESSION}"]\nmode = "auto"\n'
                f'open_after_ms = {OPEN_AFTER_MS}\n'
                f'[screen]\nport = {self.port}\n')
        for video in sorted(SESSION.glob("*.mp4")):
            text += f'[[camera]]\nid = "{video.stem}"\ndriver = "file"\n'
        config.write_text(text, encoding="utf-8")
        code = server.demo["cabinets"][0]["provisioning_code"]
        subprocess.run([tally, "device", "provision", "--config", config, "--code", code],
                       check=True, stdout=subprocess.DEVNULL)
        with (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen([tally, "device", "--config", config, "--virtual"],
                                            stdout=log, stderr=log)
        self.used = ""

    def scan(self):
        """The token of the code on its screen; another one each time."""
        def look():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/state") as answer:
                    state = json.load(answer)
            except (OSError, http.client.HTTPException):
                return None
            fresh = state.get("url") and state["url"] != self.used
            return state["url"] if fresh and state["state"] == "locked" else None
        self.used = wait_for("a code on the cabinet's screen", SCREEN_SECONDS, look)
        return self.used.rsplit("/", 1)[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Rehearsal:
    def __init__(self, server, cabinet, books):
        self.server, self.cabinet, self.books = server, cabinet, books
        self.id = server.demo["cabinets"][0]["id"]
        self.owner = server.owner_token()
        self.shopper = server.shopper_token()
        self.method = server.expect("POST", "/v1/payment_methods",
                                    {"provider_token": server.demo["card"]}, self.shopper,
                                    "a card")["id"]
        truth = json.loads((SESSION / "truth.json").read_text())
        self.taken = sum(line["quantity"] for line in truth["cart"])
        prices = {one["id"]: one["price_minor"] for one in truth["products"]}
        self.sum = sum(prices[line["product"]] * line["quantity"] for line in truth["cart"])

    def try_to(self, method, path, body=None, token="", key=""):
        """What it answers; nothing while the server is away."""
        try:
            status, answer = self.server.ask(method, path, body, token, key)
        except (OSError, http.client.HTTPException):
            return None
        return answer if status < 300 else None

    def stock(self):
        levels = self.server.expect("GET", f"/v1/cabinets/{self.id}/stock", token=self.owner)
        return sum(level["predicted"] for level in levels["data"])

    def unlock(self, point):
        """What the shopper's page asks for, its key, and the answer if there was one.

        A cabinet that is not connected yet after the server's start is refused; people scan again.
        """
        end = time.monotonic() + DIES_SECONDS
        for number in itertools.count():
            body = {"door_token": self.cabinet.scan(), "payment_method": self.method}
            key = f"at {point}, {number}"
            try:
                status, answer = self.server.ask("POST", "/v1/sessions", body, self.shopper, key)
            except (OSError, http.client.HTTPException):
                return body, key, None
            if status < 300:
                return body, key, answer
            if time.monotonic() > end:
                raise RuntimeError(f"the shopper is refused: {status} {answer}")
            self.cabinet.used = ""
            time.sleep(0.5)

    def begin(self, body, key):
        """The shopper's page repeats what got no answer, under the same key."""
        return wait_for("an answer to the shopper", DIES_SECONDS, lambda: self.try_to(
            "POST", "/v1/sessions", body, self.shopper, key))["id"]

    def play(self, point):
        self.server.stop()
        self.server.start(["--crash-at", point])
        before = self.stock()
        died = []

        def restart_when_dead():
            if self.server.process.poll() is None:
                return False
            if self.server.process.returncode != -signal.SIGKILL:
                raise RuntimeError(f"the server ended with {self.server.process.returncode}")
            died.append(time.monotonic())
            self.server.start()
            return True

        body, key, answer = self.unlock(point)
        wait_for(f"its death at {point}", DIES_SECONDS, restart_when_dead)
        again = self.begin(body, key)
        if answer and answer["id"] != again:
            raise RuntimeError(f"the same request began {answer['id']} and {again}")
        payment = wait_for("the capture", SETTLES_SECONDS, lambda: self.captured(again))
        self.check(again, payment, before)
        return time.monotonic() - died[0]

    def captured(self, session):
        state = self.server.expect("GET", f"/v1/sessions/{session}", token=self.shopper)
        if state["state"] in ("ended", "review"):
            raise RuntimeError(f"the session came to {state}")
        if state["state"] != "settled":
            return None
        payments = self.server.expect("GET", "/v1/payments?limit=100", token=self.owner)["data"]
        mine = [one for one in payments if one["session"] == session]
        if len(mine) != 1:
            raise RuntimeError(f"the session has payments {mine}")
        return mine[0] if mine[0]["state"] == "captured" else None

    def check(self, session, payment, before):
        wrong = []

        def same(what, is_there, wanted):
            if is_there != wanted:
                wrong.append(f"{what}: {is_there}, not {wanted}")

        same("captured", payment["captured"]["minor"], self.sum)
        same("released", payment["released"]["minor"], payment["asked"]["minor"] - self.sum)
        receipts = self.server.expect("GET", "/v1/receipts?limit=100", token=self.owner)["data"]
        mine = [one for one in receipts if one["session"] == session]
        same("receipts", [one["total"]["gross"]["minor"] for one in mine], [self.sum])
        same("stock", self.stock(), before - self.taken)
        moved = self.server.expect("GET", f"/v1/cabinets/{self.id}/movements?limit=100",
                                   token=self.owner)["data"]
        mine = [one for one in moved if one["session"] == session]
        same("movements", sum(one["quantity"] for one in mine), -self.taken)
        same("the provider's holds", self.books.rows(
            "SELECT state, captured FROM sandbox_holds WHERE payment = "
            f"'{payment['id']}'"), [("captured", str(self.sum))])
        same("holds left", self.books.rows(
            "SELECT COUNT(*) FROM sandbox_holds WHERE state IN ('held', 'action')"), [("0",)])
        same("pending in the ledger", self.books.rows(
            "SELECT COALESCE(SUM(debits_pending + credits_pending), 0) FROM ledger_balances"),
            [("0",)])
        same("captures of all, against receipts", self.books.rows(
            "SELECT COUNT(*) FROM sandbox_holds WHERE state = 'captured'"),
            self.books.rows("SELECT COUNT(*) FROM aggregates WHERE kind = 'receipt'"))
        same("dead or waiting work", self.books.rows(
            "SELECT (SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'dead')), "
            "(SELECT COUNT(*) FROM jobs WHERE state = 'dead')"), [("0", "0")])
        same("busy", self.books.rows("SELECT (SELECT COUNT(*) FROM busy_cabinets), "
                                     "(SELECT COUNT(*) FROM busy_shoppers)"), [("0", "0")])
        lines = self.server.expect("GET", "/metrics").splitlines()
        metrics = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        for name in ("tally_unmatched_ledger_minor", "tally_unbalanced_ledgers"):
            same(name, float(metrics[name]), 0.0)
        if wrong:
            raise RuntimeError("; ".join(wrong))


def rehearse(arguments, work, store):
    failed = 0
    with served.Server(arguments.tally, work, store, SESSION) as server, \
            Cabinet(arguments.tally, server, work) as cabinet:
        rehearsal = Rehearsal(server, cabinet, Books(arguments.store, work, store))
        for point in arguments.point or POINTS:
            try:
                seconds = rehearsal.play(point)
            except RuntimeError as error:
                print(f"FAILED {point}: {error}\n{server.log.read_text()[-2000:]}", flush=True)
                failed += 1
                if server.process.poll() is not None:
                    server.start()
            else:
                print(f"{point}: {POINTS.get(point, '')}; captured {seconds:.1f} s after the crash",
                      flush=True)
    return 1 if failed else 0


def add_arguments(parser):
    parser.add_argument("--point", action="append", help="this one only; may be given again")


if __name__ == "__main__":
    sys.exit(served.rehearsed(__doc__, rehearse, add_arguments))
