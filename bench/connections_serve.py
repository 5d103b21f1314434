#!/usr/bin/env python3
"""What many cabinets cost `tally serve`: bench/connections against the real server, whole.

    bench/connections_serve.py [--count 10000] [--seconds 60] [--build build/release]

Starts `tally serve --demo` with so many cabinets on an empty data folder, provisions each, opens
all connections, measures a minute of heartbeats, kills the server with SIGKILL, starts it again and
waits until all are back. Then opens as many TCP connections that say nothing, measures a normal
request meanwhile, and waits until the server has closed them. Prints one JSON object a phase.
CPU is the server's own time in seconds, not the clock's.
"""
import argparse
import http.client
import json
import os
import pathlib
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")


def tell(phase, **figures):
    print(json.dumps({"phase": phase, **figures}), flush=True)


def cost(pid):
    """CPU seconds and resident MiB of a process, by proc(5)."""
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS, int(words[21]) * PAGE / 2**20


class Server:
    def __init__(self, arguments, folder, port):
        self.arguments, self.folder, self.port = arguments, folder, port
        self.process = None

    def start(self):
        began = time.monotonic()
        config = self.folder / "tally.toml"
        config.write_text(
            f'version = 1\ndata = "{self.folder / "data"}"\n\n'
            f'[http]\naddress = "127.0.0.1"\nport = {self.port}\n\n[log]\nlevel = "error"\n')
        self.process = subprocess.Popen(
            [self.arguments.build / "tally", "serve", "--config", config,
             "--demo", self.arguments.session, "--demo-cabinets", str(self.arguments.count)],
            stdout=subprocess.PIPE, stderr=open(self.folder / "serve.log", "a"), text=True)
        demo = None
        for line in self.process.stdout:
            if line.startswith("{"):
                demo = json.loads(line)
                break
        if demo is None:
            sys.exit("connections_serve: the server did not start: "
                     + (self.folder / "serve.log").read_text()[-2000:])
        return demo, time.monotonic() - began

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def address_of(index):
    """A loopback address of its own, as each cabinet has one: tries are limited by address."""
    return f"127.{1 + index // 62_500}.{1 + index // 250 % 250}.{1 + index % 250}"


def provision(port, cabinets, keys, workers=4):
    """Each cabinet's code becomes its key, as a line "pop_... KEY"."""
    lines, lock = [], threading.Lock()

    def work(mine):
        for index, cabinet in mine:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60,
                                                    source_address=(address_of(index), 0))
            while True:
                connection.request("POST", "/v1/device/provision",
                                   json.dumps({"code": cabinet["provisioning_code"]}),
                                   {"Content-Type": "application/json"})
                answer = connection.getresponse()
                body = json.loads(answer.read())
                if answer.status not in (429, 503):
                    break
                time.sleep(float(answer.headers.get("Retry-After", 1)))
            if answer.status != 200:
                raise SystemExit(f"connections_serve: provision: {answer.status} {body}")
            connection.close()
            with lock:
                lines.append(f"{body['cabinet']} {body['key']}\n")

    numbered = list(enumerate(cabinets))
    threads = [threading.Thread(target=work, args=(numbered[i::workers],)) for i in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys.write_text("".join(lines))
    if len(lines) != len(cabinets):
        sys.exit("connections_serve: not all cabinets were provisioned")


def request_ms(port, path="/healthz"):
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status, 1000 * (time.monotonic() - began)


def swarm(arguments, server, keys):
    before = cost(server.process.pid)
    bench = subprocess.Popen(
        [arguments.build / "connections", f"ws://127.0.0.1:{server.port}/v1/device/link",
         str(arguments.count), f"@{keys}", f"pid={server.process.pid}",
         f"seconds={arguments.seconds}", "restart=120"], stdout=subprocess.PIPE, text=True)
    for line in bench.stdout:
        figures = json.loads(line)
        phase = figures.pop("phase")
        if phase == "open":
            figures["cpu_seconds"] = round(cost(server.process.pid)[0] - before[0], 2)
            figures["ready_ms"] = round(request_ms(server.port, "/readyz")[1], 1)
        if phase == "back":
            figures["cpu_seconds"] = round(cost(server.process.pid)[0], 2)
        tell(phase, **figures)
        if phase == "heartbeats":
            server.kill()
            tell("restarted", seconds=round(server.start()[1], 2))
    return bench.wait()


def silent(arguments, server):
    """Connections that say nothing, and what a request takes beside them."""
    before, began = cost(server.process.pid), time.monotonic()
    poll, open_ones = select.epoll(), {}
    for i in range(arguments.count):
        one = socket.socket()
        one.bind((f"127.0.0.{2 + i % 4}", 0))
        one.connect(("127.0.0.1", server.port))
        one.setblocking(False)
        poll.register(one, select.EPOLLIN)
        open_ones[one.fileno()] = one
    opened = time.monotonic()
    middle = cost(server.process.pid)
    times = sorted(request_ms(server.port)[1] for _ in range(50))
    closed_at = []
    while open_ones and time.monotonic() - opened < 60:
        for number, _ in poll.poll(1):
            poll.unregister(number)
            open_ones.pop(number).close()
            closed_at.append(time.monotonic())
    after = cost(server.process.pid)
    tell("silent", opened=arguments.count, open_seconds=round(opened - began, 2),
         bytes_each=round((middle[1] - before[1]) * 2**20 / arguments.count),
         request_ms_median=round(times[25], 1), request_ms_most=round(times[-1], 1),
         closed=len(closed_at),
         closed_after_seconds=round((closed_at[-1] if closed_at else opened) - opened, 1),
         cpu_seconds=round(after[0] - before[0], 2))
    return 0 if not open_ones else 1


def main():
    words = argparse.ArgumentParser(description=__doc__,
                                    formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--count", type=int, default=10_000)
    words.add_argument("--seconds", type=int, default=60)
    words.add_argument("--port", type=int, default=18_080)
    words.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    words.add_argument("--session", type=pathlib.Path, default=ROOT / "demo/take_one")
    arguments = words.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # The server must not stay behind.
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = Server(arguments, folder, arguments.port)
        demo, seconds = server.start()
        tell("set_up", cabinets=len(demo["cabinets"]), seconds=round(seconds, 2),
             cpu_seconds=round(cost(server.process.pid)[0], 2))
        try:
            before, began = cost(server.process.pid), time.monotonic()
            provision(arguments.port, demo["cabinets"], folder / "keys.txt")
            after = cost(server.process.pid)
            tell("provisioned", seconds=round(time.monotonic() - began, 2),
                 cpu_seconds=round(after[0] - before[0], 2), mib=round(after[1], 1))
            failed = swarm(arguments, server, folder / "keys.txt")
            failed |= silent(arguments, server)
        finally:
            server.stop()
    return failed


if __name__ == "__main__":
    sys.exit(main())
