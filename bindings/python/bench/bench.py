"""Events per CPU second through `call_on_each_event` with an empty callback: the official package and ours, side by side.

Run by `cargo xtask bench-python`. Prints its conditions. What it measures, for each package in a process of its own:

- backlog: so many message events wait in the queue when the clock starts.
- steady: messages are sent one by one, so that nearly each event has a poll of its own.
- start: from the start of the interpreter to the answer of the first call.

CPU is that of the client's process, user and system.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import version

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "conformance/python"))

from server import Server, binary  # noqa: E402

PACKAGES = ["zulip", "tidings"]

FOLLOW = """
import os, sys, time
import {package}

client = {package}.Client(config_file={zuliprc!r})
count, wanted = -1, {count}

def clock():
    return time.process_time(), time.perf_counter()

def first(event):
    # Everything that happens until the next line of stdin is backlog.
    global callback, start
    print("ready", flush=True)
    sys.stdin.readline()
    start = clock()
    callback = empty

def empty(event):
    pass

def each(event):
    global count
    callback(event)
    count += 1
    if count == wanted:
        end = clock()
        print(end[0] - start[0], end[1] - start[1], flush=True)
        os._exit(0)

callback = first
client.call_on_each_event(each, event_types=["message"])
"""

START = """
import {package}
assert {package}.Client(config_file={zuliprc!r}).get_profile()["result"] == "success"
"""


class Follower:
    """A client in a process of its own, which stops at the first event until it is told to go on."""

    def __init__(self, package, reader, count):
        source = FOLLOW.format(package=package, zuliprc=str(reader.zuliprc), count=count)
        self.process = subprocess.Popen(
            [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def wait_until_ready(self):
        assert self.process.stdout.readline() == "ready\n"

    def go_on(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self):
        cpu, wall = self.process.stdout.readline().split()
        self.process.wait()
        return float(cpu), float(wall)


def followers(server, reader, writer, packages, count):
    before = server.registrations()
    started = [Follower(package, reader, count) for package in packages]
    server.wait_for_registrations(before + len(packages))
    writer.send("Denmark", "castle", "go")
    for follower in started:
        follower.wait_until_ready()
    return started


CONTENT = "Message number {}: *words*, and **some more** words, about as many as people write in a line or two."


def backlog(server, reader, writer, count):
    started = followers(server, reader, writer, PACKAGES, count)

    def send(part):
        for number in range(part, count, 8):
            writer.send("Denmark", "castle", CONTENT.format(number))

    threads = [threading.Thread(target=send, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results = {}
    for package, follower in zip(PACKAGES, started):
        follower.go_on()
        results[package] = follower.result()
    return results


def steady(server, reader, writer, count, per_second):
    results = {}
    for package in PACKAGES:
        (follower,) = followers(server, reader, writer, [package], count)
        follower.go_on()
        begin = time.perf_counter()
        for number in range(count):
            writer.send("Denmark", "castle", CONTENT.format(number))
            time.sleep(max(0.0, begin + (number + 1) / per_second - time.perf_counter()))
        results[package] = follower.result()
    return results


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def start(reader, runs):
    results = {}
    sources = {package: START.format(package=package, zuliprc=str(reader.zuliprc)) for package in PACKAGES}
    for name, source in [("python alone", "pass"), *sources.items()]:
        measured = []
        for _ in range(runs):
            before, begin = children_cpu(), time.perf_counter()
            subprocess.run([sys.executable, "-c", source], check=True)
            measured.append((children_cpu() - before, time.perf_counter() - begin))
        results[name] = min(measured)
    return results


def show(title, results, count):
    print(f"\n{title}")
    for package, (cpu, wall) in results.items():
        rate = f"{count / cpu:>10,.0f} events per CPU second, {cpu / count * 1e6:>7.1f} µs of CPU per event" if cpu else ""
        print(f"  {package:<8} {rate}, {count / wall:>8,.0f} events per second")
    official, ours = (results[package][0] for package in PACKAGES)
    print(f"  {official / ours:.1f} times the events per CPU second")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backlog", type=int, default=10_000, metavar="EVENTS")
    parser.add_argument("--steady", type=int, default=3_000, metavar="EVENTS")
    parser.add_argument("--per-second", type=int, default=200, metavar="EVENTS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write the figures there")
    args = parser.parse_args()
    print("Conditions:")
    print(f"  {os.cpu_count()} CPUs, {platform.machine()}, {platform.system()}; Python {platform.python_version()}")
    print(f"  {', '.join(f'{package} {version(package)}' for package in PACKAGES)}; server: {binary()}")
    print(f"  server and clients on one machine, over loopback; the best of {args.rounds} rounds")
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        server = Server(pathlib.Path(folder))
        server.start()
        try:
            reader, writer = server.create_user("reader", "owner"), server.create_user("writer")
            principals = [reader.email, writer.email]
            reader.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "Denmark"}], principals=principals)
            best = {}
            for _ in range(args.rounds):
                for name, measure in [
                    ("backlog", lambda: backlog(server, reader, writer, args.backlog)),
                    ("steady", lambda: steady(server, reader, writer, args.steady, args.per_second)),
                ]:
                    for package, result in measure().items():
                        known = best.setdefault(name, {}).get(package)
                        best[name][package] = min(known, result) if known else result
            show(f"A backlog of {args.backlog:,} message events", best["backlog"], args.backlog)
            show(f"{args.steady:,} messages, {args.per_second} a second", best["steady"], args.steady)
            figures = {**best, "start": start(reader, 5 * args.rounds)}
            print("\nStart: interpreter, import, and one call")
            for name, (cpu, wall) in figures["start"].items():
                print(f"  {name:<13} {cpu * 1000:>6.0f} ms of CPU, {wall * 1000:>6.0f} ms")
        finally:
            server.stop()
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
