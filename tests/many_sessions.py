#!/usr/bin/env python3
"""tests/many_sessions.py [--count 10000] [--keep FOLDER]: how fast a console is answered.

Writes sessions with receipts, payments, reviews, alerts and the ledger's transfers into the SQLite
store of a demo, as rows of a program that knew no facts; starts it again, which makes the facts;
and asks what a console asks. Fails where a median is above its limit, and where figures are not
those that were written. With --keep the store stays: a demo with a history, to look at pages with.
"""

import argparse
import contextlib
import datetime
import hashlib
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import served

ROOT = Path(__file__).resolve().parents[1]
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
DAYS = 60
ASKED = 15
# Milliseconds, of the median, at the client; issue and target are on two cores.
LIMITS = {
    "/v1/sessions?limit=50": 100,
    "/v1/sessions?limit=50&state=settled&cabinet={cabinet}": 100,
    "/v1/sessions?limit=50&disputed=true": 100,
    "/v1/sessions?limit=50&reviewed=true&least_minor=300": 100,
    "/v1/sessions?limit=50&starting_after={last}": 100,
    "/v1/receipts?limit=50": 100,
    "/v1/payments?limit=50&state=captured": 100,
    "/v1/ledger/transfers?limit=100": 100,
    "/v1/ledger/transfers?limit=100&account=tax_payable": 100,
    "/v1/alerts?limit=50&state=raised": 100,
    "/v1/reviews?limit=50&state=decided": 100,
    "/v1/cabinets?limit=100": 100,
    "/v1/stock?limit=100": 100,
    "/v1/statistics": 100,
    "/v1/statistics?step=hour&time_zone=Europe/Berlin": 150,
    "/v1/exports/receipts": 3000,
}


def identify(prefix, text):
    """An id as the program makes it of a text: the first 128 bits of its SHA-256."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    return f"{prefix}_" + "".join(DIGITS[number >> 5 * i & 31] for i in reversed(range(26)))


def instant(milliseconds):
    at = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def money(minor):
    return {"minor": minor, "currency": "EUR"}


class Writer:
    def __init__(self, store, demo, shopper, products, prices):
        self.base, self.tenant, self.shopper = store, demo["tenant"], shopper
        self.cabinets = [cabinet["id"] for cabinet in demo["cabinets"]]
        self.products, self.prices = products, prices
        self.random = random.Random(1)
        self.offers = {"currency": "EUR", "by_sku": {
            one["sku"]: {"product": one["id"], "sku": one["sku"], "name": one["name"],
                         "price": {"amount": money(prices[one["id"]]), "tax_rate_bp": 1900}}
            for one in products}}
        self.wanted = {"sessions": 0, "reviewed": 0, "disputed": 0, "minor": 0, "items": 0}

    def put(self, kind, name, state, at, body):
        self.base.execute(
            "INSERT INTO aggregates (tenant, kind, id, version, state, body, created_at, "
            "updated_at) VALUES (?, ?, ?, 1, ?, ?, ?, ?)",
            (self.tenant, kind, name, state, json.dumps(body), at, at))

    def transfer(self, key, at, reason, debit, credit, minor, session, payment):
        def account(kind):
            return {"kind": kind, "tenant": self.tenant, "currency": "EUR"}
        body = {"id": identify("trf", key), "key": key, "at": instant(at), "phase": "single",
                "debit": account(debit), "credit": account(credit), "amount": money(minor),
                "reason": reason, "session": session, "payment": payment}
        self.base.execute(
            "INSERT INTO ledger_transfers (transfer_key, id, tenant, at, payment, body) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (key, body["id"], self.tenant, at, payment, json.dumps(body)))

    def session(self, number, at):
        chance = self.random
        name = identify("ses", f"many:{number}")
        payment = identify("pay", f"{name}:hold:1")
        receipt, review = identify("rct", f"{name}:receipt"), identify("rev", f"{name}:review")
        reviewed, disputed = number % 20 == 0, number % 100 == 7
        cabinet = chance.choice(self.cabinets)
        closed = at + chance.randint(10_000, 40_000)
        settled = closed + int(chance.lognormvariate(7.5, 0.4))
        lines, total = [], 0
        for product in chance.sample(self.products, chance.randint(1, 3)):
            price, quantity = self.prices[product["id"]], chance.randint(1, 2)
            gross = price * quantity
            tax = round(gross * 19 / 119)
            total += gross
            self.wanted["items"] += quantity
            lines.append({"product": product["id"], "sku": product["sku"], "name": product["name"],
                          "quantity": quantity, "unit": {"amount": money(price),
                                                         "tax_rate_bp": 1900},
                          "amount": {"net": money(gross - tax), "tax": money(tax),
                                     "gross": money(gross)}})
        tax = sum(line["amount"]["tax"]["minor"] for line in lines)
        sums = {"net": money(total - tax), "tax": money(tax), "gross": money(total)}
        self.put("session", name, "settled", at, {
            "id": name, "tenant": self.tenant, "cabinet": cabinet, "shopper": self.shopper,
            "kind": "shopping", "hold_amount": money(2500), "state": "settled", "hold": "placed",
            "hold_number": 1, "openings": 1, "begun": instant(at),
            "first_opened": instant(at + 3000), "last_opened": instant(at + 3000),
            "last_closed": instant(closed)})
        self.put("session_detail", name, "", at, {
            "offers": self.offers, "method": "pm_card_approve", "provider": "sandbox",
            "review": review if reviewed else None, "receipt": receipt,
            "disputes": [identify("dsp", name)] if disputed else [],
            "decided_at": instant(settled), "settled_at": instant(settled),
            "decision": "review" if reviewed else "charge", "model_name": "detector",
            "model_sha256": "0" * 64})
        self.put("receipt", receipt, "", settled, {
            "id": receipt, "session": name, "cabinet": cabinet, "closed_at": instant(closed),
            "at": instant(settled), "version": 1, "currency": "EUR", "price_includes_tax": True,
            "lines": lines, "taxes": [{"rate_bp": 1900, "amount": sums}], "total": sums})
        self.put("payment", payment, "captured", at, {
            "id": payment, "purpose": "sale", "tenant": self.tenant, "shopper": self.shopper,
            "session": name, "method": "pm_card_approve", "state": "captured", "currency": "EUR",
            "asked_minor": 2500, "placed_minor": 2500, "captured_minor": total,
            "released_minor": 2500 - total})
        if reviewed:
            user = identify("usr", f"reviewer:{number % 3}")
            self.put("review", review, "decided", settled, {
                "id": review, "session": name, "state": "decided", "claimed_by": user,
                "opened": instant(settled), "waive_at": instant(settled + 10**8),
                "claimed_at": instant(settled), "reasons": ["a hand hid it"],
                "decided_at": instant(settled + chance.randint(4_000, 30_000))})
        books = [("hold", "shopper_receivable", "provider_clearing", 2500),
                 ("sale", "shopper_receivable", "sales_revenue", total - tax),
                 ("sale", "shopper_receivable", "tax_payable", max(tax, 1)),
                 ("capture", "provider_clearing", "shopper_receivable", total)]
        for leg, (reason, debit, credit, minor) in enumerate(books):
            self.transfer(f"{payment}:{leg}", at, reason, debit, credit, minor, name, payment)
        if number % 50 == 0:
            self.base.execute(
                "INSERT INTO alerts (id, tenant, kind, object, subject, words, raised_at, "
                "cleared_at) VALUES (?, ?, ?, ?, ?, '', ?, ?)",
                (identify("evt", f"alert:{number}"), self.tenant,
                 chance.choice(("cabinet_camera", "cabinet_offline", "stock_out")), cabinet,
                 str(number), at, at + chance.randint(60_000, 7_200_000)))
        self.wanted["sessions"] += 1
        self.wanted["minor"] += total
        self.wanted["reviewed"] += reviewed
        self.wanted["disputed"] += disputed


def fill(folder, demo, shopper, products, prices, count):
    base = sqlite3.connect(Path(folder) / "store.db")
    writer = Writer(base, demo, shopper, products, prices)
    now = int(time.time() * 1000)
    for number in range(count):
        # More in the afternoon than at night, and never in the future.
        day = writer.random.randint(1, DAYS)
        hour = writer.random.triangular(0, 24, 15)
        writer.session(number, now - day * 86_400_000 + int((hour - 24) * 3_600_000))
    base.commit()
    base.close()
    return writer.wanted


def measure(server, token, names):
    failed = False
    for path, limit in LIMITS.items():
        times = []
        for _ in range(ASKED if limit < 1000 else 3):
            begin = time.perf_counter()
            status, _ = server.ask("GET", path.format(**names), token=token)
            times.append((time.perf_counter() - begin) * 1000)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}")
        median = statistics.median(times)
        slow = median > limit
        failed |= slow
        print(f"{median:8.1f} ms  (limit {limit}, slowest {max(times):.1f})  {path}"
              f"{'  TOO SLOW' if slow else ''}")
    return failed


def check(server, token, wanted):
    begin = instant(int((time.time() - (DAYS + 3) * 86_400) * 1000))
    total = server.expect("GET", f"/v1/statistics?from={begin}", token=token)["total"]
    told = {"sessions": total["sessions"], "reviewed": total["reviewed"],
            "disputed": total["disputed"], "items": total["items"],
            "minor": total["sales"][0]["minor"]}
    if told != wanted:
        raise RuntimeError(f"the statistics say {told}, and {wanted} were written")
    print(f"right: {told}; receipt after {total['receipt']}, review in {total['review']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tally", type=Path, default=ROOT / "build" / "release" / "tally")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--cabinets", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="a folder for the store, which stays")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = arguments.keep or stack.enter_context(tempfile.TemporaryDirectory())
        Path(folder).mkdir(parents=True, exist_ok=True)
        store = stack.enter_context(served.store_of("sqlite", folder))
        server = served.Server(arguments.tally, folder, store, ROOT / "demo" / "take_one",
                               arguments.cabinets)
        stack.callback(server.stop)
        server.start()
        token = server.owner_token()
        shopper = server.expect("GET", "/v1/me", token=server.shopper_token())["id"]
        products = server.expect("GET", "/v1/products?limit=100", token=token)["data"]
        market = server.expect("GET", "/v1/markets", token=token)["data"][0]
        prices = {one["product"]: one["amount"]["minor"] for one in market["prices"]}
        server.stop()
        wanted = fill(folder, server.demo, shopper, products, prices, arguments.count)
        begin = time.monotonic()
        server.start()
        print(f"started with {arguments.count} new sessions in {time.monotonic() - begin:.1f} s")
        token = server.owner_token()
        last = server.expect("GET", "/v1/sessions?limit=100", token=token)["data"][-1]["id"]
        names = {"cabinet": server.demo["cabinets"][0]["id"], "last": last}
        check(server, token, wanted)
        return 1 if measure(server, token, names) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, subprocess.SubprocessError) as error:
        sys.exit(f"FAILED: {error}")
