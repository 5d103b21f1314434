"""A server of its own for a test: `tally serve --demo` on SQLite, or on a PostgreSQL that lives in
a temporary folder and ends with it."""

import argparse
import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180
STOP_SECONDS = 20


class Skipped(Exception):
    """What is needed is not on this machine."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def temporary_postgres():
    """Yields the connection text of a server. It refuses to run as root: then it runs as Debian's
    user postgres."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        raise Skipped("PostgreSQL is not installed")
    tools = folders[-1].parent
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    # A server that syncs all it writes is quick in memory.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="tally-postgres-", dir=memory))
    try:
        if become:
            shutil.chown(folder, "postgres")
        data, port = folder / "data", free_port()

        def run(*words):
            subprocess.run([*become, *map(str, words)], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL, timeout=START_SECONDS)

        run(tools / "initdb", "-D", data, "--locale=C", "--encoding=UTF8", "--auth=trust",
            "--username=tally", "--no-sync")
        run(tools / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o",
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}",
            "start")
        try:
            yield f"host=127.0.0.1 port={port} user=tally dbname=postgres"
        finally:
            run(tools / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def store_of(kind, folder):
    """Yields the [store] section of a configuration for "sqlite" or "postgres"."""
    if kind == "sqlite":
        yield f'[store]\nengine = "sqlite"\nfile = "{folder}/store.db"\n'
        return
    with temporary_postgres() as connection:
        yield f'[store]\nengine = "postgres"\nconnection = "{connection}"\n'


class Server:
    """`tally serve --demo`; may be killed and started again on the same data and port.

    With `role` it plays that one only, on the data that servers of one folder share. Without a
    `session` it adds no demo tenant. `public_url` is where its shoppers' pages are, if elsewhere.
    """

    def __init__(self, tally, folder, store, session, cabinets=1, role="", public_url=""):
        self.folder, self.port = Path(folder), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / f"{role or 'server'}.log"
        config = self.folder / f"{role or 'tally'}.toml"
        config.write_text(f'version = 1\ndata = "{self.folder}/server"\n'
                          f'public_url = "{public_url or self.url}"\n'
                          f'[http]\nport = {self.port}\n{store}', encoding="utf-8")
        self.words = [str(tally), "serve", "--config", str(config)]
        if role:
            self.words += ["--role", role]
        if session:
            self.words += ["--demo", str(session), "--demo-cabinets", str(cabinets)]
        self.lines = 2 if session else 1
        self.process, self.demo = None, {}

    def start(self, more=()):
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen([*self.words, *more], stdout=subprocess.PIPE,
                                            stderr=log)
        begin, said = time.monotonic(), b""
        while said.count(b"\n") < self.lines:
            left = START_SECONDS - (time.monotonic() - begin)
            ready, _, _ = select.select([self.process.stdout], [], [], max(left, 0))
            part = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not part:
                self.stop()
                raise RuntimeError(f"tally serve did not start: {self.log.read_text()[-2000:]}")
            said += part
        if self.lines > 1:
            self.demo = json.loads(said.splitlines()[1])
        return self

    def kill(self):
        """As a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def ask(self, method, path, body=None, token="", key="", timeout=20):
        """(status, parsed body or text)"""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def expect(self, method, path, body=None, token="", key=""):
        status, answer = self.ask(method, path, body, token, key)
        if status >= 300:
            raise RuntimeError(f"{method} {path} answered {status}: {answer}")
        return answer

    def owner_token(self):
        who = {"email": self.demo["owner"], "password": self.demo["password"]}
        return self.expect("POST", "/v1/sign_in/users", who)["token"]

    def letter_code(self, address):
        """The code that was mailed to this address last."""
        pattern = rf"a letter to {re.escape(address)}: Your code is (\S+?)\."
        found = re.findall(pattern, self.log.read_text(encoding="utf-8"))
        return found[-1] if found else ""

    def shopper_token(self):
        who = {"tenant": self.demo["tenant"], "email": self.demo["shopper"]}
        self.expect("POST", "/v1/sign_in/codes", who)
        for _ in range(100):
            if code := self.letter_code(who["email"]):
                return self.expect("POST", "/v1/sign_in/shoppers", {**who, "code": code})["token"]
            time.sleep(0.1)
        raise RuntimeError("no code was mailed")


def rehearsed(told, rehearse, add_arguments=lambda parser: None):
    """A test's main(): rehearse(arguments, folder, store) on the store that was asked for. Returns
    the exit status: 3 where something is not on this machine."""
    parser = argparse.ArgumentParser(description=told.split("\n")[0])
    parser.add_argument("--tally", type=Path, default=ROOT / "build" / "release" / "tally")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    add_arguments(parser)
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        work = stack.enter_context(tempfile.TemporaryDirectory())
        try:
            store = stack.enter_context(store_of(arguments.store, work))
        except Skipped as skipped:
            print(f"SKIPPED: {skipped}")
            return 3
        return rehearse(arguments, work, store)
